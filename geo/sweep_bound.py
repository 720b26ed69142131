"""What no plan can exceed: a linear programme that lets doors be visited and ways gone in part.

Teams are water: what flows into a landing, an entrance, or the upper floors of one must flow out
again, is at least as much as each door behind it is visited, and takes its time. Appointments and
deadlines within a shift are left aside; shifts to which doors are worth about the same share their
time and their teams.
"""

from dataclasses import dataclass

import numpy as np

from geo.sweep_problem import Floats, Ints, SweepProblem, Truths
from geo.sweep_programme import Programme
from geo.sweep_times import Timetable
from geo.sweep_travel import climb_seconds

_SAFETY = 1e-6
"""Relative slack above the solver's own tolerance."""

_NEAR = 10
"""Nearest entrances to which the exact way is kept; ways to all others count as the next one."""

_ALIKE = 1.1
"""Shifts are pooled if their doors' better values sum up to at most so much more than their own."""


def quick_bound(table: Timetable) -> float:
    """Return a value that no plan exceeds, at once: doors in part by value a second.

    A door takes its visit and the shortest way to it from anywhere.
    """
    best = table.worth.max(axis=1, initial=0)
    ways = table.travel_s[:-1, :-2].astype(np.float64)
    np.fill_diagonal(ways, np.inf)
    takes_s = np.maximum(table.service_s + ways.min(axis=0), 1e-9)
    order = np.argsort(-best / takes_s, kind="stable")
    before_s = np.cumsum(takes_s[order]) - takes_s[order]
    share = np.clip((table.total_s - before_s) / takes_s[order], 0, 1)
    return float((best[order] * share).sum()) * (1 + _SAFETY)


def upper_bound(problem: SweepProblem, table: Timetable, limit_s: float) -> float:
    """Return a value that no plan exceeds: `quick_bound` unless a better one is found in time."""
    quick = quick_bound(table)
    ground = _ground(problem, table)
    if not len(ground.doors) or limit_s <= 0:
        return quick
    programme = Programme()
    once = programme.rows(len(ground.doors), 0, 1)
    for crews in _pools(table):
        _add_pool(programme, ground, table, crews, once)
    answer = programme.most(limit_s)
    return quick if answer is None else min(quick, answer * (1 + _SAFETY))


@dataclass(frozen=True, slots=True)
class _Ground:
    """Where the doors of any worth are: on landings, landings in sites (entrances with doors).

    Landings are ordered by site, the highest first; pairs are of landings of one site, near of
    sites. Ways are in seconds and not rounded.
    """

    doors: Ints
    landing: Ints
    site: Ints
    up_s: Floats
    down_s: Floats
    pairs: Ints
    pair_s: Floats
    near: Ints
    near_s: Floats
    far_out_s: Floats
    far_in_s: Floats
    start_s: Floats
    end_s: Floats
    next_door_s: int

    @property
    def landings(self) -> int:
        return len(self.site)

    @property
    def sites(self) -> int:
        return len(self.start_s)


def _ground(problem: SweepProblem, table: Timetable) -> _Ground:
    doors = np.flatnonzero(table.worth.max(axis=1, initial=0) > 0)
    spots, climbing = problem.spots, problem.climbing
    places = np.column_stack([spots.entrance, -spots.floor, spots.lift])[doors]
    landings, landing = np.unique(places, axis=0, return_inverse=True)
    entrances, site = np.unique(landings[:, 0], return_inverse=True)
    floor, lift = -landings[:, 1], landings[:, 2] > 0
    street = np.ones_like(floor)
    pairs = np.argwhere((site[:, None] == site[None, :]) & ~np.eye(len(site), dtype=bool))
    one, other = pairs.T
    climb_s = climb_seconds(floor[one], floor[other], lift[one] & lift[other], climbing)
    walk_s = problem.walk_s[np.ix_(entrances, entrances)].copy()
    np.fill_diagonal(walk_s, np.inf)
    kept = _nearest(walk_s) | _nearest(walk_s.T).T
    return _Ground(
        doors=doors,
        landing=landing.ravel(),
        site=site,
        up_s=climb_seconds(street, floor, lift, climbing),
        down_s=climb_seconds(floor, street, lift, climbing),
        pairs=pairs,
        pair_s=np.where(floor[one] == floor[other], climbing.same_landing_s, climb_s),
        near=np.argwhere(kept),
        near_s=walk_s[kept],
        far_out_s=np.where(kept, np.inf, walk_s).min(axis=1, initial=np.inf),
        far_in_s=np.where(kept, np.inf, walk_s).min(axis=0, initial=np.inf),
        start_s=problem.walk_s[-2, entrances],
        end_s=problem.walk_s[entrances, -1],
        next_door_s=climbing.same_landing_s,
    )


def _nearest(walk_s: Floats) -> Truths:
    """Return for each row which columns are among its nearest that can be reached."""
    order = np.argsort(walk_s, axis=1, kind="stable")[:, :_NEAR]
    nearest = np.zeros(walk_s.shape, dtype=np.bool_)
    np.put_along_axis(nearest, order, values=True, axis=1)
    return nearest & np.isfinite(walk_s)


