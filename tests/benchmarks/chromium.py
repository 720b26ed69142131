"""A browser and servers for measuring: one context a load, so that cold is cold."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from e2e.conftest import CHROMIUM, DESKTOP, FLAGS, PASSWORD
from live_server import LiveServer, live_server

STYLE = (
    "window.dashExtensions=Object.assign(window.dashExtensions||{},{shiyou:Object.assign("
    "(window.dashExtensions||{}).shiyou||{},{benchStyle:f=>({fillColor:window.BENCH[f.properties.s],"
    "fillOpacity:1,color:'#333',weight:1})})});"
)
FILLS = (
    "['#D7DADD','#A50026','#F46D43','#FEE08B','#ABD9E9','#4393C3','#08306B','#8A8A8A','#FFFFFF']"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield the system's browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def bench_server(address: str, variant: str) -> LiveServer:
    """Return a running server of one variant; the bare page has no /healthz and is asked for itself."""
    server = live_server(address, "benchmarks.server", variant)
    server.health = "/" if variant == "bare" else "/healthz"
    return server.start()


def signed_in(
    browser: Browser, server: LiveServer, *, anonymous: bool = False, **options: Any
) -> Page:
    """Return an empty page of a fresh browser profile, signed in as the office."""
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN", **options)
    if not anonymous:
        answer = context.request.post(
            server.url + "/login",
            form={"username": "office", "password": PASSWORD},
            max_redirects=0,
        )
        assert answer.status == 303, answer.status
    page = context.new_page()
    # dash-leaflet looks its style function up by name: the bench's own must be there before it.
    page.add_init_script(f"window.BENCH={FILLS};{STYLE}")
    return page
