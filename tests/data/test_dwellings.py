import threading
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text

from conftest import TODAY
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.errors import Forbidden, InvalidInput, NotFound
from data.models import BuildingCoverage, Event, Household, StatusChange, Task, Visit
from data.queries.changes import changes_between, feed_position
from data.queries.check import check_derived
from data.rules.areas import Role
from data.rules.coverage import CoverageStatus, DwellingStatus
from data.rules.deadlines import SHANGHAI
from data.rules.map_bytes import FILL
from data.rules.work import TaskState, TaskType
from places import build_street, worker


@pytest.fixture
def street(store):
    return build_street(store, TODAY)


def record(store, street, room, result, *, building="C1-001", at=None, **who):
    with store.write() as session:
        return record_door(session, worker(street, **who), Door(building, room), result, at)


def counters(store, code_ord=0):
    with store.read() as session:
        return session.scalars(
            select(BuildingCoverage).where(BuildingCoverage.ord == code_ord)
        ).one()


def no_drift(store, street):
    with store.read() as session:
        return check_derived(session, worker(street)).drifts == ()


def test_registering_a_door_moves_the_dwelling_and_its_building(store, street):
    recorded = record(store, street, "101", DoorResult.REGISTERED)
    assert recorded.before is DwellingStatus.UNCOLLECTED
    assert recorded.status is DwellingStatus.REGISTERED
    assert recorded.building_status is CoverageStatus.LAGGING
    assert (counters(store).n, counters(store).resolved, counters(store).households) == (6, 1, 1)
    assert no_drift(store, street)


def test_a_building_is_covered_when_its_last_door_is_registered(store, street):
    for room in ("101", "102"):
        recorded = record(store, street, room, DoorResult.REGISTERED, building="C1-002")
    assert recorded.building_status is CoverageStatus.COVERED


def test_each_record_appends_one_event_and_one_visit(store, street):
    record(store, street, "101", DoorResult.NO_CONTACT)
    with store.read() as session:
        event = session.scalars(select(Event)).one()
        assert (event.before, event.after["status"]) == ({"status": "uncollected"}, "no_contact")
        assert session.scalar(select(func.count()).select_from(Visit)) == 1


def test_the_feed_tells_of_every_change_of_the_counts(store, street):
    """Whoever has the building open sees its doors, not only its colour."""
    with store.read() as session:
        since = feed_position(session)
    record(store, street, "101", DoorResult.REGISTERED)
    record(store, street, "102", DoorResult.REGISTERED)
    with store.read() as session:
        changes = changes_between(session, since, feed_position(session))
    assert [(c.ord, c.fill) for c in changes] == [(0, FILL[CoverageStatus.LAGGING])] * 2


def test_a_record_that_fails_changes_nothing(store, street):
    with pytest.raises(InvalidInput, match="register it before verifying"):
        record(store, street, "101", DoorResult.VERIFIED)
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 0
        assert session.scalar(select(func.count()).select_from(Visit)) == 0


def test_a_registration_closes_the_collection_task_of_its_door(store, street):
    with store.write() as session:
        dwelling = session.execute(
            text("SELECT id, building_id FROM dwelling WHERE room = '201'")
        ).one()
        session.add(
            Task(
                type=TaskType.COLLECT,
                state=TaskState.ASSIGNED,
                building_id=dwelling.building_id,
                dwelling_id=dwelling.id,
                committee_id=street.committees[0],
                created_on=TODAY - timedelta(days=9),
                due_on=TODAY - timedelta(days=7),
                idempotency_key="collect-201",
            )
        )
    recorded = record(store, street, "201", DoorResult.REGISTERED)
    assert recorded.tasks_closed == 1
    assert (counters(store).open_tasks, counters(store).overdue) == (0, 0)


def test_two_visits_in_different_windows_make_a_door_vacant(store, street):
    morning = datetime(2026, 11, 18, 10, tzinfo=SHANGHAI)
    assert record(store, street, "101", DoorResult.VACANT, at=morning).status is (
        DwellingStatus.NO_CONTACT
    )
    evening = datetime(2026, 11, 20, 19, tzinfo=SHANGHAI)
    assert record(store, street, "101", DoorResult.VACANT, at=evening).status is (
        DwellingStatus.VACANT
    )


def test_a_door_outside_the_area_answers_like_one_that_does_not_exist(store, street):
    answers = []
    for committee, room in ((2, "101"), (1, "999")):
        with pytest.raises(NotFound) as refusal, store.write() as session:
            record_door(
                session, worker(street, committee), Door("C1-001", room), DoorResult.REGISTERED
            )
        answers.append(str(refusal.value).replace(room, "room"))
    assert answers[0] == answers[1]


