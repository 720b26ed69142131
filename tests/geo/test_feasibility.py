import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.feasibility import (
    GRID_BAND,
    Band,
    BandError,
    Miss,
    WiderBand,
    always_feasible_from,
    assess,
    feasible_counts,
    infeasible_ranges,
    share_counts,
)


@pytest.mark.parametrize(
    ("total", "counts"),
    [(2700, (3,)), (2200, ()), (3100, ()), (4000, (4, 5)), (3200, (4,)), (900, (1,)), (0, ())],
)
def test_the_possible_counts_follow_from_the_total(total, counts):
    assert feasible_counts(total, GRID_BAND) == counts


def test_twelve_hundred_households_are_too_many_for_one_and_too_few_for_two():
    verdict = assess(1200)
    assert not verdict.possible
    assert verdict.misses == (Miss(1, 1200, 200, 0), Miss(2, 600, 0, 200))


def test_the_ways_out_of_twelve_hundred_move_one_end_of_the_band():
    assert assess(1200).wider == (WiderBand(Band(600, 1000), 2), WiderBand(Band(800, 1200), 1))


def test_a_total_below_the_band_offers_a_lower_band_only():
    verdict = assess(500)
    assert verdict.misses == (Miss(1, 500, 0, 300),)
    assert verdict.wider == (WiderBand(Band(500, 1000), 1),)


def test_no_households_need_no_parts():
    assert assess(0).misses == ()


def test_the_ranges_that_cannot_be_cut_end_at_3200():
    assert infeasible_ranges() == ((1001, 1599), (2001, 2399), (3001, 3199))
    assert always_feasible_from() == 3200


def test_a_wide_band_has_no_gaps():
    assert infeasible_ranges(Band(400, 1000)) == ()
    assert always_feasible_from(Band(400, 1000)) == 400


def test_the_ranges_agree_with_counting_up_to_9999():
    gaps = {h for first, last in infeasible_ranges() for h in range(first, last + 1)}
    assert {h for h in range(1001, 10_000) if not feasible_counts(h, GRID_BAND)} == gaps


def test_a_band_of_one_number_is_refused_where_gaps_never_end():
    with pytest.raises(BandError, match="never end"):
        infeasible_ranges(Band(900, 900))


@pytest.mark.parametrize(("lower", "upper"), [(0, 10), (10, 9), (-5, 5)])
def test_a_band_upside_down_is_refused(lower, upper):
    with pytest.raises(BandError, match="lower end"):
        Band(lower, upper)


def test_a_negative_total_is_refused():
    with pytest.raises(BandError, match="negative"):
        feasible_counts(-1, GRID_BAND)


def test_pieces_share_the_parts_by_their_size():
    assert share_counts([2700, 900], 4, GRID_BAND) == (3, 1)


def test_more_pieces_than_parts_cannot_share():
    with pytest.raises(BandError, match="separate pieces"):
        share_counts([500, 500, 500], 2, GRID_BAND)


@given(st.integers(1, 20_000), st.integers(1, 900), st.integers(0, 600))
def test_an_impossible_total_always_gets_a_wider_band_that_works(total, lower, room):
    verdict = assess(total, Band(lower, lower + room))
    for way in verdict.wider:
        assert way.parts in feasible_counts(total, way.band)
    assert verdict.possible or verdict.wider
