"""A compound of 2,700 households is cut into grids in the browser, from proposal to approval."""

import json
from datetime import timedelta

import pytest

from conftest import TODAY
from data.commands.clock import close_day
from data.queries.access import system_principal
from data.sealing import demo_ring
from data.seed import build_demo
from data.session import open_store
from e2e.conftest import PHONE
from e2e.cut_page import CutPage
from e2e.pages import wait

PLACE = "310115009003C01"
COMMITTEE, OLD_GRID = "310115009003", "310115009003001"
ADDRESS = f"/?mode=grids&area={PLACE}"
LIVE_MS = 50


def _whole_street(store):
    build_demo(store, demo_ring(), as_of=TODAY)


@pytest.fixture(scope="module")
def street_url(databases):
    """The whole demo street: the small one has no compound that is too large."""
    url = databases.copy("sqlite", "whole street", _whole_street)
    yield url
    databases.drop(url)


@pytest.fixture
def cut(sign_in):
    return CutPage(sign_in("grid1", ADDRESS))


def test_three_proposals_stand_side_by_side_and_all_fit_the_band(cut):
    assert len(cut.proposals) == 3
    assert "紧凑" in cut.proposals[0]
    assert "换网格员" in cut.proposals[1]
    for number in range(3):
        cut.page.locator(f'[data-plan="{number}"]').click()
        assert all(800 <= hh <= 1000 for hh in cut.households), cut.households
        assert "✗" not in cut.text("checks")


def test_a_dragged_building_changes_hands_with_the_figures_at_the_pointer(cut):
    move, before = cut.move_that(keeps_the_rules=True), cut.households
    cut.drag(move["building"], move["beside"], drop=False)
    assert "→" in cut.text("tip")
    assert "在区间内" in cut.text("tip")
    assert cut.households == before, "nothing has changed before the building is let go"
    cut.page.mouse.up()
    assert sum(cut.households) == sum(before)
    assert cut.households[move["from"]] < before[move["from"]]
    assert len(cut.proposals) == 4, "the plan at hand stands beside the proposals"
    cut.page.keyboard.press("Control+z")
    assert cut.households == before
    assert len(cut.proposals) == 3


def test_a_move_that_breaks_a_rule_is_warned_of_and_asks_for_a_reason(cut):
    move = cut.move_that(keeps_the_rules=False)
    assert not cut.page.locator("[data-field=reason]").count()
    cut.drag(move["building"], move["beside"])
    assert "户" in cut.text("warnings")
    assert cut.page.locator("[data-field=reason]").is_visible()
    assert "✗" in cut.text("checks")


def test_figures_follow_a_drag_at_once(cut):
    move = cut.move_that(keeps_the_rules=True)
    cut.drag(move["building"], move["beside"])
    wait(cut.page, "mark", "cut-dragged")
    assert cut.slowest_ms("cut-dragged") <= LIVE_MS


def test_the_keyboard_alone_moves_and_locks_a_building(cut):
    page, before = cut.page, cut.households
    page.locator(".rb-canvas").focus()
    page.keyboard.press("ArrowRight")
    told = page.locator(".rb-live").inner_text()
    other = "ABC"[("ABC".index(told[-1]) + 1) % 3]
    page.keyboard.press(other.lower())
    assert cut.households != before
    page.keyboard.press("l")
    assert "锁定 1 栋" in cut.text("checks")
    kept = cut.households
    page.keyboard.press(told[-1].lower())
    assert cut.households == kept, "a locked building stays"


def test_a_painted_selection_goes_by_its_letter(cut):
    page = cut.page
    box = page.locator(".rb-canvas").bounding_box()
    page.keyboard.down("Shift")
    page.mouse.move(box["x"] + 3, box["y"] + 3)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3)
    page.mouse.up()
    page.keyboard.up("Shift")
    page.locator(".rb-selection .rb-to").nth(1).click()
    assert cut.households[0] == cut.households[2] == 0


def test_an_impossible_band_is_told_in_words_with_a_way_out(cut):
    page = cut.page
    page.locator("[data-field=lower]").fill("950")
    page.locator("[data-field=lower]").blur()
    page.locator("[data-field=upper]").fill("960")
    page.locator("[data-field=upper]").blur()
    wait(page, "text", ".rb-title h1", "950–960")
    assert page.locator("[data-do=way]").first.is_visible()
    page.locator("[data-do=way]").first.click()
    wait(page, "text", ".rb-title h1", "分成")


