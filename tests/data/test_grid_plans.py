"""A plan from its draft to the day it comes into force, on both engines."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from conftest import TODAY
from data.commands.clock import close_day
from data.commands.grids import Draft, approve, propose, reject, save_draft, withdraw
from data.errors import Conflict, Forbidden, InvalidInput, NotFound
from data.models import (
    Account,
    Entrance,
    Event,
    Grid,
    GridMembership,
    GridPlan,
    Household,
    VerificationRound,
)
from data.queries.access import account_principal, system_principal
from data.queries.areas import area_tree, grids_of
from data.queries.buildings import building_head
from data.queries.check import check_derived
from data.queries.grid_plans import part_name, plan_by_uid, plans_of, staffing
from data.queries.grid_sizes import grid_sizes
from data.queries.grids import grid_ground
from data.queries.verification import grid_history
from data.rules.areas import AreaLevel, Role
from data.rules.grids import PlanAct, PlanState

DAY = TODAY + timedelta(days=2)


@pytest.fixture
def place(street_store):
    """The largest compound of the street, its halves as a plan, and two people who may plan."""
    with street_store.read() as session:
        everybody = system_principal(session)
        code = session.scalar(
            select(Grid.code).join(GridMembership, GridMembership.grid_id == Grid.id)
            .where(Grid.valid_to.is_(None))
            .group_by(Grid.id, Grid.code).order_by(func.count().desc(), Grid.code).limit(1)
        )  # fmt: skip
        ground = grid_ground(session, everybody, AreaLevel.GRID, code)
        names = {"author": "grid1", "office": "office"}
        people = {who: principal_of(session, username) for who, username in names.items()}
    return Place(street_store, ground, people["office"], people)


def principal_of(session, username):
    from_name = select(Account.id).where(Account.username == username)
    found = account_principal(session, session.scalar(from_name), "web")
    everybody = system_principal(session)
    return replace(found, committees=everybody.committees, subdistricts=everybody.subdistricts)


class Place:
    """A place with its people, and the plan that cuts it in two."""

    def __init__(self, store, ground, office, people):
        self.store, self.ground, self.office, self.author = store, ground, office, people["author"]

    @property
    def halves(self):
        units = self.ground.units
        return {unit.entrance_id: int(i >= len(units) // 2) for i, unit in enumerate(units)}

    def draft(self, **changes):
        made = Draft(
            level=AreaLevel.GRID, code=self.ground.code, preset="compact", lower=800, upper=1000,
            effective_on=DAY, reason="小区分两半", assignment=self.halves,
        )  # fmt: skip
        return replace(made, **changes)

    def save(self, *, by=None, uid=None, version=None, **changes):
        with self.store.write() as session:
            return save_draft(session, by or self.author, self.draft(**changes), uid, version)

    def plan(self, uid, by=None):
        with self.store.read() as session:
            return plan_by_uid(session, by or self.author, uid)

    def act(self, what, uid, by, *more):
        version = self.plan(uid).version
        with self.store.write() as session:
            what(session, by, uid, version, *more)

    def approved(self, **changes):
        uid = self.save(**changes)
        self.act(propose, uid, self.author)
        self.act(approve, uid, self.office)
        return uid

    def close(self, days=2):
        with self.store.write() as session:
            everybody = system_principal(session)
            for day in range(days):
                close_day(session, everybody, TODAY + timedelta(days=day))


def test_a_plan_is_drafted_proposed_and_approved_by_another(place):
    uid = place.save()
    assert place.plan(uid).state is PlanState.DRAFT
    place.act(propose, uid, place.author)
    mine, theirs = place.plan(uid), place.plan(uid, place.office)
    assert PlanAct.APPROVE not in mine.acts
    assert PlanAct.APPROVE in theirs.acts
    place.act(approve, uid, place.office)
    done = place.plan(uid)
    assert (done.state, done.decided_on) == (PlanState.APPROVED, TODAY)
    assert done.assignment == place.halves
    assert done.part_names == ("A", "B")


def test_the_list_of_sizes_tells_where_the_newest_plan_stands(place):
    uid = place.save()
    place.act(propose, uid, place.author)
    with place.store.read() as session:
        rows = {row.code: row.plan for row in grid_sizes(session, place.office)}
    assert rows[place.ground.code] is PlanState.PROPOSED
    assert list(rows.values()).count(None) == len(rows) - 1


def test_nobody_approves_the_own_plan_whatever_the_roles(place):
    both = replace(place.author, roles=frozenset(Role))
    uid = place.save(by=both)
    place.act(propose, uid, both)
    with pytest.raises(Forbidden, match="their own"):
        place.act(approve, uid, both)


def test_a_role_that_does_not_plan_neither_drafts_nor_proposes(place):
    reader = replace(place.author, roles=frozenset({Role.ASSISTANT}), account_id=10**6)
    with pytest.raises(Forbidden):
        place.save(by=reader)
    uid = place.save()
    with pytest.raises(Forbidden):
        place.act(propose, uid, reader)


def test_out_of_scope_a_plan_and_a_place_do_not_exist(place):
    uid = place.save()
    stranger = replace(place.office, committees=frozenset({10**6}))
    with pytest.raises(NotFound), place.store.read() as session:
        plan_by_uid(session, stranger, uid)
    with pytest.raises(NotFound), place.store.read() as session:
        grid_ground(session, stranger, AreaLevel.GRID, place.ground.code)
    with pytest.raises(NotFound):
        place.save(by=stranger)
    with pytest.raises(NotFound), place.store.write() as session:
        approve(session, stranger, uid, 1)
    with place.store.read() as session:
        assert plans_of(session, stranger, AreaLevel.GRID, place.ground.code) == ()


def test_two_editors_cannot_overwrite_each_other(place):
    uid = place.save()
    place.save(uid=uid, version=1, reason="第二稿的理由")
    with pytest.raises(Conflict) as refused:
        place.save(uid=uid, version=1, reason="迟到的一稿")
    assert refused.value.values["theirs"] == 2
    assert place.plan(uid).reason == "第二稿的理由"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"effective_on": TODAY}, "effective_on"),
        ({"reason": " "}, "reason"),
        ({"lower": 0}, "lower"),
        ({"lower": 1000, "upper": 800}, "lower"),
        ({"assignment": {}}, "assignment"),
        ({"assignment": {1: 0}}, "assignment"),
    ],
)
def test_a_senseless_draft_is_refused_beside_its_field_and_leaves_nothing(place, changes, field):
    with pytest.raises(InvalidInput) as refused:
        place.save(**changes)
    assert refused.value.values["field"] == field
    with place.store.read() as session:
        assert session.scalar(select(func.count()).select_from(GridPlan)) == 0


def test_a_part_without_entrances_and_a_foreign_entrance_are_refused(place):
    gap = {entrance: 2 * part for entrance, part in place.halves.items()}
    with pytest.raises(InvalidInput, match="holds no entrance"):
        place.save(assignment=gap)
    with pytest.raises(InvalidInput, match="1 are not of it"):
        place.save(assignment={**place.halves, 10**9: 0})


def test_a_plan_in_pieces_needs_a_reason_even_within_the_band(place):
    total = place.ground.households
    band = {"lower": 1, "upper": total}
    with pytest.raises(InvalidInput, match="2 in pieces"):
        place.save(**band, reason="", broken="2 in pieces")
    place.save(**band, reason="", broken=None)


def test_what_is_sent_back_carries_its_note_and_is_worked_on(place):
    uid = place.save()
    place.act(propose, uid, place.author)
    with pytest.raises(InvalidInput) as refused:
        place.act(reject, uid, place.office, "")
    assert refused.value.values["field"] == "note"
    place.act(reject, uid, place.office, "请把南侧并入第二格")
    sent_back = place.plan(uid)
    assert (sent_back.state, sent_back.note) == (PlanState.REJECTED, "请把南侧并入第二格")
    place.save(uid=uid, version=sent_back.version)
    assert place.plan(uid).state is PlanState.DRAFT


def test_an_act_that_is_not_possible_now_says_what_is(place):
    uid = place.save()
    with pytest.raises(Conflict, match="possible now: propose"):
        place.act(approve, uid, place.office)


def test_an_approved_plan_can_be_taken_back_until_its_day(place):
    uid = place.approved()
    place.act(withdraw, uid, place.author)
    place.close()
    assert place.plan(uid).state is PlanState.WITHDRAWN
    assert sizes(place) == {place.ground.code: place.ground.households}


def test_two_plans_for_the_same_entrances_are_not_both_approved(place):
    place.approved()
    second = place.save()
    place.act(propose, second, place.author)
    with pytest.raises(Conflict, match="approved already"):
        place.act(approve, second, place.office)


def sizes(place):
    """Return the households of the grids that hold the place's entrances."""
    with place.store.read() as session:
        everybody = system_principal(session)
        mine = set(
            session.scalars(
                select(Grid.code).join(GridMembership, GridMembership.grid_id == Grid.id)
                .where(GridMembership.entrance_id.in_(place.halves), GridMembership.valid_to.is_(None))
            )
        )  # fmt: skip
        grids = grids_of(session, everybody, place.ground.committee_code)
        return {grid.code: grid.households for grid in grids if grid.code in mine}


