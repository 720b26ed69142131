from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.rules.coverage import (
    CoverageStatus,
    DwellingFacts,
    DwellingStatus,
    DwellingUse,
    HouseholdFacts,
    LastOutcome,
    LifeState,
    Tally,
    coverage_status,
    dwelling_verdict,
    is_stale,
)

DAY = date(2026, 11, 20)
ENTERED = HouseholdFacts(collected_on=DAY, entered_on=DAY)
VERIFIED = HouseholdFacts(collected_on=DAY, entered_on=DAY, verified_on=DAY)
COLLECTED = HouseholdFacts(collected_on=DAY)


def status_of(**facts) -> DwellingStatus:
    return dwelling_verdict(DwellingFacts(**facts), DAY).status


def test_a_dwelling_nobody_tried_is_uncollected():
    assert status_of() is DwellingStatus.UNCOLLECTED


def test_attempts_without_contact_are_no_contact():
    assert status_of(last_outcome=LastOutcome.NO_CONTACT) is DwellingStatus.NO_CONTACT


def test_a_refusal_without_a_record_is_refused():
    assert status_of(last_outcome=LastOutcome.REFUSED) is DwellingStatus.REFUSED


def test_a_form_in_hand_is_collected_even_after_a_refusal():
    facts = {"households": [COLLECTED], "last_outcome": LastOutcome.REFUSED}
    assert status_of(**facts) is DwellingStatus.COLLECTED


def test_a_dwelling_is_registered_only_when_all_its_households_are_entered():
    assert status_of(households=[ENTERED, ENTERED]) is DwellingStatus.REGISTERED


def test_some_households_entered_and_some_not_is_a_conflict_that_counts_as_resolved():
    verdict = dwelling_verdict(DwellingFacts(households=[ENTERED, COLLECTED]), DAY)
    assert verdict.status is DwellingStatus.CONFLICT
    assert verdict.resolved


def test_a_dwelling_is_verified_only_when_all_its_households_are_verified_this_year():
    assert status_of(households=[VERIFIED, VERIFIED]) is DwellingStatus.VERIFIED
    assert status_of(households=[VERIFIED, ENTERED]) is DwellingStatus.REGISTERED


def test_last_years_verification_makes_it_registered_again_on_the_first_of_january():
    facts = DwellingFacts(households=[VERIFIED])
    verdict = dwelling_verdict(facts, DAY)
    assert verdict.until == date(2027, 1, 1)
    assert dwelling_verdict(facts, date(2026, 12, 31)).status is DwellingStatus.VERIFIED
    assert dwelling_verdict(facts, verdict.until).status is DwellingStatus.REGISTERED


def test_an_open_discrepancy_is_a_conflict_resolved_only_with_a_registration():
    with_registration = DwellingFacts(households=[VERIFIED], open_discrepancies=1)
    assert dwelling_verdict(with_registration, DAY).status is DwellingStatus.CONFLICT
    assert dwelling_verdict(with_registration, DAY).resolved
    assert not dwelling_verdict(DwellingFacts(open_discrepancies=1), DAY).resolved


def test_vacancy_expires_into_no_contact_on_its_day():
    facts = DwellingFacts(vacant_until=DAY + timedelta(days=1))
    assert dwelling_verdict(facts, DAY).status is DwellingStatus.VACANT
    assert dwelling_verdict(facts, DAY).until == DAY + timedelta(days=1)
    after = dwelling_verdict(facts, DAY + timedelta(days=1))
    assert after.status is DwellingStatus.NO_CONTACT


def test_a_household_on_the_register_outweighs_vacancy_evidence():
    assert status_of(households=[ENTERED], vacant_until=DAY + timedelta(days=9)) is (
        DwellingStatus.REGISTERED
    )


@pytest.mark.parametrize(
    "life", [LifeState.PLANNED, LifeState.DEMOLISHED, LifeState.MERGED, LifeState.UNDELIVERED]
)
def test_what_is_not_lived_in_is_excluded_and_counts_nowhere(life):
    verdict = dwelling_verdict(DwellingFacts(life_state=life, households=[VERIFIED]), DAY)
    assert verdict.status is DwellingStatus.EXCLUDED
    assert not (verdict.in_scope)
    assert not (verdict.resolved)
    assert not (verdict.attempted)


def test_a_shop_is_excluded_only_by_decision_and_not_when_somebody_lives_there():
    shop = {"use": DwellingUse.NON_RESIDENTIAL}
    assert status_of(**shop) is DwellingStatus.UNCOLLECTED
    assert status_of(**shop, exclusion_approved=True) is DwellingStatus.EXCLUDED
    assert status_of(**shop, exclusion_approved=True, households=[ENTERED]) is (
        DwellingStatus.REGISTERED
    )


@pytest.mark.parametrize(
    ("tally", "status"),
    [
        (Tally(), CoverageStatus.UNLISTED),
        (Tally(n=0, listed=3), CoverageStatus.EXCLUDED),
        (Tally(n=10, attempted=0, listed=10), CoverageStatus.NOT_STARTED),
        (Tally(10, 10, 10, 10, 10), CoverageStatus.VERIFIED),
        (Tally(10, 10, 9, 10, 12), CoverageStatus.COVERED),
        (Tally(10, 9, 0, 10, 10), CoverageStatus.NEAR_COMPLETE),
        (Tally(100, 89, 0, 95, 100), CoverageStatus.PROGRESSING),
        (Tally(10, 7, 0, 10, 10), CoverageStatus.PROGRESSING),
        (Tally(100, 69, 0, 95, 100), CoverageStatus.LAGGING),
    ],
)
def test_a_building_takes_the_first_status_that_fits_its_sums(tally, status):
    assert coverage_status(tally) is status


@pytest.mark.parametrize(
    "counts", [(3, 4, 0, 3, 3), (3, 2, 3, 3, 3), (3, 2, 1, 4, 4), (5, 0, 0, 0, 4)]
)
def test_sums_that_cannot_be_are_refused(counts):
    with pytest.raises(ValueError, match=r"counts out of order|more attempts"):
        Tally(*counts)


@st.composite
def tallies(draw):
    listed = draw(st.integers(0, 500))
    n = draw(st.integers(0, listed))
    resolved = draw(st.integers(0, n))
    return Tally(n, resolved, draw(st.integers(0, resolved)), draw(st.integers(0, n)), listed)


@given(tallies(), tallies())
def test_an_area_is_the_sum_of_its_parts(one, other):
    both = one + other
    assert both.resolved == one.resolved + other.resolved
    assert both.n == one.n + other.n
    assert coverage_status(both) in CoverageStatus


@pytest.mark.parametrize(("days", "stale"), [(365, False), (366, True)])
def test_a_registration_is_stale_after_a_year_without_confirmation(days, stale):
    assert is_stale(DAY - timedelta(days=days), DAY) is stale
    assert not is_stale(None, DAY)
