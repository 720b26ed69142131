"""The question of a rebalancing laid out in arrays for searching many plans side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.balance_problem import NO_PART, BalanceProblem, Weights, find_groups

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is needed to judge from the nearest units whether a part hangs together without a unit.

    All arrays hold unit indices; the index `units` (one past the last) stands for nobody and is
    never in any part. Row u: its neighbours with the metres shared; the pairs of neighbours that
    touch, directly (via == pair_a) or through one of two common neighbours; the triangles.
    """

    neighbours: Ints
    metres: Floats
    pair_a: Ints
    pair_b: Ints
    via_a: Ints
    via_b: Ints
    triangles: Ints


@dataclass(frozen=True, slots=True)
class Ground:
    """Households, links and costs as arrays.

    toll[u, d] is the objective's price of unit u in part d (households that move); stray[u, d]
    counts as households outside the band when unit u is locked elsewhere. Both are None when
    they are 0 everywhere. `scale` is the objective's typical change when one unit moves.
    """

    units: int
    parts: int
    middle: float
    half: float
    households: Floats
    tasks: Floats | None
    work: float
    toll: Floats | None
    stray: Floats | None
    tails: Ints
    heads: Ints
    costs: Floats
    scale: float
    around: Surroundings

    @property
    def dear(self) -> float:
        """Return the score of one household outside the band: fitting comes before all else."""
        return 1e6 * self.scale

    def fits(self, score: float) -> bool:
        """Return whether a plan of this score keeps the band and the locks."""
        return score < self.dear / 2

    @property
    def work_counts(self) -> bool:
        """Return whether uneven open tasks are part of the objective."""
        return self.tasks is not None

    @property
    def mean_load(self) -> float:
        """Return the open tasks each part would have if all had the same number."""
        return 0.0 if self.tasks is None else float(self.tasks.sum()) / self.parts

    @property
    def unit_size(self) -> float:
        """Return the mean households of a unit (at least 1)."""
        return max(1.0, float(self.households[:-1].mean()))


def lay_out(problem: BalanceProblem, weights: Weights, pieces: Sequence[Sequence[int]]) -> Ground:
    """Return the arrays of a question; `pieces` are its separate groups of units.

    When there are more pieces than parts some part must lie in several: the pieces are then
    joined by links of no length, so that the search can find the least bad plan.
    """
    count = len(problem.households)
    links = [*problem.links, *((*ends, 0.0) for ends in bridges(problem, pieces))]
    tails, heads = (np.array([link[end] for link in links], dtype=np.int64) for end in (0, 1))
    costs = np.array([link[2] for link in links], dtype=float) * weights.boundary
    toll = _toll(problem, weights)
    tasks = np.array([*problem.tasks, 0.0]) if weights.work and problem.tasks else None
    return Ground(
        units=count,
        parts=problem.parts,
        middle=(problem.band.lower + problem.band.upper) / 2,
        half=(problem.band.upper - problem.band.lower) / 2,
        households=np.array([*problem.households, 0.0]),
        tasks=tasks,
        work=weights.work / 2,
        toll=toll,
        stray=_stray(problem),
        tails=tails,
        heads=heads,
        costs=costs,
        scale=_scale(costs, toll, tasks, weights),
        around=_surroundings(count, tails, heads, costs),
    )


def find_pieces(problem: BalanceProblem) -> list[list[int]]:
    """Return the groups of units that links hold together, the one with unit 0 first."""
    return find_groups(len(problem.households), problem.links)


def bridges(problem: BalanceProblem, pieces: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Return pairs of units that join all pieces when there are more pieces than parts."""
    if len(pieces) <= problem.parts:
        return []
    hub = max(pieces, key=len)
    return [(hub[0], piece[0]) for piece in pieces if piece is not hub]


def _toll(problem: BalanceProblem, weights: Weights) -> Floats | None:
    if not weights.moved or not problem.present:
        return None
    present = np.array(problem.present)
    grids = np.array([NO_PART if grid is None else grid for grid in problem.continues])
    moved = (present[:, None] != grids[None, :]) & (present[:, None] != NO_PART)
    toll = np.zeros((len(present) + 1, problem.parts))
    toll[:-1] = moved * np.array(problem.households)[:, None] * weights.moved
    return toll


def _stray(problem: BalanceProblem) -> Floats | None:
    if not problem.locked:
        return None
    stray = np.zeros((len(problem.households) + 1, problem.parts))
    for unit, part in problem.locked.items():
        stray[unit] = problem.band.upper
        stray[unit, part] = 0
    return stray


def _scale(costs: Floats, toll: Floats | None, tasks: Floats | None, weights: Weights) -> float:
    scale = float(costs.mean()) if len(costs) else 0.0
    if toll is not None:
        scale += float(toll.max(axis=1).mean())
    if tasks is not None:
        scale += float(tasks.mean()) * weights.work
    return scale or 1.0


def _surroundings(count: int, tails: Ints, heads: Ints, costs: Floats) -> Surroundings:
    near: list[dict[int, float]] = [{} for _ in range(count)]
    for one, other, cost in zip(tails.tolist(), heads.tolist(), costs.tolist(), strict=True):
        near[one][other] = near[other][one] = cost
    pairs = [_touching_pairs(near, unit) for unit in range(count)]
    triangles = [_triangles(row) for row in pairs]
    columns = [[[pair[i] for pair in row] for row in pairs] for i in range(4)]
    pair_a, pair_b, via_a, via_b = (_padded(column, count) for column in columns)
    return Surroundings(
        neighbours=_padded([list(row) for row in near], count),
        metres=_padded([list(row.values()) for row in near], 0.0),
        pair_a=pair_a,
        pair_b=pair_b,
        via_a=via_a,
        via_b=via_b,
        triangles=_padded_triangles(triangles, count),
    )


def _touching_pairs(near: list[dict[int, float]], unit: int) -> list[tuple[int, int, int, int]]:
    """Return pairs of a unit's neighbours that touch, with the units through which they do."""
    pairs = []
    ring = list(near[unit])
    for place, one in enumerate(ring):
        for other in ring[:place]:
            if other in near[one]:
                pairs.append((one, other, one, one))
                continue
            common = [
                v for v in near[one] if v in near[other] and v != unit and v not in near[unit]
            ]
            if common:
                pairs.append((one, other, common[0], common[-1]))
    return pairs


def _triangles(pairs: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int]]:
    direct = {(one, other) for one, other, via, _ in pairs if via == one}
    return [(a, b, c) for a, b in direct for other, c in direct if other == b and (a, c) in direct]


def _padded(rows: Sequence[Sequence[float]], filler: float) -> NDArray[Any]:
    """Return rows as one table (whole numbers for a whole filler), one more row for nobody."""
    table = np.full((len(rows) + 1, max(1, *map(len, rows))), filler)
    for place, row in enumerate(rows):
        table[place, : len(row)] = row
    return table


def _padded_triangles(rows: list[list[tuple[int, int, int]]], filler: int) -> Ints:
    table = np.full((len(rows) + 1, max(1, *map(len, rows)), 3), filler, dtype=np.int64)
    for place, row in enumerate(rows):
        if row:
            table[place, : len(row)] = row
    return table
