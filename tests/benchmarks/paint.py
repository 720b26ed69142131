"""Navigation to painted pixels: our layer beside dl.GeoJSON, the shell without either, and a bare page."""

from pathlib import Path

from playwright.sync_api import Browser

from benchmarks.build import build_demo_file
from benchmarks.chromium import bench_server, chromium, signed_in
from benchmarks.figures import Figure, median
from live_server import LiveServer

RUNS = 5
# A street is painted in a fifth of a second, of which one frame is a tenth: more runs, steadier medians.
STREET_RUNS = 13
STREET_VIEW = "?z=15&lat=31.1757&lon=121.4905"
WIDE_VIEW = "?z=14&lat=31.17&lon=121.49"
# Each variant: which page, which database, which view.
PAGES = {
    "bare": ("bare", "street", ""),
    "shell": ("off", "street", STREET_VIEW),
    "street": ("street", "street", STREET_VIEW),
    "shell wide": ("off", "100,000", WIDE_VIEW),
    "20,000": ("street", "20,000", WIDE_VIEW),
    "geojson 20,000": ("geojson", "20,000", WIDE_VIEW),
    "100,000": ("street", "100,000", WIDE_VIEW),
    "geojson 100,000": ("geojson", "100,000", WIDE_VIEW),
}
READY = {
    "bare": "document.querySelector('.leaflet-container .leaflet-pane')",
    "off": "document.querySelector('.leaflet-container .leaflet-pane') &&"
    " document.querySelector('[data-testid=building-panel]')",
    "street": "performance.getEntriesByName('shiyou:map-painted').length",
    "geojson": """(() => {
      const c = document.querySelector('.leaflet-overlay-pane canvas');
      if (!c || !c.width) return false;
      const d = c.getContext('2d').getImageData(c.width / 2 - 40, c.height / 2 - 40, 80, 80).data;
      for (let i = 3; i < d.length; i += 4) if (d[i]) return true;
      return false;
    })()""",
}
# Looks once a frame; the time is the mark's own when there is one, else the frame's that shows it.
WATCH = """window.benchReady = 0;
(function look() {
  requestAnimationFrame(() => {
    let ready = false;
    try { ready = READY; } catch (error) { ready = false; }
    if (!ready) { look(); return; }
    requestAnimationFrame(() => setTimeout(() => {
      const mark = performance.getEntriesByName('shiyou:map-painted')[0];
      window.benchReady = mark ? mark.startTime : performance.now();
    }, 0));
  });
})();"""
PIXELS = """() => [...document.querySelectorAll('.leaflet-container canvas')].reduce((n, c) => {
  if (!c.width) return n;
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  for (let i = 3; i < d.length; i += 4) if (d[i]) n++;
  return n;
}, 0)"""


def measure(folder: Path) -> list[Figure]:
    """Load every page in turn, several times, cold and then warm; report the ratios that were promised."""
    bases = {
        "street": build_demo_file(folder, "street")[0],
        "20,000": build_demo_file(folder, "map", "--buildings", "20000")[0],
        "100,000": build_demo_file(folder, "map", "--buildings", "100000")[0],
    }
    servers = {name: bench_server(bases[base], page) for name, (page, base, _) in PAGES.items()}
    times: dict[str, dict[str, list[float]]] = {name: {"cold": [], "warm": []} for name in PAGES}
    try:
        with chromium() as browser:
            for run in range(STREET_RUNS + 1):
                for name, server in servers.items():
                    if run > RUNS and PAGES[name][1] != "street":
                        continue
                    cold, warm = _loads(browser, server, name)
                    if run:  # the first round warms the servers
                        times[name]["cold"].append(cold)
                        times[name]["warm"].append(warm)
            layer = _layer_figures(browser, servers)
    finally:
        for server in servers.values():
            server.stop()
    return [*_milliseconds(times), *_ratios(times), *layer]


def _loads(browser: Browser, server: LiveServer, name: str) -> tuple[float, float]:
    """Return the milliseconds of a first and of a third load in one fresh profile."""
    kind, _, view = PAGES[name]
    page = signed_in(browser, server, anonymous=kind == "bare")
    page.add_init_script(WATCH.replace("ready = READY", f"ready = {READY[kind]}"))
    seconds = []
    for _ in range(3):
        page.goto(f"{server.url}/{view}", wait_until="commit")
        seconds.append(
            page.evaluate(
                "() => new Promise((done) => (function look() {"
                " window.benchReady > 0 ? done(window.benchReady) : setTimeout(look, 25); })())"
            )
        )
        page.wait_for_timeout(250)
    if kind in ("street", "geojson"):
        assert page.evaluate(PIXELS) > 1_000, f"{name}: nothing is painted"
    page.context.close()
    return seconds[0], seconds[2]


def _milliseconds(times: dict[str, dict[str, list[float]]]) -> list[Figure]:
    return [
        Figure(f"paint: {name}, {kind}", round(median(values)), "ms")
        for name, by_kind in times.items()
        for kind, values in by_kind.items()
    ]