def test_on_its_day_the_grids_change_and_no_household_is_lost(place):
    uid = place.approved()
    place.close(days=1)
    assert sizes(place) == {place.ground.code: place.ground.households}
    with place.store.write() as session:
        close_day(session, system_principal(session), TODAY + timedelta(days=1))
    new = sizes(place)
    assert len(new) == 2
    assert place.ground.code not in new, "old codes are never used again"
    assert sum(new.values()) == place.ground.households
    done = place.plan(uid)
    assert done.state is PlanState.IN_FORCE
    assert set(done.codes) == set(new)
    assert done.acts == frozenset()
    with place.store.read() as session:
        old = session.scalars(select(Grid).where(Grid.code == place.ground.code)).one()
        assert old.valid_to == DAY
        ended = session.scalars(
            select(GridMembership.valid_to).where(GridMembership.grid_id == old.id)
        ).all()
        assert set(ended) == {DAY}
        report = check_derived(session, system_principal(session))
        assert report.drifts == ()


def test_grids_still_partition_the_entrances(place):
    place.approved()
    place.close()
    with place.store.read() as session:
        housed = set(session.scalars(select(Entrance.id).where(Entrance.valid_to.is_(None))))
        members = session.scalars(
            select(GridMembership.entrance_id).where(GridMembership.valid_to.is_(None))
        ).all()
    assert len(members) == len(set(members))
    assert set(members) <= housed
    assert set(place.halves) <= set(members)


