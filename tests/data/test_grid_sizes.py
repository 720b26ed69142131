"""How large grids are: the doors' households, by entrance, in scope."""

from dataclasses import replace

import pytest

from data.principal import Principal
from data.queries.access import system_principal
from data.queries.areas import area_tree, grids_of
from data.queries.grid_sizes import MapSizes, grid_sizes, map_sizes
from data.rules.areas import AreaLevel, Role
from data.rules.grids import DECISIONS, PlanAct, PlanState, SizeStatus, allowed, size_status


@pytest.fixture
def everybody(street_store) -> Principal:
    with street_store.read() as session:
        return system_principal(session)


@pytest.mark.parametrize(
    ("households", "size"),
    [
        (0, SizeStatus.UNDERSIZE),
        (799, SizeStatus.UNDERSIZE),
        (800, SizeStatus.IN_BAND),
        (1_000, SizeStatus.IN_BAND),
        (1_001, SizeStatus.OVERSIZE),
        (2_000, SizeStatus.OVERSIZE),
        (2_001, SizeStatus.SEVERELY_OVERSIZE),
    ],
)
def test_both_ends_of_the_band_lie_within_it(households, size):
    assert size_status(households) is size


def test_grids_hold_the_same_households_as_the_area_tree(street_store, everybody):
    with street_store.read() as session:
        rows = grid_sizes(session, everybody)
        committees = [n for n in area_tree(session, everybody) if n.level is AreaLevel.COMMITTEE]
        tree = {
            grid.code: grid.households
            for node in committees
            for grid in grids_of(session, everybody, node.code)
        }
    grids = {row.code: row.households for row in rows if row.level is AreaLevel.GRID}
    assert grids == tree
    assert sum(grids.values()) == sum(node.households for node in committees)


def test_the_worst_class_comes_first_and_in_it_the_largest(street_store, everybody):
    with street_store.read() as session:
        rows = grid_sizes(session, everybody)
    worst = list(SizeStatus)
    places = [(-worst.index(row.size), -row.households) for row in rows]
    assert len(rows) > 1
    assert places == sorted(places)


def test_a_building_has_the_class_of_the_largest_grid_it_touches(street_store, everybody):
    with street_store.read() as session:
        sizes = map_sizes(session, everybody)
        rows = grid_sizes(session, everybody)
    assert sizes.buildings
    assert set(sizes.buildings.values()) <= {
        row.size for row in rows if row.level is AreaLevel.GRID
    }
    assert sizes.compounds == {
        row.code: row.size for row in rows if row.level is AreaLevel.COMPOUND
    }


def test_out_of_scope_there_are_no_sizes(street_store, everybody):
    nobody = replace(everybody, committees=frozenset())
    with street_store.read() as session:
        assert grid_sizes(session, nobody) == []
        assert map_sizes(session, nobody) == MapSizes({}, {})


def test_an_author_never_decides_on_the_own_plan():
    roles = frozenset(Role)
    for state in PlanState:
        assert not allowed(state, roles, author=True) & DECISIONS
    assert PlanAct.APPROVE in allowed(PlanState.PROPOSED, roles, author=False)


def test_what_is_in_force_stays_and_an_assistant_reads_only():
    assert allowed(PlanState.IN_FORCE, frozenset(Role), author=False) == frozenset()
    for state in PlanState:
        assert allowed(state, frozenset({Role.ASSISTANT}), author=False) == frozenset()
