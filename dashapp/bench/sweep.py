"""`shiyou bench sweep`: solve sweep instances and print the routes.

An instance is a JSON file {teams, service_s, walking_m_per_s, detour, vertical: {...}, workstation:
[x, y], buildings: [{xy, floors, lift}], shifts: [{name, start_s, end_s, day}], doors: [{building,
floor, value: [one a shift]}]}; metres, and seconds of the day.
"""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from dashapp.bench.instance import UnreadableInstance, first_seconds
from geo.sweep import Limits, plan_sweep
from geo.sweep_problem import Door, Floats, Shift, SweepProblem
from geo.sweep_travel import Climbing

_DAY_S = 86_400


def command(
    files: Annotated[list[Path], typer.Argument(help="Instance files.")],
    seconds: Annotated[float, typer.Option(min=0.1, help="Time for each instance.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Plan benchmark sweeps. Example: shiyou bench sweep sweep-200.json --seconds 10."""
    for place, path in enumerate(files):
        answer = solve_file(path, seconds if place else first_seconds(seconds))
        typer.echo(json.dumps(answer) if as_json else _line(answer))


def solve_file(path: Path, seconds: float) -> dict[str, Any]:
    """Return the best plan of one instance found within `seconds` of wall time, reading included.

    Raises UnreadableInstance.
    """
    started = time.monotonic()
    problem = read_instance(path)
    plan = plan_sweep(problem, Limits(seconds=seconds - (time.monotonic() - started)))
    return {
        "instance": path.name,
        "value": round(plan.value, 6),
        "bound": round(plan.bound, 6),
        "routes": [
            {"shift": route.shift, "team": route.team, "doors": list(route.doors)}
            for route in plan.routes
        ],
        "seconds": round(time.monotonic() - started, 3),
    }


def read_instance(path: Path) -> SweepProblem:
    """Read an instance file; raises UnreadableInstance with the file's name and the reason."""
    try:
        return _problem(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError, IndexError) as failure:
        raise UnreadableInstance(
            f"{path}: no sweep instance ({type(failure).__name__}: {failure})"
        ) from failure


def _problem(raw: dict[str, Any]) -> SweepProblem:
    return SweepProblem(
        doors=tuple(_door(door, raw) for door in raw["doors"]),
        shifts=tuple(_shift(shift, int(raw["teams"])) for shift in raw["shifts"]),
        walk_s=_walk_s(raw),
        climbing=Climbing(**{name: int(value) for name, value in raw["vertical"].items()}),
    )


def _door(door: dict[str, Any], raw: dict[str, Any]) -> Door:
    return Door(
        entrance=int(door["building"]),
        value=tuple(float(value) for value in door["value"]),
        floor=int(door["floor"]),
        lift=bool(raw["buildings"][door["building"]]["lift"]),
        service_s=int(raw["service_s"]),
    )


def _shift(shift: dict[str, Any], teams: int) -> Shift:
    midnight_s = int(shift["day"]) * _DAY_S
    return Shift(
        name=str(shift["name"]),
        start_s=midnight_s + int(shift["start_s"]),
        end_s=midnight_s + int(shift["end_s"]),
        teams=teams,
    )


def _walk_s(raw: dict[str, Any]) -> Floats:
    places = [*(building["xy"] for building in raw["buildings"]), *[raw["workstation"]] * 2]
    at = np.array(places, dtype=np.float64).reshape(len(places), 2)
    away_m = np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1))
    walk: Floats = away_m * float(raw["detour"]) / float(raw["walking_m_per_s"])
    return walk


def _line(answer: dict[str, Any]) -> str:
    doors = sum(len(route["doors"]) for route in answer["routes"])
    value, bound = answer["value"], answer["bound"]
    return f"{answer['instance']}: value {value:g} of at most {bound:g}, {doors} doors"
