"""The question of a rebalancing and what is wanted of the answer, in plain numbers.

A unit is an entrance (号) or a building (楼栋) with its households; a link says that two units
touch, with the metres of boundary they share; a part is a future grid (网格).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import inf
from types import MappingProxyType

from geo.feasibility import Band

Link = tuple[int, int, float]

NO_PART = -1
"""The present part of a unit that belongs to none yet."""


class BalanceError(ValueError):
    """A rebalancing question that cannot be asked: one line saying what is wrong and where."""


class Preset(StrEnum):
    """Three named weightings of the one objective."""

    COMPACT = "compact"
    FEWEST_MOVES = "fewest_moves"
    BALANCED_WORK = "balanced_work"


@dataclass(frozen=True, slots=True)
class Weights:
    """What one unit of each term costs; the objective is the weighted sum, smaller is better.

    boundary: per metre of boundary between different parts. moved: per household whose part
    changes. work: per open task that would have to change parts for all to have the same number.
    """

    boundary: float = 1.0
    moved: float = 0.0
    work: float = 0.0

    def __post_init__(self) -> None:
        """Refuse weights that reward a bad plan or want nothing at all."""
        if min(self.boundary, self.moved, self.work) < 0:
            raise BalanceError(f"{self}: a weight cannot be negative")
        if self.boundary + self.moved + self.work == 0:
            raise BalanceError("all weights are 0: give at least one term a weight")


# fewest_moves trades 20 m of boundary for one household left where it is; balanced_work trades
# 10 m for one open task, a household's move for 1 m: both keep the boundary as the tie-breaker.
PRESETS: Mapping[Preset, Weights] = MappingProxyType(
    {
        Preset.COMPACT: Weights(1.0, 0.0, 0.0),
        Preset.FEWEST_MOVES: Weights(0.05, 1.0, 0.0),
        Preset.BALANCED_WORK: Weights(1.0, 1.0, 10.0),
    }
)


@dataclass(frozen=True, slots=True)
class BalanceProblem:
    """Cut units into `parts` contiguous parts, each within `band`.

    households[i] and tasks[i] belong to unit i; links name units by index. present[i] is the
    number of the unit's present grid (any number >= 0) or NO_PART. locked maps a unit to the
    part (0..parts-1) it must be in. Links given twice are added up. Raises BalanceError.
    """

    households: tuple[int, ...]
    links: tuple[Link, ...]
    parts: int
    band: Band
    tasks: tuple[int, ...] = ()
    present: tuple[int, ...] = ()
    locked: Mapping[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse numbers out of range, naming the first culprit; bring links into order."""
        self._check_units()
        self._check_locked()
        object.__setattr__(self, "links", _tidy_links(self.links, len(self.households)))

    def _check_units(self) -> None:
        count = len(self.households)
        if not 1 <= self.parts <= count:
            raise BalanceError(f"{self.parts} parts of {count} units: give 1 to {count}")
        for name, column in (("households", self.households), ("tasks", self.tasks)):
            if any(value < 0 for value in column):
                raise BalanceError(f"{name}: unit {_first_negative(column)} has a negative count")
        for name, column in (("tasks", self.tasks), ("present", self.present)):
            if column and len(column) != count:
                raise BalanceError(f"{name}: {len(column)} values for {count} units")

    def _check_locked(self) -> None:
        for unit, part in self.locked.items():
            if not (0 <= unit < len(self.households) and 0 <= part < self.parts):
                raise BalanceError(f"locked: no unit {unit} or no part {part} in this problem")

    @property
    def total(self) -> int:
        """Return all households."""
        return sum(self.households)

    @property
    def continues(self) -> tuple[int | None, ...]:
        """Return the present grid that each part continues, None for a new one.

        The present grids in rising number take parts 0, 1, 2...; when there are more grids than
        parts, the ones with most households stay and the others are dissolved.
        """
        size: Counter[int] = Counter()
        for grid, households in zip(self.present, self.households, strict=False):
            if grid != NO_PART:
                size[grid] += households
        largest = sorted(size, key=lambda grid: (-size[grid], grid))[: self.parts]
        return (*sorted(largest), *[None] * (self.parts - len(largest)))


def _first_negative(column: tuple[int, ...]) -> int:
    return next(unit for unit, value in enumerate(column) if value < 0)


def _tidy_links(links: tuple[Link, ...], units: int) -> tuple[Link, ...]:
    """Return links as (smaller, larger, metres) in order, doubles added up."""
    metres: dict[tuple[int, int], float] = {}
    for one, other, length_m in links:
        if not (0 <= one < units and 0 <= other < units and one != other and 0 <= length_m < inf):
            raise BalanceError(f"link {one}-{other} of {length_m} m: no such pair of units")
        pair = min(one, other), max(one, other)
        metres[pair] = metres.get(pair, 0.0) + length_m
    return tuple((one, other, metres[one, other]) for one, other in sorted(metres))


def find_groups(units: int, links: Sequence[Link]) -> list[list[int]]:
    """Return the groups of units that links hold together, the one with unit 0 first."""
    near: list[list[int]] = [[] for _ in range(units)]
    for one, other, _ in links:
        near[one].append(other)
        near[other].append(one)
    seen: set[int] = set()
    groups = []
    for unit in range(units):
        if unit not in seen:
            groups.append(_reach(near, unit))
            seen.update(groups[-1])
    return groups


def _reach(near: list[list[int]], start: int) -> list[int]:
    reached, queue = {start}, [start]
    while queue:
        fresh = [unit for unit in near[queue.pop()] if unit not in reached]
        reached.update(fresh)
        queue.extend(fresh)
    return sorted(reached)
