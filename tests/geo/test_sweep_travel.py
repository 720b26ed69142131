import numpy as np
import pytest
from hypothesis import given, settings

from geo.sweep_check import travel_s
from geo.sweep_problem import NEVER_S, Door
from sweep_questions import street, sweep, sweeps


def seconds(one, other):
    return sweep([one, other], [(0, 60)]).travel_s[0, 1]


def door(entrance, floor, *, lift=False):
    return Door(entrance, (1.0,), floor=floor, lift=lift)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (door(0, 4), door(0, 4), 15),
        (door(0, 2), door(0, 5), 3 * 18),
        (door(0, 5), door(0, 2), 3 * 14),
        (door(0, 1, lift=True), door(0, 18, lift=True), 45 + 17 * 4),
        (door(0, 3, lift=True), door(0, 5, lift=True), 2 * 18),
        (door(0, 3), door(1, 1), 2 * 14 + 50),
        (door(0, 1), door(1, 1), 50),
        (door(0, 11, lift=True), door(1, 3), (45 + 40) + 50 + 36),
    ],
)
def test_the_way_between_doors_is_down_along_and_up(one, other, expected):
    assert seconds(one, other) == expected


def test_a_started_second_counts_whole_but_the_noise_of_floats_does_not():
    walk_s = np.array([[0, 0.1 + 0.2, 0], [0.3, 0, 0], [0, 0, 0]])
    travel = sweep([door(0, 1)], [(0, 60)], walk_s=walk_s * 10).travel_s
    assert travel[0, 1] == 3  # 10 x (0.1 + 0.2) is a hair above 3
    assert sweep([door(0, 1)], [(0, 60)], walk_s=walk_s).travel_s[0, 1] == 1


def test_a_door_without_an_entrance_is_away_from_everything():
    problem = sweep([door(0, 1), door(None, 1)], [(0, 60)], walk_s=street(1))
    assert np.isinf(problem.travel_s[1, [0, 2, 3]]).all()
    assert np.isinf(problem.travel_s[[0, 2, 3], 1]).all()


@given(sweeps())
@settings(max_examples=40, deadline=None)
def test_all_ways_are_those_that_the_checker_works_out_one_by_one(problem):
    count = len(problem.doors)
    travel = problem.travel_s
    ends = [*range(count), None]
    for one, here in enumerate(ends):
        for other, there in enumerate(ends):
            if here == there:
                continue
            away = travel[one, count + 1 if there is None else other]
            if away < NEVER_S:
                assert away == travel_s(problem, here, there)
