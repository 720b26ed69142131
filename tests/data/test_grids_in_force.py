"""What a plan of grids changes on its day, and what it never does; both engines."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from shapely import Point
from sqlalchemy import func, select, update

from conftest import TODAY
from data.commands.clock import close_day
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.commands.grids import Draft, approve, propose, save_draft, withdraw
from data.commands.grids_in_force import put_plans_in_force
from data.errors import Conflict, Forbidden, InvalidInput
from data.models import (
    Account,
    Building,
    Dwelling,
    Entrance,
    Event,
    Grant,
    Grid,
    GridMembership,
    Task,
)
from data.principal import Principal
from data.queries.access import system_principal
from data.queries.check import check_derived
from data.queries.grid_plans import plan_by_uid
from data.rules.areas import AreaLevel, GridType, Role
from data.rules.grids import PlanState
from data.rules.work import TaskState, TaskType
from places import FROM, build_street

DAY = TODAY + timedelta(days=1)
DEADLINE_S = 20
LONG_ENOUGH_S = 0.5  # for somebody who does not wait to be done
OLD = "310115009001001"


class Street:
    """Committee 1 with compound C1 of two buildings, an entrance each, all in one grid."""

    def __init__(self, store):
        self.store, self.built = store, build_street(store, TODAY)
        with store.write() as session:
            accounts = [
                Account(username=name, display_name=name, password="-")
                for name in ("drafter", "office", "worker", "other")
            ]
            session.add_all(accounts)
            session.flush()
            drafter, office, self.worker, self.other = (account.id for account in accounts)
            self.first, self.second = session.scalars(select(Entrance.id).order_by(Entrance.id))
        self.drafter = self._person(drafter, Role.GRID_MANAGER)
        self.office = self._person(office, Role.POPULATION_OFFICE)

    def _person(self, account_id, role):
        seen = frozenset(self.built.committees)
        roles = frozenset({role})
        return Principal(account_id, role.value, "", roles, seen, frozenset(), "test")

    def draft(self, assignment, **changes):
        made = Draft(
            level=AreaLevel.COMPOUND, code="C1", preset="compact", lower=800, upper=1000,
            effective_on=DAY, reason="试点", assignment=assignment,
        )  # fmt: skip
        return replace(made, **changes)

    def proposed(self, assignment, **changes):
        with self.store.write() as session:
            uid = save_draft(session, self.drafter, self.draft(assignment, **changes))
            propose(session, self.drafter, uid, 1)
        return uid

    def approved(self, assignment, **changes):
        uid = self.proposed(assignment, **changes)
        with self.store.write() as session:
            approve(session, self.office, uid, 2)
        return uid

    def close(self, day=TODAY):
        with self.store.write() as session:
            close_day(session, system_principal(session), day)

    def plan(self, uid):
        with self.store.read() as session:
            return plan_by_uid(session, self.office, uid)

    def grids(self):
        """Return the code of the grid of each entrance today."""
        with self.store.read() as session:
            return dict(
                session.execute(
                    select(GridMembership.entrance_id, Grid.code)
                    .join(Grid, Grid.id == GridMembership.grid_id)
                    .where(GridMembership.valid_to.is_(None), Grid.valid_to.is_(None))
                ).all()
            )

    def grid_id(self, code):
        with self.store.read() as session:
            return session.scalar(select(Grid.id).where(Grid.code == code))

    def halves(self):
        return {self.first: 0, self.second: 1}

    def add_entrance(self):
        """Add an entrance of the second building, outside every grid."""
        with self.store.write() as session:
            model = session.get_one(Entrance, self.second)
            entrance = Entrance(
                building_id=model.building_id, committee_id=model.committee_id, number="9", position=2,
                point=Point(model.point.x, model.point.y), valid_from=FROM,
            )  # fmt: skip
            session.add(entrance)
            session.flush()
            return entrance.id

    def add_task(self, key, owner, *, entrance=None):
        """Add an open task, behind the first door of an entrance or for the first building."""
        with self.store.write() as session:
            door = session.scalars(
                select(Dwelling)
                .where(Dwelling.entrance_id == (entrance or self.first))
                .order_by(Dwelling.id)
            ).first()
            session.add(
                Task(
                    type=TaskType.COLLECT, state=TaskState.ASSIGNED, building_id=door.building_id,
                    dwelling_id=door.id if entrance else None, committee_id=door.committee_id,
                    owner_id=owner, created_on=TODAY, due_on=TODAY + timedelta(days=9),
                    idempotency_key=key,
                )
            )  # fmt: skip

    def hold(self, account_id, code=OLD):
        with self.store.write() as session:
            session.add(
                Grant(
                    account_id=account_id, role=Role.GRID_MANAGER, level=AreaLevel.GRID,
                    area_id=session.scalar(select(Grid.id).where(Grid.code == code)), valid_from=FROM,
                )
            )  # fmt: skip

    def owners(self):
        with self.store.read() as session:
            return dict(session.execute(select(Task.idempotency_key, Task.owner_id)).all())


@pytest.fixture
def street(store):
    return Street(store)


def test_new_grids_get_the_next_codes_and_the_type_of_the_old_one(street, store):
    with store.write() as session:
        session.execute(update(Grid).values(type=GridType.BLOCK))
    uid = street.approved(street.halves())
    street.close()
    assert street.grids() == {street.first: "310115009001002", street.second: "310115009001003"}
    assert street.plan(uid).codes == ("310115009001002", "310115009001003")
    with store.read() as session:
        rows = session.execute(select(Grid.name, Grid.type, Grid.valid_to).order_by(Grid.code))
        assert [tuple(row) for row in rows] == [
            ("01", GridType.BLOCK, DAY), ("02", GridType.BLOCK, None), ("03", GridType.BLOCK, None),
        ]  # fmt: skip


def test_a_code_never_returns_not_even_one_that_has_ended(street, store):
    with store.write() as session:
        session.add(
            Grid(
                committee_id=street.built.committees[1], code="310115009001041", name="41",
                valid_from=FROM, valid_to=TODAY,
            )
        )  # fmt: skip
    street.approved(dict.fromkeys(street.halves(), 0) | {street.second: 1})
    street.close()
    assert set(street.grids().values()) == {"310115009001042", "310115009001043"}


def test_a_plan_without_a_code_left_is_sent_back_and_nothing_has_changed(street, store):
    with store.write() as session:
        committee = street.built.committees[0]
        session.add(
            Grid(committee_id=committee, code="310115009001998", name="998", valid_from=FROM)
        )
    uid = street.approved(street.halves())
    street.close()
    assert street.plan(uid).state is PlanState.REJECTED
    assert "no code left" in street.plan(uid).note
    assert set(street.grids().values()) == {OLD}


def test_a_grid_that_reaches_beyond_the_place_goes_on_with_the_rest(street, store):
    with store.write() as session:
        outside = session.get_one(Entrance, street.first).building_id
        session.get_one(Building, outside).compound_id = None
    uid = street.approved({street.second: 0})
    street.close()
    assert street.grids() == {street.first: OLD, street.second: "310115009001002"}
    assert street.plan(uid).codes == ("310115009001002",)


def test_a_part_that_is_a_grid_already_keeps_it_and_its_doors_never_move(street, store):
    street.approved(street.halves())
    street.close()
    held = street.grids()
    third = street.add_entrance()
    later = DAY + timedelta(days=1)
    street.approved({street.first: 1, street.second: 0, third: 2}, effective_on=later)
    street.close(DAY)
    assert street.grids() == held | {third: "310115009001004"}
    with store.read() as session:
        since = session.scalars(
            select(GridMembership.valid_from)
            .where(GridMembership.entrance_id == street.first)
            .order_by(GridMembership.id)
        ).all()
    assert since == [FROM, DAY]


def test_a_plan_comes_into_force_once(street, store):
    street.approved(street.halves())
    street.close()
    held = street.grids()
    with store.write() as session:
        assert put_plans_in_force(session, system_principal(session), DAY) == 0
    assert street.grids() == held
    with store.read() as session:
        events = select(func.count()).select_from(Event).where(Event.kind == "grid_plan_in_force")
        assert session.scalar(events) == 1


def test_the_event_tells_what_began_and_what_ended(street, store):
    street.add_task("door", None, entrance=street.first)
    street.approved(street.halves())
    street.close()
    with store.read() as session:
        event = session.scalars(select(Event).where(Event.kind == "grid_plan_in_force")).one()
    assert event.happened_on == DAY
    assert event.committee_id == street.built.committees[0]
    assert event.after == {
        "state": "in_force", "entrances": 2, "begun": ["310115009001002", "310115009001003"],
        "ended": [OLD], "tasks_given": [], "tasks_kept": 1,
    }  # fmt: skip


def test_on_any_day_an_entrance_is_in_exactly_one_grid(street, store):
    street.approved(street.halves())
    street.close()
    with store.read() as session:
        for day in (FROM, TODAY, DAY, DAY + timedelta(days=30)):
            found = session.scalars(
                select(GridMembership.entrance_id).where(
                    GridMembership.valid_from <= day,
                    GridMembership.valid_to.is_(None) | (GridMembership.valid_to > day),
                )
            ).all()
            assert sorted(found) == [street.first, street.second], day
        assert check_derived(session, system_principal(session)).drifts == ()


def test_a_plan_is_sent_back_when_an_entrance_has_come_since(street):
    uid = street.approved(street.halves())
    street.add_entrance()
    street.close()
    assert street.plan(uid).state is PlanState.REJECTED
    assert set(street.grids().values()) == {OLD}


def test_a_plan_is_sent_back_when_another_gave_its_entrances_away(street, store):
    uid = street.approved(street.halves())
    with store.write() as session:
        other = Grid(
            committee_id=street.built.committees[0],
            code="310115009001007",
            name="07",
            valid_from=FROM,
        )
        session.add(other)
        session.flush()
        session.execute(
            update(GridMembership)
            .where(GridMembership.entrance_id == street.first)
            .values(grid_id=other.id)
        )
    street.close()
    assert street.plan(uid).state is PlanState.REJECTED
    assert "other grids" in street.plan(uid).note
    assert street.grids() == {street.first: "310115009001007", street.second: OLD}


def test_a_place_that_has_changed_since_is_neither_proposed_nor_approved(street, store):
    uid = street.proposed(street.halves())
    with store.write() as session:
        draft = save_draft(session, street.drafter, street.draft(street.halves()))
    street.add_entrance()
    with pytest.raises(Conflict, match="come or gone") as refused, store.write() as session:
        approve(session, street.office, uid, 2)
    assert refused.value.values["field"] == "assignment"
    with pytest.raises(Conflict, match="come or gone"), store.write() as session:
        propose(session, street.drafter, draft, 1)


def test_a_plan_whose_day_has_come_is_not_approved_any_more(street, store):
    uid = street.proposed(street.halves())
    street.close()
    with pytest.raises(InvalidInput) as refused, store.write() as session:
        approve(session, street.office, uid, 2)
    assert refused.value.values["field"] == "effective_on"


def test_what_is_in_force_cannot_be_taken_back(street, store):
    uid = street.approved(street.halves())
    street.close()
    with pytest.raises(Conflict, match="possible now: nothing"), store.write() as session:
        withdraw(session, street.drafter, uid, street.plan(uid).version)


def test_who_changed_a_plan_last_cannot_approve_it(street, store):
    with store.write() as session:
        uid = save_draft(session, street.drafter, street.draft(street.halves()))
        save_draft(session, street.office, street.draft(street.halves()), uid, 1)
        propose(session, street.drafter, uid, 2)
    with pytest.raises(Forbidden, match="their own"), store.write() as session:
        approve(session, street.office, uid, 3)
    assert street.plan(uid).author == "office"


def test_a_plan_is_not_saved_over_one_of_another_place(street, store):
    uid = street.proposed(street.halves())
    with store.write() as session:
        withdraw(session, street.drafter, uid, 2)
        other = save_draft(session, street.drafter, street.draft(street.halves()))
        whole = street.draft(street.halves(), level=AreaLevel.COMMITTEE, code="310115009001")
        with pytest.raises(InvalidInput) as refused:
            save_draft(session, street.drafter, whole, other, 1)
    assert refused.value.values["field"] == "code"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"preset": "x"}, "preset"),
        ({"upper": 10**9}, "upper"),
        ({"reason": "x" * 401}, "reason"),
    ],
)
def test_what_a_column_cannot_hold_is_refused_beside_its_field(street, changes, field):
    with pytest.raises(InvalidInput) as refused:
        street.proposed(street.halves(), **changes)
    assert refused.value.values["field"] == field


def test_two_plans_that_overlap_are_not_both_approved_at_once(street, store):
    """Who decides while another decides waits, and finds what the first has done."""
    first, second = (street.proposed(street.halves()) for _ in range(2))
    outcomes = []

    def decide():
        try:
            with store.write() as session:
                approve(session, street.office, second, 2)
            outcomes.append("approved")
        except Conflict as refusal:
            outcomes.append(refusal.values["field"])

    other = threading.Thread(target=decide)
    with store.write() as session:
        approve(session, street.office, first, 2)
        other.start()
        other.join(LONG_ENOUGH_S)
        assert outcomes == [], "nothing is decided beside a decision that is not finished"
    other.join(DEADLINE_S)
    assert outcomes == ["assignment"]


def test_who_held_the_old_grid_holds_the_new_one_and_gets_its_open_tasks(street, store):
    street.hold(street.worker)
    street.add_task("mine", street.worker, entrance=street.first)
    street.add_task("nobodys", None, entrance=street.first)
    street.add_task("anothers", street.other, entrance=street.first)
    street.add_task("of the building", None)
    street.approved(dict.fromkeys(street.halves(), 0) | {street.second: 1})
    street.close()
    heir = street.grids()[street.first]
    with store.read() as session:
        held = session.execute(
            select(Grant.area_id, Grant.valid_from, Grant.valid_to)
            .where(Grant.account_id == street.worker)
            .order_by(Grant.id)
        ).all()
        event = session.scalars(select(Event).where(Event.kind == "grid_plan_in_force")).one()
    assert [tuple(row) for row in held] == [
        (street.grid_id(OLD), FROM, DAY), (street.grid_id(heir), DAY, None),
    ]  # fmt: skip
    owners = street.owners()
    assert owners == {
        "mine": street.worker, "nobodys": street.worker, "anothers": street.other,
        "of the building": street.worker,
    }  # fmt: skip
    assert len(event.after["tasks_given"]) == 2
    assert event.after["tasks_kept"] == 2


def test_of_two_new_grids_the_one_with_most_households_is_the_heir(street, store):
    street.hold(street.worker)
    with store.write() as session:
        record_door(
            session, system_principal(session), Door("C1-002", "101"), DoorResult.REGISTERED
        )
    street.approved(street.halves())
    street.close()
    heir = street.grid_id(street.grids()[street.second])
    with store.read() as session:
        held = session.scalars(select(Grant.area_id).where(Grant.valid_to.is_(None))).all()
    assert held == [heir]


def test_tasks_in_a_grid_nobody_holds_stay_with_who_had_them(street):
    street.hold(street.worker)
    street.add_task("moved on", street.worker, entrance=street.second)
    street.approved(street.halves())
    street.close()
    assert street.owners() == {"moved on": street.worker}
