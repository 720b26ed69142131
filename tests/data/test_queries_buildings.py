from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from conftest import TODAY
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.errors import NotFound
from data.models import (
    Building,
    Dwelling,
    Entrance,
    Grid,
    GridMembership,
    Household,
    Person,
    Residence,
    Task,
)
from data.queries.buildings import GridOf, building_doors, building_head, household_files
from data.queries.tasks import open_tasks
from data.rules.areas import Role
from data.rules.coverage import CoverageStatus, DwellingStatus
from data.rules.deadlines import SHANGHAI
from data.rules.rates import Rate
from data.rules.register import IdKind, PersonCategory, ResidenceKind, ResidenceState
from data.rules.work import TaskState, TaskType, Window
from data.sealing import demo_ring
from places import FROM, build_street, worker

RING = demo_ring()
EVENING = datetime(2026, 11, 18, 19, 5, tzinfo=SHANGHAI)


@pytest.fixture
def street(store):
    return build_street(store, TODAY)


def record(store, street, room, result, at=None):
    with store.write() as session:
        record_door(session, worker(street), Door("C1-001", room), result, at)


def head_of(store, street, code="C1-001", *committees):
    with store.read() as session:
        return building_head(session, worker(street, *committees), code)


def doors_of(store, street, *committees):
    head = head_of(store, street)
    with store.read() as session:
        return building_doors(session, worker(street, *committees), head.id)


def dwelling_id(store, room):
    with store.read() as session:
        rooms = select(Dwelling.id).where(Dwelling.room == room).order_by(Dwelling.id)
        return session.scalars(rooms).first()


def add_task(session, room, *, days, kind=TaskType.COLLECT, state=TaskState.ASSIGNED):
    dwelling = session.scalars(
        select(Dwelling).where(Dwelling.room == room).order_by(Dwelling.id)
    ).first()
    due = TODAY + timedelta(days=days)
    session.add(
        Task(
            type=kind, state=state, building_id=dwelling.building_id, dwelling_id=dwelling.id,
            committee_id=dwelling.committee_id, created_on=due - timedelta(days=2), due_on=due,
            idempotency_key=f"{kind}:{room}:{days}",
        )
    )  # fmt: skip


def move_in(store, room, name, *, relation=0, erased=False):
    """Put a person into the household behind a room; an erased one has no key any more."""
    with store.write() as session:
        household = session.scalars(
            select(Household)
            .join(Dwelling, Dwelling.id == Household.dwelling_id)
            .where(Dwelling.room == room)
        ).one()
        uid = f"p{relation}{name}"
        key, wrapped = RING.new_data_key(uid)
        person = Person(
            uid=uid, committee_id=household.committee_id, key_id=RING.current,
            data_key=None if erased else wrapped,
            name_sealed=key.seal("name", name),
            id_number_sealed=key.seal("id_number", "990000199001011235"),
            id_kind=IdKind.RESIDENT_ID, category=PersonCategory.LOCAL_HUKOU,
        )  # fmt: skip
        session.add(person)
        session.flush()
        session.add(
            Residence(
                person_id=person.id, household_id=household.id, dwelling_id=household.dwelling_id,
                building_id=household.building_id, committee_id=household.committee_id,
                relation=relation, kind=ResidenceKind.HUKOU_AT_HOME, state=ResidenceState.ACTIVE,
                started_on=TODAY,
            )
        )  # fmt: skip


def test_the_head_line_says_what_the_counters_say(store, street):
    record(store, street, "101", DoorResult.REGISTERED, EVENING)
    head = head_of(store, street)
    assert (head.name, head.compound, head.floors, head.entrances) == ("1号楼", "高城苑", 3, 1)
    assert (head.coverage, head.listed, head.status) == (Rate(1, 6), 6, CoverageStatus.LAGGING)
    assert head.grids == (GridOf("310115009001001", "01"),)
    assert (head.last_visit, head.last_window) == (EVENING, Window.WEEKDAY_EVENING)


def test_a_building_that_nobody_has_visited_has_no_last_visit(store, street):
    assert head_of(store, street).last_visit is None


@pytest.mark.parametrize("code", ["C1-001", "no-such-building"])
def test_out_of_scope_and_not_existing_are_refused_alike(store, street, code):
    with pytest.raises(NotFound, match="no such building within your area"):
        head_of(store, street, code, 2)


def test_an_ended_building_does_not_exist(store, street):
    with store.write() as session:
        session.scalars(select(Building).where(Building.code == "C1-001")).one().valid_to = TODAY
    with pytest.raises(NotFound):
        head_of(store, street)


