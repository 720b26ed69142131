"""What people do in the first minutes: look, click, read, search, filter, send a link, watch it change."""

import re
import subprocess
import sys
from contextlib import closing

import pytest
from sqlalchemy import select, text

from conftest import TODAY
from data.commands.access import hash_password
from data.models import Account, Building, BuildingCoverage, Dwelling, Grant, Residence
from data.rules.areas import AreaLevel, Role
from data.rules.coverage import CoverageStatus, DwellingStatus
from data.rules.map_bytes import FILL
from data.session import open_store
from e2e.pages import MapPage, wait
from live_server import ROOT, live_server

COLOUR = {"covered": "#4393C3", "verified": "#08306B", "near_complete": "#ABD9E9"}


@pytest.fixture(scope="module")
def street(street_url):
    """Codes of a few buildings of the street, by what they are good for."""
    store = open_store(street_url)
    with store.read() as session:
        rows = session.execute(
            select(
                Building.code,
                Building.name,
                BuildingCoverage.status,
                BuildingCoverage.n,
                BuildingCoverage.resolved,
                BuildingCoverage.committee_id,
            )
            .join(BuildingCoverage, BuildingCoverage.building_id == Building.id)
            .order_by(Building.id)
        ).all()
    store.dispose()
    return rows


def some(street, status=CoverageStatus.PROGRESSING, **where):
    return next(
        row
        for row in street
        if row.status is status
        and all(getattr(row, name) == value for name, value in where.items())
    )


def almost_covered(database_url, skip=()):
    """Return a building with few open doors, one of them behind which nobody is known, and how many."""
    store = open_store(database_url)
    with closing(store.engine.connect()) as connection:
        row = connection.execute(
            text(
                "SELECT b.code, d.id, d.room, e.number, b.ord FROM building_coverage c"
                " JOIN building b ON b.id = c.building_id JOIN dwelling d ON d.building_id = b.id"
                " JOIN entrance e ON e.id = d.entrance_id"
                " WHERE d.resolved = (1=0) AND d.status NOT IN ('excluded', 'conflict', 'collected')"
                " AND c.n - c.resolved = (SELECT count(*) FROM dwelling x WHERE x.building_id = b.id"
                " AND x.resolved = (1=0) AND x.status <> 'excluded')"
                " ORDER BY c.n - c.resolved, b.id LIMIT 1 OFFSET " + str(len(skip))
            )
        ).one()
        n = connection.execute(
            text("SELECT n - resolved FROM building_coverage WHERE ord = :ord"), {"ord": row.ord}
        ).scalar_one()
    store.dispose()
    return row, n


def test_a_stranger_sees_the_sign_in_page_and_nothing_else(browser, server):
    context = browser.new_context(locale="zh-CN")
    page = context.new_page()
    page.goto(server.url + "/?building=310115009003C01-001")
    assert "/login" in page.url
    assert page.locator("input[name=username]").count() == 1
    context.close()


def test_the_street_is_painted_and_the_legend_counts_every_building(sign_in, street):
    page = sign_in()
    MapPage(page)
    counts = page.locator("[data-testid=legend] [data-fill] .count").all_inner_texts()
    hidden = page.locator("[data-testid=legend] [data-filter=unlisted] .count").text_content()
    shown = sum(int(count) for count in counts if count)
    assert shown + (int(hidden) if hidden and hidden not in counts else 0) == len(street)


@pytest.mark.parametrize(("locale", "word"), [("zh-CN", "户室"), ("en-US", "Dwellings")])
def test_clicking_a_building_opens_its_households_tasks_and_its_grids_history(
    sign_in, street, locale, word
):
    page = sign_in(locale=locale)
    building = some(street)
    MapPage(page).click(building.code)
    assert f"building={building.code}" in page.url
    assert word in page.locator("[data-testid=tab-households]").inner_text()
    assert page.locator("[data-testid=matrix] .cell[data-room]").count() >= building.n
    page.locator("[data-testid=tab-tasks]").click()
    wait(page, "text", "[role=tabpanel]", "")
    page.wait_for_selector(".tab-body.tasks")
    page.locator("[data-testid=tab-grid-history]").click()
    page.wait_for_selector(".tab-body.history .round-list")
    assert page.locator(".chart svg circle").count() >= 3
    assert "tab=history" in page.url


