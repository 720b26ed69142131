import pytest
from hypothesis import given, settings

from geo.sweep_check import check_routes
from geo.sweep_greedy import draft
from geo.sweep_problem import Door
from geo.sweep_times import timetable
from sweep_questions import DAY, random_doors, sweep, sweeps


def drafted(problem, begin=()):
    return draft(timetable(problem), begin)


def check(problem, routes):
    crews = [(crew.shift, crew.team) for crew in problem.crews]
    visits = [(*crew, doors) for crew, doors in zip(crews, routes, strict=True)]
    return check_routes(problem, visits)


@given(sweeps(appointed=0.7))
@settings(max_examples=150, deadline=None)
def test_a_draft_keeps_every_rule(problem):
    check(problem, drafted(problem))


def test_the_door_worth_most_a_second_comes_first():
    doors = [Door(0, (2.0,), service_s=600), Door(0, (1.5,), service_s=180)]
    assert drafted(sweep(doors, [(0, 720)])) == ((1,),)


def test_ties_go_to_the_lower_door_and_the_earlier_team():
    assert drafted(sweep([Door(0, (1.0,))] * 2, [(0, 300)], teams=2)) == ((0,), (1,))


def test_a_draft_goes_on_from_routes_and_keeps_their_order():
    problem = sweep(random_doors(40), [DAY, DAY])
    routes = drafted(problem, ((3, 1, 2), ()))
    assert [door for door in routes[0] if door in {1, 2, 3}] == [3, 1, 2]
    assert check(problem, routes) > check(problem, ((3, 1, 2), ()))


@pytest.mark.parametrize("wait_s", [0, 1000])
def test_an_insertion_does_not_make_a_later_appointment_late(wait_s):
    # At most wait_s may be spent before the appointment at which the route is already waiting.
    at_s = DAY[0] + 50 + wait_s
    appointed = Door(0, (1.0,), appointment_from_s=at_s, appointment_to_s=at_s)
    problem = sweep([appointed, Door(0, (0.1,), service_s=900), Door(0, (0.1,))], [DAY])
    (route,) = drafted(problem, ((0,),))
    assert sorted(route) == [0, 1, 2]
    assert route.index(0) == (0 if wait_s == 0 else 1)
    check(problem, (route,))