def _pools(table: Timetable) -> list[list[int]]:
    """Return the crews in groups to which doors are worth about the same."""
    pools: list[tuple[list[int], Floats]] = []
    for crew, worth in enumerate(table.worth.T):
        for place, (crews, most) in enumerate(pools):
            both = np.maximum(most, worth)
            if both.sum() <= _ALIKE * min(most.sum(), worth.sum()):
                pools[place] = ([*crews, crew], both)
                break
        else:
            pools.append(([crew], worth))
    return [crews for crews, _ in pools]


def _add_pool(
    programme: Programme, ground: _Ground, table: Timetable, crews: list[int], once: Ints
) -> None:
    """Add the visits and ways of crews that share their time; `once` is each door's row."""
    worth = table.worth[ground.doors][:, crews].max(axis=1)
    own = np.flatnonzero(worth > 0)
    visit = programme.columns(len(own), worth[own], top=1)
    programme.put(once[own], visit)
    length_s = (table.crew_end_s - table.crew_start_s)[crews].sum()
    clock = programme.rows(1, -np.inf, float(length_s))
    programme.put(clock, visit, table.service_s[ground.doors[own]] + ground.next_door_s)
    up, down = _add_sites(programme, ground, clock, len(crews))
    _add_landings(programme, ground, clock, (visit, ground.landing[own]), (up, down))


def _add_sites(programme: Programme, ground: _Ground, clock: Ints, crews: int) -> tuple[Ints, Ints]:
    """Add the ways between sites; return the columns of the ways up to and down from landings."""
    up, down = programme.columns(ground.landings), programme.columns(ground.landings)
    comes = programme.rows(ground.sites, 0, 0)
    goes = programme.rows(ground.sites, 0, 0)
    programme.put(comes[ground.site], up, -1)
    programme.put(goes[ground.site], down, -1)
    programme.put(clock, up, ground.up_s)
    programme.put(clock, down, ground.down_s)
    walk = programme.columns(len(ground.near))
    programme.put(goes[ground.near[:, 0]], walk)
    programme.put(comes[ground.near[:, 1]], walk)
    programme.put(clock, walk, ground.near_s)
    _add_hub(programme, clock, (comes, goes), (ground.start_s, ground.end_s), crews)
    # A way not kept is at least as long as half of each end's shortest one of those.
    _add_hub(programme, clock, (comes, goes), (ground.far_in_s / 2, ground.far_out_s / 2), np.inf)
    return up, down


def _add_hub(
    programme: Programme,
    clock: Ints,
    sites: tuple[Ints, Ints],
    ways_s: tuple[Floats, Floats],
    most: float,
) -> None:
    """Add a place with ways to the sites and back, through which at most `most` goes."""
    balance, through = programme.rows(1, 0, 0), programme.rows(1, 0, most)
    for rows, way_s, sign in zip(sites, ways_s, (1, -1), strict=True):
        reached = np.flatnonzero(np.isfinite(way_s))
        way = programme.columns(len(reached))
        programme.put(rows[reached], way)
        programme.put(clock, way, way_s[reached])
        programme.put(balance, way, sign)
        if sign > 0:
            programme.put(through, way)


def _add_landings(
    programme: Programme,
    ground: _Ground,
    clock: Ints,
    visits: tuple[Ints, Ints],
    ways: tuple[Ints, Ints],
) -> None:
    """Add what goes on inside the sites.

    A visit takes the step from the same landing; arriving on a landing saves it once.
    """
    (visit, landing), (up, down) = visits, ways
    arrive, present = programme.columns(ground.landings), programme.columns(ground.landings, top=1)
    climb = programme.columns(len(ground.pairs))
    programme.put(clock, arrive, -ground.next_door_s)
    programme.put(clock, climb, ground.pair_s)
    for way, end in ((up, 1), (down, 0)):
        flow = programme.rows(ground.landings, 0, 0)
        programme.put(flow, way)
        programme.put(flow[ground.pairs[:, end]], climb)
        programme.put(flow, arrive, -1)
    _at_least(programme, arrive, present)
    _at_least(programme, present[landing], visit)
    only = programme.rows(ground.landings, -np.inf, 0)
    programme.put(only, arrive)
    programme.put(only[landing], visit, -1)
    _add_climbs(programme, ground, present, up, climb)


def _add_climbs(
    programme: Programme, ground: _Ground, present: Ints, up: Ints, climb: Ints
) -> None:
    """Demand that whoever is on a landing came up to its floor or above from below."""
    count = ground.landings
    reach = programme.columns(count, top=1)
    _at_least(programme, reach, present)
    above = np.flatnonzero(ground.site[1:] == ground.site[:-1])
    _at_least(programme, reach[above + 1], reach[above])
    inflow = programme.rows(count, 0, np.inf)
    programme.put(inflow, reach, -1)
    low, high = np.nonzero(
        (ground.site[:, None] == ground.site[None, :]) & np.tri(count, dtype=bool)
    )
    programme.put(inflow[low], up[high])
    rising = np.flatnonzero(ground.pairs[:, 0] > ground.pairs[:, 1])
    for column, (origin, target) in zip(climb[rising], ground.pairs[rising], strict=True):
        programme.put(inflow[target:origin], column)


def _at_least(programme: Programme, more: Ints, less: Ints) -> None:
    rows = programme.rows(len(less), 0, np.inf)
    programme.put(rows, more)
    programme.put(rows, less, -1)
