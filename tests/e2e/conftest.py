"""A real browser on a real server: system Chromium through Playwright."""

import re
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from live_server import LiveServer, live_server

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
PASSWORD = "shiyou-demo"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def server(street_url) -> Iterator[LiveServer]:
    """The server on a small demo street, one a test module."""
    running = live_server(street_url).start()
    yield running
    running.stop()


@pytest.fixture
def sign_in(browser, server):
    """Return a function that opens a signed-in page and fails the test on console errors."""
    contexts: list[BrowserContext] = []
    trouble: list[str] = []

    def open_page(username="office", path="/", viewport=None, locale="zh-CN", **options) -> Page:
        context = browser.new_context(viewport=viewport or DESKTOP, locale=locale, **options)
        contexts.append(context)
        answer = context.request.post(
            server.url + "/login",
            form={"username": username, "password": PASSWORD},
            max_redirects=0,
        )
        assert answer.status == 303, f"{username} cannot sign in: {answer.status}"
        page = context.new_page()
        page.on("console", lambda message: _note(message, trouble))
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.goto(server.url + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert trouble == []


def _note(message, trouble: list[str]) -> None:
    # A server killed on purpose is the test's doing; everything else in red is ours to mend.
    if message.type == "error" and not re.search(
        r"ERR_CONNECTION|ERR_INCOMPLETE|ERR_EMPTY", message.text
    ):
        trouble.append(message.text)
