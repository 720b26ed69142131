"""Starting plans: random trees over the units, cut where the households divide best."""

import heapq
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.optimize import linear_sum_assignment

from geo.balance_ground import Ints
from geo.balance_problem import NO_PART, BalanceProblem
from geo.feasibility import share_counts

_CUTS_TRIED = 4
_GOOD_SHARE = 0.02
"""A cut this close to the wanted share of the households is taken without looking further."""


@dataclass(frozen=True)
class Starter:
    """Makes contiguous plans with no empty part; the households are even only roughly.

    `pieces` are the separate groups of units; when there are more of them than parts they must
    have been joined by `bridges` (pairs of units).
    """

    problem: BalanceProblem
    pieces: Sequence[Sequence[int]]
    bridges: Sequence[tuple[int, int]] = ()

    @cached_property
    def _near(self) -> list[list[tuple[int, float]]]:
        near: list[list[tuple[int, float]]] = [[] for _ in self.problem.households]
        bridges = [(one, other, 0.0) for one, other in self.bridges]
        for one, other, length_m in [*self.problem.links, *bridges]:
            near[one].append((other, length_m))
            near[other].append((one, length_m))
        return near

    @cached_property
    def _shares(self) -> list[tuple[list[int], int]]:
        """Return each piece's units with the number of parts it gets."""
        if len(self.pieces) > self.problem.parts:
            return [(list(range(len(self.problem.households))), self.problem.parts)]
        totals = [sum(self.problem.households[unit] for unit in piece) for piece in self.pieces]
        counts = share_counts(totals, self.problem.parts, self.problem.band)
        return [(list(piece), count) for piece, count in zip(self.pieces, counts, strict=True)]

    def plan(self, rng: random.Random) -> Ints:
        """Return a random plan, its parts numbered so that most households stay where they are."""
        plan = np.zeros(len(self.problem.households), dtype=np.int64)
        first = 0
        for units, parts in self._shares:
            self._divide(units, parts, first, plan, rng)
            first += parts
        return renumber(self.problem, plan)

    def _divide(
        self, units: list[int], parts: int, first: int, plan: Ints, rng: random.Random
    ) -> None:
        """Give `units` the part numbers first, first + 1, ... by cutting trees in two."""
        parts = min(parts, len(units))
        if parts <= 1:
            plan[units] = first
            return
        one = parts // 2 if rng.random() < 0.7 else 1
        branch, one = self._best_cut(units, one, parts, rng)
        rest = [unit for unit in units if unit not in branch]
        self._divide([unit for unit in units if unit in branch], one, first, plan, rng)
        self._divide(rest, parts - one, first + one, plan, rng)

    def _best_cut(
        self, units: list[int], one: int, parts: int, rng: random.Random
    ) -> tuple[set[int], int]:
        """Return the branch of a random tree fittest for `one` or `parts - one` parts, and which."""
        total = sum(self.problem.households[unit] for unit in units) or 1
        best = (2.0, set(units[:1]), 1)
        for _ in range(_CUTS_TRIED):
            order, parent = self._tree(units, rng)
            weight, size = self._branches(order, parent)
            for count in sorted({one, parts - one}):
                for unit in order[1:]:
                    off = abs(weight[unit] / total - count / parts)
                    if off < best[0] and count <= size[unit] <= len(units) - parts + count:
                        best = (off, _branch(unit, order, parent), count)
            if best[0] < _GOOD_SHARE:
                break
        return best[1], best[2]

    def _tree(self, units: list[int], rng: random.Random) -> tuple[list[int], dict[int, int]]:
        """Return a random tree as (units from the root outwards, parent of each).

        Long shared boundaries are likelier in the tree, so cuts tend to fall on short ones.
        """
        inside, root = set(units), rng.choice(units)
        order: list[int] = []
        parent: dict[int, int] = {}
        heap = [(0.0, root, root)]
        while heap:
            _, origin, unit = heapq.heappop(heap)
            if unit in parent:
                continue
            parent[unit] = origin
            order.append(unit)
            for other, length_m in self._near[unit]:
                if other in inside and other not in parent:
                    heapq.heappush(heap, (rng.random() / (length_m + 1e-9), unit, other))
        return order, parent

    def _branches(
        self, order: list[int], parent: dict[int, int]
    ) -> tuple[dict[int, int], dict[int, int]]:
        """Return households and units of the branch hanging at each unit."""
        weight = {unit: self.problem.households[unit] for unit in order}
        size = dict.fromkeys(order, 1)
        for unit in reversed(order[1:]):
            weight[parent[unit]] += weight[unit]
            size[parent[unit]] += size[unit]
        return weight, size


def _branch(top: int, order: list[int], parent: dict[int, int]) -> set[int]:
    branch = {top}
    for unit in order:
        if parent[unit] in branch:
            branch.add(unit)
    return branch


def renumber(problem: BalanceProblem, plan: Ints) -> Ints:
    """Return the same plan with parts numbered so that locks hold and most households stay."""
    if not problem.present and not problem.locked:
        return plan
    kept = np.zeros((problem.parts, problem.parts))
    home = {grid: part for part, grid in enumerate(problem.continues) if grid is not None}
    for unit, grid in enumerate(problem.present):
        if grid != NO_PART and grid in home:
            kept[plan[unit], home[grid]] += problem.households[unit]
    for unit, part in problem.locked.items():
        kept[plan[unit], part] += problem.total + 1
    old, new = linear_sum_assignment(-kept)
    number = np.empty(problem.parts, dtype=np.int64)
    number[old] = new
    return number[plan]
