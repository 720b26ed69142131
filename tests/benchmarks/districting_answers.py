"""Recompute answers to districting instances from the files alone, in plain Python.

Knows nothing of the solver: written from the description of the format.
"""

import json
from collections.abc import Sequence
from pathlib import Path


def cut_weight(path: Path, assignment: Sequence[int]) -> float:
    """Return the weight of the edges between different parts."""
    edges = json.loads(path.read_text(encoding="utf8"))["edges"]
    return round(sum(w for u, v, w in edges if assignment[u] != assignment[v]), 6)


def faults(path: Path, assignment: Sequence[int]) -> list[str]:
    """Return the rules an answer breaks: parts missing, out of band or in pieces."""
    raw = json.loads(path.read_text(encoding="utf8"))
    assert len(assignment) == len(raw["population"]), "not one part a unit"
    assert set(assignment) <= set(range(raw["k"])), "no such part"
    found = []
    for part in range(raw["k"]):
        own = {unit for unit, its in enumerate(assignment) if its == part}
        households = sum(raw["population"][unit] for unit in own)
        if not raw["lower"] <= households <= raw["upper"]:
            found.append(f"part {part} has {households}")
        if own and not _hangs_together(own, raw["edges"]):
            found.append(f"part {part} lies in pieces")
    return found


def _hangs_together(own: set[int], edges: Sequence[Sequence[float]]) -> bool:
    near: dict[int, list[int]] = {unit: [] for unit in own}
    for u, v, _ in edges:
        if u in own and v in own:
            near[int(u)].append(int(v))
            near[int(v)].append(int(u))
    start = min(own)
    reached, queue = {start}, [start]
    while queue:
        fresh = [unit for unit in near[queue.pop()] if unit not in reached]
        reached.update(fresh)
        queue.extend(fresh)
    return reached == own


def best_known(folder: Path) -> dict[str, float]:
    """Return the best known cut of each instance in the folder, by file name."""
    rows = (folder / "best_known.csv").read_text(encoding="utf8").splitlines()[1:]
    return {f"{row.split(',')[0]}.json": float(row.split(",")[1]) for row in rows if row}