def test_a_link_reopens_exactly_what_the_sender_saw(sign_in, street):
    building = some(street)
    first = sign_in()
    sender = MapPage(first)
    sender.click(building.code)
    first.locator("[data-testid=legend] [data-filter=progressing]").click()
    first.locator("[data-testid=tab-tasks]").click()
    first.wait_for_selector(".tab-body.tasks")
    path = first.url.split(":", 2)[2].partition("/")[2]
    second = sign_in(path="/" + path)
    receiver = MapPage(second)
    wait(second, "panel", building.code)
    second.wait_for_selector(".tab-body.tasks")
    assert receiver.view == sender.view
    pressed = second.locator("[data-testid=legend] [data-filter=progressing]")
    assert pressed.get_attribute("aria-pressed") == "true"


def test_a_colleague_of_another_area_reads_that_there_is_no_such_building(sign_in, street):
    own = sign_in("worker3")
    MapPage(own)
    mine = int(own.locator("[data-testid=legend] [data-total]").inner_text().split()[0])
    assert mine < len(street)
    foreign = sign_in("worker3", path=f"/?building={street[0].code}")
    wait(foreign, "text", "[data-code]", "没有这幢楼")
    nonsense = sign_in("worker3", path="/?building=no-such-code")
    wait(nonsense, "text", "[data-code]", "没有这幢楼")
    assert (
        foreign.locator("[data-code]").inner_text() == nonsense.locator("[data-code]").inner_text()
    )


def test_choosing_a_building_never_moves_the_map(sign_in, street):
    page = sign_in()
    the_map = MapPage(page)
    the_map.look_at(some(street).code)
    before = the_map.view
    x, y = the_map.point_of(the_map.ord_of(some(street).code))
    page.mouse.click(x, y)
    wait(page, "panel", some(street).code)
    page.keyboard.press("]")
    page.keyboard.press("]")
    assert the_map.view == pytest.approx(before, abs=1.5e-5), "a pixel is rounded, no more"


def test_searching_a_compound_lists_it_and_goes_there(sign_in, street_url):
    store = open_store(street_url)
    with store.read() as session:
        name = session.execute(text("SELECT name FROM compound ORDER BY id LIMIT 1")).scalar_one()
    store.dispose()
    page = sign_in()
    the_map = MapPage(page)
    before = the_map.view
    page.keyboard.press("/")
    assert page.locator("[data-testid=search]").evaluate("(box) => box === document.activeElement")
    page.keyboard.type(name[:2])
    page.wait_for_selector(".results.open .result")
    page.locator(".results .result", has_text=name).first.click()
    wait(page, "text", "[data-testid=breadcrumb]", name)
    assert the_map.view != before


def test_the_legend_filters_and_the_filter_is_in_the_address(sign_in, street):
    page = sign_in()
    the_map = MapPage(page)
    row = some(street, CoverageStatus.VERIFIED)
    ord_ = the_map.look_at(row.code, 16)
    wait(page, "pixel", ord_, COLOUR["verified"])
    page.locator("[data-testid=legend] [data-filter=lagging]").click()
    assert "status=lagging" in page.url
    page.locator("[data-testid=legend] [data-filter=lagging]").click()
    wait(page, "pixel", ord_, COLOUR["verified"])
    assert "status=" not in page.url


def test_a_filter_without_hits_in_view_says_how_many_lie_elsewhere(sign_in, street):
    building = some(street)
    page = sign_in(path="/?status=progressing")
    the_map = MapPage(page)
    of_class = sum(row.status is CoverageStatus.PROGRESSING for row in street)
    page.evaluate("() => { shiyou.map.setView([31.1, 121.3], 16, { animate: false }); }")
    wait(page, "text", ".legend .hits", f"视野内 0 栋,视野外 {of_class} 栋")
    the_map.look_at(building.code, 18)
    wait(page, "seen", ".legend .hits", of_class)


