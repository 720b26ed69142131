import numpy as np
import pytest

from geo.sweep_greedy import draft
from geo.sweep_model import Model
from geo.sweep_problem import Crew, Door
from geo.sweep_times import timetable
from sweep_questions import DAY, EVENING, random_doors, sweep


def modelled(problem):
    table = timetable(problem)
    routes = draft(table)
    return table, routes, Model(table, routes)


def test_routes_come_back_from_the_model_as_they_went_in():
    table, routes, model = modelled(sweep(random_doors(100), teams=2))
    back = model.decode(model.encode(routes))
    assert sorted(map(sorted, back)) == sorted(map(sorted, routes))
    assert table.value(back) == pytest.approx(table.value(routes))


def test_the_cost_of_routes_is_first_what_they_miss_and_then_what_is_walked():
    table, routes, model = modelled(sweep(random_doors(60), [DAY, EVENING]))
    best = table.worth.max(axis=1).sum()
    missed, walked = model.cost(model.encode(routes))
    assert missed / model.rate == pytest.approx(best - table.value(routes), abs=1e-4)
    steps = [table.travel_s[np.array([-2, *route]), np.array([*route, -1])] for route in routes]
    assert walked == 1000 * sum(step.sum() for step in steps)


def test_teams_that_locks_tell_apart_keep_their_own_doors():
    doors = random_doors(30)
    doors += [Door(0, (1.0, 1.0), lock=Crew(0, 2)), Door(1, (1.0, 1.0), lock=Crew(0, 0))]
    _, routes, model = modelled(sweep(doors, teams=3))
    back = model.decode(model.encode(routes))
    assert 30 in back[2]
    assert 31 in back[0]


def test_of_very_many_doors_the_drafted_and_the_most_promising_are_kept():
    doors = random_doors(3000, entrances=300)
    table, routes, model = modelled(sweep(doors, teams=2))
    drafted = {door for route in routes for door in route}
    assert len(model.doors) == 4 * len(drafted)
    assert drafted <= set(model.doors)
    kept = table.worth.max(axis=1)[model.doors].mean()
    assert kept > 1.2 * table.worth.max(axis=1).mean()


def test_doors_worth_nothing_to_anybody_are_not_in_the_model():
    doors = [Door(0, (1.0, 0.0)), Door(0, (0.0, 0.0)), Door(0, (1.0, 1.0), barred="refused")]
    assert modelled(sweep(doors))[2].doors == [0]
