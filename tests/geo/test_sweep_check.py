from dataclasses import replace

import numpy as np
import pytest

from geo.sweep import Limits, plan_sweep
from geo.sweep_check import check_plan, check_routes, walk_times
from geo.sweep_problem import Crew, Door, SweepError
from sweep_questions import DAY, EVENING, random_doors, street, sweep

DOORS = [
    Door(0, (1.0, 2.0), floor=3),
    Door(1, (1.0, 0.0)),
    Door(1, (1.0, 1.0), barred="collected last week"),
    Door(1, (1.0, 1.0), lock=Crew(1, 0)),
    Door(None, (1.0, 1.0)),
    Door(0, (1.0, 1.0), appointment_from_s=DAY[0], appointment_to_s=DAY[0] + 60),
]


def test_the_value_of_routes_is_the_sum_over_their_doors():
    assert check_routes(sweep(DOORS), [(0, 0, [5, 1]), (1, 0, [0, 3])]) == 5.0


@pytest.mark.parametrize(
    ("visits", "words"),
    [
        ([(0, 0, [0, 0])], "door 0 is visited twice"),
        ([(0, 0, [0]), (1, 0, [0])], "door 0 is visited twice"),
        ([(0, 0, [2])], "door 2 must not be visited: collected last week"),
        ([(1, 0, [1])], "door 1 is worth nothing in shift 1"),
        ([(0, 0, [3])], "door 3 is locked"),
        ([(0, 0, [4])], "no way from door None to door 4"),
        ([(0, 0, [0, 5])], "door 5: begun at"),
        ([(0, 0, [6])], "no door 6 among 6"),
        ([(0, 0, [-1])], "no door -1"),
        ([(2, 0, [0])], "no team 0 in shift 2"),
        ([(0, 1, [0])], "no team 1 in shift 0"),
        ([(0, 0, [0]), (0, 0, [1])], "team 0 walks twice in shift 0"),
    ],
)
def test_routes_against_the_rules_are_refused_with_the_culprit(visits, words):
    with pytest.raises(SweepError, match=words):
        check_routes(sweep(DOORS), visits)


def test_a_team_that_is_back_too_late_is_refused():
    # 50 s there, 180 s at the door, 50 s back.
    door = Door(0, (1.0,))
    assert check_routes(sweep([door], [(0, 280)]), [(0, 0, [0])]) == 1.0
    with pytest.raises(SweepError, match="back at 280, the shift ends 279"):
        check_routes(sweep([door], [(0, 279)]), [(0, 0, [0])])


def test_a_shift_that_is_over_is_not_walked():
    with pytest.raises(SweepError, match="shift 0 is past"):
        check_routes(sweep(DOORS, now_s=DAY[1]), [(0, 0, [0])])


def test_doors_beyond_a_gap_are_not_reached():
    walk_s = street(1)
    walk_s[1, 0] = np.inf
    with pytest.raises(SweepError, match="no way from door None to door 0"):
        walk_times(sweep([Door(0, (1.0,))], [DAY], walk_s=walk_s), 0, [0])


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (lambda plan: replace(plan, value=plan.value + 1), "the plan says value"),
        (lambda plan: replace(plan, bound=plan.value - 1), "above the bound"),
        (lambda plan: replace(plan, left_out=plan.left_out[1:]), "neither visited nor left out"),
        (lambda plan: replace(plan, left_out=plan.left_out * 2), "or both"),
        (lambda plan: replace(plan, idle_shifts=()), "neither walked nor idle"),
        (lambda plan: altered(plan, arrive_s=0), "the times are not those walked"),
        (lambda plan: altered(plan, walk_s=0), "it is not 0 s"),
    ],
)
def test_a_plan_that_is_not_what_it_says_is_refused(lie, words):
    shifts = [DAY, EVENING, (0, 0)]
    problem = sweep(random_doors(150, shifts=3), shifts)
    plan = plan_sweep(problem, Limits(60, rounds=3))
    assert check_plan(problem, plan) == pytest.approx(plan.value)
    with pytest.raises(SweepError, match=words):
        check_plan(problem, lie(plan))


def altered(plan, **stop):
    first = plan.routes[0]
    changed = replace(first, stops=(replace(first.stops[0], **stop), *first.stops[1:]))
    return replace(plan, routes=(changed, *plan.routes[1:]))
