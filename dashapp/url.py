"""The page's address: what can be bookmarked or sent to a colleague. Pure; the map's script writes it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Tab = Literal["households", "tasks", "history"]
TABS: Final = ("households", "tasks", "history")
VIEWS: Final = ("both", "matrix", "list")
MODES: Final = ("map", "grids")
PERIODS: Final = ("half", "year", "all")
# What codes are made of; anything else is no code and is not looked up.
CODE: Final = re.compile(r"[0-9A-Za-z._:-]{1,40}\Z")


@dataclass(frozen=True, slots=True)
class Selection:
    """What is chosen: the module, a building, an area, the panel's tab, view, grid and period."""

    mode: str = "map"
    building: str | None = None
    area: str | None = None
    tab: str = "households"
    view: str = "both"
    grid: str | None = None
    period: str = "year"


def read_selection(data: Any) -> Selection:
    """Read the browser's selection; whatever is malformed counts as not chosen."""
    given: Mapping[str, Any] = data if isinstance(data, dict) else {}
    tab, period, view = given.get("tab"), given.get("period"), given.get("view")
    mode = given.get("mode")
    return Selection(
        mode=mode if mode in MODES else "map",
        building=_code(given.get("building")),
        area=_code(given.get("area")),
        tab=tab if tab in TABS else "households",
        view=view if view in VIEWS else "both",
        grid=_code(given.get("grid")),
        period=period if period in PERIODS else "year",
    )


def _code(value: Any) -> str | None:
    return value if isinstance(value, str) and CODE.match(value) else None
