"""From a commit to other screens' pixels: same process, another process, eight tabs, after a crash."""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import BrowserContext, Page
from sqlalchemy import delete, text
from sqlalchemy.orm import Session

from benchmarks.build import build_demo_file
from benchmarks.chromium import bench_server, chromium, signed_in
from benchmarks.figures import Figure, median, percentile_95
from data.commands.derive import settle
from data.commands.dwellings import Door, find_door
from data.models import Household
from data.queries.access import system_principal
from data.session import open_store
from e2e.pages import MapPage
from live_server import ROOT, LiveServer

CHANGES = 30
TABS = 8
# Resolves with the wall clock of the first frame that shows another colour than before.
WATCH = """(ord) => {
  const at = shiyou.map.latLngToContainerPoint(shiyou.layer.centre(ord));
  const frame = shiyou.map.getContainer().getBoundingClientRect();
  const read = () => {
    for (const key in shiyou.layer._tiles) {
      const el = shiyou.layer._tiles[key].el, box = el.getBoundingClientRect();
      const x = frame.x + at.x - box.x, y = frame.y + at.y - box.y;
      if (x < 0 || y < 0 || x >= 256 || y >= 256) continue;
      return el.getContext('2d').getImageData(Math.floor(x), Math.floor(y), 1, 1).data.join();
    }
    return '';
  };
  const before = read();
  window.benchSeen = 0;
  (function look() {
    if (read() !== before) window.benchSeen = performance.timeOrigin + performance.now();
    else setTimeout(look, 4);
  })();
}"""
SEEN = """() => new Promise((done) => (function look() {
  window.benchSeen ? done(window.benchSeen) : setTimeout(look, 5);
})())"""
# Another process: reads "code room result" lines, writes the wall clock of each commit.
WRITER = """
import sys, time
from data.commands.derive import settle
from data.commands.dwellings import Door, find_door
from data.models import Household
from data.queries.access import system_principal
from data.session import open_store
from data.queries.access import system_principal
from data.commands.dwellings import Door, record_door
from data.commands.door_results import DoorResult
store = open_store(sys.argv[1])
for line in sys.stdin:
    code, room, result = line.split()
    with store.write() as session:
        record_door(session, system_principal(session), Door(code, room), DoorResult(result))
    print(time.time(), flush=True)
"""


def measure(folder: Path) -> list[Figure]:
    """Flip one building's class back and forth and time what others see."""
    address, _ = build_demo_file(folder, "street")
    code, room = _flippable(address)
    server = bench_server(address, "street")
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, address],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=server.environment, cwd=ROOT,
    )  # fmt: skip
    try:
        with chromium() as browser:
            page = signed_in(browser, server)
            page.goto(server.url)
            ord_ = MapPage(page).look_at(code, 17)
            flips = _Flips(address, code, room)
            inside = _delays(page, ord_, flips, lambda result: _by_http(server, code, room, result))
            outside = _delays(
                page, ord_, flips, lambda result: _by_process(writer, code, room, result)
            )
            tabs = _eight_tabs(page.context, server, page, ord_, code)
            across = _tab_delays(
                tabs, ord_, flips, lambda result: _by_process(writer, code, room, result)
            )
            back = _after_crash(
                server, tabs, flips, lambda result: _by_process(writer, code, room, result)
            )
    finally:
        writer.stdin.close()
        writer.wait()
        server.stop()
    return [
        Figure("live: commit to pixels, same process, median", median(inside), "ms"),
        Figure(
            "live: commit to pixels, same process, p95", percentile_95(inside), "ms", at_most=100
        ),
        Figure("live: commit to pixels, another process, median", median(outside), "ms"),
        Figure(
            "live: commit to pixels, another process, p95",
            percentile_95(outside),
            "ms",
            at_most=150,
        ),
        Figure("live: slowest of eight tabs, p95", percentile_95(across), "ms", at_most=150),
        Figure("live: tabs that caught up after kill -9", float(back), "tabs", at_least=TABS),
    ]


