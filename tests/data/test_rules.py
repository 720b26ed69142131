from datetime import date, timedelta

import pytest

from data.rules.deadlines import DueGroup, days_overdue, due_day, due_group, due_moment
from data.rules.identity import check_digit, is_valid_id, mask_id, mask_name, mask_phone
from data.rules.vacancy import Evidence, EvidenceKind, vacant_until
from data.rules.work import TaskType, VisitOutcome, is_contact

DAY = date(2026, 11, 20)
DAY_VISIT = Evidence(EvidenceKind.VISIT, DAY, "weekday_day")


@pytest.mark.parametrize(
    "number",
    ["11010519491231002X", "34052419800101001X", "440524188001010014", "370101190102039973"],
)
def test_published_id_numbers_carry_the_right_check_digit(number):
    assert is_valid_id(number)
    assert not is_valid_id(number[:-1] + ("0" if number[-1] != "0" else "1"))


@pytest.mark.parametrize(
    "number", ["", "1101051949123100", "１１０１０５19491231002", "11010519491231002x"]
)
def test_what_is_no_id_number_is_not_taken_for_one(number):
    assert not is_valid_id(number)


def test_a_check_digit_needs_seventeen_digits():
    with pytest.raises(ValueError, match="17 digits"):
        check_digit("123")


def test_names_numbers_and_phones_are_masked_as_decided():
    assert mask_id("31010119900101123X") == "310***********123X"
    assert mask_name("王小明") == "王**"
    assert mask_name("王") == "王*"
    assert mask_phone("13812345678") == "138****5678"


def test_two_visits_in_different_windows_make_a_dwelling_vacant_for_ninety_days():
    evening = Evidence(EvidenceKind.VISIT, DAY + timedelta(days=5), "weekday_evening")
    assert vacant_until([DAY_VISIT, evening]) == evening.observed_on + timedelta(days=90)


def test_the_same_window_twice_is_one_evidence():
    assert vacant_until([DAY_VISIT, Evidence(EvidenceKind.VISIT, DAY, "weekday_day")]) is None


def test_statements_without_a_visit_never_make_a_dwelling_vacant():
    manager = Evidence(EvidenceKind.PROPERTY_MANAGER, DAY)
    assert vacant_until([manager, Evidence(EvidenceKind.OWNER, DAY)]) is None


@pytest.mark.parametrize(("days", "vacant"), [(60, True), (61, False)])
def test_evidence_older_than_sixty_days_does_not_join(days, vacant):
    manager = Evidence(EvidenceKind.PROPERTY_MANAGER, DAY - timedelta(days=days))
    assert (vacant_until([DAY_VISIT, manager]) is not None) is vacant


def test_a_contrary_signal_voids_earlier_evidence():
    manager = Evidence(EvidenceKind.PROPERTY_MANAGER, DAY)
    assert vacant_until([DAY_VISIT, manager], contrary_on=DAY) is None


@pytest.mark.parametrize(
    ("kind", "key_area", "days"),
    [
        (TaskType.COLLECT, False, 2),
        (TaskType.COLLECT, True, 0),
        (TaskType.ENTER, False, 2),
        (TaskType.CANCEL, True, 0),
        (TaskType.SUPPLEMENTARY_COLLECT, False, 7),
        (TaskType.SUPPLEMENTARY_COLLECT, True, 1),
        (TaskType.VACANCY_RECHECK, True, 14),
    ],
)
def test_a_task_is_due_when_the_plan_says(kind, key_area, days):
    assert due_day(kind, DAY, key_area=key_area) == DAY + timedelta(days=days)


def test_a_task_is_on_time_until_the_last_second_of_its_day_in_shanghai():
    assert due_moment(DAY).isoformat() == "2026-11-20T23:59:59+08:00"
    assert days_overdue(DAY, DAY) == 0
    assert days_overdue(DAY, DAY + timedelta(days=6)) == 6


@pytest.mark.parametrize(
    ("days", "group"),
    [
        (-1, DueGroup.LATE),
        (0, DueGroup.TODAY),
        (1, DueGroup.WEEK),
        (6, DueGroup.WEEK),
        (7, DueGroup.LATER),
    ],
)
def test_tasks_are_grouped_by_how_near_their_day_is(days, group):
    assert due_group(DAY + timedelta(days=days), DAY) is group


def test_every_task_type_has_a_deadline():
    assert all(due_day(kind, DAY) >= DAY for kind in TaskType)


def test_a_refusal_is_a_contact_and_an_empty_stairwell_is_none():
    assert is_contact(VisitOutcome.REFUSED)
    assert not is_contact(VisitOutcome.NOT_HOME)