def test_panels_are_made_wider_by_hand_and_stay_so(sign_in):
    page = sign_in()
    MapPage(page)
    edge = page.locator("[data-split=right]").bounding_box()
    page.mouse.move(edge["x"] + 3, 400)
    page.mouse.down()
    page.mouse.move(edge["x"] - 97, 400)
    page.mouse.up()
    wide = page.locator("[data-testid=building-panel]").bounding_box()["width"]
    assert 520 <= wide <= 545
    page.reload()
    MapPage(page)
    assert page.locator("[data-testid=building-panel]").bounding_box()["width"] == wide
    page.locator("[data-split=left]").press("ArrowLeft")
    assert page.locator(".left").bounding_box()["width"] < 272


def test_on_a_narrow_screen_the_areas_are_a_drawer(sign_in):
    """As at 200 % zoom on a screen of 1280."""
    page = sign_in(viewport={"width": 640, "height": 400})
    MapPage(page)
    tree = page.locator("[data-testid=area-tree]")
    assert not tree.is_visible()
    page.locator("[data-act=areas]").click()
    tree.locator(".row.committee").first.click()
    assert "area=" in page.url
    assert not tree.is_visible()


def test_the_tip_beside_a_building_says_what_it_is(sign_in, street):
    page = sign_in()
    the_map = MapPage(page)
    row = some(street)
    x, y = the_map.point_of(the_map.look_at(row.code))
    page.mouse.move(x - 3, y - 3)
    page.mouse.move(x, y)
    wait(page, "text", ".tip", row.name)
    assert f"n = {row.n}" in page.locator(".tip").inner_text()


def test_the_map_is_used_by_keyboard_alone(sign_in, street):
    page = sign_in()
    the_map = MapPage(page)
    row = some(street)
    the_map.look_at(row.code)
    page.evaluate("() => shiyou.map.getContainer().focus()")
    page.keyboard.press("Enter")
    wait(page, "panel", row.code)
    page.keyboard.press("t")
    page.wait_for_selector(".tab-body.tasks")
    page.keyboard.press("Escape")
    wait(page, "text", "[data-testid=building-panel]", "还没有选楼栋")
    page.keyboard.press("n")
    page.wait_for_selector(".building .pill.late")
    page.keyboard.press("?")
    assert page.locator(".shortcuts").is_visible()


def test_a_door_registered_in_another_process_changes_the_colour_here(sign_in, server):
    """The building turns covered when its open doors are registered, on a screen nobody touches."""
    row, missing = almost_covered(server.database_url)
    page = sign_in()
    the_map = MapPage(page)
    ord_ = the_map.look_at(row.code, 16)
    page.evaluate("() => performance.clearMarks('shiyou:delta-painted')")
    store = open_store(server.database_url)
    with store.read() as session:
        doors = session.execute(
            text(
                "SELECT d.room, e.number FROM dwelling d JOIN entrance e ON e.id = d.entrance_id"
                " JOIN building b ON b.id = d.building_id WHERE b.code = :code AND d.resolved = (1=0)"
                " AND d.status <> 'excluded'"
            ),
            {"code": row.code},
        ).all()
    store.dispose()
    assert len(doors) == missing
    for room, number in doors:
        server.shiyou("record", row.code, room, "registered", "--entrance", number)
    wait(page, "mark", "delta-painted")
    wait(page, "pixel", ord_, COLOUR["covered"])
    assert '"drifts": []' in server.shiyou("check", "--json")


