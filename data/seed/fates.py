"""What has become of each door of the demo: a believable mix, and exact sums where they are asked for."""

from dataclasses import dataclass, field
from enum import Enum
from random import Random
from typing import Final

from data.rules.areas import BuildingKind
from data.seed.plans import BuildingPlan, DwellingPlan

GIANT_HOUSEHOLDS: Final = 2_700


class Fate(Enum):
    """How a door has turned out by the demo's day; whether it was verified is told by the rounds."""

    REGISTERED = "registered"
    HALF_ENTERED = "half_entered"
    COLLECTED = "collected"
    VACANT = "vacant"
    NO_CONTACT = "no_contact"
    REFUSED = "refused"
    UNCOLLECTED = "uncollected"
    SHOP = "shop"


HOUSEHOLDS: Final = {Fate.REGISTERED: 1, Fate.HALF_ENTERED: 2, Fate.COLLECTED: 1}
# Of the doors that are open in a building that has been worked on. S0: 20 to 30 % of doors stay uncollected
# whatever is tried (nobody in, refused, never tried); of those with a form in hand a few wait for entry.
WITHOUT_RECORD: Final = (Fate.NO_CONTACT, Fate.UNCOLLECTED, Fate.REFUSED)
OPEN_FATES: Final = (Fate.NO_CONTACT, Fate.REFUSED, Fate.UNCOLLECTED, Fate.COLLECTED)
OPEN_WEIGHTS: Final = (56, 15, 22, 7)
VACANT_SHARE: Final = 0.055  # of the resolved
HALF_ENTERED_SHARE: Final = 0.001
SHOP_SHARE: Final = 0.02  # of ground floors
COMMITTEE_SPREAD, COMPOUND_SPREAD, BUILDING_SPREAD = 0.075, 0.03, 0.095
NOT_STARTED_SHARE: Final = 0.018
LOWEST, HIGHEST = 0.36, 0.97
COMMITTEE_RANGE: Final = (-0.17, 0.15)
# Towers have porters and codes at the door, dormitories shifts; in the terraces everybody is known.
EASE: Final = {BuildingKind.TOWER: -0.04, BuildingKind.DORMITORY: -0.06, BuildingKind.TERRACE: 0.04}
# A building is wholly covered the oftener the farther its committee is, and the smaller it is.
WHOLE_BASE, WHOLE_SLOPE, SMALL_DOORS = 0.10, 0.9, 30
# Registration began fifteen months ago and goes on, building by building; the complete ones came early.
EARLIEST, LATEST_WHOLE, LATEST = 455, 170, 40


@dataclass(slots=True)
class Fates:
    """The fate of every door, and the doors of buildings that are neither untouched nor complete."""

    of: dict[int, Fate] = field(default_factory=dict)
    partly: list[int] = field(default_factory=list)

    def reach(self, doors: list[int], wanted: int, rng: Random) -> None:
        """Change fates among `doors` until exactly `wanted` households live behind them.

        Raises ValueError when there are too few doors for that.
        """
        order = list(doors)
        rng.shuffle(order)
        missing = wanted - sum(HOUSEHOLDS.get(self.of[door], 0) for door in doors)
        for door in order:
            if missing < 0 and self.of[door] is Fate.REGISTERED:
                self.of[door], missing = Fate.NO_CONTACT, missing + 1
            elif missing > 0 and self.of[door] in WITHOUT_RECORD:
                self.of[door], missing = Fate.REGISTERED, missing - 1
        if missing:
            raise ValueError(f"{len(doors)} doors cannot hold {wanted} households: {missing} off")

    def fill(self, wanted: int, rng: Random) -> None:
        """Change fates in partly covered buildings until the street holds `wanted` households."""
        present = sum(HOUSEHOLDS.get(fate, 0) for fate in self.of.values())
        in_partly = sum(HOUSEHOLDS.get(self.of[door], 0) for door in self.partly)
        self.reach(self.partly, wanted - present + in_partly, rng)


class FateMaker:
    """Draws fates: each committee, compound and building is farther or less far than its neighbours."""

    def __init__(self, level: float, rng: Random) -> None:
        self.level, self.rng = level, rng
        self.committees: dict[int, float] = {}
        self.compounds: dict[int, float] = {}

    def draw(self, buildings: list[BuildingPlan]) -> Fates:
        """Return the fates of all doors."""
        fates = Fates()
        for plan in buildings:
            share = self._share(plan)
            plan.begun_ago = self.rng.randint(LATEST_WHOLE if share == 1.0 else LATEST, EARLIEST)
            for door in plan.dwellings:
                fates.of[door.id] = self._fate(door, share)
            if 0.0 < share < 1.0 and not plan.unlived:
                fates.partly += [door.id for door in plan.dwellings]
        return fates

    def _share(self, plan: BuildingPlan) -> float:
        """Return the share of a building's doors that is resolved."""
        low, high = COMMITTEE_RANGE
        drawn = min(high, max(low, self.rng.gauss(0, COMMITTEE_SPREAD)))
        base = self.committees.setdefault(plan.committee_id, self.level + drawn)
        base = self.compounds.setdefault(
            plan.compound_id, base + self.rng.gauss(0, COMPOUND_SPREAD)
        )
        lot, small = self.rng.random(), len(plan.dwellings) < SMALL_DOORS
        whole = WHOLE_BASE + WHOLE_SLOPE * max(0.0, base - self.level) + (0.1 if small else 0.0)
        share = self.rng.gauss(base + EASE.get(plan.kind, 0.0), BUILDING_SPREAD)
        if plan.giant:
            return min(0.9, max(0.6, share))
        if lot < NOT_STARTED_SHARE:
            return 0.0
        return 1.0 if lot > 1 - whole else min(HIGHEST, max(LOWEST, share))

    def _fate(self, door: DwellingPlan, share: float) -> Fate:
        rng, flat = self.rng, not door.collective
        if door.building.unlived or (door.floor == 1 and flat and rng.random() < SHOP_SHARE):
            return Fate.SHOP
        if share == 0.0:
            return Fate.UNCOLLECTED
        if rng.random() >= share:
            return rng.choices(OPEN_FATES, OPEN_WEIGHTS)[0]
        lot = rng.random()
        if lot < VACANT_SHARE:
            return Fate.VACANT
        return Fate.HALF_ENTERED if lot > 1 - HALF_ENTERED_SHARE else Fate.REGISTERED
