"""The question of a sweep (扫楼): which doors, worth what in which shift, and how to walk there.

Clock: whole seconds since midnight of the plan's first day (Wednesday 14:00 is 50,400, the same
hour two days later 223,200). Value: persons expected to be met, weighted by urgency.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from geo.sweep_travel import Climbing, Spots, travel_seconds

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]
Routes = tuple[tuple[int, ...], ...]
"""The doors of each crew in walking order, crews ordered as `SweepProblem.crews`."""

NEVER_S = 10**9
"""An hour that never comes (31 years)."""

LARGEST_VALUE = 1e9


class SweepError(ValueError):
    """A question or a plan that cannot be: one line saying what is wrong and where."""


class Absence(StrEnum):
    """Why a door is not in a plan; the first that applies, from the door's own to the plan's."""

    BARRED = "barred"
    NO_ENTRANCE = "no_entrance"
    UNREACHABLE = "unreachable"
    NO_CREW = "no_crew"
    NO_VALUE = "no_value"
    TOO_LONG = "too_long"
    PAST_DEADLINE = "past_deadline"
    APPOINTMENT_OUTSIDE_SHIFTS = "appointment_outside_shifts"
    NO_TIME_LEFT = "no_time_left"


class Idleness(StrEnum):
    """Why nobody walks in a shift; the first that applies."""

    REVERSED = "reversed"
    NO_LENGTH = "no_length"
    PAST = "past"
    NO_TEAM = "no_team"
    NO_DOOR = "no_door"


@dataclass(frozen=True, slots=True)
class Crew:
    """One team, counted from 0, in one shift: what walks a route."""

    shift: int
    team: int


@dataclass(frozen=True, slots=True)
class Door:
    """A dwelling's door (户室) that could be visited once.

    entrance: row of the walking matrix, None when unknown. value: one number per shift, 0 = not
    then. lift: whether the entrance has one. A visit begins between appointment_from_s and
    appointment_to_s if given, and not after deadline_s. barred: why nobody may ring here, as a
    code of the caller's that comes back with the plan; None = allowed. lock: the crew that is to
    ring here and no other; locked doors go before all others, but are not promised.
    """

    entrance: int | None
    value: tuple[float, ...]
    floor: int = 1
    lift: bool = False
    service_s: int = 180
    appointment_from_s: int | None = None
    appointment_to_s: int | None = None
    deadline_s: int | None = None
    barred: str | None = None
    lock: Crew | None = None

    @property
    def appointed(self) -> bool:
        """Return whether an hour was agreed."""
        return self.appointment_from_s is not None or self.appointment_to_s is not None

    @property
    def opens_s(self) -> int:
        """Return the earliest second at which the visit may begin."""
        return self.appointment_from_s or 0

    @property
    def closes_s(self) -> int:
        """Return the latest second at which the visit may begin."""
        ends = (self.appointment_to_s, self.deadline_s)
        return min((end for end in ends if end is not None), default=NEVER_S)


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift (班次): each of its teams leaves at start_s at the earliest and is back by end_s."""

    name: str
    start_s: int
    end_s: int
    teams: int = 1


