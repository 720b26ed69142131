"""Sweeps to plan in tests: a street of entrances, and questions drawn at random."""

import itertools

import numpy as np
from hypothesis import strategies as st

from geo.sweep_check import check_routes
from geo.sweep_problem import Crew, Door, Shift, SweepError, SweepProblem

HOUR_S = 3600
DAY, EVENING = (14 * HOUR_S, 17 * HOUR_S), (18 * HOUR_S + 1800, 20 * HOUR_S + 1800)


def street(entrances, workstation_m=0.0):
    """Return the walking matrix of entrances 60 m apart on a line, the workstation at its head."""
    at = np.array(
        [*(60.0 * (1 + place) for place in range(entrances)), workstation_m, workstation_m]
    )
    return np.abs(at[:, None] - at[None, :]) / 1.2


def sweep(doors, shifts=(DAY, EVENING), teams=1, walk_s=None, now_s=0):
    """Return a sweep of doors, in shifts of (start, end) with `teams` each."""
    entrances = 1 + max((door.entrance or 0 for door in doors), default=0)
    return SweepProblem(
        doors=tuple(doors),
        shifts=tuple(Shift(f"shift {n}", *hours, teams=teams) for n, hours in enumerate(shifts)),
        walk_s=street(entrances) if walk_s is None else walk_s,
        now_s=now_s,
    )


def random_doors(count, entrances=8, shifts=2, seed=0, **same):
    """Return doors on floors 1 to 18 (lifts above 6), with values of 0.1 to 3."""
    rng = np.random.default_rng(seed)
    top = rng.choice([6, 11, 18], entrances)
    at = rng.integers(entrances, size=count)
    return [
        Door(
            entrance=int(place),
            value=tuple(float(value) for value in rng.uniform(0.1, 3, shifts).round(2)),
            floor=int(rng.integers(1, top[place] + 1)),
            lift=bool(top[place] > 6),
            **same,
        )
        for place in at
    ]


def best_value(problem):
    """Return what the best plan is worth, trying every plan there is; a handful of doors only."""
    crews = [
        (shift, team)
        for shift, hours in enumerate(problem.shifts)
        for team in range(hours.teams)
        if max(hours.start_s, problem.now_s) < hours.end_s
    ]
    worth = {
        (crew, group): _worth(problem, crew, group)
        for crew in crews
        for size in range(len(problem.doors) + 1)
        for group in itertools.combinations(range(len(problem.doors)), size)
    }
    best = 0.0
    for choice in itertools.product([None, *crews], repeat=len(problem.doors)):
        groups = [tuple(door for door, own in enumerate(choice) if own == crew) for crew in crews]
        best = max(best, sum(worth[pair] for pair in zip(crews, groups, strict=True)))
    return best


def _worth(problem, crew, group):
    """Return what a crew makes of a group of doors in the best order, -inf if it cannot."""
    for order in itertools.permutations(group):
        try:
            return check_routes(problem, [(*crew, order)])
        except SweepError:
            continue
    return -np.inf


@st.composite
def sweeps(draw, most_doors=14, most_teams=3, appointed=0.2):
    """Draw a question in which anything may be missing, closed, past or out of reach.

    appointed: the share of doors at which an hour was agreed.
    """
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    entrances, shifts = draw(st.integers(1, 4)), draw(st.integers(0, 3))
    at = rng.uniform(0, 400, (entrances + 2, 2))
    walk_s = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1)) / 1.2
    if draw(st.booleans()):
        walk_s[0, 1:] = walk_s[1:, 0] = np.inf
    hours = [_hours(rng) for _ in range(shifts)]
    teams = [int(rng.integers(0, most_teams + 1)) for _ in range(shifts)]
    return SweepProblem(
        doors=tuple(
            _door(rng, entrances, shifts, appointed)
            for _ in range(draw(st.integers(0, most_doors)))
        ),
        shifts=tuple(Shift("", *pair, teams=n) for pair, n in zip(hours, teams, strict=True)),
        walk_s=walk_s,
        now_s=int(rng.choice([0, 0, 2000, 9000])),
    )


def _hours(rng):
    start_s = int(rng.integers(-2000, 8000))
    return start_s, start_s + int(rng.integers(-100, 4000))


def _door(rng, entrances, shifts, appointed):
    opens_s = int(rng.integers(0, 9000)) if rng.random() < appointed else None
    lock = Crew(int(rng.integers(shifts)), int(rng.integers(3))) if shifts else None
    return Door(
        entrance=int(rng.integers(entrances)) if rng.random() < 0.95 else None,
        value=tuple(float(v) for v in (rng.uniform(0, 3, shifts) * (rng.random(shifts) < 0.8))),
        floor=int(rng.integers(1, 12)),
        lift=bool(rng.random() < 0.5),
        service_s=int(rng.integers(0, 600)),
        appointment_from_s=opens_s,
        appointment_to_s=None if opens_s is None else opens_s + int(rng.integers(0, 1200)),
        deadline_s=int(rng.integers(0, 12_000)) if rng.random() < 0.2 else None,
        barred="refused" if rng.random() < 0.1 else None,
        lock=lock if rng.random() < 0.1 else None,
    )
