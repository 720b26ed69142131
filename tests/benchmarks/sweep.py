"""How good and how punctual sweep plans are, beside OR-Tools and greedy insertion; walking matrices.

Every program is started by its own command, its answer recounted from the instance's file, and its
wall time taken from outside, the start included.
"""

import json
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.figures import Figure, median
from benchmarks.sweep_answers import best_known, orienteering_score, sweep_value
from dashapp.bench.sweep import read_instance
from geo.sweep import plan_sweep
from geo.walking import Footpaths, walking_matrix
from live_server import ROOT

INSTANCES = Path(__file__).parents[1] / "fixtures" / "sweep"

SWEEPS = {"sweep-50.json": (3, 81.37), "sweep-200.json": (10, 290), "sweep-1000.json": (30, 805)}
"""The seconds for each instance and what it must reach in them."""

ORIENTEERING_S = 10
RUNS = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program printed, and by how many seconds it took longer than it was given."""

    printed: dict
    overrun_s: float


def measure(folder: Path) -> list[Figure]:
    """Plan the sweeps, solve the orienteering instances, walk the footpaths."""
    figures, overruns_s = [], []
    for name, (seconds, least) in SWEEPS.items():
        answers = [_shiyou("sweep", name, seconds) for _ in range(RUNS)]
        figures += _sweep_figures(name, seconds, least, answers)
        overruns_s += [answer.overrun_s for answer in answers]
    ours = [_shiyou("orienteering", name, ORIENTEERING_S) for name in best_known(INSTANCES)]
    overruns_s += [answer.overrun_s for answer in ours]
    theirs = [_ortools(name, ORIENTEERING_S) for name in best_known(INSTANCES)]
    return [
        *figures,
        *_gap_figures("orienteering", ours, mean=0.5, worst=1.0),
        *_gap_figures("orienteering, OR-Tools", theirs),
        Figure("sweep: wall time beyond the seconds given", max(overruns_s), "s", at_most=1),
        Figure("sweep: first draft of 1,000 doors", _draft_seconds(), "s", at_most=1),
        Figure("sweep: walks of 1,000 x 1,000 on 5,000 nodes", _walking_seconds(), "s", at_most=1),
    ]


def _sweep_figures(name: str, seconds: float, least: float, answers: list[Answer]) -> list[Figure]:
    stem = f"sweep: {name.removesuffix('.json')}"
    value = statistics.median(_value(name, answer) for answer in answers)
    bound = min(answer.printed["bound"] for answer in answers)
    greedy = plan_sweep(read_instance(INSTANCES / name), cancelled=lambda: True).value
    theirs = _value(name, _ortools(name, seconds))
    return [
        Figure(f"{stem} in {seconds} s", round(value, 2), "persons", at_least=least),
        Figure(f"{stem}, gap to the bound", round(100 * (1 - value / bound), 1), "%"),
        Figure(f"{stem}, greedy", round(greedy, 2), "persons"),
        Figure(f"{stem}, OR-Tools in {seconds} s", round(theirs, 2), "persons"),
    ]


def _value(name: str, answer: Answer) -> float:
    return sweep_value(INSTANCES / name, answer.printed["routes"])


def _gap_figures(
    stem: str, answers: list[Answer], mean: float | None = None, worst: float | None = None
) -> list[Figure]:
    """Return the mean and the worst gap to the best known scores."""
    gaps = [_gap(answer.printed) for answer in answers]
    return [
        Figure(f"sweep: {stem}, mean gap", round(statistics.mean(gaps), 2), "%", at_most=mean),
        Figure(f"sweep: {stem}, worst gap", round(max(gaps), 2), "%", at_most=worst),
    ]


def _gap(printed: dict) -> float:
    score = orienteering_score(INSTANCES / printed["instance"], printed["routes"])
    return 100 * (1 - score / best_known(INSTANCES)[printed["instance"]])


def _shiyou(kind: str, name: str, seconds: float) -> Answer:
    return _run(seconds, "dashapp.cli", "bench", kind, name, "--seconds", str(seconds), "--json")


def _ortools(name: str, seconds: float) -> Answer:
    return _run(seconds, "benchmarks.sweep_ortools", name, str(seconds))


def _run(seconds: float, module: str, *words: str) -> Answer:
    began = time.monotonic()
    paths = [str(INSTANCES / word) if (INSTANCES / word).is_file() else word for word in words]
    done = subprocess.run(
        [sys.executable, "-m", module, *paths],
        cwd=ROOT, env={"PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}, check=True, capture_output=True,
    )  # fmt: skip
    return Answer(json.loads(done.stdout), round(time.monotonic() - began - seconds, 2))


def _draft_seconds() -> float:
    """Return the median time from the question to the first plan told."""
    problem = read_instance(INSTANCES / "sweep-1000.json")
    seconds: list[float] = []
    for _ in range(RUNS):
        plan_sweep(
            problem,
            progress=lambda told: seconds.append(told.plan.seconds),
            cancelled=lambda: True,
        )
    return median(seconds)


def _walking_seconds() -> float:
    """Return the median time for 1,000 places on a grid of 71 x 71 nodes."""
    side, rng = 71, np.random.default_rng(0)
    index = np.arange(side * side)
    nodes = np.column_stack([index % side, index // side]) * 20.0
    right, up = index[index % side < side - 1], index[:-side]
    edges = np.vstack([np.column_stack([right, right + 1]), np.column_stack([up, up + side])])
    paths, places = Footpaths(nodes, edges), rng.uniform(0, 1400, (1000, 2))
    seconds = []
    for _ in range(RUNS):
        began = time.perf_counter()
        walking_matrix(places, paths)
        seconds.append(time.perf_counter() - began)
    return median(seconds)
