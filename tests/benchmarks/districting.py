"""How good and how punctual cuts into grids are; how soon a giant compound has its proposals.

Instances are solved by the command itself, each answer is recounted from the instance's file, and the
wall time is taken from outside, the start included.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from shapely import box

from benchmarks.build import build_demo_file
from benchmarks.districting_answers import best_known, cut_weight, faults
from benchmarks.figures import Figure, median
from dashapp.bench.districting import read_instance
from dashapp.rebalancing import ask, payload
from data.queries.access import system_principal
from data.queries.grids import grid_ground
from data.rules.areas import AreaLevel
from data.session import open_store
from geo.adjacency import find_adjacency
from geo.balance import figures_while_dragging
from geo.feasibility import GRID_BAND
from live_server import ROOT

INSTANCES = Path(__file__).parents[1] / "fixtures" / "districting"
PUBLIC_S = {"county": 8, "tract": 25}
STREETS = {
    "s30-street.json": (10, 340.6),
    "s60-street.json": (10, 556.0),
    "s150-street.json": (15, 1720.0),
    "s600-street.json": (30, 6450.0),
}
"""The seconds for each street and the metres it may cut at most in them."""

GIANT = "310115009003C01"
"""The demo's compound of 2,700 households."""

RUNS = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What the command printed, and by how many seconds it took longer than it was given."""

    assignment: list[int]
    overrun_s: float


def measure(folder: Path) -> list[Figure]:
    """Cut the published instances and the streets, lay out 600 buildings, propose for the giant."""
    answers = {name: [_shiyou(name, seconds) for _ in range(RUNS)] for name, seconds in _seconds()}
    broken = sum(
        len(faults(INSTANCES / name, answer.assignment))
        for name, own in answers.items()
        for answer in own
    )
    overrun_s = max(answer.overrun_s for own in answers.values() for answer in own)
    return [
        *(_gap_figure(name, answers[name]) for name in answers if name not in STREETS),
        *(_street_figure(name, answers[name]) for name in STREETS),
        Figure("districting: broken rules in all answers", broken, "", at_most=0),
        Figure("districting: wall time beyond the seconds given", overrun_s, "s", at_most=1),
        Figure("districting: adjacency of 600 buildings", _adjacency_s(), "s", at_most=2),
        Figure(
            "districting: three proposals for 2,700 households", _first_s(folder), "s", at_most=1
        ),
        Figure("districting: figures of a move among 600 units", _move_ms(), "ms", at_most=50),
    ]


def _seconds() -> list[tuple[str, int]]:
    public = [name for name in best_known(INSTANCES) if name not in STREETS]
    return [
        *((name, PUBLIC_S[name.removesuffix(".json").split("-")[1]]) for name in public),
        *((name, seconds) for name, (seconds, _) in STREETS.items()),
    ]


def _gap_figure(name: str, answers: list[Answer]) -> Figure:
    """Return how far the median cut lies above the proven optimum."""
    best = best_known(INSTANCES)[name]
    gap = 100 * (_median_cut(name, answers) / best - 1)
    return Figure(f"districting: {_stem(name)}, above the optimum", round(gap, 2), "%", at_most=0)


def _street_figure(name: str, answers: list[Answer]) -> Figure:
    seconds, most = STREETS[name]
    cut = round(_median_cut(name, answers), 1)
    return Figure(f"districting: {_stem(name)} in {seconds} s", cut, "m", at_most=most)


def _median_cut(name: str, answers: list[Answer]) -> float:
    return statistics.median(cut_weight(INSTANCES / name, each.assignment) for each in answers)


def _stem(name: str) -> str:
    return name.removesuffix(".json")


def _shiyou(name: str, seconds: float) -> Answer:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "dashapp.cli", "bench", "districting", str(INSTANCES / name),
         "--seconds", str(seconds), "--json"],
        cwd=ROOT, env={"PATH": os.environ["PATH"]}, check=True, capture_output=True,
    )  # fmt: skip
    overrun_s = round(time.monotonic() - began - seconds, 2)
    return Answer(json.loads(done.stdout)["assignment"], overrun_s)


def _adjacency_s() -> float:
    """Return the median time for 20 x 30 slab blocks in one compound."""
    rng = np.random.default_rng(1)
    corners = [(60 * column, 30 * row) for column in range(20) for row in range(30)]
    shifts = rng.uniform(-3, 3, (600, 2))
    blocks = [
        box(x + 10 + dx, y + 9 + dy, x + 50 + dx, y + 21 + dy)
        for (x, y), (dx, dy) in zip(corners, shifts, strict=True)
    ]
    wall = box(0, 0, 1200, 900)
    return _median_s(lambda: find_adjacency(blocks, [wall], [0] * 600))


def _first_s(folder: Path) -> float:
    """Return the median time from the register to the drawing with its three proposals."""
    address, _ = build_demo_file(folder, "street")
    store = open_store(address)
    try:
        return _median_s(lambda: _propose(store))
    finally:
        store.dispose()


def _propose(store) -> None:
    with store.read() as session:
        ground = grid_ground(session, system_principal(session), AreaLevel.COMPOUND, GIANT)
    cuts = ask(ground, GRID_BAND)
    json.dumps(payload(ground, cuts))
    assert all(cut.figures.acceptable for cut in cuts.proposals), "a first proposal breaks a rule"


def _move_ms() -> float:
    problem = read_instance(INSTANCES / "s600-street.json")
    assignment = [unit * problem.parts // 600 for unit in range(600)]
    many = 20
    moves = [(unit, unit % problem.parts) for unit in range(many)]
    spent_s = _median_s(
        lambda: [figures_while_dragging(problem, assignment, unit, part) for unit, part in moves]
    )
    return round(1000 * spent_s / many, 1)


def _median_s(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return median(seconds)
