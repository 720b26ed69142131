"""What has become of each door of the demo: a believable mix, and exact sums where they are asked for."""

from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final

from data.seed.places import GIANT_HOUSEHOLDS
from data.seed.plans import BuildingPlan, DwellingPlan


class Fate(Enum):
    """How a door has turned out by the demo's day."""

    VERIFIED = "verified"
    REGISTERED = "registered"
    CONFLICT = "conflict"
    HALF_ENTERED = "half_entered"
    COLLECTED = "collected"
    VACANT = "vacant"
    NO_CONTACT = "no_contact"
    REFUSED = "refused"
    UNCOLLECTED = "uncollected"
    SHOP = "shop"


HOUSEHOLDS: Final = {
    Fate.VERIFIED: 1,
    Fate.REGISTERED: 1,
    Fate.CONFLICT: 1,
    Fate.HALF_ENTERED: 2,
    Fate.COLLECTED: 1,
}
OPEN_FATES: Final = (Fate.NO_CONTACT, Fate.REFUSED, Fate.UNCOLLECTED, Fate.COLLECTED)
# Of the doors still open in a building that has been worked on.
OPEN_WEIGHTS: Final = (52, 14, 20, 14)


@dataclass(frozen=True, slots=True)
class Character:
    """How far work in one building has come."""

    resolved_share: float
    verified_share: float
    vacant_share: float


GIANT: Final = Character(0.86, 0.45, 0.06)
# Share of buildings below which: not started, wholly verified, covered; then lagging; the rest between.
FIXED: Final = (
    (0.015, Character(0.0, 0.0, 0.0)),
    (0.22, Character(1.0, 1.0, 0.08)),
    (0.44, Character(1.0, 0.6, 0.07)),
)
LAGGING_BELOW: Final = 0.54


def draw_fates(buildings: list[BuildingPlan], rng: Random, level: float) -> dict[int, Fate]:
    """Return the fate of every door; `level` is the share resolved that the street tends to."""
    fates: dict[int, Fate] = {}
    tendency: dict[int, float] = {}
    for plan in buildings:
        base = tendency.setdefault(plan.committee_id, level + rng.uniform(-0.10, 0.06))
        character = _character(plan, base, rng)
        for door in plan.dwellings:
            fates[door.id] = _fate(door, character, rng)
    return fates


def _character(plan: BuildingPlan, base: float, rng: Random) -> Character:
    if plan.giant:
        return GIANT
    lot = rng.random()
    fixed = next((character for below, character in FIXED if lot < below), None)
    if fixed is not None:
        return fixed
    if lot < LAGGING_BELOW:
        return Character(rng.uniform(0.45, 0.68), 0.35, 0.05)
    return Character(min(0.985, max(0.70, rng.gauss(base, 0.06))), 0.5, 0.08)


def _fate(door: DwellingPlan, character: Character, rng: Random) -> Fate:
    if door.building.shops or (door.floor == 1 and not door.collective and rng.random() < 0.02):
        return Fate.SHOP
    if character.resolved_share == 0.0:
        return Fate.UNCOLLECTED
    if rng.random() >= character.resolved_share:
        return rng.choices(OPEN_FATES, OPEN_WEIGHTS)[0]
    return _resolved(character, rng)


def _resolved(character: Character, rng: Random) -> Fate:
    lot = rng.random()
    if lot < character.vacant_share:
        return Fate.VACANT
    if character.verified_share < 1.0 and lot > 0.9965:
        return Fate.HALF_ENTERED if lot > 0.999 else Fate.CONFLICT
    return Fate.VERIFIED if rng.random() < character.verified_share else Fate.REGISTERED


def household_total(fates: dict[int, Fate]) -> int:
    """Return how many households these fates mean."""
    return sum(HOUSEHOLDS.get(fate, 0) for fate in fates.values())


def reach_households(fates: dict[int, Fate], doors: list[int], wanted: int, rng: Random) -> None:
    """Change fates among `doors` until they hold exactly `wanted` households.

    Raises ValueError when there are too few doors for that.
    """
    order = list(doors)
    rng.shuffle(order)
    present = sum(HOUSEHOLDS.get(fates[door], 0) for door in order)
    for door in order:
        if present == wanted:
            return
        if present > wanted and fates[door] is Fate.REGISTERED:
            fates[door], present = Fate.NO_CONTACT, present - 1
        elif present < wanted and fates[door] in (Fate.NO_CONTACT, Fate.UNCOLLECTED, Fate.REFUSED):
            fates[door], present = Fate.REGISTERED, present + 1
    if present != wanted:
        raise ValueError(f"{len(doors)} doors cannot hold {wanted} households: {present}")


def settle_giant(buildings: list[BuildingPlan], fates: dict[int, Fate], rng: Random) -> None:
    """Give the oversized compound its 2,700 households."""
    doors = [door.id for plan in buildings if plan.giant for door in plan.dwellings]
    if doors:
        reach_households(fates, doors, GIANT_HOUSEHOLDS, rng)
