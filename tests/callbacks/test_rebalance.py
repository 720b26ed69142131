"""The workspace's handlers called as they are, on both engines: what the browser is given and refused."""

import base64
import json
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

import callbacks
from callbacks.grid_plan import do_act, read_act
from callbacks.rebalance import read_asked, show_cut, show_workspace
from dashapp.layout.rebalance import default_day
from dashapp.url import Selection, read_selection
from data.errors import InvalidInput
from data.models import GridPlan, Job
from data.queries.access import system_principal
from data.queries.grid_sizes import grid_sizes
from data.rules.areas import AreaLevel, Role
from data.rules.grids import NOT_IN_FORCE, PlanState
from data.sealing import demo_ring

BAND = {"lower": 300, "upper": 400}
DAY = "2027-01-01"


@pytest.fixture
def services(street_store):
    return callbacks.Services(store=street_store, ring=demo_ring())


def somebody(services, role, account_id):
    with services.store.read() as session:
        everything = system_principal(session)
    return replace(everything, roles=frozenset({role}), account_id=account_id)


@pytest.fixture
def manager(services):
    return somebody(services, Role.GRID_MANAGER, 1)


@pytest.fixture
def lead(services):
    return somebody(services, Role.DISTRICT_LEAD, 2)


@pytest.fixture
def place(services, manager):
    """The street's largest compound: about 690 households."""
    with services.store.read() as session:
        rows = grid_sizes(session, manager)
    return max((row for row in rows if row.level is AreaLevel.COMPOUND), key=lambda r: r.households)


@pytest.fixture
def asked(place):
    return {"area": place.code, "level": "compound", "n": 1, **BAND}


def given(component, name="data-cut"):
    return json.loads(component.to_plotly_json()["props"][name])


@pytest.fixture
def page(asked, manager, services):
    return given(show_cut(asked, manager, "zh", services))


@pytest.fixture
def plan(page, asked):
    """Return an act on the first proposal, with the rest to be filled in."""

    def act(name, **changes):
        cut = page["cut"]
        parts = zip(cut["units"], cut["plans"][0]["assignment"], strict=True)
        assignment = {str(unit["id"]): part for unit, part in parts}
        return {**asked, "act": name, "day": DAY, "preset": "compact", "reason": "",
                "assignment": assignment, "uid": None, "version": None, **changes}  # fmt: skip

    return act


def test_the_workspace_opens_for_places_that_can_be_cut(services, manager, place):
    def opened(area, mode="grids"):
        return show_workspace(Selection(mode=mode, area=area), manager, "zh", services)

    assert opened(place.code) is not None
    assert opened(place.committee_code) is not None
    assert opened(place.code, mode="map") is None
    assert opened("no-such-place") is None
    assert opened(None) is None


def test_a_place_outside_the_scope_answers_like_one_that_does_not_exist(services, manager, asked):
    stranger = replace(manager, committees=frozenset())
    outside = given(show_cut(asked, stranger, "zh", services))
    missing = given(show_cut({**asked, "area": "no-such-place"}, stranger, "zh", services))
    assert outside["cut"] is None
    assert outside["refused"] == missing["refused"] == "你的范围内没有这个地方"
    chosen = read_selection({"mode": "grids", "area": asked["area"]})
    assert show_workspace(chosen, stranger, "zh", services) is None


def test_proposals_come_with_words_figures_and_the_first_day_possible(page, place):
    assert page["cut"]["households"] == place.households
    assert [plan["preset"] for plan in page["cut"]["plans"]] == [
        "compact",
        "fewest_moves",
        "balanced_work",
    ]
    assert page["words"]["Once in force"] == "生效后"
    assert page["firstDay"] == "2026-11-21"
    assert page["day"] == "2027-01-01"
    assert page["member"] == 807
    assert page["mayDraft"]


def test_an_impossible_band_is_explained_in_either_language(services, manager, asked):
    narrow = {**asked, "lower": 400, "upper": 410}
    zh = given(show_cut(narrow, manager, "zh", services))
    en = given(show_cut(narrow, manager, "en", services))
    assert zh["cut"]["counts"] == []
    assert zh["cut"]["ways"]
    assert "户" in zh["told"][0]
    assert "households" in " ".join(en["told"])


def test_whoever_may_draft_starts_a_longer_search_and_the_same_question_starts_it_once(
    services, manager, asked
):
    worker = replace(manager, roles=frozenset({Role.SOCIAL_WORKER}))
    quiet = given(show_cut(asked, worker, "zh", services))
    assert quiet["job"] is None
    assert not quiet["mayDraft"]
    first = given(show_cut(asked, manager, "zh", services))["job"]
    again = given(show_cut(asked, manager, "zh", services))["job"]
    assert first == again
    with services.store.read() as session:
        assert session.scalar(select(func.count(Job.id))) == (first is not None)


