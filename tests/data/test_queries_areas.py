from dataclasses import replace

import pytest
from sqlalchemy import select

from conftest import TODAY
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.models import (
    Compound,
    Dwelling,
    Grid,
    VerificationMonth,
    VerificationRecord,
    VerificationRound,
)
from data.queries.areas import accuracy_of, area_node, area_tree, crumbs_of, grids_of
from data.rules.areas import AreaLevel
from data.rules.coverage import CoverageStatus
from data.rules.rates import Checked, Rate
from data.rules.work import MonthState, RoundKind, Window
from places import another_committee, build_street, worker

FIRST, GRID = "310115009001", "310115009001001"


@pytest.fixture
def street(store):
    return build_street(store, TODAY)


def register(store, street, *rooms):
    with store.write() as session:
        for room in rooms:
            record_door(session, worker(street, 1), Door("C1-001", room), DoorResult.REGISTERED)


def a_round(session, *, kind=RoundKind.MONTHLY_LOCAL, month="2026-11", counts=(1, 2, 7)):
    dwelling = session.scalars(select(Dwelling).order_by(Dwelling.id)).first()
    grid = session.scalars(select(Grid)).one()
    held = VerificationRound(
        grid_id=grid.id, committee_id=grid.committee_id, kind=kind, month=month,
        held_on=TODAY, window=Window.WEEKDAY_DAY,
    )  # fmt: skip
    session.add(held)
    session.flush()
    unregistered, unremoved, correct = counts
    session.add(
        VerificationRecord(
            round_id=held.id, dwelling_id=dwelling.id, building_id=dwelling.building_id,
            committee_id=grid.committee_id, unregistered=unregistered, unremoved=unremoved,
            correct=correct,
        )
    )  # fmt: skip


def lock_month(session, committee_id, month="2026-11"):
    session.add(VerificationMonth(committee_id=committee_id, month=month, state=MonthState.LOCKED))


def test_the_tree_holds_what_is_in_scope_parents_before_children(store, street):
    with store.read() as session:
        nodes = area_tree(session, worker(street, 1, 3))
    assert [(node.level, node.code, node.parent) for node in nodes] == [
        (AreaLevel.SUBDISTRICT, "310115009", None),
        (AreaLevel.DISTRICT, "D1", "310115009"),
        (AreaLevel.COMMITTEE, FIRST, "D1"),
        (AreaLevel.DISTRICT, "D3", "310115009"),
        (AreaLevel.COMMITTEE, "310115009003", "D3"),
    ]


def test_nobody_sees_an_area_without_a_grant(store, street):
    nobody = worker(street, 1)
    with store.read() as session:
        outside = worker(street, 2)
        assert area_node(session, outside, FIRST) is None
        assert area_node(session, outside, GRID) is None
        assert area_node(session, outside, "C1") is None
        assert grids_of(session, outside, FIRST) == []
        assert area_node(session, nobody, FIRST) is not None


def test_every_level_adds_up_the_same_doors(store, street):
    register(store, street, "101", "102")
    with store.read() as session:
        principal = worker(street, 1, 2, 3)
        nodes = {node.code: node for node in area_tree(session, principal)}
        compound = area_node(session, principal, "C1")
        (grid,) = grids_of(session, principal, FIRST)
    assert nodes["310115009"].coverage == Rate(2, 8)
    same = [nodes["310115009"], nodes["D1"], nodes[FIRST], compound, grid]
    assert {node.tally for node in same} == {nodes[FIRST].tally}
    assert {node.households for node in same} == {2}
    assert nodes[FIRST].status is CoverageStatus.LAGGING


def test_an_area_without_buildings_is_unlisted_and_has_no_rate(store, street):
    with store.read() as session:
        node = area_node(session, worker(street, 2), "310115009002")
    assert node.status is CoverageStatus.UNLISTED
    assert node.coverage.share is None


def test_accuracy_counts_the_months_local_rounds_only(store, street):
    with store.write() as session:
        a_round(session)
        a_round(session, kind=RoundKind.FLIGHT)
        a_round(session, month="2026-10")
    with store.read() as session:
        principal = worker(street, 1, 2, 3)
        for code in ("310115009", "D1", FIRST, "C1", GRID):
            node = area_node(session, principal, code)
            assert accuracy_of(session, principal, node).checked == Checked(1, 2, 7), code
        elsewhere = area_node(session, principal, "D2")
        assert accuracy_of(session, principal, elsewhere).checked.n == 0


def test_a_month_is_provisional_until_every_committee_of_the_area_has_locked_it(store, street):
    with store.write() as session:
        lock_month(session, street.committees[0])
    with store.read() as session:
        principal = worker(street, 1, 2, 3)
        provisional = {
            code: accuracy_of(session, principal, area_node(session, principal, code)).provisional
            for code in ("310115009", "D1", FIRST, "C1", GRID)
        }
    assert provisional == {"310115009": True, "D1": False, FIRST: False, "C1": False, GRID: False}


def test_the_breadcrumb_leads_from_the_subdistrict_down(store, street):
    register(store, street, "101")
    with store.read() as session:
        principal = worker(street, 1, 2, 3)
        steps = crumbs_of(session, principal, area_node(session, principal, "C1"))
    assert [(step.code, step.count) for step in steps] == [
        ("310115009", 3),
        ("D1", 1),
        (FIRST, 1),
        ("C1", 1),
    ]


def test_each_subdistrict_counts_its_own_committees(store, street):
    with store.write() as session:
        other = another_committee(session, number=4)
    with store.read() as session:
        mine = worker(street, 1, 2, 3)
        principal = replace(mine, committees=mine.committees | {other})
        counts = {
            code: crumbs_of(session, principal, area_node(session, principal, code))[0].count
            for code in ("310115009", "310115010")
        }
    assert counts == {"310115009": 3, "310115010": 1}


def test_an_ended_compound_is_no_area_any_more(store, street):
    with store.write() as session:
        session.scalars(select(Compound)).one().valid_to = TODAY
    with store.read() as session:
        assert area_node(session, worker(street, 1), "C1") is None
