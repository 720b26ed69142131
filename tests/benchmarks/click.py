"""From a press on a building to its panel with a matrix of 150 dwellings, on a street and at census size."""

from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import text

from benchmarks.build import build_demo_file
from benchmarks.chromium import bench_server, chromium, signed_in
from benchmarks.figures import Figure, median, percentile_95
from data.session import open_store
from e2e.pages import MapPage, wait

CLICKS = 40
AROUND = 150  # dwellings; the street's tower has exactly as many
DOWN = """() => addEventListener(
  'pointerdown', (e) => { window.benchDown = e.timeStamp; }, { once: true, capture: true })"""
SHOWN = """(code) => new Promise((done) => (function look() {
  const mark = performance.getEntriesByName('shiyou:panel-shown').filter((m) => m.detail.code === code).pop();
  mark && mark.startTime > window.benchDown ? done(mark.startTime - window.benchDown) : setTimeout(look, 5);
})())"""


def measure(folder: Path) -> list[Figure]:
    """Click buildings of about 150 dwellings in turn, on both presets."""
    p95 = {}
    figures = []
    for preset in ("street", "longquan"):
        address, _ = build_demo_file(folder, preset)
        times = _clicks(address)
        p95[preset] = percentile_95(times)
        figures += [
            Figure(f"click: panel, {preset}, median", median(times), "ms"),
            Figure(f"click: panel, {preset}, p95", p95[preset], "ms", at_most=150),
        ]
    ratio = round(p95["longquan"] / p95["street"], 2)
    return [*figures, Figure("click: panel p95, longquan / street", ratio, "×", at_most=1.3)]


def _clicks(address: str) -> list[float]:
    codes = _tall(address)
    server = bench_server(address, "street")
    try:
        with chromium() as browser:
            page = signed_in(browser, server)
            page.goto(server.url)
            the_map = MapPage(page)
            times = []
            for turn in range(CLICKS + 2):
                code = codes[turn % len(codes)]
                times.append(_click(page, the_map, code))
                page.evaluate("() => shiyou.choose({ building: null })")
                wait(page, "text", "[data-testid=building-panel] h2", "还没有选楼栋")
            return times[2:]
    finally:
        server.stop()


def _click(page: Page, the_map: MapPage, code: str) -> float:
    x, y = the_map.point_of(the_map.look_at(code))
    page.wait_for_timeout(150)
    page.evaluate(DOWN)
    page.mouse.click(x, y)
    return float(page.evaluate(SHOWN, code))


def _tall(address: str) -> list[str]:
    """Return the codes of eight buildings whose number of dwellings is nearest to 150."""
    store = open_store(address)
    with store.read() as session:
        rows = session.execute(
            text(
                "SELECT b.code FROM building b JOIN building_coverage c ON c.building_id = b.id"
                " ORDER BY abs(c.listed - :around), b.id LIMIT 8"
            ),
            {"around": AROUND},
        )
        codes = [row.code for row in rows]
    store.dispose()
    return codes