def test_changes_made_while_the_server_was_down_appear_without_a_reload(sign_in, server):
    row, _ = almost_covered(server.database_url, skip=(1, 2))
    page = sign_in()
    the_map = MapPage(page)
    the_map.look_at(row.code, 16)
    wait(page, "text", "[data-testid=feed-state]", "实时 ·")
    loaded = page.evaluate("() => performance.timeOrigin")
    server.kill()
    wait(page, "text", "[data-testid=feed-state]", "实时更新中断")
    before = page.evaluate("() => shiyou.state().rev")
    server.shiyou("record", row.code, row.room, "registered", "--entrance", row.number)
    server.start()
    page.evaluate(
        """(rev) => new Promise((done) => (function look() {
          if (shiyou.state().rev > rev) done(true); else setTimeout(look, 50);
        })())""",
        before,
    )
    wait(page, "text", "[data-testid=feed-state]", "实时 ·")
    assert page.evaluate("() => performance.timeOrigin") == loaded


def test_names_of_residents_are_masked_and_only_for_those_who_register(sign_in, street_url):
    store = open_store(street_url)
    with store.read() as session:
        row = session.execute(
            select(Building.code, Dwelling.id, Building.committee_id)
            .join(Dwelling, Dwelling.building_id == Building.id)
            .join(Residence, Residence.dwelling_id == Dwelling.id)
            .where(Dwelling.status == DwellingStatus.REGISTERED)
            .limit(1)
        ).one()
        committee = session.execute(
            text("SELECT form_order FROM committee WHERE id = :id"), {"id": row.committee_id}
        ).scalar_one()
    store.dispose()
    page = sign_in(f"worker{committee}", path=f"/?building={row.code}")
    wait(page, "panel", row.code)
    page.evaluate("(id) => shiyou.openRoom(id)", row.id)
    page.wait_for_selector(".room-file li")
    assert re.search(r"990\*{11}\d{3}[\dX]", page.locator(".room-file").inner_text())
    office = sign_in("office", path=f"/?building={row.code}")
    wait(office, "panel", row.code)
    office.evaluate("(id) => shiyou.openRoom(id)", row.id)
    wait(office, "text", ".room-file", "只看人数")
    assert office.locator(".room-file li").count() == 0


def test_an_open_room_stays_open_while_others_change_and_follows_its_own_building(sign_in, server):
    """Panel and room come anew when their building changes, never because another did."""
    row, _ = almost_covered(server.database_url, skip=(1, 2))
    other, _ = almost_covered(server.database_url, skip=(1, 2, 3))
    page = sign_in(path=f"/?building={row.code}")
    wait(page, "mark", "panel-shown")
    page.locator(f'.matrix [data-room="{row.id}"]').click()
    wait(page, "text", ".room-file", "没有在册住户")
    asked = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    server.shiyou("record", other.code, other.room, "registered", "--entrance", other.number)
    wait(page, "mark", "delta-painted")
    server.shiyou("record", row.code, row.room, "registered", "--entrance", row.number)
    wait(page, "text", ".room-file", "第 1 户")
    assert sum('"building-panel.children"' in body for body in asked) == 1


def test_a_link_without_a_view_opens_at_its_building(sign_in, street):
    building = some(street)
    page = sign_in(path=f"/?building={building.code}")
    wait(page, "panel", building.code)
    the_map = MapPage(page)
    ord_ = the_map.ord_of(building.code)
    wait(page, "centred", ord_)
    assert the_map.view[0] >= 17


def test_a_link_opens_the_list_as_a_grid_that_sorts(sign_in, server, street):
    building = some(street)
    page = sign_in(path=f"/?building={building.code}")
    wait(page, "panel", building.code)
    page.get_by_text("清单", exact=True).click()
    page.wait_for_selector(".ag-row")
    assert "view=list" in page.url
    again = sign_in(path=page.url.removeprefix(server.url))
    again.wait_for_selector(".ag-row")
    assert again.locator("[data-testid=matrix]").count() == 0


def test_on_a_phone_the_list_comes_first_and_the_map_behind_a_button(sign_in, street):
    page = sign_in(viewport={"width": 390, "height": 844})
    MapPage(page)
    assert page.locator("[data-testid=area-tree]").is_visible()
    page.wait_for_selector("[data-testid=area-tree] .row")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    page.locator("[data-act=show-map]").click()
    assert page.locator("[data-testid=legend]").is_visible()
    page.evaluate("(code) => shiyou.choose({ building: code })", some(street).code)
    wait(page, "panel", some(street).code)
    page.locator(".building .back").click()
    page.wait_for_selector(".has-building", state="detached")


