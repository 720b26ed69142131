"""A small demo street on both engines: what is true of every street."""

import json
from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
import shapely
from sqlalchemy import func, select

from conftest import TODAY
from data.commands.record import append_event
from data.errors import InvalidInput
from data.models import (
    Building,
    BuildingCoverage,
    Committee,
    Compound,
    Dwelling,
    Entrance,
    Event,
    Footpath,
    Gate,
    Person,
)
from data.queries.access import system_principal
from data.queries.check import check_derived
from data.queries.footprints import ground
from data.rules.identity import SYNTHETIC_AREA, is_valid_id
from data.sealing import demo_ring
from data.seed import FIRST_DAY, build_demo
from data.session import open_store
from geo.crs import to_metres

METRES = 4549


def shapes(session, model, column="outline"):
    shape = getattr(model, column)
    rows = session.execute(select(model.id, shape).order_by(model.id)).all()
    return dict(
        zip(
            [row.id for row in rows],
            to_metres(np.array([row[1] for row in rows]), METRES),
            strict=True,
        )
    )


def test_nothing_derived_drifts_in_a_new_street(street_store):
    with street_store.read() as session:
        report = check_derived(session, system_principal(session))
    assert report.dwellings > 1_000
    assert report.drifts == ()


def test_buildings_stand_apart_from_each_other(street_store):
    with street_store.read() as session:
        outlines = list(shapes(session, Building).values())
    assert shapely.is_valid(outlines).all()
    first, second = shapely.STRtree(outlines).query(outlines, predicate="dwithin", distance=4.0)
    assert [(a, b) for a, b in zip(first, second, strict=True) if a < b] == []


def test_every_building_lies_inside_its_compound_and_every_compound_inside_its_committee(
    street_store,
):
    with street_store.read() as session:
        compounds, committees = shapes(session, Compound), shapes(session, Committee)
        buildings = session.execute(select(Building.compound_id, Building.outline)).all()
        owners = session.execute(select(Compound.id, Compound.committee_id)).all()
    for compound_id, outline in buildings:
        assert compounds[compound_id].covers(to_metres(outline, METRES))
    for compound_id, committee_id in owners:
        assert committees[committee_id].covers(compounds[compound_id])


def test_one_can_walk_from_every_door_to_every_gate_and_every_street(street_store):
    with street_store.read() as session:
        gates = session.scalars(select(Gate.point)).all()
        doors = session.scalars(select(Entrance.point)).all()
        stored = session.scalars(select(Footpath.line)).all()
    assert whole_network(stored) >= {point.coords[0] for point in [*doors, *gates]}


def whole_network(lines):
    """Return every vertex that can be reached from the first; fail unless these are all."""
    beside = defaultdict(set)
    for line in lines:
        for here, there in pairwise(line.coords):
            beside[here].add(there)
            beside[there].add(here)
    reached, waiting = set(), [next(iter(beside))]
    while waiting:
        spot = waiting.pop()
        if spot not in reached:
            reached.add(spot)
            waiting += beside[spot] - reached
    assert reached == beside.keys()
    return reached


def test_no_path_leads_through_a_building_and_no_building_stands_on_a_street(street_store):
    with street_store.read() as session:
        outlines = list(shapes(session, Building).values())
        rows = session.execute(select(Footpath.is_street, Footpath.line)).all()
    inner = shapely.buffer(outlines, -0.2)
    lines = to_metres(np.array([row.line for row in rows]), METRES)
    assert len(shapely.STRtree(inner).query(lines, predicate="intersects")[0]) == 0
    streets = [line for row, line in zip(rows, lines, strict=True) if row.is_street]
    roads = shapely.buffer(streets, 4.0)
    assert len(shapely.STRtree(outlines).query(roads, predicate="intersects")[0]) == 0


def test_the_paths_within_compounds_are_one_thing_to_the_map(street_store):
    with street_store.read() as session:
        drawn = ground(session, system_principal(session))["ground"]
        ways = session.execute(
            select(Footpath.is_street, func.count()).group_by(Footpath.is_street)
        ).all()
    kinds = Counter(each.kind for each in drawn)
    assert kinds["street"] == dict(ways)[True]
    [paths] = [each for each in drawn if each.kind == "footpath"]
    assert len(paths.shape.geoms) == dict(ways)[False] > 100


def test_gates_are_in_the_walls_and_each_is_named_by_its_side(street_store):
    with street_store.read() as session:
        compounds = shapes(session, Compound)
        gates = session.execute(select(Gate.compound_id, Gate.name, Gate.point)).all()
    names = defaultdict(list)
    for compound_id, name, point in gates:
        assert compounds[compound_id].exterior.distance(to_metres(point, METRES)) < 0.01
        names[compound_id].append(name)
    assert names.keys() == compounds.keys()
    assert all(len(own) == len(set(own)) for own in names.values())


