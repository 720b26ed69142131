"""The workspace of a cut as a person uses it: drag, paint, lock, take back, keep."""

from playwright.sync_api import Page

from e2e.pages import wait

# A building at a border whose move to the next grid keeps all the rules, or one whose move does not.
FIND = """(good) => {
  const work = shiyou.cutAtHand(), { cut, model, assign, parts, band } = work;
  for (const [one, other] of cut.links) {
    for (const [from, to] of [[one, other], [other, one]]) {
      if (assign[from] === assign[to]) continue;
      const own = model.ofBuilding[cut.units[from].b], next = [...assign];
      if (own.some((i) => assign[i] !== assign[from])) continue;
      for (const i of own) next[i] = assign[to];
      const kept = !model.faults(model.figures(next, parts).parts, band).length;
      const [building, beside] = [from, to].map((i) => cut.units[i].b);
      if (kept === good) return { building, beside, from: assign[from], to: assign[to] };
    }
  }
  return null;
}"""


class CutPage:
    """One place's workspace."""

    def __init__(self, page: Page) -> None:
        self.page = page
        wait(page, "mark", "cut-shown")
        wait(page, "gone", ".rb-wait")

    @property
    def households(self) -> list[int]:
        """Return the households of each new grid, as the table tells them."""
        cells = self.page.locator("tr[data-part] td:nth-child(2)").all_inner_texts()
        return [int(text.replace(",", "")) for text in cells]

    @property
    def assignment(self) -> list[int]:
        """Return the part of each entrance on the table."""
        return self.page.evaluate("() => shiyou.cutAtHand().assign")

    @property
    def proposals(self) -> list[str]:
        """Return what the cards say."""
        return self.page.locator(".rb-proposal").all_inner_texts()

    def text(self, name: str) -> str:
        """Return what one part of the workspace says: title, warnings, checks, force, bar, tip."""
        return self.page.locator(f".rb-{name}").inner_text()

    def move_that(self, *, keeps_the_rules: bool) -> dict[str, int]:
        """Return a building at a border, and the one beside it in another grid."""
        return self.page.evaluate(FIND, keeps_the_rules)

    def middle(self, building: int) -> tuple[float, float]:
        """Return where a building's middle is on the screen."""
        box = self.page.locator(f'[data-building="{building}"]').bounding_box()
        return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(self, building: int, onto: int, *, drop: bool = True) -> None:
        """Drag one building onto another in small steps."""
        (x, y), (a, b) = self.middle(building), self.middle(onto)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        for step in range(1, 9):
            self.page.mouse.move(x + (a - x) * step / 8, y + (b - y) * step / 8)
        if drop:
            self.page.mouse.up()

    def do(self, name: str) -> None:
        """Press a button of the bar."""
        self.page.locator(f"[data-do={name}]").click()

    def slowest_ms(self, mark: str) -> float:
        """Return the longest time that a mark of the script notes."""
        return self.page.evaluate(
            "(name) => Math.max(...performance.getEntriesByName('shiyou:' + name).map((m) => m.detail.ms))",
            mark,
        )
