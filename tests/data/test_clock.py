"""A day is closed: what the calendar changes by itself becomes true for the next one."""

import threading
from datetime import date, datetime, timedelta

import pytest
from shapely import box
from sqlalchemy import func, select, text, update

from conftest import TODAY
from data.clock import watermark
from data.commands.clock import close_day, close_due_days
from data.commands.derive import derive_all
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.errors import InvalidInput
from data.models import (
    AreaFlag,
    Building,
    BuildingCoverage,
    Clock,
    Dwelling,
    Event,
    StatusChange,
    Subdistrict,
    Task,
)
from data.queries.changes import feed_epoch
from data.queries.check import check_derived
from data.rules.areas import FlagKind
from data.rules.coverage import DwellingStatus
from data.rules.deadlines import SHANGHAI
from data.rules.map_bytes import MapFlag
from data.rules.work import TaskState, TaskType
from places import build_street, worker

DEADLINE_S = 20


@pytest.fixture
def street(store):
    """A street whose day moves."""
    street = build_street(store, TODAY)
    with store.write() as session:
        session.execute(update(Clock).values(frozen=False))
    return street


def record(store, street, room, result, at=None):
    with store.write() as session:
        return record_door(session, worker(street), Door("C1-001", room), result, at)


def close_until(store, street, day):
    with store.write() as session:
        return close_due_days(session, worker(street), day)


def status(store, room):
    with store.read() as session:
        return session.scalars(
            select(Dwelling.status)
            .join(Building, Building.id == Dwelling.building_id)
            .where(Dwelling.room == room, Building.code == "C1-001")
        ).one()


def counters(store):
    with store.read() as session:
        return session.scalars(select(BuildingCoverage).where(BuildingCoverage.ord == 0)).one()


def drifts(store, street):
    with store.read() as session:
        return check_derived(session, worker(street)).drifts


def test_a_vacancy_expires_ninety_days_after_its_later_evidence(store, street):
    record(store, street, "101", DoorResult.VACANT, datetime(2026, 11, 18, 10, tzinfo=SHANGHAI))
    record(store, street, "101", DoorResult.VACANT, datetime(2026, 11, 20, 19, tzinfo=SHANGHAI))
    expires = TODAY + timedelta(days=90)
    close_until(store, street, expires - timedelta(days=1))
    assert status(store, "101") is DwellingStatus.VACANT
    assert (counters(store).resolved, counters(store).verified) == (1, 1)
    close_until(store, street, expires)
    assert status(store, "101") is DwellingStatus.NO_CONTACT
    assert (counters(store).resolved, counters(store).verified, counters(store).attempted) == (
        0,
        0,
        1,
    )
    assert drifts(store, street) == ()


def test_a_registration_shows_the_clock_on_the_366th_day(store, street):
    record(store, street, "101", DoorResult.REGISTERED)
    close_until(store, street, TODAY + timedelta(days=365))
    assert (counters(store).stale, counters(store).flags & MapFlag.STALE) == (0, 0)
    close_until(store, street, TODAY + timedelta(days=366))
    assert counters(store).stale == 1
    assert counters(store).flags & MapFlag.STALE
    assert status(store, "101") is DwellingStatus.REGISTERED, "a badge and no status"
    assert drifts(store, street) == ()


def test_the_new_year_makes_verified_doors_registered_again_as_any_other_day(store, street):
    for result in (DoorResult.REGISTERED, DoorResult.VERIFIED):
        record(store, street, "101", result)
    with store.read() as session:
        epoch = feed_epoch(session)
    close_until(store, street, date(2026, 12, 31))
    assert counters(store).verified == 1
    days = 41 + close_until(store, street, date(2027, 1, 1))
    assert (counters(store).resolved, counters(store).verified) == (1, 0)
    assert status(store, "101") is DwellingStatus.REGISTERED
    assert drifts(store, street) == ()
    with store.read() as session:
        assert feed_epoch(session) == epoch + days
        closed = select(func.count()).select_from(Event).where(Event.kind == "day_closed")
        assert session.scalar(closed) == days == (date(2027, 1, 1) - TODAY).days


def test_a_task_turns_overdue_when_its_day_is_closed(store, street):
    with store.write() as session:
        building = session.scalars(select(Building.id).where(Building.code == "C1-001")).one()
        session.add(
            Task(
                type=TaskType.COLLECT,
                state=TaskState.ASSIGNED,
                building_id=building,
                committee_id=street.committees[0],
                created_on=TODAY,
                due_on=TODAY,
                idempotency_key="collect-building",
            )
        )
    record(store, street, "101", DoorResult.NO_CONTACT)
    assert counters(store).overdue == 0
    close_until(store, street, TODAY + timedelta(days=1))
    assert (counters(store).overdue, counters(store).oldest_due_on) == (1, TODAY)
    assert counters(store).flags & MapFlag.OVERDUE
    assert drifts(store, street) == ()