def test_doors_come_top_floor_first_and_along_the_landing(store, street):
    assert [door.room for door in doors_of(store, street)] == [
        "301", "302", "201", "202", "101", "102",
    ]  # fmt: skip


def test_doors_out_of_scope_are_none(store, street):
    assert doors_of(store, street, 2) == []


def test_a_door_knows_its_status_visits_and_the_task_due_first(store, street):
    record(store, street, "201", DoorResult.NO_CONTACT, EVENING)
    record(store, street, "201", DoorResult.NO_CONTACT, EVENING + timedelta(days=1))
    with store.write() as session:
        add_task(session, "201", days=3, kind=TaskType.OWNER_CONTACT)
        add_task(session, "201", days=-2)
        add_task(session, "201", days=-9, state=TaskState.CLOSED)
    door = next(door for door in doors_of(store, street) if door.room == "201")
    assert (door.status, door.resolved) == (DwellingStatus.NO_CONTACT, False)
    assert (door.attempts, door.last_visit) == (2, EVENING.date() + timedelta(days=1))
    assert (door.task, door.due_on) == (TaskType.COLLECT, TODAY - timedelta(days=2))


def test_a_building_shared_by_two_grids_names_both_in_the_order_of_its_entrances(store, street):
    with store.write() as session:
        first = session.scalars(select(Entrance).order_by(Entrance.id)).first()
        other = Grid(committee_id=first.committee_id, code="G2", name="02", valid_from=FROM)
        second = Entrance(
            building_id=first.building_id, committee_id=first.committee_id, number="2",
            position=2, point=first.point, valid_from=FROM,
        )  # fmt: skip
        session.add_all([other, second])
        session.flush()
        session.add(
            GridMembership(
                grid_id=other.id, entrance_id=second.id, committee_id=first.committee_id,
                valid_from=FROM,
            )
        )  # fmt: skip
    assert head_of(store, street).grids == (
        GridOf("310115009001001", "01"),
        GridOf("G2", "02"),
    )


def test_open_tasks_come_the_latest_first_and_without_the_closed(store, street):
    with store.write() as session:
        add_task(session, "101", days=2, kind=TaskType.ENTER)
        add_task(session, "202", days=-6)
        add_task(session, "301", days=0, kind=TaskType.CANCEL)
        add_task(session, "302", days=-30, state=TaskState.VOID)
    head = head_of(store, street)
    with store.read() as session:
        tasks = open_tasks(session, worker(street), head.id)
        assert open_tasks(session, worker(street, 2), head.id) == []
    assert [(task.room, (task.due_on - TODAY).days) for task in tasks] == [
        ("202", -6),
        ("301", 0),
        ("101", 2),
    ]


def test_a_worker_of_the_committee_sees_masked_persons(store, street):
    record(store, street, "101", DoorResult.REGISTERED)
    move_in(store, "101", "王小明")
    with store.read() as session:
        room, (file,) = household_files(session, worker(street), RING, dwelling_id(store, "101"))
    assert (room, file.persons) == ("101", 1)
    (member,) = file.members
    assert (member.name, member.id_number) == ("王**", "990***********1235")


@pytest.mark.parametrize(
    "role", [Role.POPULATION_OFFICE, Role.DISTRICT_LEAD, Role.ASSISTANT, Role.GRID_MANAGER]
)
def test_other_roles_see_counts_and_nobody(store, street, role):
    record(store, street, "101", DoorResult.REGISTERED)
    move_in(store, "101", "王小明")
    with store.read() as session:
        who = worker(street, role=role)
        _, (file,) = household_files(session, who, RING, dwelling_id(store, "101"))
    assert (file.persons, file.members) == (1, ())


def test_an_erased_person_is_counted_and_has_no_name(store, street):
    record(store, street, "101", DoorResult.REGISTERED)
    move_in(store, "101", "王小明", erased=True)
    with store.read() as session:
        _, (file,) = household_files(session, worker(street), RING, dwelling_id(store, "101"))
    assert (file.persons, file.members[0].name, file.members[0].id_number) == (1, "", "")


def test_a_room_outside_the_scope_is_refused(store, street):
    with store.read() as session, pytest.raises(NotFound, match="no such room within your area"):
        household_files(session, worker(street, 3), RING, dwelling_id(store, "101"))


def test_looking_changes_nothing(store, street):
    record(store, street, "101", DoorResult.REGISTERED)
    with store.read() as session:
        before = session.scalar(select(func.count()).select_from(Household))
        building_head(session, worker(street), "C1-001")
        assert not session.dirty
        assert session.scalar(select(func.count()).select_from(Household)) == before
