"""A sweep as PyVRP's problem, and PyVRP's solutions as routes.

One vehicle type per shift with its teams (several where locks tell teams apart); a door's prize is
its best pull, and what a crew gets less than that is charged on the way to the door in the crew's
own cost matrix. Seconds are in the duration matrix alone. (Copies of a door per shift search far
worse.)
"""

from typing import Any

import numpy as np
from pyvrp import (
    Activity,
    ActivityType,
    Client,
    Depot,
    Location,
    ProblemData,
    Route,
    Solution,
    VehicleType,
)

from geo.sweep_problem import Floats, Ints, Routes
from geo.sweep_times import Timetable

WALK = 1000
"""Cost of a walked second: the unit of all costs."""

PRIZE = 100.0
"""What an average second of a shift earns, in walked seconds: large, walking only breaks ties."""

_NEIGHBOURS = 40
"""To how many doors nearby each door is compared."""

_CANDIDATES, _FEWEST = 4, 400
"""Doors kept for each door of the draft, and at least: among more the search loses itself."""

_WAY_S = 60
"""A typical way to a door, for ranking doors by value a second."""


class Model:
    """A timetable as PyVRP's problem, with the most promising doors; `drafted` are among them.

    rate: the cost of missing a value of 1. mean_value: what missing an average door costs.
    """

    def __init__(self, table: Timetable, drafted: Routes) -> None:
        self.table = table
        self.doors = _promising(table, drafted)
        worth = table.worth.max(axis=1, initial=0)[self.doors]
        self.rate = max(1, table.total_s) * WALK * PRIZE / float(worth.sum())
        self.mean_value = float(worth.mean()) * self.rate
        self._best_pull = table.pull.max(axis=1, initial=0)[self.doors]
        self._types = _alike(table)
        self.data = self._data()
        self.near = self._near(_NEIGHBOURS)

    def _data(self) -> ProblemData:
        table = self.table
        rows = np.array([*self.doors, table.start, table.start + 1], dtype=np.int64)
        travel = table.travel_s[np.ix_(rows, rows)]
        profiles: dict[bytes, int] = {}
        costs: list[Ints] = []
        types = []
        for crews in self._types:
            pull = table.pull[self.doors, crews[0]]
            if pull.tobytes() not in profiles:
                profiles[pull.tobytes()] = len(costs)
                costs.append(self._costs(travel, pull))
            types.append(self._type(crews, profiles[pull.tobytes()]))
        matrices: list[Any] = list(costs)  # PyVRP declares an array type of no shape
        seconds: Any = travel
        return ProblemData(
            locations=[Location(0, 0)] * len(rows),
            clients=[self._client(place, door) for place, door in enumerate(self.doors)],
            depots=[Depot(len(self.doors)), Depot(len(self.doors) + 1)],
            vehicle_types=types,
            distance_matrices=matrices,
            duration_matrices=[seconds] * len(costs),
        )

    def _costs(self, travel: Ints, pull: Floats) -> Ints:
        lost = np.rint((self._best_pull - pull) * self.rate)
        lost[pull <= 0] = 4 * self._best_pull.sum() * self.rate
        costs = travel * WALK
        costs[:, :-2] += lost.astype(np.int64)
        np.fill_diagonal(costs, 0)
        return costs

    def _type(self, crews: list[int], profile: int) -> VehicleType:
        return VehicleType(
            num_available=len(crews),
            start_depot=0,
            end_depot=1,
            tw_early=int(self.table.crew_start_s[crews[0]]),
            tw_late=int(self.table.crew_end_s[crews[0]]),
            profile=profile,
        )

    def _client(self, place: int, door: int) -> Client:
        return Client(
            location=place,
            service_duration=int(self.table.service_s[door]),
            tw_early=int(self.table.opens_s[door]),
            tw_late=int(self.table.closes_s[door]),
            prize=round(self._best_pull[place] * self.rate),
            required=False,
        )

    def _near(self, count: int) -> dict[Activity, list[Activity]]:
        """Return each door's neighbours by walking time: costs would only find like values."""
        doors = self.doors
        away = self.table.travel_s[np.ix_(doors, doors)].astype(np.float64)
        away = np.minimum(away, away.T)
        np.fill_diagonal(away, np.inf)
        order = np.argsort(away, axis=1, kind="stable")[:, : min(count, len(doors) - 1)]
        clients = [Activity(ActivityType.CLIENT, place) for place in range(len(doors))]
        return {
            client: [clients[other] for other in row]
            for client, row in zip(clients, order.tolist(), strict=True)
        }

    def encode(self, routes: Routes) -> Solution:
        """Return routes as PyVRP's solution."""
        place = {door: place for place, door in enumerate(self.doors)}
        kind = {crew: kind for kind, crews in enumerate(self._types) for crew in crews}
        return Solution(
            self.data,
            [
                Route(self.data, [place[door] for door in route], kind[crew])
                for crew, route in enumerate(routes)
                if route
            ],
        )

    def decode(self, solution: Solution) -> Routes:
        """Return PyVRP's solution as routes, teams that are alike in the order of first doors."""
        routes: list[tuple[int, ...]] = [()] * len(self.table.crews)
        found = [(route.vehicle_type(), self._walk(route)) for route in solution.routes()]
        for kind, crews in enumerate(self._types):
            own = sorted(route for other, route in found if other == kind)
            for crew, route in zip(crews, own, strict=False):
                routes[crew] = route
        return tuple(routes)

    def _walk(self, route: Route) -> tuple[int, ...]:
        return tuple(self.doors[stop.idx] for stop in route if stop.is_client())

    def cost(self, solution: Solution) -> tuple[int, int]:
        """Return what a solution misses in pull, exactly, and then what it costs in walking."""
        walking = sum(route.travel_duration() for route in solution.routes()) * WALK
        return int(solution.uncollected_prizes() + solution.distance() - walking), walking


def _promising(table: Timetable, drafted: Routes) -> list[int]:
    """Return the drafted doors and of the others those worth most a second, in order."""
    pull = table.pull.max(axis=1, initial=0)
    certain = [door for route in drafted for door in route]
    promise = pull / (table.service_s + _WAY_S)
    promise[certain] = np.inf
    ranked = np.argsort(-promise, kind="stable")[: max(_FEWEST, _CANDIDATES * len(certain))]
    return [int(door) for door in np.sort(ranked[pull[ranked] > 0])]


def _alike(table: Timetable) -> list[list[int]]:
    """Return the crews in groups of the same shift to whom every door is the same."""
    groups: dict[tuple[int, bytes], list[int]] = {}
    for place, crew in enumerate(table.crews):
        groups.setdefault((crew.shift, table.pull[:, place].tobytes()), []).append(place)
    return list(groups.values())
