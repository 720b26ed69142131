"""`shiyou check` finds whatever was spoilt by hand, and says where."""

import pytest
from sqlalchemy import delete, text, update

from conftest import TODAY
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.models import Building, BuildingCoverage, Dwelling
from data.queries.check import check_derived
from places import build_street, worker


@pytest.fixture
def street(store):
    built = build_street(store, TODAY)
    with store.write() as session:
        record_door(session, worker(built), Door("C1-001", "101"), DoorResult.REGISTERED)
    return built


def found(store, street, *committees):
    with store.read() as session:
        return check_derived(session, worker(street, *committees))


def places(report):
    return {(drift.building, drift.where, drift.column) for drift in report.drifts}


def spoil(store, statement, **values):
    with store.write() as session:
        session.execute(text(statement) if isinstance(statement, str) else statement, values)


def test_nothing_drifts_where_only_commands_have_written(store, street):
    report = found(store, street)
    assert (report.dwellings, report.buildings, report.drifts) == (8, 2, ())
    assert report.day == TODAY.isoformat()


@pytest.mark.parametrize(
    "column",
    ["listed", "n", "resolved", "verified", "attempted", "collected", "conflicts", "stale",
     "households", "persons", "open_tasks", "overdue", "fill", "flags"],
)  # fmt: skip
def test_a_counter_spoilt_by_hand_is_found(store, street, column):
    counter = getattr(BuildingCoverage, column)
    spoil(
        store,
        update(BuildingCoverage).where(BuildingCoverage.ord == 0).values({counter: counter + 1}),
    )
    assert places(found(store, street)) == {("C1-001", "building", column)}


def test_a_status_spoilt_by_hand_is_found_with_what_it_must_be(store, street):
    spoil(store, "UPDATE dwelling SET status = 'refused' WHERE room = '302'")
    [drift] = [d for d in found(store, street).drifts if d.where == "302"]
    assert (drift.building, drift.column) == ("C1-001", "status")
    assert (drift.stored, drift.expected) == ("refused", "uncollected")


def test_a_status_until_spoilt_by_hand_is_found(store, street):
    spoil(store, update(Dwelling).where(Dwelling.room == "302").values(status_until=TODAY))
    assert places(found(store, street)) == {("C1-001", "302", "status_until")}


@pytest.mark.parametrize("column", ["resolved", "attempted"])
def test_a_mark_spoilt_by_hand_is_found(store, street, column):
    mark = getattr(Dwelling, column)
    spoil(store, update(Dwelling).where(Dwelling.room == "302").values({mark: True}))
    assert ("C1-001", "302", column) in places(found(store, street))


def test_a_day_of_the_flags_spoilt_by_hand_is_found(store, street):
    spoil(store, update(BuildingCoverage).values(flags_until=TODAY))
    assert {column for *_, column in places(found(store, street))} == {"flags_until"}


def test_counters_that_are_missing_are_found(store, street):
    spoil(store, delete(BuildingCoverage).where(BuildingCoverage.ord == 1))
    report = found(store, street)
    assert {building for building, *_ in places(report)} == {"C1-002"}
    assert ("C1-002", "building", "oldest_due_on") in places(report)


def test_counters_of_a_building_that_is_gone_are_found(store, street):
    spoil(store, update(Building).where(Building.code == "C1-002").values(valid_to=TODAY))
    assert ("C1-002", "building", "row") in places(found(store, street))


def test_a_door_that_carries_another_committee_than_its_building_is_found(store, street):
    other = street.committees[1]
    spoil(store, update(Dwelling).where(Dwelling.room == "302").values(committee_id=other))
    assert ("C1-001", "dwelling", "committee_id") in places(found(store, street))


def test_nobody_reads_of_drifts_outside_their_area(store, street):
    spoil(store, update(BuildingCoverage).values(resolved=BuildingCoverage.resolved + 1))
    assert found(store, street, 2).drifts == ()
    assert found(store, street, 2).buildings == 0