def test_the_language_is_one_click_and_stays(sign_in):
    page = sign_in("lead1")
    MapPage(page)
    with page.expect_navigation():
        page.locator("[data-testid=language]").click()
    wait(page, "text", ".topbar", "Shiyou")
    assert page.locator(".shell").get_attribute("lang") == "en"
    page.reload()
    wait(page, "text", ".topbar", "Shiyou")


def test_the_print_view_has_title_legend_north_day_and_internal_use(sign_in):
    page = sign_in()
    MapPage(page)
    page.emulate_media(media="print")
    title = page.locator(".print-title")
    assert title.is_visible()
    assert "内部使用" in title.inner_text()
    assert str(TODAY) in title.inner_text()
    assert page.locator(".north").is_visible()
    assert page.locator("[data-testid=legend]").is_visible()
    assert not page.locator(".topbar").is_visible()


def test_paper_keeps_the_middle_of_the_map_and_needs_no_colour(sign_in, street):
    """Printed classes are told by hatches; afterwards the screen is as it was."""
    page = sign_in()
    the_map = MapPage(page)
    the_map.look_at(some(street).code, 14)
    before, colours = the_map.view, the_map.colours_in_view()
    page.evaluate("() => shiyou.paper.prepare()")
    assert the_map.view == pytest.approx(before, abs=1e-4)
    assert the_map.colours_in_view() < colours / 50  # the edges of outlines blend
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    assert the_map.view == before
    wait(page, "colours", colours)


def test_a_real_piece_of_shanghai_is_imported_and_drawn_the_same_way(browser, tmp_path):
    """An imported street has footprints only: no dwelling is known, so all of it is unlisted."""
    url = f"sqlite:///{tmp_path / 'bund.db'}"
    server = live_server(url)
    done = subprocess.run(
        [sys.executable, "-m", "dashapp.cli", "import-map", str(ROOT / "tests/fixtures/maps/bund_osm.gpkg"),
         "--kind", "buildings", "--new-subdistrict", "外滩", "--json"],
        env=server.environment, cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert '"read": 1450' in done.stdout
    store = open_store(url)
    _add_office(store)
    store.dispose()
    server.start()
    try:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="zh-CN")
        context.request.post(
            server.url + "/login", form={"username": "office", "password": "x"}, max_redirects=0
        )
        page = context.new_page()
        page.goto(server.url)
        MapPage(page)
        fills = page.evaluate("() => [...new Set(shiyou.layer.fills)]")
        assert fills == [FILL[CoverageStatus.UNLISTED]]
        assert page.locator("[data-testid=legend] [data-filter=unlisted]").is_visible()
        context.close()
    finally:
        server.stop()


def test_an_open_screen_shows_a_map_imported_meanwhile(sign_in, server):
    """The last journey: it leaves the module's street with a second subdistrict beside it."""
    page = sign_in()
    the_map = MapPage(page)
    wait(page, "text", "[data-testid=feed-state]", "实时 ·")
    the_map.look_at(the_map.any_code(), 16)
    wait(page, "address", "z=16")
    view, n = the_map.view, page.evaluate("() => shiyou.layer.fills.length")
    with page.expect_event("load"):  # the page comes anew by itself, as its address says
        server.shiyou("import-map", str(ROOT / "tests/fixtures/maps/bund_osm.gpkg"),
                      "--kind", "buildings", "--new-subdistrict", "外滩")  # fmt: skip
    assert MapPage(page).view == view
    assert page.evaluate("() => shiyou.layer.fills.length") > n + 1400


def _add_office(store):
    with store.write() as session:
        account = Account(username="office", display_name="周敏", password=hash_password("x"))
        session.add(account)
        session.flush()
        session.add(
            Grant(account_id=account.id, role=Role.POPULATION_OFFICE, level=AreaLevel.SUBDISTRICT,
                  area_id=1, valid_from=TODAY)
        )  # fmt: skip