def test_a_mark_on_a_place_begins_and_ends_with_its_days(store, street):
    tomorrow, after = TODAY + timedelta(days=1), TODAY + timedelta(days=3)
    with store.write() as session:
        building = session.scalars(select(Building.id).where(Building.code == "C1-001")).one()
        session.add(
            AreaFlag(
                kind=FlagKind.KEY_AREA, committee_id=street.committees[0], building_id=building,
                reason="当日采集", expires_on=after, valid_from=tomorrow,
            )
        )  # fmt: skip
        session.flush()
        derive_all(session)
    seen = []
    for day in (tomorrow, tomorrow + timedelta(days=1), after):
        seen.append(bool(counters(store).flags & MapFlag.KEY_AREA))
        close_until(store, street, day)
        assert drifts(store, street) == ()
    seen.append(bool(counters(store).flags & MapFlag.KEY_AREA))
    assert seen == [False, True, True, False]


def test_a_closing_sends_no_deltas_but_a_new_epoch(store, street):
    for result in (DoorResult.REGISTERED, DoorResult.VERIFIED):
        record(store, street, "101", result)
    with store.read() as session:
        epoch = feed_epoch(session)
        lines = session.scalar(select(func.count()).select_from(StatusChange))
    close_until(store, street, date(2027, 1, 1))
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(StatusChange)) == lines
        assert feed_epoch(session) > epoch


def test_each_subdistrict_has_its_event_for_each_day(store, street):
    with store.write() as session:
        session.add(
            Subdistrict(
                code="990000009", name="别处", outline=box(121, 31, 121.1, 31.1), valid_from=TODAY
            )
        )
    close_until(store, street, TODAY + timedelta(days=2))
    with store.read() as session:
        rows = session.execute(
            select(Event.subject_id, Event.happened_on).where(Event.kind == "day_closed")
        ).all()
    assert len(rows) == len(set(rows)) == 4


def test_only_the_open_day_is_closed(store, street):
    with pytest.raises(InvalidInput, match="the open day is 2026-11-20"), store.write() as session:
        close_day(session, worker(street), TODAY + timedelta(days=1))


def test_a_frozen_day_is_never_closed(store, street):
    with store.write() as session:
        session.execute(update(Clock).values(frozen=True))
    assert close_until(store, street, date(2030, 1, 1)) == 0


def test_of_two_processes_that_close_a_day_one_does(store, street):
    closed = []
    together = threading.Barrier(2)

    def close():
        together.wait(DEADLINE_S)
        closed.append(close_until(store, street, TODAY + timedelta(days=1)))

    threads = [threading.Thread(target=close) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(DEADLINE_S)
    assert sorted(closed) == [0, 1]
    with store.read() as session:
        assert watermark(session) == TODAY + timedelta(days=1)
        assert session.scalar(select(func.count()).select_from(Event)) == 1


def test_a_day_is_not_closed_under_a_record_that_is_being_written(store, street):
    """A status derived for the day that is closed meanwhile would never be looked at again."""
    evening = datetime(2026, 8, 21, 19, tzinfo=SHANGHAI)
    record(store, street, "101", DoorResult.VACANT, evening)
    wrote, go_on = threading.Event(), threading.Event()
    writer = threading.Thread(target=write_slowly, args=(store, street, wrote, go_on))
    writer.start()
    assert wrote.wait(DEADLINE_S)
    closer = threading.Thread(target=close_until, args=(store, street, TODAY + timedelta(days=1)))
    closer.start()
    if not store.is_sqlite:
        wait_for_a_waiter(store)
    go_on.set()
    for thread in (writer, closer):
        thread.join(DEADLINE_S)
    assert status(store, "101") is DwellingStatus.NO_CONTACT
    assert drifts(store, street) == ()


def write_slowly(store, street, wrote, go_on):
    """Record the second evidence of a vacancy that counts for one day more."""
    seen = datetime(2026, 8, 23, 10, tzinfo=SHANGHAI)
    with store.write() as session:
        recorded = record_door(
            session, worker(street), Door("C1-001", "101"), DoorResult.VACANT, seen
        )
        assert recorded.status is DwellingStatus.VACANT
        wrote.set()
        assert go_on.wait(DEADLINE_S)


def wait_for_a_waiter(store):
    """Return when somebody waits for the day's lock."""
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    end = datetime.now(SHANGHAI) + timedelta(seconds=DEADLINE_S)
    while datetime.now(SHANGHAI) < end:
        with store.read() as session:
            if session.execute(waiting).scalar_one():
                return
    raise AssertionError("nobody waits for the day")
