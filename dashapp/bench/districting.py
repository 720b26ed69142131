"""`shiyou bench districting`: solve published districting instances and print the solutions.

An instance is a JSON file {name, k, lower, upper, population: [...], edges: [[u, v, weight], ...]}:
cut the units into k connected parts of lower to upper, so that the weight of cut edges is least.
"""

import json
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from dashapp.bench.instance import UnreadableInstance, first_seconds
from geo.balance import rebalance
from geo.balance_problem import PRESETS, BalanceError, BalanceProblem, Preset
from geo.balance_search import Limits
from geo.feasibility import Band, BandError


def command(
    files: Annotated[list[Path], typer.Argument(help="Instance files.")],
    seconds: Annotated[float, typer.Option(min=0.1, help="Time for each instance.")] = 10.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Cut benchmark instances. Example: shiyou bench districting OK-county.json --seconds 8."""
    for place, path in enumerate(files):
        answer = solve_file(path, seconds if place else first_seconds(seconds))
        typer.echo(json.dumps(answer) if as_json else _line(answer))


def solve_file(path: Path, seconds: float) -> dict[str, Any]:
    """Return the solution of one instance with its cut, within `seconds` of wall time.

    Raises UnreadableInstance.
    """
    started = time.monotonic()
    problem = read_instance(path)
    limits = Limits(seconds=max(0.1, seconds - (time.monotonic() - started)))
    plan = rebalance(problem, PRESETS[Preset.COMPACT], limits)
    return {
        "instance": path.name,
        "cut": round(plan.figures.boundary_m, 6),
        "assignment": list(plan.assignment),
        "violations": [
            {"fault": fault.fault.value, "part": fault.part, "by": fault.by}
            for fault in plan.figures.violations
        ],
        "contiguous": plan.figures.contiguous,
        "seconds": round(time.monotonic() - started, 3),
    }


def read_instance(path: Path) -> BalanceProblem:
    """Read an instance file; raises UnreadableInstance with the file's name and the reason."""
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return BalanceProblem(
            households=tuple(int(count) for count in raw["population"]),
            links=tuple((int(u), int(v), float(length)) for u, v, length in raw["edges"]),
            parts=int(raw["k"]),
            band=Band(int(raw["lower"]), int(raw["upper"])),
        )
    except (BalanceError, BandError) as refusal:
        raise UnreadableInstance(f"{path}: {refusal}") from refusal
    except (OSError, ValueError, KeyError, TypeError) as failure:
        raise UnreadableInstance(
            f"{path}: no districting instance ({type(failure).__name__}: {failure}); wanted is JSON"
            " with k, lower, upper, population and edges"
        ) from failure


def _line(answer: dict[str, Any]) -> str:
    faults = len(answer["violations"])
    return f"{answer['instance']}: cut {answer['cut']:g}, {faults} faults, {answer['seconds']} s"
