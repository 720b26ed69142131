import itertools
import json
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.balance import figures_while_dragging, rebalance
from geo.balance_check import Fault, examine
from geo.balance_problem import NO_PART, PRESETS, BalanceProblem, Preset, Weights
from geo.balance_search import Limits, Progress
from geo.feasibility import GRID_BAND, Band

INSTANCES = Path(__file__).parents[1] / "fixtures" / "districting"
FEW_ROUNDS = Limits(seconds=20, rounds=1, seed=1)


def instance(name: str) -> BalanceProblem:
    raw = json.loads((INSTANCES / f"{name}.json").read_text())
    links = tuple((u, v, float(length)) for u, v, length in raw["edges"])
    band = Band(raw["lower"], raw["upper"])
    return BalanceProblem(tuple(raw["population"]), links, raw["k"], band)


def block(width: int, height: int, households: int = 50, **changes) -> BalanceProblem:
    """Make a rectangle of equal units, 10 m between neighbours."""
    at = {(x, y): y * width + x for x in range(width) for y in range(height)}
    steps = [((x, y), (x + dx, y + dy)) for x, y in at for dx, dy in ((1, 0), (0, 1))]
    links = tuple((at[one], at[other], 10.0) for one, other in steps if other in at)
    total = households * len(at)
    parts = changes.get("parts", 2)
    band = Band(int(total / parts * 0.8), int(total / parts * 1.2))
    question = {"households": (households,) * len(at), "links": links, "parts": 2, "band": band}
    return BalanceProblem(**{**question, **changes})


@pytest.mark.parametrize(
    ("name", "seconds", "best"),
    [
        ("ME-county", 8, 16),
        ("OK-county", 6, 40),
        ("s30-street", 5, 340.6),
        ("s60-street", 3, 556.0),
    ],
)
def test_published_instances_are_cut_as_well_as_can_be(name, seconds, best):
    problem = instance(name)
    reached = []

    def stop_at_best(progress: Progress) -> None:
        reached.append(progress.fits and progress.score <= best + 1e-6)

    plan = rebalance(
        problem,
        limits=Limits(seconds),
        progress=stop_at_best,
        cancelled=lambda: bool(reached and reached[-1]),
    )
    assert examine(problem, plan.assignment).acceptable
    assert plan.objective == pytest.approx(best)


def test_a_small_block_is_cut_down_the_middle_and_proven():
    plan = rebalance(block(6, 3), limits=Limits(5))
    assert plan.figures.boundary_m == 30.0
    assert plan.proven
    assert plan.bound == pytest.approx(30.0)
    assert plan.gap == pytest.approx(0.0)


def test_the_same_seed_and_rounds_give_the_same_plan():
    plans = [rebalance(block(12, 9, parts=4), limits=FEW_ROUNDS) for _ in range(2)]
    assert plans[0].assignment == plans[1].assignment


def test_locked_units_stay_in_their_part():
    problem = block(10, 6, parts=3, locked={0: 2, 59: 0, 5: 1})
    plan = rebalance(problem, limits=FEW_ROUNDS)
    assert plan.figures.acceptable
    assert [plan.assignment[unit] for unit in (0, 59, 5)] == [2, 0, 1]


def test_locks_across_the_block_are_kept_at_the_price_of_a_longer_boundary():
    problem = block(8, 4, locked={0: 0, 7: 0, 24: 1, 31: 1})
    plan = rebalance(problem, limits=FEW_ROUNDS)
    assert plan.figures.acceptable
    assert plan.figures.boundary_m >= 80


def test_fewest_moves_leaves_a_plan_that_fits_as_it_is():
    present = tuple(int(unit % 8 >= 4) for unit in range(64))
    problem = block(8, 8, present=present)
    plan = rebalance(problem, PRESETS[Preset.FEWEST_MOVES], FEW_ROUNDS)
    assert plan.figures.households_moved == 0