class _Flips:
    """Makes the building's only door open again by hand, so that registering it changes the class."""

    def __init__(self, address: str, code: str, room: str) -> None:
        self.address, self.code, self.room = address, code, room

    def undo(self) -> None:
        """Take the registration back, outside what is measured."""
        store = open_store(self.address)
        with store.write() as session:
            _take_back(session, self.code, self.room)
        store.dispose()


def _delays(page: Page, ord_: int, flips: _Flips, commit: Callable[[str], float]) -> list[float]:
    delays = []
    for turn in range(CHANGES + 1):
        page.evaluate(WATCH, ord_)
        page.wait_for_timeout(40 + 37 * (turn % 7))
        at = commit("registered")
        delays.append(page.evaluate(SEEN) - at * 1000)
        page.evaluate(WATCH, ord_)
        flips.undo()
        page.evaluate(SEEN)
    return delays[1:]


def _tab_delays(
    tabs: list[Page], ord_: int, flips: _Flips, commit: Callable[[str], float]
) -> list[float]:
    """Return for each commit how long the slowest of all tabs took."""
    slowest = []
    for _ in range(10):
        for tab in tabs:
            tab.evaluate(WATCH, ord_)
        at = commit("registered")
        slowest.append(max(tab.evaluate(SEEN) for tab in tabs) - at * 1000)
        for tab in tabs:
            tab.evaluate(WATCH, ord_)
        flips.undo()
        for tab in tabs:
            tab.evaluate(SEEN)
    return slowest


def _eight_tabs(
    context: BrowserContext, server: LiveServer, first: Page, ord_: int, code: str
) -> list[Page]:
    tabs = [first]
    for _ in range(TABS - 1):
        page = context.new_page()
        page.goto(server.url)
        MapPage(page).look_at(code, 17)
        tabs.append(page)
    return tabs


def _after_crash(
    server: LiveServer, tabs: list[Page], flips: _Flips, commit: Callable[[str], float]
) -> int:
    """Kill the server, commit, start it again; return how many tabs follow without a reload."""
    loaded = [tab.evaluate("() => performance.timeOrigin") for tab in tabs]
    before = [tab.evaluate("() => shiyou.state().rev") for tab in tabs]
    server.kill()
    commit("registered")
    server.start()
    follow = (
        "(rev) => new Promise((done) => (function look() {"
        " shiyou.state().rev > rev ? done(1) : setTimeout(look, 50); })())"
    )
    for tab, revision in zip(tabs, before, strict=True):
        tab.evaluate(follow, revision)
    flips.undo()
    return sum(
        tab.evaluate("() => performance.timeOrigin") == origin
        for tab, origin in zip(tabs, loaded, strict=True)
    )


def _by_http(server: LiveServer, code: str, room: str, result: str) -> float:
    address = f"{server.url}/bench/record?code={code}&room={room}&result={result}"
    with urllib.request.urlopen(urllib.request.Request(address, method="POST")) as answer:
        return float(json.load(answer)["at"])


def _by_process(writer: subprocess.Popen[str], code: str, room: str, result: str) -> float:
    writer.stdin.write(f"{code} {room} {result}\n")
    writer.stdin.flush()
    return float(writer.stdout.readline())


def _flippable(address: str) -> tuple[str, str]:
    """Return a building with one open door, and that door's room, which no other entrance has."""
    store = open_store(address)
    with store.read() as session:
        row = session.execute(
            text(
                "SELECT b.code, d.room FROM building b"
                " JOIN building_coverage c ON c.building_id = b.id"
                " JOIN dwelling d ON d.building_id = b.id"
                " WHERE c.n - c.resolved = 1 AND c.status = 'near_complete' AND d.resolved = (1=0)"
                " AND d.status IN ('no_contact', 'uncollected', 'refused') AND NOT EXISTS (SELECT 1"
                " FROM dwelling o WHERE o.building_id = b.id AND o.room = d.room AND o.id <> d.id)"
                " ORDER BY b.id LIMIT 1"
            )
        ).one()
    store.dispose()
    return row.code, row.room


def _take_back(session: Session, code: str, room: str) -> None:
    dwelling, building = find_door(session, system_principal(session), Door(code, room))
    session.execute(delete(Household).where(Household.dwelling_id == dwelling.id))
    settle(session, [building.id], [dwelling.id])
