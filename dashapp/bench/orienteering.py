"""`shiyou bench orienteering`: solve Chao's team orienteering instances with the sweep's solver.

An instance is a text file: `n N`, `m M`, `tmax T`, then a line `x y score` for each of the N
vertices, the start first and the end last. M routes from start to end, each at most T long
(Euclidean), visit vertices at most once; the sum of their scores counts.
"""

import json
import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import typer

from dashapp.bench.instance import UnreadableInstance, first_seconds
from geo.sweep import Limits, plan_sweep
from geo.sweep_problem import Door, Floats, Shift, SweepProblem

_LONGEST_S = 5e8
"""What tmax becomes in the solver's whole seconds at most: distances are rounded up to those."""

_STARTS_A_SECOND = 0.3
"""Fresh searches: one local optimum in three traps a single long one."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A team orienteering instance; xy has shape (vertices, 2)."""

    teams: int
    longest: float
    xy: Floats
    scores: tuple[float, ...]


def command(
    files: Annotated[list[Path], typer.Argument(help="Instance files.")],
    seconds: Annotated[float, typer.Option(min=0.1, help="Time for each instance.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Solve team orienteering. Example: shiyou bench orienteering p4.2.d.txt --seconds 10."""
    for place, path in enumerate(files):
        answer = solve_file(path, seconds if place else first_seconds(seconds))
        typer.echo(json.dumps(answer) if as_json else _line(answer))


def solve_file(path: Path, seconds: float) -> dict[str, Any]:
    """Return the best routes of one instance found within `seconds` of wall time.

    Vertices are numbered as in the file, from 0; routes begin with the start and end with the
    end, teams that stay at home have none. Raises UnreadableInstance.
    """
    started = time.monotonic()
    instance = read_instance(path)
    starts = max(1, round(seconds * _STARTS_A_SECOND))
    left_s = seconds - (time.monotonic() - started)
    plan = plan_sweep(as_sweep(instance), Limits(seconds=left_s, starts=starts))
    last = len(instance.scores) - 1
    score = plan.value
    return {
        "instance": path.name,
        "score": int(score) if score.is_integer() else round(score, 6),
        "routes": [
            [0, *(door + 1 for door in route.doors), last] for route in plan.routes if route.doors
        ],
        "seconds": round(time.monotonic() - started, 3),
    }


def read_instance(path: Path) -> Instance:
    """Read an instance file; raises UnreadableInstance with the file's name and the reason."""
    try:
        return _instance(path.read_text(encoding="utf-8").splitlines())
    except (OSError, ValueError, IndexError) as failure:
        raise UnreadableInstance(
            f"{path}: no team orienteering instance ({type(failure).__name__}: {failure}); wanted"
            " is n, m, tmax, then a line x y score for each of the n vertices"
        ) from failure


def as_sweep(instance: Instance) -> SweepProblem:
    """Return the instance as a sweep of one shift: vertices are doors on the ground floor."""
    order = [*range(1, len(instance.scores) - 1), 0, len(instance.scores) - 1]
    at = instance.xy[order]
    apart = np.hypot(*(at[:, None] - at[None, :]).transpose(2, 0, 1))
    fine = 10.0 ** math.floor(math.log10(_LONGEST_S / max(1.0, instance.longest)))
    return SweepProblem(
        doors=tuple(
            Door(entrance=place, value=(score,), service_s=0)
            for place, score in enumerate(instance.scores[1:-1])
        ),
        shifts=(Shift("all", 0, int(instance.longest * fine + 1e-6), instance.teams),),
        walk_s=apart * fine,
    )


def _instance(lines: list[str]) -> Instance:
    head = [_header(lines[place], name) for place, name in enumerate(("n", "m", "tmax"))]
    rows = [[float(word) for word in line.split()] for line in lines[3:] if line.strip()]
    if len(rows) != head[0] or len(rows) < 2:
        raise ValueError(f"{len(rows)} vertices, n is {head[0]:g}")
    if any(len(row) != 3 for row in rows):
        raise ValueError("a vertex needs three numbers")
    table = np.array(rows, dtype=np.float64)
    if not np.isfinite(table).all() or (table[:, 2] < 0).any():
        raise ValueError("coordinates must be finite, scores 0 or more")
    if not (0 <= head[2] <= _LONGEST_S and head[1] >= 0 and head[1].is_integer()):
        raise ValueError(f"m must be a whole number, tmax 0 to {_LONGEST_S:g}")
    return Instance(int(head[1]), head[2], table[:, :2], tuple(table[:, 2].tolist()))


def _header(line: str, name: str) -> float:
    words = line.split()
    if len(words) != 2 or words[0] != name:
        raise ValueError(f"'{line[:40]}' should be '{name} NUMBER'")
    return float(words[1])


def _line(answer: dict[str, Any]) -> str:
    return f"{answer['instance']}: score {answer['score']:g}, {len(answer['routes'])} routes"
