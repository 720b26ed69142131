from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from dashapp.bench.sweep import read_instance
from geo.sweep import Limits, plan_sweep
from geo.sweep_bound import quick_bound, upper_bound
from geo.sweep_problem import Door
from geo.sweep_times import timetable
from sweep_questions import DAY, EVENING, best_value, random_doors, sweep, sweeps

INSTANCES = Path(__file__).parents[1] / "fixtures" / "sweep"


def bounds(problem, limit_s=30):
    table = timetable(problem)
    return upper_bound(problem, table, limit_s), quick_bound(table)


@given(sweeps(most_doors=5, most_teams=2))
@settings(max_examples=60, deadline=None)
def test_no_bound_lies_below_the_best_plan_there_is(problem):
    close, quick = bounds(problem)
    assert best_value(problem) <= close + 1e-9
    assert close <= quick


@pytest.mark.parametrize("seed", range(4))
def test_the_bound_of_a_larger_sweep_lies_between_a_good_plan_and_a_third_above_it(seed):
    problem = sweep(random_doors(120, entrances=10, seed=seed), teams=2)
    plan = plan_sweep(problem, Limits(60, rounds=100))
    assert plan.value <= bounds(problem)[0] < 1.33 * plan.value


@pytest.mark.parametrize(
    ("name", "proven"),
    [("sweep-50.json", 81.373), ("sweep-200.json", 302), ("sweep-1000.json", 968)],
)
def test_the_bounds_of_the_instances_are_closer_than_what_was_proven_before(name, proven):
    assert proven - 1 < bounds(read_instance(INSTANCES / name))[0] <= proven


def test_the_quick_bound_counts_the_last_door_in_part():
    # Either door takes 180 s and 15 s from the other: of the second there is time for 105 s.
    _, quick = bounds(sweep([Door(0, (2.0,)), Door(0, (1.0,))], [(0, 300)]))
    assert quick == pytest.approx(2 + 105 / 195, abs=1e-4)


def test_a_way_to_an_entrance_that_is_not_among_the_nearest_is_not_overrated():
    # Either house worth visiting has ten near it for which there is no time.
    near = [*range(1, 11)]
    at = np.array([0, 300, *near, *(300 + metre for metre in near), 0, 300])
    walk_s = np.abs(at[:, None] - at[None, :]).astype(float)
    doors = [Door(n, (1.0,)) for n in range(2)]
    doors += [Door(2 + n, (0.001,), service_s=340) for n in range(20)]
    problem = sweep(doors, [(0, 180 + 300 + 180)], walk_s=walk_s)
    assert plan_sweep(problem, Limits(60, rounds=1)).value == 2
    assert bounds(problem)[0] >= 2


def test_the_way_up_and_down_counts_once_for_all_doors_above():
    # 50 s to the house, 10 floors up, two visits, 10 floors down, 50 s back.
    two = sweep([Door(0, (1.0,), floor=11)] * 3, [(0, 50 + 180 + 180 + 15 + 180 + 140 + 50)])
    close, quick = bounds(two)
    assert 2 <= close < quick - 0.4


def test_shifts_in_which_the_same_doors_are_worth_the_same_may_share_their_time():
    shifts = [DAY, EVENING, (DAY[0] + 172_800, DAY[1] + 172_800)]
    doors = [
        Door(door.entrance, (door.value[0], door.value[1], door.value[0]), door.floor, door.lift)
        for door in random_doors(60)
    ]
    problem = sweep(doors, shifts)
    plan = plan_sweep(problem, Limits(60, rounds=100))
    assert plan.value <= bounds(problem)[0] < 1.2 * plan.value


def test_a_bound_that_is_not_found_in_time_is_the_quick_one():
    problem = read_instance(INSTANCES / "sweep-1000.json")
    close, quick = bounds(problem, limit_s=1e-6)
    assert close == quick == bounds(problem, limit_s=0)[0]


def test_nothing_to_gain_is_bounded_by_nothing():
    assert bounds(sweep([])) == (0, 0)
    assert bounds(sweep([Door(0, (0.0, 0.0))])) == (0, 0)
    assert bounds(sweep([Door(0, (1.0, 1.0))], teams=0)) == (0, 0)


def test_an_entrance_that_cannot_be_reached_adds_nothing():
    walk_s = np.full((4, 4), np.inf)
    walk_s[np.ix_([0, 2, 3], [0, 2, 3])] = 10.0
    problem = sweep([Door(0, (1.0,)), Door(1, (5.0,))], [DAY], walk_s=walk_s)
    assert bounds(problem)[0] == pytest.approx(1, abs=1e-4)
