"""Recompute answers to sweep and orienteering instances from the files alone, in plain Python.

Knows nothing of the solver: written from the descriptions of the two formats.
"""

import itertools
import json
import math
from collections.abc import Sequence
from pathlib import Path

HAIR = 1e-9
"""Room for the noise of floats in sums of distances."""


def sweep_value(path: Path, routes: Sequence[dict]) -> float:
    """Return what routes ({shift, team, doors}) of a sweep are worth; raises on a broken rule."""
    raw = json.loads(path.read_text(encoding="utf8"))
    crews = {(route["shift"], route["team"]) for route in routes}
    assert len(crews) == len(routes), "a team walks twice in a shift"
    visited = [door for route in routes for door in route["doors"]]
    assert len(set(visited)) == len(visited), "a door is visited twice"
    value = 0.0
    for route in routes:
        assert 0 <= route["team"] < raw["teams"], "no such team"
        shift = raw["shifts"][route["shift"]]
        ends = [None, *(raw["doors"][door] for door in route["doors"]), None]
        walked_s = sum(_travel_s(raw, one, other) for one, other in itertools.pairwise(ends))
        needed_s = walked_s + raw["service_s"] * len(route["doors"])
        assert not route["doors"] or shift["start_s"] + needed_s <= shift["end_s"], "too late"
        worth = [raw["doors"][door]["value"][route["shift"]] for door in route["doors"]]
        assert all(one > 0 for one in worth), "a door is visited when it must not be"
        value += sum(worth)
    return value


def _travel_s(raw: dict, one: dict | None, other: dict | None) -> int:
    """Return whole seconds between two doors; None is the workstation."""
    if one and other and one["building"] == other["building"]:
        if one["floor"] == other["floor"]:
            return raw["vertical"]["same_landing_s"]
        return _climb_s(raw, one["building"], one["floor"], other["floor"])
    here, there = _place(raw, one), _place(raw, other)
    walk_s = math.dist(here, there) * raw["detour"] / raw["walking_m_per_s"]
    down_s = _climb_s(raw, one["building"], one["floor"], 1) if one else 0
    up_s = _climb_s(raw, other["building"], 1, other["floor"]) if other else 0
    return math.ceil(down_s + walk_s + up_s - HAIR)


def _place(raw: dict, door: dict | None) -> list[float]:
    return raw["buildings"][door["building"]]["xy"] if door else raw["workstation"]


def _climb_s(raw: dict, building: int, origin: int, target: int) -> int:
    times, floors = raw["vertical"], abs(target - origin)
    stairs_s = floors * times["stairs_up_s" if target > origin else "stairs_down_s"]
    ride_s = times["lift_wait_s"] + floors * times["lift_per_floor_s"]
    return min(stairs_s, ride_s) if floors and raw["buildings"][building]["lift"] else stairs_s


def orienteering_score(path: Path, routes: Sequence[Sequence[int]]) -> float:
    """Return the score of routes of a team orienteering instance; raises on a broken rule."""
    lines = path.read_text(encoding="utf8").split("\n")
    teams, longest = int(lines[1].split()[1]), float(lines[2].split()[1])
    vertices = [tuple(map(float, line.split())) for line in lines[3:] if line.strip()]
    assert len(routes) <= teams, "more routes than teams"
    between = [vertex for route in routes for vertex in route[1:-1]]
    assert len(set(between)) == len(between), "a vertex is visited twice"
    assert {0, len(vertices) - 1}.isdisjoint(between), "start and end are no stops"
    for route in routes:
        assert (route[0], route[-1]) == (0, len(vertices) - 1), "not from the start to the end"
        steps = itertools.pairwise(route)
        length = sum(math.dist(vertices[one][:2], vertices[other][:2]) for one, other in steps)
        assert length <= longest + HAIR, "too long"
    return sum(vertices[vertex][2] for vertex in between)


def best_known(folder: Path) -> dict[str, int]:
    """Return the best known score of each instance in the folder, by file name."""
    rows = (folder / "best_known.csv").read_text(encoding="utf8").split()[1:]
    return {f"{name}.txt": int(score) for name, score in (row.split(",") for row in rows)}