def _ratios(times: dict[str, dict[str, list[float]]]) -> list[Figure]:
    def ratio(over: str, under: str, kind: str) -> float:
        return round(median(times[over][kind]) / median(times[under][kind]), 2)

    limits = (
        ("shell", "bare", 1.6, 1.5),
        ("street", "shell", 1.15, 1.4),
        ("100,000", "shell wide", 1.6, 3.0),
    )
    floors = (("geojson 20,000", "20,000", 1.5, 2.5), ("geojson 100,000", "100,000", 2.5, 4.0))
    figures = []
    for over, under, cold, warm in limits:
        figures.append(
            Figure(f"paint: {over} / {under}, cold", ratio(over, under, "cold"), "×", at_most=cold)
        )
        figures.append(
            Figure(f"paint: {over} / {under}, warm", ratio(over, under, "warm"), "×", at_most=warm)
        )
    for over, under, cold, warm in floors:
        figures.append(
            Figure(f"paint: {over} / {under}, cold", ratio(over, under, "cold"), "×", at_least=cold)
        )
        figures.append(
            Figure(f"paint: {over} / {under}, warm", ratio(over, under, "warm"), "×", at_least=warm)
        )
    return figures


PAN = """() => new Promise((done) => {
  const frames = []; let last = performance.now(), n = 0;
  (function step() {
    requestAnimationFrame((now) => {
      frames.push(now - last); last = now;
      if (++n > 120) { done(frames.slice(5)); return; }
      shiyou.map.panBy([n % 40 < 20 ? 6 : -6, 0], { animate: false });
      step();
    });
  })();
})"""
RECOLOUR_ALL = """() => {
  const layer = shiyou.layer, runs = [];
  for (let i = 0; i < 7; i++) {
    const fills = layer.fills.map((f) => 1 + (f % 7)), began = performance.now();
    layer.setStatus({ fills, flags: layer.flags });
    Object.values(layer._tiles).forEach((t) => t.el.getContext('2d').getImageData(0, 0, 1, 1));
    runs.push(performance.now() - began);
  }
  return runs;
}"""
RECOLOUR_ONE = """() => {
  const layer = shiyou.layer, runs = [];
  const view = [...layer.source.ready.values()][0].ords[0];
  layer.source.where(view);
  for (let i = 0; i < 15; i++) {
    const began = performance.now();
    layer.patch([[view, 1 + (i % 7), 0]]);
    Object.values(layer._tiles).forEach((t) => t.el.getContext('2d').getImageData(0, 0, 1, 1));
    runs.push(performance.now() - began);
  }
  return runs;
}"""
# What dl.GeoJSON's hideout does on every change: clear, build every layer again, paint.
HIDEOUT = """async () => {
  const data = await (await fetch('/bench/geojson')).json(), runs = [];
  const fill = (f) => window.BENCH[1 + (f.properties.s + runs.length) % 7];
  const style = (f) => ({ fillColor: fill(f), fillOpacity: 1, color: '#333', weight: 1 });
  const layer = L.geoJSON(data, { style, renderer: L.canvas() }).addTo(shiyou.map);
  for (let i = 0; i < 4; i++) {
    const began = performance.now();
    layer.clearLayers();
    layer.addData(data);
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done, 0)));
    runs.push(performance.now() - began);
  }
  layer.remove();
  return runs;
}"""
BUFFERS = """() => {
  let bytes = shiyou.layer.fills.byteLength + shiyou.layer.flags.byteLength;
  for (const t of shiyou.layer.source.ready.values()) {
    bytes += t.xy.buffer.byteLength + t.ring.byteLength + t.start.byteLength + t.box.byteLength;
  }
  return bytes / 1048576;
}"""
HEAP = "() => { if (window.gc) gc(); return performance.memory.usedJSHeapSize / 1048576; }"


def _layer_figures(browser: Browser, servers: dict[str, LiveServer]) -> list[Figure]:
    page = _opened(browser, servers["20,000"], WIDE_VIEW)
    frames = sorted(page.evaluate(PAN))
    everything, one = median(page.evaluate(RECOLOUR_ALL)), median(page.evaluate(RECOLOUR_ONE))
    yardstick = median(page.evaluate(HIDEOUT))
    page.context.close()
    wide = _opened(browser, servers["100,000"], WIDE_VIEW)
    buffers, heap = wide.evaluate(BUFFERS), wide.evaluate(HEAP)
    wide.context.close()
    shell = _opened(browser, servers["shell wide"], WIDE_VIEW, mark=False)
    floor = shell.evaluate(HEAP)
    shell.context.close()
    return [
        Figure(
            "paint: pan frame p95, 20,000 in view",
            round(frames[int(0.95 * len(frames))], 1),
            "ms",
            at_most=20,
        ),
        Figure("paint: recolour all of 20,000", everything, "ms"),
        Figure("paint: recolour one of 20,000", one, "ms"),
        Figure("paint: hideout / recolour all", round(yardstick / everything, 1), "×", at_least=8),
        Figure("paint: hideout / recolour one", round(yardstick / one, 1), "×", at_least=20),
        Figure(
            "paint: layer heap and buffers, 100,000",
            round(max(0, heap - floor) + buffers, 1),
            "MB",
            at_most=12,
        ),
    ]


def _opened(browser: Browser, server: LiveServer, view: str, *, mark: bool = True):  # type: ignore[no-untyped-def]
    page = signed_in(browser, server)
    page.goto(f"{server.url}/{view}")
    look = (
        "performance.getEntriesByName('shiyou:map-painted').length"
        if mark
        else "document.querySelector('.leaflet-pane')"
    )
    page.evaluate(
        f"() => new Promise((done) => (function f() {{ {look} ? done(1) : setTimeout(f, 25); }})())"
    )
    page.wait_for_timeout(800)
    return page