def test_a_part_that_stays_as_it_is_keeps_its_grid(place):
    whole = dict.fromkeys(place.halves, 0)
    uid = place.approved(assignment=whole)
    place.close()
    assert place.plan(uid).codes == (place.ground.code,)
    assert sizes(place) == {place.ground.code: place.ground.households}


def test_the_rounds_of_the_old_grid_stay_within_reach_of_its_buildings(place):
    with place.store.read() as session:
        everybody = system_principal(session)
        building = place.ground.buildings[0].code
        before = grid_history(
            session, everybody, place.ground.code, building_head(session, everybody, building).id
        )
    assert before.rounds
    place.approved()
    place.close()
    with place.store.read() as session:
        everybody = system_principal(session)
        head = building_head(session, everybody, building)
        first, *earlier = head.grids
        assert first.until is None
        assert [(grid.code, grid.until) for grid in earlier] == [(place.ground.code, DAY)]
        after = grid_history(session, everybody, place.ground.code, head.id)
        assert after.rounds == before.rounds
        assert grid_history(session, everybody, first.code, head.id).rounds == ()
        kept = session.scalar(select(func.count()).select_from(VerificationRound))
        assert kept > 0


def test_a_plan_whose_place_has_changed_is_sent_back_and_never_half_done(place):
    uid = place.approved()
    with place.store.write() as session:
        gone = session.get(Entrance, place.ground.units[0].entrance_id)
        gone.valid_to = TODAY
    place.close()
    plan = place.plan(uid)
    assert plan.state is PlanState.REJECTED
    assert "come or gone" in plan.note
    assert list(sizes(place)) == [place.ground.code]


def test_every_act_leaves_its_event(place):
    place.approved()
    place.close()
    with place.store.read() as session:
        kinds = session.scalars(
            select(Event.kind).where(Event.subject_type == "grid_plan").order_by(Event.id)
        ).all()
    assert kinds == [
        "grid_plan_save", "grid_plan_propose", "grid_plan_approve", "grid_plan_in_force",
    ]  # fmt: skip


def test_a_ground_counts_what_the_tree_counts(place):
    with place.store.read() as session:
        everybody = system_principal(session)
        committee = grid_ground(
            session, everybody, AreaLevel.COMMITTEE, place.ground.committee_code
        )
        node = next(
            n for n in area_tree(session, everybody) if n.code == place.ground.committee_code
        )
        households = session.scalar(
            select(func.count()).select_from(Household)
            .where(Household.committee_id == committee.committee_id, Household.valid_to.is_(None))
        )  # fmt: skip
    assert committee.households == committee.committee_households == node.households
    assert committee.households <= households
    assert sum(unit.households for unit in committee.units) == committee.households
    assert sum(grid.households for grid in committee.grids) == committee.households


def test_the_staff_of_a_committee_share_its_doors_and_own_their_tasks(place):
    with place.store.read() as session:
        everybody = system_principal(session)
        rows = staffing(session, everybody, place.ground.committee_code)
    assert rows
    shared = sum(row.households for row in rows)
    assert abs(shared - place.ground.committee_households) <= len(rows)


def test_parts_have_letters_before_they_have_codes():
    assert [part_name(part) for part in (0, 1, 25, 26)] == ["A", "B", "Z", "A2"]
