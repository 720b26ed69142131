"""Proposals for a place: in band, whole, complete; and what is refused."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashapp.rebalancing import ask, judge
from dashapp.rebalancing.plot import lay_out
from dashapp.rebalancing.proposals import suitable_count
from data.errors import InvalidInput
from geo.balance_check import Fault, examine
from geo.balance_problem import Preset
from geo.feasibility import GRID_BAND, Band
from grounds import FIRST_ID, ground, two_compounds

QUICK_S = 0.4


def test_2700_households_come_back_as_three_grids_in_band_from_each_preset():
    cuts = ask(ground(), GRID_BAND, seconds=QUICK_S)
    assert [cut.preset for cut in cuts.proposals] == list(Preset)
    for cut in cuts.proposals:
        assert cut.figures == examine(cuts.problem, cut.assignment)
        assert cut.figures.acceptable
        assert sum(cut.figures.households) == 2_700


def test_each_preset_is_best_by_its_own_measure():
    compact, fewest, balanced = ask(ground(grids=2), GRID_BAND, seconds=QUICK_S).proposals
    assert compact.figures.boundary_m == min(
        cut.figures.boundary_m for cut in (compact, fewest, balanced)
    )
    assert fewest.figures.households_moved == min(
        cut.figures.households_moved for cut in (compact, fewest, balanced)
    )


def test_a_locked_building_stays_in_its_part():
    corner = dict.fromkeys(range(FIRST_ID, FIRST_ID + 3), 2)
    for cut in ask(ground(), GRID_BAND, locked=corner, seconds=QUICK_S).proposals:
        assert cut.assignment[:3] == (2, 2, 2)
        assert cut.figures.acceptable


def test_new_parts_are_numbered_from_west_to_east():
    place = ground()
    bare = replace(place, grids=(), units=tuple(replace(u, grid=None) for u in place.units))
    for cut in ask(bare, GRID_BAND, seconds=QUICK_S).proposals:
        middles = [
            np.mean([
                unit.point.x
                for unit, part in zip(place.units, cut.assignment, strict=True)
                if part == wanted
            ])
            for wanted in range(3)
        ]  # fmt: skip
        assert middles == sorted(middles)


def test_the_open_tasks_that_change_hands_are_those_of_the_entrances_that_do():
    cuts = ask(ground(grids=1), GRID_BAND, seconds=QUICK_S)
    for cut in cuts.proposals:
        moved = [
            unit for unit, part in zip(cuts.plot.ground.units, cut.assignment, strict=True) if part
        ]
        assert cut.tasks_moved == sum(unit.open_tasks for unit in moved)


def test_1200_households_come_back_least_bad_and_known_impossible():
    cuts = ask(ground(households=20, columns=4), GRID_BAND, parts=2, seconds=QUICK_S)
    for cut in cuts.proposals:
        assert cut.impossible
        assert cut.gap is None
        assert {found.fault for found in cut.figures.violations} == {Fault.TOO_SMALL}


@pytest.mark.parametrize(
    ("households", "count"), [(30, 3), (40, 4), (50, 5), (10, 1), (24, 3), (0, 1)]
)
def test_the_count_suits_the_band(households, count):
    assert suitable_count(ground(households=households), GRID_BAND) == count


def test_two_compounds_are_cut_together_across_their_gates():
    cuts = ask(two_compounds(), GRID_BAND, seconds=2 * QUICK_S)
    assert cuts.problem.parts == 6
    assert all(cut.figures.acceptable for cut in cuts.proposals)


def test_progress_rises_to_the_end():
    told = []
    ask(ground(), GRID_BAND, seconds=QUICK_S, progress=lambda done, total: told.append(done))
    assert told == sorted(told)
    assert told[-1] == 100


def test_a_cancelled_question_is_answered_with_what_there_is():
    cuts = ask(ground(), GRID_BAND, seconds=60, cancelled=lambda: True)
    assert len(cuts.proposals) == 3


@pytest.mark.parametrize(
    ("question", "message"),
    [
        ({"parts": 0}, "0 parts of 90 units"),
        ({"parts": 91}, "91 parts of 90 units"),
        ({"locked": {7: 0}}, "entrance 7 is not in 锦绣花园"),
        ({"locked": {FIRST_ID: 3}, "parts": 3}, "no part 3"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_one_line(question, message):
    with pytest.raises(InvalidInput, match=message):
        ask(ground(), GRID_BAND, **question)


def by_entrance(place, parts):
    return {unit.entrance_id: part for unit, part in zip(place.units, parts, strict=True)}


def test_a_cut_by_hand_is_judged_from_the_ground_alone():
    place = ground()
    stripes = [unit.building % 6 // 2 for unit in place.units]
    figures = judge(lay_out(place), GRID_BAND, by_entrance(place, stripes), 3)
    assert figures.households == (900, 900, 900)
    assert figures.acceptable


def test_a_cut_by_hand_in_pieces_or_out_of_band_is_named():
    place = ground()
    stripes = [unit.building % 6 // 2 for unit in place.units]
    stripes[:3] = [2, 2, 2]
    figures = judge(lay_out(place), GRID_BAND, by_entrance(place, stripes), 3)
    assert [(each.fault, each.part) for each in figures.violations] == [(Fault.IN_PIECES, 2)]


@pytest.mark.parametrize("change", [{FIRST_ID: None}, {7: 0}, {FIRST_ID: 3}])
def test_a_cut_by_hand_must_name_every_entrance_and_no_other(change):
    place = ground()
    parts = by_entrance(place, [0] * 90) | change
    with pytest.raises(InvalidInput):
        judge(lay_out(place), GRID_BAND, {k: v for k, v in parts.items() if v is not None}, 3)


@given(
    columns=st.integers(2, 5),
    rows=st.integers(2, 4),
    doors=st.integers(1, 3),
    grids=st.integers(1, 2),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=10, deadline=None)
def test_whatever_the_place_nothing_is_lost_and_no_part_lies_in_pieces(
    columns, rows, doors, grids, seed
):
    sizes = np.random.default_rng(seed).integers(0, 60, columns * rows * doors).tolist()
    place = ground(columns, rows, doors, sizes, grids)
    total = sum(sizes)
    band = Band(max(1, int(total / 2 * 0.7)), max(1, int(total / 2 * 1.3)))
    cuts = ask(place, band, parts=2, seconds=0.15)
    for cut in cuts.proposals:
        assert len(cut.assignment) == len(place.units)
        assert sum(cut.figures.households) == total
        assert cut.figures.contiguous