@dataclass(frozen=True)
class SweepProblem:
    """Doors, shifts, and the walk in seconds between entrances.

    walk_s: square, one row per entrance, then the workstation where every route starts, then
    the one where it ends; infinite where there is no way. now_s: the present; shifts over by then
    are not walked, one under way begins then. Raises SweepError naming the culprit.
    """

    doors: tuple[Door, ...]
    shifts: tuple[Shift, ...]
    walk_s: Floats
    now_s: int = 0
    climbing: Climbing = Climbing()  # noqa: RUF009 - frozen

    def __post_init__(self) -> None:
        """Refuse numbers that cannot be."""
        rows = len(self.walk_s)
        if self.walk_s.shape != (rows, rows) or rows < 2:
            raise SweepError(
                f"walk_s has shape {self.walk_s.shape}: give it square, 2 rows or more"
            )
        if not (self.walk_s >= 0).all():
            raise SweepError("walk_s has a negative or missing number: give seconds >= 0")
        for place, shift in enumerate(self.shifts):
            if shift.teams < 0 or max(abs(shift.start_s), abs(shift.end_s)) >= NEVER_S:
                raise SweepError(f"shift {place}: hours or number of teams out of range")
        if not 0 <= self.now_s < NEVER_S:
            raise SweepError(
                f"now_s is {self.now_s}: give a second of the plan's first day or later"
            )
        for place, door in enumerate(self.doors):
            self._check_door(place, door, rows - 2)

    def _check_door(self, place: int, door: Door, entrances: int) -> None:
        if door.entrance is not None and not 0 <= door.entrance < entrances:
            raise SweepError(f"door {place}: no entrance {door.entrance} among {entrances}")
        if len(door.value) != len(self.shifts):
            raise SweepError(
                f"door {place}: {len(door.value)} values for {len(self.shifts)} shifts"
            )
        if not all(0 <= value <= LARGEST_VALUE for value in door.value):
            raise SweepError(f"door {place}: a value must be a number of 0 to {LARGEST_VALUE:g}")
        if not 0 <= door.service_s < NEVER_S:
            raise SweepError(f"door {place}: a visit cannot take {door.service_s} s")
        if door.lock is not None and not 0 <= door.lock.shift < len(self.shifts):
            raise SweepError(f"door {place}: locked to shift {door.lock.shift}, which is not there")

    @cached_property
    def crews(self) -> tuple[Crew, ...]:
        """Return the teams that walk, in order of shift and team."""
        return tuple(
            Crew(place, team)
            for place, shift in enumerate(self.shifts)
            if self.idleness(place) is None
            for team in range(shift.teams)
        )

    def idleness(self, place: int) -> Idleness | None:
        """Return why nobody can walk in a shift, None if somebody can."""
        shift = self.shifts[place]
        tests = (
            (shift.end_s < shift.start_s, Idleness.REVERSED),
            (shift.end_s == shift.start_s, Idleness.NO_LENGTH),
            (shift.end_s <= self.now_s, Idleness.PAST),
            (shift.teams == 0, Idleness.NO_TEAM),
        )
        return next((reason for failed, reason in tests if failed), None)

    def leaves_s(self, place: int) -> int:
        """Return when the teams of a shift leave at the earliest."""
        return max(self.shifts[place].start_s, self.now_s)

    @cached_property
    def may_ring(self) -> Truths:
        """Return which crews locks leave to each door, shape (doors, crews)."""
        may = np.ones((len(self.doors), len(self.crews)), dtype=np.bool_)
        for place, door in enumerate(self.doors):
            if door.lock is not None:
                may[place] = [crew == door.lock for crew in self.crews]
        return may

    @cached_property
    def worth(self) -> Floats:
        """Return the value of each door in each shift, shape (doors, shifts)."""
        table = [door.value for door in self.doors]
        return np.array(table, dtype=np.float64).reshape(len(self.doors), len(self.shifts))

    @cached_property
    def spots(self) -> Spots:
        """Return where the doors are; those without an entrance are put at the first one."""
        doors = self.doors
        return Spots(
            entrance=np.array([door.entrance or 0 for door in doors], dtype=np.int64),
            floor=np.array([door.floor for door in doors], dtype=np.int64),
            lift=np.array([door.lift for door in doors], dtype=bool),
        )

    @cached_property
    def travel_s(self) -> Floats:
        """Return whole seconds between doors, stairs and lifts included; start and end come last.

        Doors without an entrance are infinitely far from everything.
        """
        known = np.array([door.entrance is not None for door in self.doors], dtype=bool)
        travel = travel_seconds(self.spots, self.walk_s, self.climbing)
        travel[:-2][~known] = travel[:, :-2][:, ~known] = np.inf
        return travel
