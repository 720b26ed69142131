"""The first draft of a sweep: the visit with the most pull per added second, again and again."""

import numpy as np

from geo.sweep_problem import Floats, Ints, Routes
from geo.sweep_times import Timetable


def draft(table: Timetable, begin: Routes = ()) -> Routes:
    """Return `begin` (one route per crew, or nothing) filled up by cheapest insertion.

    Ties go to the lower door and the earlier crew, so the same table gives the same routes.
    """
    routes = [list(route) for route in begin or [()] * len(table.crews)]
    free = np.ones(table.start, dtype=bool)
    free[[door for route in routes for door in route]] = False
    rates = np.zeros((len(routes), table.start))
    places = np.zeros((len(routes), table.start), dtype=np.int64)
    for crew, route in enumerate(routes):
        rates[crew], places[crew] = _price(table, crew, route)
    rates[:, ~free] = 0.0
    while rates.size and rates.max() > 0:
        crew, door = divmod(int(rates.argmax()), table.start)
        routes[crew].insert(int(places[crew, door]), door)
        free[door] = False
        rates[:, door] = 0.0
        rates[crew], places[crew] = _price(table, crew, routes[crew])
        rates[crew, ~free] = 0.0
    return tuple(tuple(route) for route in routes)


def _price(table: Timetable, crew: int, route: list[int]) -> tuple[Floats, Ints]:
    """Return each door's pull per added second in a route and the place where that is best."""
    nodes = np.array([table.start, *route, table.start + 1], dtype=np.int64)
    leaves, latest = _leeway(table, crew, nodes)
    here, after = nodes[:-1], nodes[1:]
    begins = np.maximum(leaves[:-1, None] + table.travel_s[here, :-2], table.opens_s)
    arrives = begins + table.service_s + table.travel_s[:-2, after].T
    in_time = (begins <= table.closes_s) & (arrives <= latest[1:, None])
    added = arrives - (leaves[:-1] + table.travel_s[here, after])[:, None]
    added = np.where(in_time, np.maximum(added, 1), np.inf)
    places = added.argmin(axis=0)
    return table.pull[:, crew] / added[places, np.arange(table.start)], places


def _leeway(table: Timetable, crew: int, nodes: Ints) -> tuple[Ints, Ints]:
    """Return when a route leaves each of its nodes, and by when each must be begun."""
    steps = table.travel_s[nodes[:-1], nodes[1:]].tolist()
    doors = nodes[1:-1].tolist()
    leaves = [int(table.crew_start_s[crew])]
    for door, step in zip(doors, steps, strict=False):
        begin = max(leaves[-1] + step, int(table.opens_s[door]))
        leaves.append(begin + int(table.service_s[door]))
    latest = [int(table.crew_end_s[crew])]
    for door, step in zip(reversed(doors), reversed(steps), strict=False):
        before = latest[-1] - step - int(table.service_s[door])
        latest.append(min(before, int(table.closes_s[door])))
    latest.append(0)
    return np.array([*leaves, 0]), np.array(latest[::-1])
