from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.rules.coverage import Tally
from data.rules.rates import (
    Checked,
    Rate,
    closure_rate,
    collection_rate,
    contact_rate,
    coverage_rate,
    doors_per_success,
    estimated_population,
    freshness_days,
    timeliness_rate,
    total,
    verification_coverage,
    wilson_interval,
)

COUNTS = st.integers(0, 10_000)


@pytest.mark.parametrize(
    ("correct", "share", "low", "high"),
    [(76, 95.00, 87.8, 98.0), (72, 90.00, 81.5, 94.8), (80, 100.0, 95.4, 100.0)],
)
def test_accuracy_of_80_persons_has_the_interval_of_the_plan(correct, share, low, high):
    rate = Checked(unregistered=80 - correct, correct=correct).accuracy
    assert round(100 * rate.share, 2) == share
    assert round(100 * rate.interval.low, 1) == low
    assert round(100 * rate.interval.high, 1) == high


def test_the_closure_rates_of_the_sources_come_out():
    assert percent(closure_rate(1136, 1144)) == 99.30
    assert percent(closure_rate(911, 972)) == 93.72, "of those due"
    assert percent(timeliness_rate(737, 972)) == 75.82


def percent(rate: Rate) -> float:
    return round(100 * rate.share, 2)


def test_dwellings_are_counted_as_covered_collected_and_verified():
    tally = Tally(n=200, resolved=150, verified=60, attempted=190, listed=210)
    assert coverage_rate(tally) == Rate(150, 200)
    assert collection_rate(tally, collected=8) == Rate(158, 200)
    assert verification_coverage(tally) == Rate(60, 200)


def test_excluded_dwellings_are_in_no_rate():
    only_excluded = Tally(listed=5)
    for rate in (coverage_rate(only_excluded), verification_coverage(only_excluded)):
        assert rate == Rate(0, 0)
        assert rate.share is None


def test_visits_are_measured_by_who_was_met_and_by_doors_for_one_success():
    assert contact_rate(2, 25).share == 0.08
    assert doors_per_success(25, 2) == 12.5
    assert doors_per_success(25, 0) is None


def test_freshness_is_the_median_age_of_the_last_confirmations():
    day = date(2026, 11, 20)
    assert freshness_days([day, date(2026, 11, 10), date(2025, 11, 20)], day) == 10
    assert freshness_days([], day) is None


@given(COUNTS, COUNTS, COUNTS)
def test_n_is_u_plus_d_plus_c(unregistered, unremoved, correct):
    checked = Checked(unregistered, unremoved, correct)
    assert checked.n == unregistered + unremoved + correct
    assert checked.accuracy.denominator == checked.n


@given(st.lists(st.builds(Checked, COUNTS, COUNTS, COUNTS), max_size=8))
def test_the_total_row_is_the_sum_and_never_a_mean_of_rates(checks):
    whole = total(checks)
    assert whole.accuracy == Rate(sum(c.correct for c in checks), sum(c.n for c in checks))


def test_completeness_and_soundness_have_their_own_denominators():
    checked = Checked(unregistered=4, unremoved=6, correct=90)
    assert checked.completeness == Rate(90, 94)
    assert checked.soundness == Rate(90, 96)


def test_a_rate_without_a_denominator_is_no_number():
    assert Rate(0, 0).share is None
    assert Rate(0, 0).interval is None


def test_a_share_above_one_is_refused():
    with pytest.raises(ValueError, match="not a rate"):
        Rate(2, 1)


@given(st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_within_0_and_1(pair):
    successes, n = pair
    interval = wilson_interval(successes, n)
    assert 0 <= interval.low <= successes / n + 1e-12
    assert successes / n - 1e-12 <= interval.high <= 1


def test_a_population_is_estimated_only_from_400_checked_persons():
    assert estimated_population(1_000, Checked(20, 10, 369)) is None
    assert estimated_population(1_000, Checked(20, 10, 370)) == pytest.approx(1_000 * 390 / 380)
