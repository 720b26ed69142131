"""Room numbers as people really number them: 601, 24A, no 4th floor here and there."""

from dataclasses import dataclass
from random import Random
from statistics import fmean
from typing import Final

from data.rules.areas import BuildingKind

LETTERS: Final = "ABCDEFGH"
UNLUCKY_FLOORS: Final = (4, 13, 14)
LETTERED_SHARE: Final = 0.3  # of towers: 24A
NO_4_13_14_SHARE, NO_4_SHARE = 0.12, 0.05  # of towers, of slabs
# Flats a landing, as often as they come.
FLATS: Final = {
    BuildingKind.SLAB: (2, 2, 3),
    BuildingKind.TOWER: (4, 4, 5, 6),
    BuildingKind.TERRACE: (1, 1, 2),
    BuildingKind.DORMITORY: (6,),
    BuildingKind.OTHER: (1,),
}


@dataclass(frozen=True, slots=True)
class Habit:
    """How one building numbers: letters for flats, floors left out, flats a landing."""

    lettered: bool
    skipped: tuple[int, ...]
    flats: int


@dataclass(frozen=True, slots=True)
class Room:
    """One door: its floor as numbered, its room number and its column on the landing."""

    floor: int
    number: str
    position: int


def habit_of(kind: BuildingKind, floors: int, rng: Random) -> Habit:
    """Choose a building's numbering habit."""
    flats, lot = rng.choice(FLATS[kind]), rng.random()
    if kind is BuildingKind.TOWER:
        skipped = tuple(f for f in UNLUCKY_FLOORS if f <= floors) if lot < NO_4_13_14_SHARE else ()
        return Habit(rng.random() < LETTERED_SHARE, skipped, flats)
    return Habit(False, (4,) if kind is BuildingKind.SLAB and lot < NO_4_SHARE else (), flats)


def mean_flats(kind: BuildingKind) -> float:
    """Return how many flats a landing of this kind of building has on average."""
    return fmean(FLATS[kind])


def rooms_of(floors: int, habit: Habit) -> list[Room]:
    """Return every door behind one entrance, floor by floor; a skipped number is skipped for all."""
    numbered = [
        floor for floor in range(1, floors + len(habit.skipped) + 1) if floor not in habit.skipped
    ]
    return [
        Room(floor, _number(floor, flat, habit), flat)
        for floor in numbered[:floors]
        for flat in range(1, habit.flats + 1)
    ]


def _number(floor: int, flat: int, habit: Habit) -> str:
    return f"{floor}{LETTERS[flat - 1]}" if habit.lettered else f"{floor}{flat:02d}"