def test_a_plan_goes_from_draft_to_approval_by_another_person(sign_in):
    mine = CutPage(sign_in("grid1", ADDRESS))
    move = mine.move_that(keeps_the_rules=True)
    mine.drag(move["building"], move["beside"])
    wanted = mine.assignment
    mine.do("save")
    wait(mine.page, "text", "[data-state=draft]", "草案")
    mine.page.reload()
    mine = CutPage(mine.page)
    assert mine.assignment == wanted, "the draft is what opens"
    mine.do("propose")
    wait(mine.page, "text", "[data-state=proposed]", "待审批")
    assert not mine.page.locator("[data-do=approve]").count(), "nobody approves an own plan"

    theirs = CutPage(sign_in("lead1", ADDRESS))
    assert theirs.assignment == wanted
    theirs.page.locator('[data-plan="0"]').click()
    assert theirs.page.locator("[data-do=approve]").is_disabled(), "only what was filed is approved"
    theirs.page.locator('[data-plan="-1"]').click()
    assert theirs.assignment == wanted
    theirs.do("approve")
    wait(theirs.page, "text", "[data-state=approved]", "已批准")

    mine.page.reload()
    mine = CutPage(mine.page)
    assert "已批准" in mine.text("bar")
    mine.do("withdraw")
    wait(mine.page, "text", ".rb-said", "已撤回")


def test_a_plan_sent_back_comes_with_what_is_to_be_changed(sign_in):
    mine = CutPage(sign_in("grid1", ADDRESS))
    mine.do("propose")
    wait(mine.page, "text", "[data-state=proposed]", "待审批")
    theirs = CutPage(sign_in("lead1", ADDRESS))
    theirs.do("reject")
    theirs.page.locator("[data-field=note]").fill("7号楼留在原网格")
    theirs.do("send-back")
    wait(theirs.page, "text", "[data-state=rejected]", "已退回")

    mine.page.reload()
    mine = CutPage(mine.page)
    assert "7号楼留在原网格" in mine.text("warnings")
    mine.do("withdraw")
    wait(mine.page, "text", ".rb-said", "已撤回")


def test_a_cut_leaves_as_geojson_and_as_a_table(cut):
    for name, suffix in (("geojson", ".geojson"), ("xlsx", ".xlsx")):
        cut.page.locator(".rb-menu summary").click()
        with cut.page.expect_download() as waiting:
            cut.do(name)
        download = waiting.value
        assert download.suggested_filename == PLACE + suffix
        content = download.path().read_bytes()
        if name == "geojson":
            kinds = [one["properties"]["kind"] for one in json.loads(content)["features"]]
            assert kinds.count("grid") == 3
        else:
            assert content.startswith(b"PK")


def test_a_reader_without_the_right_to_draft_sees_and_tries_but_keeps_nothing(sign_in):
    page = sign_in("worker3", ADDRESS)
    CutPage(page)
    for name in ("save", "propose", "approve"):
        assert not page.locator(f"[data-do={name}]").count()


def test_a_place_outside_the_reader_s_area_opens_no_workspace(sign_in):
    page = sign_in("worker1", ADDRESS)
    wait(page, "mark", "sizes-painted")
    assert not page.locator(".rb-host").count()


def test_a_phone_shows_the_figures_first_and_the_drawing_at_a_touch(sign_in):
    page = sign_in("grid1", ADDRESS, viewport=PHONE)
    CutPage(page)
    assert page.locator(".rb-table").is_visible()
    assert not page.locator(".rb-canvas").is_visible()
    page.locator(".rb-show").click()
    assert page.locator(".rb-canvas").is_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= PHONE["width"]


def test_the_workspace_speaks_english(sign_in):
    cut = CutPage(sign_in("grid1", ADDRESS, locale="en-US"))
    assert "Cut into 3 grids" in cut.text("title")
    assert "Once in force" in cut.text("force")


def test_on_its_day_list_tree_and_panel_follow_and_old_rounds_stay_in_reach(sign_in, street_url):
    mine = CutPage(sign_in("grid1", ADDRESS))
    mine.page.locator("[data-field=day]").fill(str(TODAY + timedelta(days=1)))
    mine.do("propose")
    wait(mine.page, "text", "[data-state=proposed]", "待审批")
    theirs = CutPage(sign_in("lead1", ADDRESS))
    theirs.do("approve")
    wait(theirs.page, "text", "[data-state=approved]", "已批准")

    store = open_store(street_url)
    with store.write() as session:
        close_day(session, system_principal(session), TODAY)
    store.dispose()

    page = sign_in("grid1", "/?mode=grids")
    page.wait_for_selector(".size-row")
    listed = {row.get_attribute("data-go") for row in page.locator(".size-row").all()}
    new = {go for go in listed if go.startswith(f"area:{COMMITTEE}0")} - {f"area:{OLD_GRID}"}
    assert len(new) >= 3
    assert f"area:{OLD_GRID}" not in listed, "the old code is used no more"

    page = sign_in("grid1", f"/?area={COMMITTEE}")
    page.wait_for_selector("[data-testid=area-tree] .row.grid")
    assert page.locator("[data-testid=area-tree] .row.grid").count() >= 3

    page = sign_in("worker3", f"/?building={PLACE}-001&tab=history&period=all")
    page.locator(f'[data-grid="{OLD_GRID}"]').click()
    page.wait_for_selector("[data-testid=building-panel] .round-list tbody tr")

    after = CutPage(sign_in("grid1", ADDRESS))
    earlier = after.page.locator(".rb-checks details").text_content()
    assert "已生效" in earlier