def test_a_district_leader_reads_and_does_not_record(store, street):
    with pytest.raises(Forbidden):
        record(store, street, "101", DoorResult.REGISTERED, role=Role.DISTRICT_LEAD)


def test_a_visit_of_tomorrow_is_refused(store, street):
    tomorrow = datetime(2026, 11, 21, 10, tzinfo=SHANGHAI)
    with pytest.raises(InvalidInput, match="has not come yet"):
        record(store, street, "101", DoorResult.REGISTERED, at=tomorrow)


def test_a_refusal_entered_late_does_not_revive_what_a_later_contact_made_void(store, street):
    record(store, street, "101", DoorResult.VACANT, at=datetime(2026, 11, 11, 10, tzinfo=SHANGHAI))
    record(store, street, "101", DoorResult.REFUSED, at=datetime(2026, 11, 18, 10, tzinfo=SHANGHAI))
    record(store, street, "101", DoorResult.REFUSED, at=datetime(2026, 11, 6, 10, tzinfo=SHANGHAI))
    evening = datetime(2026, 11, 13, 19, tzinfo=SHANGHAI)
    assert record(store, street, "101", DoorResult.VACANT, at=evening).status is (
        DwellingStatus.REFUSED
    )
    assert no_drift(store, street)


def test_a_door_cannot_have_been_verified_before_it_was_entered(store, street):
    record(store, street, "101", DoorResult.REGISTERED)
    before = datetime(2026, 11, 18, 10, tzinfo=SHANGHAI)
    with pytest.raises(InvalidInput, match="it cannot have been verified before"):
        record(store, street, "101", DoorResult.VERIFIED, at=before)


def test_a_verification_entered_late_leaves_the_later_one_standing(store, street):
    record(
        store, street, "101", DoorResult.REGISTERED, at=datetime(2025, 11, 5, 10, tzinfo=SHANGHAI)
    )
    record(store, street, "101", DoorResult.VERIFIED)
    last_year = datetime(2025, 12, 3, 10, tzinfo=SHANGHAI)
    assert record(store, street, "101", DoorResult.VERIFIED, at=last_year).status is (
        DwellingStatus.VERIFIED
    )


def test_a_door_registered_for_an_earlier_day_was_collected_by_then(store, street):
    record(store, street, "101", DoorResult.COLLECTED)
    record(
        store, street, "101", DoorResult.REGISTERED, at=datetime(2026, 11, 18, 10, tzinfo=SHANGHAI)
    )
    with store.read() as session:
        household = session.scalars(select(Household)).one()
    assert household.collected_on <= household.entered_on


def test_eight_writers_at_once_lose_nothing(store, street):
    rooms = ["101", "102", "201", "202", "301", "302"]
    with store.read() as session:
        since = feed_position(session)
    threads = [
        threading.Thread(target=record, args=(store, street, room, DoorResult.REGISTERED))
        for room in rooms
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counters(store).resolved == len(rooms)
    assert no_drift(store, street)
    with store.read() as session:
        changes = changes_between(session, since, feed_position(session))
    assert changes[-1].fill == FILL[CoverageStatus.COVERED]


def test_a_change_that_commits_late_is_not_lost(store, street):
    """On PostgreSQL a lower revision may commit after a higher one was read."""
    if store.is_sqlite:
        late_reader_sees(store, street, [1])
        return
    with store.write() as slow:
        slow.add(_change(street, 0))
        slow.flush()
        with store.write() as fast:
            fast.add(_change(street, 1))
        with store.read() as session:
            horizon = feed_position(session)
            assert changes_between(session, 0, horizon) == []
    with store.read() as session:
        found = changes_between(session, horizon, feed_position(session))
    assert {change.ord for change in found} == {0, 1}


def late_reader_sees(store, street, ords):
    with store.read() as session:
        since = feed_position(session)
    with store.write() as session:
        session.add_all(_change(street, ord_) for ord_ in ords)
    with store.read() as session:
        found = changes_between(session, since, feed_position(session))
    assert [change.ord for change in found] == ords


def _change(street, ord_):
    return StatusChange(
        committee_id=street.committees[0], ord=ord_, fill=1, flags=0,
        changed_at=datetime(2026, 11, 20, tzinfo=SHANGHAI),
    )  # fmt: skip


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.sampled_from(["101", "102", "201"]), st.sampled_from(list(DoorResult))),
        max_size=12,
    )
)
def test_whatever_is_recorded_in_whatever_order_nothing_drifts(store, street, steps):
    for room, result in steps:
        try:
            record(store, street, room, result)
        except InvalidInput:
            continue
    assert no_drift(store, street)
