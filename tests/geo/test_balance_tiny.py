import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.balance import rebalance
from geo.balance_check import examine
from geo.balance_ground import find_pieces, lay_out
from geo.balance_problem import PRESETS, BalanceProblem, Preset
from geo.balance_search import Limits
from geo.balance_tiny import is_tiny, settle
from geo.feasibility import Band

INSTANCES = Path(__file__).parents[1] / "fixtures" / "districting"


def ground(problem, preset=Preset.COMPACT):
    return lay_out(problem, PRESETS[preset], find_pieces(problem))


def test_sixteen_counties_in_a_narrow_band_are_settled_at_once():
    raw = json.loads((INSTANCES / "ME-county.json").read_text())
    links = tuple((u, v, float(weight)) for u, v, weight in raw["edges"])
    problem = BalanceProblem(
        tuple(raw["population"]), links, raw["k"], Band(raw["lower"], raw["upper"])
    )
    plan = rebalance(problem, limits=Limits(1))
    assert plan.proven
    assert plan.objective == 16.0


def test_seventeen_units_in_two_parts_are_tiny_and_one_more_is_not():
    row = [(unit, unit + 1, 1.0) for unit in range(17)]
    assert is_tiny(ground(BalanceProblem((1,) * 17, tuple(row[:16]), 2, Band(8, 9))))
    assert not is_tiny(ground(BalanceProblem((1,) * 18, tuple(row), 2, Band(8, 10))))


def test_no_plan_at_all_is_proven_too():
    row = tuple((unit, unit + 1, 1.0) for unit in range(4))
    assert settle(ground(BalanceProblem((20, 10, 60, 10, 20), row, 2, Band(60, 60)))).impossible


@st.composite
def tiny_questions(draw):
    """Draw a connected question of 3 to 7 units, some locked, some of present grids."""
    count, parts = draw(st.integers(3, 7)), draw(st.integers(2, 3))
    ends = [draw(st.integers(0, unit - 1)) for unit in range(1, count)]
    links = tuple((unit, end, float(7 + unit)) for unit, end in enumerate(ends, start=1))
    households = tuple(draw(st.lists(st.integers(1, 40), min_size=count, max_size=count)))
    mean, room = sum(households) / parts, draw(st.sampled_from([0.1, 0.4]))
    band = Band(max(1, int(mean * (1 - room))), int(mean * (1 + room)) + 1)
    tasks = tuple(draw(st.lists(st.integers(0, 5), min_size=count, max_size=count)))
    present = tuple(draw(st.lists(st.integers(-1, 2), min_size=count, max_size=count)))
    locked = draw(st.dictionaries(st.integers(0, count - 1), st.integers(0, parts - 1), max_size=1))
    return BalanceProblem(households, links, parts, band, tasks, present, locked)


@pytest.mark.parametrize("preset", list(Preset))
@given(problem=tiny_questions())
@settings(max_examples=25, deadline=None)
def test_nothing_better_is_found_by_trying_everything(preset, problem):
    weights = PRESETS[preset]
    found = settle(ground(problem, preset))
    tried = (
        examine(problem, assignment)
        for assignment in itertools.product(range(problem.parts), repeat=len(problem.households))
    )
    best = min((each.objective(weights) for each in tried if each.acceptable), default=None)
    assert found.impossible == (best is None)
    if best is not None:
        figures = examine(problem, found.plan.tolist())
        assert figures.acceptable
        assert figures.objective(weights) == pytest.approx(best) == pytest.approx(found.bound)
