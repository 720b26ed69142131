import json

import numpy as np
import pytest
import shapely
from sqlalchemy import func, select

from conftest import TODAY
from data.errors import InvalidInput
from data.models import (
    Building,
    Committee,
    Compound,
    Dwelling,
    Entrance,
    Event,
    GridMembership,
    Household,
    Person,
    Residence,
    Task,
)
from data.queries.access import system_principal
from data.queries.check import check_derived
from data.rules.identity import SYNTHETIC_AREA, is_valid_id
from data.rules.work import OPEN_TASK_STATES
from data.sealing import demo_ring
from data.seed import CENSUS_HOUSEHOLDS, CENSUS_PERSONS, build_demo
from data.session import open_store
from geo.crs import to_metres

METRES = 4549


def outlines(session, model):
    rows = session.execute(select(model.id, model.outline).order_by(model.id)).all()
    return [row.id for row in rows], to_metres(np.array([row.outline for row in rows]), METRES)


def test_nothing_derived_drifts_in_a_new_street(street_store):
    with street_store.read() as session:
        report = check_derived(session, system_principal(session))
    assert report.dwellings > 1_000
    assert report.drifts == ()


def test_buildings_never_overlap(street_store):
    with street_store.read() as session:
        _, shapes = outlines(session, Building)
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    assert [(a, b) for a, b in zip(first, second, strict=True) if a < b] == []


def test_every_building_lies_inside_its_compound_and_every_compound_inside_its_committee(
    street_store,
):
    with street_store.read() as session:
        compounds = dict(zip(*outlines(session, Compound), strict=True))
        committees = dict(zip(*outlines(session, Committee), strict=True))
        buildings = session.execute(select(Building.compound_id, Building.outline)).all()
        owners = session.execute(select(Compound.id, Compound.committee_id)).all()
    for compound_id, outline in buildings:
        assert compounds[compound_id].covers(to_metres(outline, METRES))
    for compound_id, committee_id in owners:
        assert committees[committee_id].buffer(0.5).covers(compounds[compound_id])


def test_a_room_stands_once_behind_an_entrance(street_store):
    with street_store.read() as session:
        doubled = session.execute(
            select(Dwelling.entrance_id, Dwelling.room)
            .group_by(Dwelling.entrance_id, Dwelling.room)
            .having(func.count() > 1)
        ).all()
    assert doubled == []


def test_every_entrance_is_in_exactly_one_grid_of_its_own_committee(street_store):
    with street_store.read() as session:
        entrances = session.scalar(select(func.count()).select_from(Entrance))
        rows = session.execute(
            select(Entrance.committee_id, GridMembership.committee_id).join(
                GridMembership, GridMembership.entrance_id == Entrance.id
            )
        ).all()
    assert len(rows) == entrances
    assert all(own == grids for own, grids in rows)


def test_nobody_has_two_main_residences_and_every_open_task_has_an_owner(street_store):
    with street_store.read() as session:
        doubled = session.execute(
            select(Residence.person_id)
            .where(Residence.main_residence)
            .group_by(Residence.person_id)
            .having(func.count() > 1)
        ).all()
        ownerless = session.scalar(
            select(func.count()).where(Task.owner_id.is_(None), Task.state.in_(OPEN_TASK_STATES))
        )
    assert (doubled, ownerless) == ([], 0)


def test_every_id_number_is_of_nobody_and_carries_its_check_digit(street_store):
    ring = demo_ring()
    with street_store.read() as session:
        people = session.scalars(select(Person).limit(200)).all()
        indexes = session.scalar(select(func.count(Person.id_index.distinct())))
        everybody = session.scalar(select(func.count()).select_from(Person))
    for person in people:
        key = ring.open_data_key(person.uid, person.key_id, person.data_key)
        number = key.open("id_number", person.id_number_sealed)
        assert number.startswith(SYNTHETIC_AREA)
        assert is_valid_id(number)
    assert indexes == everybody


def test_no_event_holds_a_personal_field_open(street_store):
    ring = demo_ring()
    with street_store.read() as session:
        names = set()
        for person in session.scalars(select(Person).limit(300)):
            key = ring.open_data_key(person.uid, person.key_id, person.data_key)
            names |= {
                key.open("name", person.name_sealed),
                key.open("id_number", person.id_number_sealed),
            }
        written = session.execute(select(Event.before, Event.after)).all()
    words = {value for row in written for part in row if part for value in map(str, part.values())}
    assert not names & words


def test_the_same_seed_makes_the_same_street_and_another_seed_another(databases):
    first, again, other = (built(databases, seed) for seed in (1, 1, 2))
    assert first.digest == again.digest != other.digest
    assert first.counts == again.counts


def built(databases, seed):
    store = open_store(databases.copy("sqlite", "empty", lambda _store: None))
    report = build_demo(store, demo_ring(), compounds=2, as_of=TODAY, seed=seed)
    store.dispose()
    return report


def test_a_demo_never_mixes_with_a_register_that_is_there(street_store):
    with pytest.raises(InvalidInput, match="already holds a register"):
        build_demo(street_store, demo_ring(), compounds=2, as_of=TODAY)


def test_the_report_is_plain_json(sqlite_store):
    report = build_demo(sqlite_store, demo_ring(), preset="map", buildings=50, as_of=TODAY)
    assert json.loads(json.dumps(report.to_json()))["building"] == 50


def test_the_street_holds_the_oversized_compound_and_the_tower(sqlite_store):
    report = build_demo(sqlite_store, demo_ring(), as_of=TODAY)
    with sqlite_store.read() as session:
        largest = session.execute(
            select(Building.compound_id, func.count())
            .join(Household, Household.building_id == Building.id)
            .group_by(Building.compound_id)
            .order_by(func.count().desc())
            .limit(1)
        ).one()
        tower = session.scalars(select(Building).where(Building.floors == 25)).one()
        doors = session.scalar(select(func.count()).where(Dwelling.building_id == tower.id))
        shared = session.execute(
            select(Entrance.building_id)
            .join(GridMembership, GridMembership.entrance_id == Entrance.id)
            .group_by(Entrance.building_id)
            .having(func.count(GridMembership.grid_id.distinct()) > 1)
        ).all()
    assert largest[1] == 2_700
    assert doors == 150
    assert shared, "some buildings hold entrances of two grids"
    assert (report.counts["district"], report.counts["committee"]) == (3, 23)


def test_longquan_has_exactly_the_figures_of_the_census(sqlite_store):
    report = build_demo(sqlite_store, demo_ring(), preset="longquan", as_of=TODAY)
    assert report.counts["compound"] == 123
    assert report.counts["household"] == CENSUS_HOUSEHOLDS == 76_688
    assert report.counts["person"] == CENSUS_PERSONS == 199_773
    assert 90_000 < report.counts["dwelling"] < 115_000
