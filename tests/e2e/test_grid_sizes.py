"""The module of grids: the same map by the size of grids, with the list that leads into a cut."""

import pytest
from sqlalchemy import distinct, func, select

from data.models import Building, Entrance, GridMembership
from data.session import open_store
from e2e.pages import MapPage, wait


def test_the_map_is_coloured_by_the_size_of_grids_and_gets_its_own_colours_back(sign_in):
    page = sign_in()
    MapPage(page)
    by_coverage = wait(page, "hues")
    page.locator("[data-module=grids]").click()
    wait(page, "mark", "sizes-painted")
    assert "mode=grids" in page.url
    assert page.locator("[data-testid=size-legend]").is_visible()
    assert not page.locator("[data-testid=legend]").is_visible()
    assert wait(page, "hues") != by_coverage
    page.locator("[data-module=map]").click()
    wait(page, "colours", by_coverage)
    assert "mode" not in page.url
    assert page.locator("[data-testid=legend]").is_visible()


@pytest.mark.parametrize(("locale", "word"), [("zh-CN", "网格大小"), ("en-US", "Grid size")])
def test_a_link_to_the_grids_opens_their_list(sign_in, locale, word):
    page = sign_in(path="/?mode=grids", locale=locale)
    MapPage(page)
    page.wait_for_selector("#grid-sizes .size-row")
    assert word in page.locator("#grid-sizes header").inner_text()
    assert page.locator("[data-module=grids]").get_attribute("aria-current") == "page"


def test_the_legend_counts_the_buildings_that_lie_in_grids(sign_in, street_url):
    page = sign_in(path="/?mode=grids")
    MapPage(page)
    wait(page, "mark", "sizes-painted")
    counts = page.locator("[data-testid=size-legend] [data-size] .count").all_inner_texts()
    store = open_store(street_url)
    with store.read() as session:
        housed = session.scalar(
            select(func.count(distinct(Entrance.building_id))).join(
                GridMembership, GridMembership.entrance_id == Entrance.id
            )
        )
    store.dispose()
    assert sum(map(int, counts)) == housed > 0


def test_on_a_phone_the_list_comes_first_and_the_map_behind_a_button(sign_in):
    page = sign_in(path="/?mode=grids", viewport={"width": 390, "height": 844})
    page.wait_for_selector("#grid-sizes .size-row")
    assert page.locator("#grid-sizes .size-row").first.is_visible()
    page.locator("[data-act=show-map]").click()
    assert not page.locator("#grid-sizes .size-row").first.is_visible()
    assert page.locator("[data-testid=map]").is_visible()


def test_a_click_on_the_map_asks_nothing_of_the_other_modules(sign_in, street_url):
    store = open_store(street_url)
    with store.read() as session:
        codes = session.scalars(select(Building.code).order_by(Building.id).limit(2)).all()
    store.dispose()
    page = sign_in()
    MapPage(page)
    asked = []
    page.on("request", lambda request: asked.append(request.post_data or ""))
    for code in codes:
        page.evaluate("(building) => shiyou.choose({ building })", code)
        wait(page, "panel", code)
    assert any('"building-panel' in body for body in asked)
    assert not [body for body in asked if '"grid-sizes' in body or '"module.' in body]