def test_fewest_moves_only_moves_the_households_that_are_too_many():
    present = tuple(int(unit % 8 >= 6) for unit in range(64))
    problem = block(8, 8, present=present)
    plan = rebalance(problem, PRESETS[Preset.FEWEST_MOVES], Limits(20, rounds=2))
    too_many = 48 * 50 - problem.band.upper
    assert plan.figures.acceptable
    assert plan.figures.households_moved == -(-too_many // 50) * 50


@pytest.mark.parametrize("left", [0, 1])
def test_the_compact_plan_numbers_its_parts_so_that_no_household_moves_needlessly(left):
    present = tuple(left if unit % 8 < 4 else 1 - left for unit in range(32))
    plan = rebalance(block(8, 4, present=present), limits=FEW_ROUNDS)
    assert plan.figures.boundary_m == 40.0
    assert plan.figures.households_moved == 0


def test_a_new_grid_beside_the_old_ones_takes_households_from_them():
    present = tuple(int(unit % 9 >= 4) for unit in range(54))
    problem = block(9, 6, parts=3, present=present)
    plan = rebalance(problem, PRESETS[Preset.FEWEST_MOVES], FEW_ROUNDS)
    assert problem.continues == (0, 1, None)
    assert plan.figures.acceptable


def test_balanced_work_evens_out_the_open_tasks():
    tasks = tuple(10 * (unit % 8 < 2) for unit in range(32))
    problem = block(8, 4, tasks=tasks)
    compact = rebalance(problem, limits=FEW_ROUNDS)
    even = rebalance(problem, PRESETS[Preset.BALANCED_WORK], FEW_ROUNDS)
    assert compact.figures.task_imbalance > even.figures.task_imbalance
    assert even.figures.acceptable


@pytest.mark.parametrize("weights", PRESETS.values(), ids=list(PRESETS))
def test_a_proof_holds_for_every_preset(weights):
    problem = block(4, 3, tasks=tuple(range(12)), present=(0, 0, 0, 1) * 3)
    plan = rebalance(problem, weights, Limits(10))
    best = min(
        figures.objective(weights)
        for assignment in itertools.product((0, 1), repeat=12)
        if (figures := examine(problem, assignment)).acceptable
    )
    assert plan.proven
    assert plan.objective == pytest.approx(best)


def test_a_plan_that_fits_only_in_pieces_is_proven_impossible():
    row = tuple((unit, unit + 1, 1.0) for unit in range(4))
    plan = rebalance(BalanceProblem((20, 10, 60, 10, 20), row, 2, Band(60, 60)), limits=Limits(2))
    assert plan.impossible
    assert plan.figures.contiguous
    assert sum(fault.by for fault in plan.figures.violations) == 60


def test_twelve_hundred_households_come_back_least_bad_with_the_violations_named():
    plan = rebalance(block(6, 4, band=GRID_BAND), limits=Limits(3, rounds=1))
    assert plan.impossible
    assert {v.fault for v in plan.figures.violations} == {Fault.TOO_SMALL}
    assert sum(v.by for v in plan.figures.violations) == 400
    assert plan.gap is None
    assert plan.figures.contiguous


def test_more_pieces_than_parts_come_back_with_the_part_in_pieces():
    links = ((0, 1, 5.0), (2, 3, 5.0), (4, 5, 5.0))
    problem = BalanceProblem((50,) * 6, links, 2, Band(100, 200))
    plan = rebalance(problem, limits=Limits(2))
    assert plan.impossible
    assert {fault.fault for fault in plan.figures.violations} == {Fault.IN_PIECES}


def test_separate_pieces_get_parts_of_their_own():
    one, other = block(4, 3), block(4, 6)
    shifted = tuple((u + 12, v + 12, length) for u, v, length in other.links)
    band = Band(550, 650)
    problem = BalanceProblem((50,) * 36, one.links + shifted, 3, band)
    plan = rebalance(problem, limits=FEW_ROUNDS)
    assert plan.figures.acceptable
    assert len(set(plan.assignment[:12])) == 1


def test_one_part_is_everything():
    problem = block(3, 3, parts=1)
    assert rebalance(problem, limits=Limits(1)).assignment == (0,) * 9


def test_a_unit_for_each_part_is_the_only_plan():
    problem = BalanceProblem((5, 5, 5), ((0, 1, 1.0), (1, 2, 1.0)), 3, Band(5, 5))
    assert sorted(rebalance(problem, limits=Limits(1)).assignment) == [0, 1, 2]


def test_a_cancelled_search_answers_with_what_it_has():
    started = time.monotonic()
    plan = rebalance(block(20, 20, parts=8), limits=Limits(60), cancelled=lambda: True)
    assert time.monotonic() - started < 10
    assert len(plan.assignment) == 400


def test_progress_rises_and_the_score_never_gets_worse():
    told: list[Progress] = []
    rebalance(block(12, 9, parts=4), limits=Limits(20, rounds=3), progress=told.append)
    assert [p.rounds for p in told] == [1, 2, 3]
    assert told[-1].share == 1.0
    assert sorted((p.score for p in told), reverse=True) == [p.score for p in told]


def test_a_search_keeps_to_its_seconds():
    started = time.monotonic()
    rebalance(block(25, 24, parts=30), limits=Limits(1.5))
    assert time.monotonic() - started < 2.5


def test_live_figures_of_600_units_take_less_than_50_ms():
    problem = block(25, 24, parts=30, present=(NO_PART,) * 600)
    assignment = [unit // 20 for unit in range(600)]
    figures_while_dragging(problem, assignment, 0, 1)
    times = []
    for unit in range(5):
        started = time.perf_counter()
        figures = figures_while_dragging(problem, assignment, unit, 29)
        times.append(time.perf_counter() - started)
    assert sorted(times)[2] < 0.05
    assert figures.households[29] == 21 * 50


@st.composite
def questions(draw):
    """Draw a connected question of 6 to 24 units that may or may not have a plan."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    count = draw(st.integers(6, 24))
    tree = [(unit, int(rng.integers(0, unit)), 5.0) for unit in range(1, count)]
    more = [tuple(rng.integers(0, count, 2).tolist()) for _ in range(count)]
    links = tree + [(one, other, float(rng.integers(1, 30))) for one, other in more if one != other]
    households = tuple(rng.integers(10, 60, count).tolist())
    parts = draw(st.integers(2, 4))
    mean = sum(households) // parts
    room = draw(st.sampled_from([0.1, 0.3, 0.6]))
    locked = {int(unit): int(rng.integers(0, parts)) for unit in rng.integers(0, count, 1)}
    present = tuple(rng.integers(-1, parts, count).tolist())
    band = Band(int(mean * (1 - room)), int(mean * (1 + room)) + 1)
    locks = locked if draw(st.booleans()) else {}
    return BalanceProblem(households, tuple(links), parts, band, (), present, locks)


@given(questions(), st.sampled_from([Weights(1, 0, 0), Weights(0.1, 1, 0)]))
@settings(max_examples=12, deadline=None)
def test_every_plan_is_whole_complete_and_honest(problem, weights):
    plan = rebalance(problem, weights, Limits(0.4, seed=3))
    figures = examine(problem, plan.assignment)
    assert figures == plan.figures
    assert sum(figures.households) == problem.total
    assert figures.contiguous
    assert 0 not in figures.pieces
    assert not (plan.impossible and figures.acceptable)
    if figures.acceptable:
        assert plan.bound <= plan.objective + 1e-6
