"""Page objects: what a person does on the map, in words; the page's own scripts tell where things are."""

from playwright.sync_api import Page

DEADLINE_MS = 20_000
# Under the strict CSP a string given to wait_for_function would need eval: the page waits by itself.
UNTIL = """([code, deadline]) => new Promise((done, failed) => {
  const until = performance.now() + deadline;
  (function look() {
    let found = null;
    try { found = LOOKS[code[0]](...code.slice(1)); } catch (error) { found = null; }
    if (found) done(found);
    else if (performance.now() > until) failed(new Error('waited in vain for ' + code));
    else setTimeout(look, 20);
  })();
})"""
LOOKS = """const LOOKS = {
  mark: (name) => performance.getEntriesByName('shiyou:' + name).length,
  panel: (code) => document.querySelector('[data-testid=building-panel] [data-code]').dataset.code === code,
  text: (selector, part) => document.querySelector(selector).textContent.includes(part),
  hues: () => Object.values(shiyou.layer._tiles).reduce((n, { el }) => {
    const { data } = el.getContext('2d').getImageData(0, 0, el.width, el.height);
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b, seen] = data.slice(i, i + 4);
      if (seen && Math.max(r, g, b) - Math.min(r, g, b) > 24) n++;
    }
    return n;
  }, 0),
  colours: (wanted) => LOOKS.hues() === wanted,
  seen: (selector, all) => {
    const [here, elsewhere] = document.querySelector(selector).textContent.match(/\\d+/g).map(Number);
    return here > 0 && here + elsewhere === all;
  },
  address: (part) => location.search.includes(part),
  centred: (ord) => shiyou.map.getCenter().distanceTo(shiyou.layer.centre(ord)) < 1,
  gone: (selector) => !document.querySelector(selector),
  pixel: (ord, hex) => {
    const at = shiyou.map.latLngToContainerPoint(shiyou.layer.centre(ord));
    const frame = shiyou.map.getContainer().getBoundingClientRect();
    const want = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
    for (const key in shiyou.layer._tiles) {
      const el = shiyou.layer._tiles[key].el, box = el.getBoundingClientRect();
      const x = frame.x + at.x - box.x, y = frame.y + at.y - box.y;
      if (x < 0 || y < 0 || x >= 256 || y >= 256) continue;
      const ratio = el.width / 256;
      const data = el.getContext('2d').getImageData(Math.floor(x * ratio), Math.floor(y * ratio), 1, 1).data;
      if (data[3] && want.every((w, i) => Math.abs(w - data[i]) < 4)) return Date.now();
    }
    return null;
  },
};
"""


def wait(page: Page, *look: object, deadline_ms: int = DEADLINE_MS) -> object:
    """Wait in the page until a look (mark, panel, text, gone, pixel) finds something; return it."""
    script = "(given) => {" + LOOKS + "return (" + UNTIL + ")(given);}"
    return page.evaluate(script, [list(look), deadline_ms])


class MapPage:
    """The map as a person uses it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        wait(page, "mark", "map-painted")

    def ord_of(self, code: str) -> int:
        """Return the place of a building in the status arrays."""
        return self.page.evaluate(
            """async (code) => {
              await shiyou.layer.source.all();
              for (const tile of shiyou.layer.source.ready.values()) {
                const names = await shiyou.layer.source.names(tile);
                const i = names.findIndex((row) => row[0] === code);
                if (i >= 0) return tile.ords[i];
              }
              return -1;
            }""",
            code,
        )

    def any_code(self) -> str:
        """Return the code of some building."""
        return self.page.evaluate(
            """async () => {
              const [tile] = (await shiyou.layer.source.all()).filter(Boolean);
              return (await shiyou.layer.source.names(tile))[0][0];
            }"""
        )

    def look_at(self, code: str, zoom: int = 17) -> int:
        """Move the view to a building, as a person pans and zooms; return its ord."""
        ord_ = self.ord_of(code)
        self.page.evaluate(
            "([ord, zoom]) => { shiyou.map.setView(shiyou.layer.centre(ord), zoom, { animate: false }); }",
            [ord_, zoom],
        )
        self.page.evaluate(
            """() => new Promise((done) => (function look() {
              const tiles = Object.values(shiyou.layer._tiles).filter((t) => t.current);
              if (tiles.length && tiles.every((t) => t.el.tile !== undefined)) done(true);
              else setTimeout(look, 20);
            })())"""
        )
        return ord_

    def point_of(self, ord_: int) -> tuple[float, float]:
        """Return where a building's middle is on the screen."""
        x, y = self.page.evaluate(
            """(ord) => {
              const p = shiyou.map.latLngToContainerPoint(shiyou.layer.centre(ord));
              const r = shiyou.map.getContainer().getBoundingClientRect();
              return [r.x + p.x, r.y + p.y];
            }""",
            ord_,
        )
        return x, y

    def click(self, code: str) -> None:
        """Click a building on the map and wait for its panel."""
        x, y = self.point_of(self.look_at(code))
        self.page.mouse.click(x, y)
        wait(self.page, "panel", code)

    def colours_in_view(self) -> int:
        """Return how many pixels of the buildings have a hue; badges have one too, so look from z14."""
        return self.page.evaluate("() => {" + LOOKS + "return LOOKS.hues();}")

    @property
    def view(self) -> list[float]:
        """Return zoom, latitude and longitude of the map's middle."""
        return self.page.evaluate(
            "() => { const c = shiyou.map.getCenter();"
            " return [shiyou.map.getZoom(), +c.lat.toFixed(5), +c.lng.toFixed(5)]; }"
        )
