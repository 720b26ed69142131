"""Recompute a sweep plan from the question alone, knowing nothing of the search.

Plain Python on purpose: the search computes with arrays, so its word is not taken.
"""

import math
from collections.abc import Iterable, Sequence

from geo.sweep_plan import CrewRoute, Plan
from geo.sweep_problem import Crew, SweepError, SweepProblem
from geo.sweep_travel import Climbing

Visits = tuple[int, int, Sequence[int]]
"""The shift, the team and the doors in walking order."""


def check_plan(problem: SweepProblem, plan: Plan) -> float:
    """Return the value of a plan; raises SweepError in one line at the first thing untrue in it."""
    visits = [(route.shift, route.team, route.doors) for route in plan.routes]
    value = check_routes(problem, visits)
    if not math.isclose(value, plan.value, rel_tol=1e-9, abs_tol=1e-9):
        raise SweepError(f"the plan says value {plan.value}, it is {value}")
    if plan.value > plan.bound:
        raise SweepError(f"value {plan.value} lies above the bound {plan.bound}")
    for route in plan.routes:
        _check_times(problem, route)
    _check_everyone_told(problem, plan)
    return value


def check_routes(problem: SweepProblem, visits: Iterable[Visits]) -> float:
    """Return the value of routes; raises SweepError for a repeated, barred, worthless or late visit.

    Teams are numbered from 0 within their shift.
    """
    seen: set[int] = set()
    crews: set[tuple[int, int]] = set()
    value = 0.0
    for shift, team, doors in visits:
        _check_crew(problem, shift, team, crews)
        for door in doors:
            _check_door(problem, door, Crew(shift, team), seen)
            value += problem.doors[door].value[shift]
        walk_times(problem, shift, doors)
    return value


def walk_times(problem: SweepProblem, shift: int, doors: Sequence[int]) -> list[tuple[int, int]]:
    """Return (arrival, begin) at each door and (arrival, arrival) back; raises SweepError if late."""
    now, here, times = max(problem.shifts[shift].start_s, problem.now_s), None, []
    for door in doors:
        arrive = now + travel_s(problem, here, door)
        begin = max(arrive, problem.doors[door].opens_s)
        if begin > problem.doors[door].closes_s:
            raise SweepError(
                f"door {door}: begun at {begin}, {problem.doors[door].closes_s} at last"
            )
        times.append((arrive, begin))
        now, here = begin + problem.doors[door].service_s, door
    back = now + (travel_s(problem, here, None) if doors else 0)
    if back > problem.shifts[shift].end_s:
        raise SweepError(
            f"shift {shift}: back at {back}, the shift ends {problem.shifts[shift].end_s}"
        )
    return [*times, (back, back)]


def travel_s(problem: SweepProblem, one: int | None, other: int | None) -> int:
    """Return whole seconds between two doors; None is the workstation (start, or end)."""
    rows = len(problem.walk_s)
    here = None if one is None else problem.doors[one]
    there = None if other is None else problem.doors[other]
    if here and there and here.entrance == there.entrance:
        if here.floor == there.floor:
            return problem.climbing.same_landing_s
        return _climb(here.floor, there.floor, problem.climbing, lift=here.lift and there.lift)
    origin = rows - 2 if here is None else here.entrance
    target = rows - 1 if there is None else there.entrance
    if origin is None or target is None or math.isinf(problem.walk_s[origin, target]):
        raise SweepError(f"there is no way from door {one} to door {other}")
    down = _climb(here.floor, 1, problem.climbing, lift=here.lift) if here else 0
    up = _climb(1, there.floor, problem.climbing, lift=there.lift) if there else 0
    return math.ceil(down + float(problem.walk_s[origin, target]) + up - 1e-9)


def _climb(floor_from: int, floor_to: int, climbing: Climbing, *, lift: bool) -> int:
    floors = abs(floor_to - floor_from)
    up = floor_to > floor_from
    stairs = floors * (climbing.stairs_up_s if up else climbing.stairs_down_s)
    ride = climbing.lift_wait_s + climbing.lift_per_floor_s * floors
    return min(stairs, ride) if lift and floors else stairs


def _check_crew(problem: SweepProblem, shift: int, team: int, crews: set[tuple[int, int]]) -> None:
    if not 0 <= shift < len(problem.shifts) or not 0 <= team < problem.shifts[shift].teams:
        raise SweepError(f"there is no team {team} in shift {shift}")
    if problem.shifts[shift].end_s <= max(problem.shifts[shift].start_s, problem.now_s):
        raise SweepError(f"shift {shift} is past or has no length: nobody walks in it")
    if (shift, team) in crews:
        raise SweepError(f"team {team} walks twice in shift {shift}")
    crews.add((shift, team))


def _check_door(problem: SweepProblem, place: int, crew: Crew, seen: set[int]) -> None:
    if not 0 <= place < len(problem.doors):
        raise SweepError(f"there is no door {place} among {len(problem.doors)}")
    door = problem.doors[place]
    if place in seen:
        raise SweepError(f"door {place} is visited twice")
    if door.barred is not None:
        raise SweepError(f"door {place} must not be visited: {door.barred}")
    if door.lock not in {None, crew}:
        raise SweepError(f"door {place} is locked to {door.lock}, not to {crew}")
    if door.value[crew.shift] <= 0:
        raise SweepError(f"door {place} is worth nothing in shift {crew.shift}")
    seen.add(place)


def _check_times(problem: SweepProblem, route: CrewRoute) -> None:
    *times, (back, _) = walk_times(problem, route.shift, route.doors)
    if [(stop.arrive_s, stop.begin_s) for stop in route.stops] != times or route.back_s != back:
        raise SweepError(f"shift {route.shift}, team {route.team}: the times are not those walked")
    places = [None, *route.doors, None]
    walks = [*(stop.walk_s for stop in route.stops), route.walk_back_s]
    for here, there, walk_s in zip(places, places[1:], walks, strict=False):
        if route.doors and travel_s(problem, here, there) != walk_s:
            raise SweepError(f"from door {here} to door {there} it is not {walk_s} s")


def _check_everyone_told(problem: SweepProblem, plan: Plan) -> None:
    told = [door for route in plan.routes for door in route.doors]
    told += [absent.door for absent in plan.left_out]
    if sorted(told) != list(range(len(problem.doors))):
        raise SweepError("a door is neither visited nor left out with a reason, or both")
    walked = {route.shift for route in plan.routes if route.doors}
    idle = {idle.shift for idle in plan.idle_shifts}
    if walked & idle or walked | idle != set(range(len(problem.shifts))):
        raise SweepError("a shift is neither walked nor idle with a reason, or both")
