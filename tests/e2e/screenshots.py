"""`make screenshots`: the pictures of docs/screenshots, taken from a demo street with a real browser."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from e2e.conftest import CHROMIUM, DESKTOP, FLAGS, PASSWORD, PHONE
from e2e.cut_page import CutPage
from e2e.pages import MapPage, wait
from live_server import LiveServer, live_server

FOLDER = Path(__file__).parent.parent.parent / "docs" / "screenshots"
WIDE = {"width": 1920, "height": 1080}
TOWER = "310115009003C01-001"
OVERSIZE = "310115009003C01"
# name: sign-in, language, size, zoom of the map (None: as it opens), selection
PICTURES = {
    "map-zh-1280": ("office", "zh-CN", DESKTOP, 16, {"building": TOWER}),
    "map-en-1280": ("office", "en-US", DESKTOP, 16, {"building": TOWER}),
    "street-zh-1920": ("office", "zh-CN", WIDE, None, {}),
    "tasks-zh-1280": ("lead1", "zh-CN", DESKTOP, 17, {"building": TOWER, "tab": "tasks"}),
    "history-zh-1280": ("worker3", "zh-CN", DESKTOP, 17, {"building": TOWER, "tab": "history"}),
    "history-en-1280": ("worker3", "en-US", DESKTOP, 17, {"building": TOWER, "tab": "history"}),
    "filtered-zh-1280": (
        "office",
        "zh-CN",
        DESKTOP,
        16,
        {"building": TOWER, "status": "lagging,overdue"},
    ),
    "phone-list-zh-390": ("worker3", "zh-CN", PHONE, None, {}),
    "phone-building-zh-390": ("worker3", "zh-CN", PHONE, 17, {"building": TOWER}),
    "phone-map-en-390": ("worker3", "en-US", PHONE, None, {"show_map": "1"}),
    "grids-zh-1280": ("office", "zh-CN", DESKTOP, None, {"mode": "grids"}),
    "grids-en-390": ("office", "en-US", PHONE, None, {"mode": "grids"}),
    "cut-zh-1280": ("office", "zh-CN", DESKTOP, None, {"mode": "grids", "area": OVERSIZE}),
    "cut-en-1920": ("office", "en-US", WIDE, None, {"mode": "grids", "area": OVERSIZE}),
}


def main() -> None:
    """Build the demo, serve it, take every picture."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = live_server(f"sqlite:///{folder}/street.db")
        server.shiyou("demo")
        server.start()
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for name in sys.argv[1:] or PICTURES:
            _take(browser, server, name)
            sys.stdout.write(f"{name}.png\n")
        browser.close()
        server.stop()


def _take(browser: Browser, server: LiveServer, name: str) -> None:
    username, locale, size, zoom, chosen = PICTURES[name]
    context = browser.new_context(viewport=size, locale=locale)
    context.request.post(
        server.url + "/login", form={"username": username, "password": PASSWORD}, max_redirects=0
    )
    page = context.new_page()
    page.goto(server.url)
    the_map = MapPage(page)
    page.wait_for_selector("[data-testid=area-tree] .row")
    if zoom is not None:
        the_map.look_at(TOWER, zoom)
    selection = {key: value for key, value in chosen.items() if key != "show_map"}
    if selection:
        page.evaluate("(change) => shiyou.choose(change)", selection)
        _wait_for(page, selection)
    if "show_map" in chosen:
        page.locator("[data-act=show-map]").click()
    page.wait_for_timeout(1500)  # names and badges come with the idle frame after the last tile
    page.screenshot(path=FOLDER / f"{name}.png")
    context.close()


def _wait_for(page: Page, selection: dict[str, str]) -> None:
    """Wait until what was chosen stands on the screen."""
    if "building" in selection:
        wait(page, "panel", selection["building"])
    elif "area" in selection:
        CutPage(page)
    else:
        page.wait_for_selector("#grid-sizes .size-row")


if __name__ == "__main__":
    main()
