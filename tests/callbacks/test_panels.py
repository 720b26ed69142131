"""Handlers called as they are: what a person sees after a choice, on both engines."""

import json
from dataclasses import replace

import pytest
from plotly.utils import PlotlyJSONEncoder
from sqlalchemy import text

import callbacks
from callbacks.area_tree import show_areas
from callbacks.building_panel import show_building, show_room
from callbacks.search import show_places
from dashapp.url import Selection, read_selection
from data.queries.access import system_principal
from data.rules.areas import Role
from data.sealing import demo_ring


@pytest.fixture
def services(street_store):
    return callbacks.Services(store=street_store, ring=demo_ring())


@pytest.fixture
def office(street_store):
    with street_store.read() as session:
        everything = system_principal(session)
    return replace(everything, roles=frozenset({Role.POPULATION_OFFICE}))


@pytest.fixture
def building(street_store):
    with street_store.read() as session:
        return session.execute(
            text(
                "SELECT b.code, b.id, b.name, b.committee_id FROM building b"
                " JOIN building_coverage c ON c.building_id = b.id"
                " WHERE c.n > 10 AND c.open_tasks > 0 ORDER BY b.id LIMIT 1"
            )
        ).one()


def words(component):
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


@pytest.mark.parametrize(
    ("tab", "zh", "en"),
    [
        ("households", "末次上门", "Last visit"),
        ("tasks", " 起", "since "),
        ("history", "应登未登", "Unreg."),
    ],
)
def test_each_tab_speaks_both_languages(services, office, building, tab, zh, en):
    chosen = Selection(building=building.code, tab=tab)
    assert zh in words(show_building(chosen, office, "zh", services))
    assert en in words(show_building(chosen, office, "en", services))


def test_a_building_of_another_committee_answers_exactly_like_none(services, office, building):
    stranger = replace(office, committees=office.committees - {building.committee_id})
    foreign = show_building(Selection(building=building.code), stranger, "zh", services)
    nothing = show_building(Selection(building="no-such"), stranger, "zh", services)
    assert words(foreign) == words(nothing)
    assert building.name not in words(foreign)


def test_nothing_chosen_says_what_to_do(services, office):
    assert "搜索地址" in words(show_building(Selection(), office, "zh", services))


def room_of(store, building):
    with store.read() as session:
        return session.execute(
            text("SELECT d.id FROM dwelling d JOIN residence r ON r.dwelling_id = d.id"
                 " WHERE d.building_id = :b AND r.state = 'active' LIMIT 1"),
            {"b": building.id},
        ).scalar_one()  # fmt: skip


def test_persons_are_masked_for_a_social_worker_and_only_counted_for_the_office(
    services, office, building, street_store
):
    dwelling = room_of(street_store, building)
    counted = words(show_room(dwelling, office, "zh", services))
    assert "只看人数" in counted
    assert "990*" not in counted
    worker = replace(office, roles=frozenset({Role.SOCIAL_WORKER}))
    assert "990***********" in words(show_room(dwelling, worker, "zh", services))


@pytest.mark.parametrize("forged", [None, "1", 10**9, 10**40, {"id": 1}, True, -1])
def test_a_forged_room_shows_nothing(services, office, forged):
    assert show_room(forged, office, "zh", services) is None


def test_a_room_out_of_scope_shows_nothing(services, office, building, street_store):
    stranger = replace(office, committees=office.committees - {building.committee_id})
    assert show_room(room_of(street_store, building), stranger, "zh", services) is None


@pytest.mark.parametrize(
    ("view", "shown"),
    [("both", ["data-rows", "data-doors"]), ("matrix", ["data-rows"]), ("list", ["rowData"])],
)
def test_a_view_shows_the_matrix_the_list_or_both(services, office, building, view, shown):
    chosen = Selection(building=building.code, view=view)
    told = words(show_building(chosen, office, "zh", services))
    assert [kind for kind in ("data-rows", "data-doors", "rowData") if kind in told] == shown


def test_the_left_side_shows_the_chosen_area_with_n_and_interval(services, office):
    figures, tree, crumbs = show_areas(Selection(), office, "zh", services)
    assert "n = " in words(figures)
    assert "[" in words(figures)
    assert len(json.loads(getattr(tree, "data-tree"))) >= 23 + 3 + 1
    assert len(json.loads(getattr(crumbs, "data-flat"))) == 1


def test_a_chosen_committee_opens_its_grids(services, office, street_store):
    with street_store.read() as session:
        code = session.execute(
            text(
                "SELECT c.code FROM committee c JOIN grid g ON g.committee_id = c.id ORDER BY c.id LIMIT 1"
            )
        ).scalar_one()
    _, tree, crumbs = show_areas(Selection(area=code), office, "zh", services)
    assert "01 网格" in words(tree)
    assert len(json.loads(getattr(crumbs, "data-flat"))) == 3


def test_somebody_without_an_area_reads_what_to_do(services, office):
    nobody = replace(office, committees=frozenset(), subdistricts=frozenset())
    figures, _, _ = show_areas(Selection(), nobody, "zh", services)
    assert "人口办" in words(figures)


def test_a_search_without_hits_says_so(services, office):
    assert "没有找到" in words(show_places("没有这样的地方", office, "zh", services))
    assert show_places("", office, "zh", services) is None
    assert show_places({"a": 1}, office, "zh", services) is None


@pytest.mark.parametrize(
    "forged",
    [
        None,
        [],
        "x",
        3,
        {"building": ["a"]},
        {"building": "a b'"},
        {"tab": "../x", "grid": 5},
        {"area": "x" * 99},
    ],
)
def test_a_malformed_selection_counts_as_nothing_chosen(forged):
    assert read_selection(forged) == Selection()
