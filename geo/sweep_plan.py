"""The answer to a sweep: who rings where and when, why, and why not at the other doors."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from geo.sweep_problem import NEVER_S, Absence, Floats, Idleness, Routes, SweepProblem, Truths
from geo.sweep_times import Timetable, fits_alone


class Presence(StrEnum):
    """Why a door is visited in this shift; the first that applies."""

    LOCKED = "locked"
    APPOINTMENT = "appointment"
    DEADLINE = "deadline"
    BEST_SHIFT = "best_shift"
    ON_THE_WAY = "on_the_way"


@dataclass(frozen=True, slots=True)
class Stop:
    """One visit: walk_s from the stop before; begin_s is later than arrive_s only for waiting."""

    door: int
    walk_s: int
    arrive_s: int
    begin_s: int
    leave_s: int
    value: float
    reason: Presence


@dataclass(frozen=True, slots=True)
class CrewRoute:
    """What one team does in one shift, from the workstation and back."""

    shift: int
    team: int
    stops: tuple[Stop, ...]
    start_s: int
    back_s: int
    walk_back_s: int

    @property
    def doors(self) -> tuple[int, ...]:
        """Return the doors in walking order."""
        return tuple(stop.door for stop in self.stops)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A door that is not visited; note is the caller's own code when it is barred."""

    door: int
    reason: Absence
    note: str | None = None


@dataclass(frozen=True, slots=True)
class IdleShift:
    """A shift in which nobody walks."""

    shift: int
    reason: Idleness


@dataclass(frozen=True, slots=True)
class Plan:
    """A sweep plan. No plan is worth more than bound; gap is what may be missing, a share of it.

    routes holds every crew, also those with nothing to do; left_out and idle_shifts say for
    everything else why not.
    """

    routes: tuple[CrewRoute, ...]
    left_out: tuple[LeftOut, ...]
    idle_shifts: tuple[IdleShift, ...]
    value: float
    bound: float
    rounds: int = 0
    seconds: float = 0.0

    @property
    def gap(self) -> float:
        """Return how far the value may lie below the best possible, 0..1."""
        return max(0.0, 1 - self.value / self.bound) if self.bound > 0 else 0.0


class Writer:
    """Writes routes out as plans; what does not depend on the routes is worked out once."""

    def __init__(self, problem: SweepProblem, table: Timetable, bound: float) -> None:
        self.problem, self.table, self.bound = problem, table, bound
        self._absent = _absences(problem, table)
        self._best = table.worth.max(axis=1, initial=0)

    def plan(self, routes: Routes, rounds: int, seconds: float) -> Plan:
        """Return routes as a plan."""
        visited = {door for route in routes for door in route}
        return Plan(
            routes=tuple(self._route(crew, route) for crew, route in enumerate(routes)),
            left_out=tuple(
                LeftOut(door, reason, self.problem.doors[door].barred)
                for door, reason in enumerate(self._absent)
                if door not in visited
            ),
            idle_shifts=tuple(self._idle_shifts(routes)),
            value=self.table.value(routes),
            bound=self.bound,
            rounds=rounds,
            seconds=seconds,
        )

    def _idle_shifts(self, routes: Routes) -> Iterator[IdleShift]:
        walked = {self.table.crews[crew].shift for crew, route in enumerate(routes) if route}
        for place in range(len(self.problem.shifts)):
            if place not in walked:
                yield IdleShift(place, self.problem.idleness(place) or Idleness.NO_DOOR)

    def _route(self, crew: int, route: tuple[int, ...]) -> CrewRoute:
        table, own = self.table, self.table.crews[crew]
        start_s = now = int(table.crew_start_s[crew])
        here, stops = table.start, []
        for door in route:
            walk_s = int(table.travel_s[here, door])
            begin_s = max(now + walk_s, int(table.opens_s[door]))
            leave_s = begin_s + int(table.service_s[door])
            value, reason = float(table.worth[door, crew]), self._presence(door, crew)
            stops.append(Stop(door, walk_s, now + walk_s, begin_s, leave_s, value, reason))
            now, here = leave_s, door
        back_s = int(table.travel_s[here, table.start + 1]) if route else 0
        return CrewRoute(own.shift, own.team, tuple(stops), start_s, now + back_s, back_s)

    def _presence(self, door: int, crew: int) -> Presence:
        asked = self.problem.doors[door]
        if asked.lock is not None:
            return Presence.LOCKED
        if asked.appointed:
            return Presence.APPOINTMENT
        if asked.deadline_s is not None and asked.deadline_s < self.table.crew_end_s.max():
            return Presence.DEADLINE
        at_best = self.table.worth[door, crew] >= self._best[door]
        return Presence.BEST_SHIFT if at_best else Presence.ON_THE_WAY


def _absences(problem: SweepProblem, table: Timetable) -> list[Absence]:
    """Return for each door why it would be left out."""
    doors, start = problem.doors, table.start
    worth = problem.worth[:, [crew.shift for crew in table.crews]] * problem.may_ring
    far: Truths = np.maximum(table.travel_s[start, :-2], table.travel_s[:-2, start + 1]) >= NEVER_S
    always, never = np.zeros_like(table.opens_s), np.full_like(table.closes_s, NEVER_S)
    whenever = replace(table, opens_s=always, closes_s=never)
    deadlines = [NEVER_S if door.deadline_s is None else door.deadline_s for door in doors]
    in_time = replace(table, opens_s=always, closes_s=np.array(deadlines, dtype=np.int64))
    somebody: Truths = np.any(problem.may_ring, axis=1)
    tests = (
        (_truths(door.barred is not None for door in doors), Absence.BARRED),
        (_truths(door.entrance is None for door in doors), Absence.NO_ENTRANCE),
        (far, Absence.UNREACHABLE),
        (~somebody, Absence.NO_CREW),
        (worth.max(axis=1, initial=0) <= 0, Absence.NO_VALUE),
        (~_possible(whenever, worth), Absence.TOO_LONG),
        (~_possible(in_time, worth), Absence.PAST_DEADLINE),
        (~_possible(table, worth), Absence.APPOINTMENT_OUTSIDE_SHIFTS),
    )
    return [
        next((reason for failed, reason in tests if failed[door]), Absence.NO_TIME_LEFT)
        for door in range(start)
    ]


def _possible(table: Timetable, worth: Floats) -> Truths:
    """Return whether each door alone is in time in some shift in which it is worth anything."""
    possible: Truths = np.any((worth > 0) & fits_alone(table), axis=1)
    return possible


def _truths(answers: Iterable[bool]) -> Truths:
    return np.array(list(answers), dtype=np.bool_)
