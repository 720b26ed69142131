"""Prove a small rebalancing with HiGHS: the best plan, a bound, or that there is none.

Contiguity is added only where a solution breaks it: if a part holds units a and b that are not
joined, any part with both must also hold a unit of a set that separates them.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_matrix, vstack

from geo.balance_ground import Floats, Ground, Ints

_OPTIMAL, _INFEASIBLE = 0, 2


@dataclass(frozen=True, slots=True)
class Proof:
    """What is proven: a lower bound of the objective, the best plan if found, or that none exists.

    A plan given is optimal.
    """

    bound: float = 0.0
    plan: Ints | None = None
    impossible: bool = False


def prove(ground: Ground, seconds: float) -> Proof:
    """Try to prove the best plan within `seconds`; gives back whatever was proven by then."""
    model = _Model(ground)
    until = time.monotonic() + seconds
    bound = 0.0
    while (left := until - time.monotonic()) > 0:
        answer = model.solve(left)
        if answer.status == _INFEASIBLE:
            return Proof(impossible=True)
        bound = max(bound, float(answer.mip_dual_bound or 0.0))
        if answer.status != _OPTIMAL:
            break
        plan = model.plan(answer.x)
        if not model.separate(plan):
            return Proof(bound, plan)
    return Proof(bound)


class _Model:
    """Variables: unit u in part d (u * parts + d), then a link cut or not, then uneven work."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._assigned = ground.units * ground.parts
        self._links = len(ground.tails)
        self._width = self._assigned + self._links + (ground.parts if ground.work_counts else 0)
        self._near: list[set[int]] = [set() for _ in range(ground.units)]
        for one, other in zip(ground.tails.tolist(), ground.heads.tolist(), strict=True):
            self._near[one].add(other)
            self._near[other].add(one)
        self._cuts: list[Any] = []
        self._rows = [self._each_unit_once(), self._band(), *self._cut_links()]
        if ground.work_counts:
            self._rows += self._uneven_work()

    def solve(self, seconds: float) -> Any:
        """Run HiGHS on what is known so far."""
        whole = np.zeros(self._width, dtype=np.int64)
        whole[: self._assigned] = 1
        return milp(
            self._costs(),
            integrality=whole,
            bounds=self._bounds(),
            constraints=[*self._rows, *self._cuts],
            options={"time_limit": max(0.1, seconds), "mip_rel_gap": 0.0},
        )

    def plan(self, values: Floats) -> Ints:
        """Read the part of each unit from a solution."""
        shares = values[: self._assigned].reshape(self.ground.units, self.ground.parts)
        return np.asarray(shares.argmax(axis=1), dtype=np.int64)

    def _variable(self, unit: int, part: int) -> int:
        return unit * self.ground.parts + part

    def _costs(self) -> Floats:
        costs = np.zeros(self._width)
        if self.ground.toll is not None:
            costs[: self._assigned] = self.ground.toll[:-1].ravel()
        costs[self._assigned : self._assigned + self._links] = self.ground.costs
        costs[self._assigned + self._links :] = self.ground.work
        return costs

    def _bounds(self) -> Bounds:
        """Fix locked units; without locks and tolls parts are alike, so number them by size."""
        upper = np.ones(self._width)
        upper[self._assigned + self._links :] = np.inf
        allowed = upper[: self._assigned].reshape(self.ground.units, self.ground.parts)
        if self.ground.stray is not None:
            allowed[self.ground.stray[:-1] > 0] = 0
        elif self.ground.toll is None:
            largest = np.argsort(-self.ground.households[:-1], kind="stable")
            for place, unit in enumerate(largest[: self.ground.parts]):
                allowed[unit, place + 1 :] = 0
        return Bounds(np.zeros(self._width), upper)

    def _each_unit_once(self) -> LinearConstraint:
        units = np.repeat(np.arange(self.ground.units), self.ground.parts)
        table = self._table(np.ones(self._assigned), units, np.arange(self._assigned))
        return LinearConstraint(table, 1, 1)

    def _band(self) -> LinearConstraint:
        table = self._part_sums(self.ground.households[:-1])
        ground = self.ground
        return LinearConstraint(table, ground.middle - ground.half, ground.middle + ground.half)

    def _part_sums(self, values: Floats) -> Any:
        parts = np.tile(np.arange(self.ground.parts), self.ground.units)
        return self._table(np.repeat(values, self.ground.parts), parts, np.arange(self._assigned))

    def _cut_links(self) -> list[LinearConstraint]:
        """Count a link as cut when one end is in a part and the other is not."""
        ground, parts = self.ground, np.arange(self.ground.parts)
        rows = np.arange(self._links * ground.parts)
        tail = (ground.tails[:, None] * ground.parts + parts).ravel()
        head = (ground.heads[:, None] * ground.parts + parts).ravel()
        cut = self._assigned + np.repeat(np.arange(self._links), ground.parts)
        ones = np.ones(len(rows))
        columns, lines = np.concatenate([tail, head, cut]), np.tile(rows, 3)
        return [
            LinearConstraint(
                self._table(np.concatenate([sign * ones, -sign * ones, -ones]), lines, columns),
                -np.inf,
                0,
            )
            for sign in (1, -1)
        ]

    def _uneven_work(self) -> list[LinearConstraint]:
        """Bound each part's distance from the mean number of tasks from below, on both sides."""
        ground = self.ground
        assert ground.tasks is not None
        sums, parts = self._part_sums(ground.tasks[:-1]), np.arange(ground.parts)
        distance = self._table(np.ones(ground.parts), parts, self._width - ground.parts + parts)
        mean = ground.mean_load
        return [
            LinearConstraint(sums - distance, -np.inf, mean),
            LinearConstraint(sums + distance, mean, np.inf),
        ]

    def _table(self, values: Floats, rows: Ints, columns: Ints) -> Any:
        return csr_matrix((values, (rows, columns)), shape=(int(rows.max()) + 1, self._width))

    def separate(self, plan: Ints) -> bool:
        """Forbid the breaks of a plan; return whether there were any."""
        lines = []
        for part in range(self.ground.parts):
            first, *others = self._pieces(plan, part)
            for piece in others:
                lines += self._separators(self._heaviest(piece), self._heaviest(first), piece)
        if lines:
            self._cuts.append(LinearConstraint(vstack(lines), -np.inf, 1))
        return bool(lines)

    def _pieces(self, plan: Ints, part: int) -> list[set[int]]:
        """Return the pieces of a part, the one with most units first."""
        left = set(np.flatnonzero(plan == part).tolist())
        pieces = []
        while left:
            piece = self._reach(left.pop(), left)
            left -= piece
            pieces.append(piece)
        return sorted(pieces, key=lambda piece: (-len(piece), min(piece)))

    def _reach(self, start: int, inside: set[int]) -> set[int]:
        reached, queue = {start}, [start]
        while queue:
            fresh = (self._near[queue.pop()] & inside) - reached
            reached |= fresh
            queue.extend(fresh)
        return reached

    def _heaviest(self, piece: set[int]) -> int:
        return max(piece, key=lambda unit: (self.ground.households[unit], -unit))

    def _separators(self, one: int, other: int, piece: set[int]) -> list[Any]:
        """Return for each part: both units only together with one of those around the piece."""
        around = set().union(*(self._near[unit] for unit in piece)) - piece
        beyond = self._reach(other, set(range(self.ground.units)) - around)
        between = sorted(unit for unit in around if self._near[unit] & beyond)
        return [self._separator(one, other, between, part) for part in range(self.ground.parts)]

    def _separator(self, one: int, other: int, between: Sequence[int], part: int) -> Any:
        columns = [self._variable(unit, part) for unit in (one, other, *between)]
        values = np.array([1.0, 1.0, *[-1.0] * len(between)])
        return self._table(values, np.zeros(len(columns), dtype=np.int64), np.array(columns))
