"""The times and values of a sweep as arrays: what every step of the solver computes with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.sweep_problem import NEVER_S, Crew, Floats, Ints, SweepProblem, Truths


@dataclass(frozen=True, slots=True)
class Timetable:
    """Doors 0..n-1, the start n, the end n+1; one entry of crew_* and column of worth per crew.

    travel_s is whole and at most NEVER_S. worth is 0 where the crew must not or cannot visit the
    door even if it visits nothing else. pull is what the search goes by: worth, and for a locked
    door more than all other doors together.
    """

    crews: tuple[Crew, ...]
    travel_s: Ints
    service_s: Ints
    opens_s: Ints
    closes_s: Ints
    crew_start_s: Ints
    crew_end_s: Ints
    worth: Floats
    pull: Floats

    @property
    def start(self) -> int:
        """Return the row of the workstation where routes start; the end is the next one."""
        return len(self.service_s)

    @property
    def total_s(self) -> int:
        """Return the time of all crews together."""
        return int((self.crew_end_s - self.crew_start_s).sum())

    def value(self, routes: Iterable[Sequence[int]]) -> float:
        """Return what routes are worth, one route per crew."""
        return _sum(self.worth, routes)

    def weight(self, routes: Iterable[Sequence[int]]) -> float:
        """Return what makes the search prefer routes: locks kept, then value."""
        return _sum(self.pull, routes)

    def fits(self, route: Sequence[int], crew: int) -> bool:
        """Return whether a crew can walk a route, visiting only doors of worth to it."""
        now, here = int(self.crew_start_s[crew]), self.start
        for door in route:
            now = max(now + int(self.travel_s[here, door]), int(self.opens_s[door]))
            if now > self.closes_s[door] or self.worth[door, crew] <= 0:
                return False
            now, here = now + int(self.service_s[door]), door
        return bool(now + self.travel_s[here, self.start + 1] <= self.crew_end_s[crew])


def timetable(problem: SweepProblem) -> Timetable:
    """Return the arrays of a problem."""
    crews, doors = problem.crews, problem.doors
    worth = problem.worth[:, [crew.shift for crew in crews]].copy()
    table = Timetable(
        crews=crews,
        travel_s=np.minimum(problem.travel_s, NEVER_S).astype(np.int64),
        service_s=_whole(door.service_s for door in doors),
        opens_s=_whole(door.opens_s for door in doors),
        closes_s=_whole(door.closes_s for door in doors),
        crew_start_s=_whole(problem.leaves_s(crew.shift) for crew in crews),
        crew_end_s=_whole(problem.shifts[crew.shift].end_s for crew in crews),
        worth=worth,
        pull=worth,
    )
    worth[[door.barred is not None for door in doors]] = 0.0
    worth[~fits_alone(table)] = 0.0
    worth[~problem.may_ring] = 0.0
    locked = np.array([door.lock is not None for door in doors], dtype=bool)[:, None]
    everything = worth.max(axis=1, initial=0).sum()
    return replace(table, pull=np.where(locked & (worth > 0), worth + everything, worth))


def fits_alone(table: Timetable) -> Truths:
    """Return for each door and crew whether a route of that door alone is in time."""
    there = table.travel_s[table.start, :-2][:, None]
    back = table.travel_s[:-2, table.start + 1][:, None]
    begin = np.maximum(table.crew_start_s[None, :] + there, table.opens_s[:, None])
    home = begin + table.service_s[:, None] + back
    in_time: Truths = (begin <= table.closes_s[:, None]) & (home <= table.crew_end_s[None, :])
    return in_time


def _sum(numbers: Floats, routes: Iterable[Sequence[int]]) -> float:
    return float(sum(numbers[list(route), crew].sum() for crew, route in enumerate(routes)))


def _whole(numbers: Iterable[int]) -> Ints:
    return np.array(list(numbers), dtype=np.int64)