@pytest.mark.parametrize(
    "data",
    [None, [], "x", {}, {"area": 7, "level": "compound"}, {"area": "x", "level": "district"}],
)
def test_what_names_no_place_is_no_question(data, services, manager):
    assert read_asked(data) is None
    assert read_act(data) is None
    assert do_act(data, manager, "zh", services) is None
    assert given(show_cut(data, manager, "zh", services))["cut"] is None


@pytest.mark.parametrize("band", [(0, 10), (10, 9), ("a", "b"), (True, 5), (5, None), (1, 10**9)])
def test_a_senseless_band_is_refused(band):
    with pytest.raises(InvalidInput):
        read_asked({"area": "x", "level": "compound", "lower": band[0], "upper": band[1]})


def test_locks_that_are_none_are_left_out():
    locked = {"12": 1, "x": 1, "13": -1, "14": "1", "9" * 30: 0, "١": 0}
    assert read_asked({"area": "x", "level": "grid", "locked": locked}).locked == {12: 1}


def test_a_grid_emptied_by_hand_is_no_grid_of_the_plan(asked):
    act = read_act({**asked, "act": "save", "assignment": {"1": 0, "2": 2, "3": 2}})
    assert act.assignment == {1: 0, 2: 1, 3: 1}


def test_a_plan_is_kept_proposed_and_approved_by_another_person(services, manager, lead, plan):
    kept = given(do_act(plan("save"), manager, "zh", services), "data-said")
    assert kept["ok"], kept["text"]
    assert kept["text"] == "草案已存"
    assert kept["plan"]["state"] == "draft"
    again = {"uid": kept["plan"]["uid"], "version": kept["plan"]["version"]}
    sent = given(do_act(plan("propose", **again), manager, "zh", services), "data-said")
    assert sent["plan"]["state"] == "proposed"
    assert "approve" not in sent["plan"]["acts"]
    now = {"uid": sent["plan"]["uid"], "version": sent["plan"]["version"]}
    done = given(do_act(plan("approve", **now), lead, "zh", services), "data-said")
    assert done["plan"]["state"] == "approved"
    assert DAY in done["text"]
    back = {"uid": done["plan"]["uid"], "version": done["plan"]["version"]}
    taken = given(do_act(plan("withdraw", **back), manager, "zh", services), "data-said")
    assert taken["plan"] is None
    assert [row["state"] for row in taken["plans"]] == ["withdrawn"]


def test_a_plan_that_could_not_come_into_force_says_so_in_the_readers_words(
    services, manager, plan
):
    kept = given(do_act(plan("save"), manager, "zh", services), "data-said")
    with services.store.write() as session:
        row = session.scalars(select(GridPlan).where(GridPlan.uid == kept["plan"]["uid"])).one()
        row.state, row.note = PlanState.REJECTED, f"{NOT_IN_FORCE}: 1 entrances have come or gone"
    asked = plan("save")
    shown = given(show_cut({**asked, "n": 2}, manager, "zh", services))
    assert shown["plan"]["note"] == "到生效日未能生效:区域内已有变动"


def test_a_draft_that_somebody_changed_meanwhile_is_not_overwritten(services, manager, plan):
    kept = given(do_act(plan("save"), manager, "zh", services), "data-said")["plan"]
    first = plan("save", uid=kept["uid"], version=kept["version"])
    assert given(do_act(first, manager, "zh", services), "data-said")["ok"]
    second = given(do_act(first, manager, "zh", services), "data-said")
    assert not second["ok"]
    assert second["text"] == "没有保存:别人已经改过,请重新打开"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"lower": 10, "upper": 20}, "不合规则,请写明理由"),
        ({"day": "2026-11-20"}, "生效日必须在今天之后"),
        ({"day": "soon"}, "生效日必须在今天之后"),
        ({"assignment": {"1": 0}}, "门号已有变动,请重新打开"),
    ],
)
def test_a_refusal_says_that_nothing_was_saved_and_why(services, manager, plan, changes, reason):
    said = given(do_act(plan("save", **changes), manager, "zh", services), "data-said")
    assert not said["ok"]
    assert said["text"] == f"没有保存:{reason}"


def test_a_reader_cannot_save(services, manager, plan):
    reader = replace(manager, roles=frozenset({Role.SOCIAL_WORKER}))
    said = given(do_act(plan("save"), reader, "en", services), "data-said")
    assert said["text"] == "Not saved: your role may not do this"


def test_a_cut_leaves_as_a_file(services, manager, plan, place):
    said = given(do_act(plan("geojson"), manager, "zh", services), "data-said")
    assert said["file"]["name"] == f"{place.code}.geojson"
    assert json.loads(base64.b64decode(said["file"]["base64"]))["type"] == "FeatureCollection"
    table = given(do_act(plan("xlsx"), manager, "en", services), "data-said")["file"]
    assert base64.b64decode(table["base64"]).startswith(b"PK")


def test_the_proposed_day_is_the_first_of_a_month_with_a_month_s_notice():
    assert default_day(date(2026, 11, 20)) == date(2027, 1, 1)
    assert default_day(date(2026, 12, 2)) == date(2027, 1, 1)
    assert default_day(date(2026, 12, 3)) == date(2027, 2, 1)