def test_no_two_compounds_have_one_address(street_store):
    with street_store.read() as session:
        addresses = session.scalars(select(Compound.address)).all()
    assert len(addresses) == len(set(addresses))
    assert all(address.endswith("弄") for address in addresses)


def test_a_room_stands_once_behind_an_entrance(street_store):
    with street_store.read() as session:
        doubled = session.execute(
            select(Dwelling.entrance_id, Dwelling.room)
            .group_by(Dwelling.entrance_id, Dwelling.room)
            .having(func.count() > 1)
        ).all()
    assert doubled == []


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
        assert int(number[6:10]) == person.birth_year
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


def test_events_are_numbered_in_the_order_in_which_they_happened(street_store):
    with street_store.read() as session:
        moments = session.scalars(select(Event.recorded_at).order_by(Event.id)).all()
    assert len(moments) > 1_000
    assert moments == sorted(moments)


def test_the_same_seed_makes_the_same_street_and_another_seed_another(databases):
    first, again, other = (built(databases, seed) for seed in (1, 1, 2))
    assert first[0].digest == again[0].digest != other[0].digest
    assert first[1] == again[1]
    assert [name for name in first[1] if first[1][name] != other[1][name]]


def built(databases, seed):
    """Build a street of two compounds; return the report and every stored row but for what is sealed."""
    store = open_store(databases.copy("sqlite", "empty", lambda _store: None))
    report = build_demo(store, demo_ring(), compounds=2, as_of=TODAY, seed=seed)
    sealed = {"data_key", "name_sealed", "id_number_sealed", "phone_sealed", "password"}
    rows = {}
    with store.engine.connect() as connection:
        for table in Building.metadata.sorted_tables:
            columns = [column for column in table.columns if column.name not in sealed]
            rows[table.name] = connection.execute(select(*columns)).all()
    store.dispose()
    return report, rows


def test_a_demo_never_mixes_with_a_register_that_is_there(street_store):
    with pytest.raises(InvalidInput, match="already holds a register"):
        build_demo(street_store, demo_ring(), compounds=2, as_of=TODAY)


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"preset": "city"}, "'city' is none of street, longquan, map"),
        ({"buildings": 5}, "--buildings is for --preset map"),
        ({"preset": "map", "buildings": 0}, "--buildings must be 1 to 1,000,000"),
        ({"preset": "map", "buildings": -3}, "--buildings must be 1 to 1,000,000"),
        ({"as_of": FIRST_DAY.replace(year=2019)}, "--as-of must lie between 2022-08-11"),
    ],
)
def test_a_demo_that_cannot_be_is_refused_in_one_line(sqlite_store, asked, words):
    with pytest.raises(InvalidInput, match=words) as refusal:
        build_demo(sqlite_store, demo_ring(), **asked)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    "day", [FIRST_DAY, TODAY.replace(month=1, day=1), TODAY.replace(year=2031)]
)
def test_a_street_may_stand_on_any_day_and_nothing_drifts(sqlite_store, day):
    report = build_demo(sqlite_store, demo_ring(), compounds=2, as_of=day)
    assert report.day == day.isoformat()
    with sqlite_store.read() as session:
        assert check_derived(session, system_principal(session)).drifts == ()
        last = session.scalar(select(func.max(Event.happened_on)))
    assert last <= day


def test_the_map_preset_is_footprints_alone_on_both_engines(store):
    report = build_demo(store, demo_ring(), preset="map", buildings=50, as_of=TODAY)
    assert json.loads(json.dumps(report.to_json()))["building"] == 50
    with store.read() as session:
        outlines = list(shapes(session, Building).values())
        colours = session.scalars(select(BuildingCoverage.fill).distinct()).all()
        assert session.scalar(select(func.count()).select_from(Dwelling)) == 0
    assert len(outlines) == 50
    first, second = shapely.STRtree(outlines).query(outlines, predicate="intersects")
    assert (first == second).all()
    assert sorted(colours) == [1, 2, 3, 4, 5, 6, 7]


def test_what_is_added_after_a_demo_gets_ids_of_its_own(store):
    build_demo(store, demo_ring(), compounds=1, as_of=TODAY)
    with store.write() as session:
        last = session.scalar(select(func.max(Event.id)))
        event = append_event(
            session,
            system_principal(session),
            kind="test",
            subject=("building", 1),
            happened_on=TODAY,
        )
        session.flush()
        assert event.id > last


def test_a_register_of_mere_footprints_has_nothing_to_prove(sqlite_store):
    build_demo(sqlite_store, demo_ring(), preset="map", buildings=9, as_of=TODAY)
    with (
        sqlite_store.read() as session,
        pytest.raises(InvalidInput, match="its colours are invented"),
    ):
        check_derived(session, system_principal(session))
