"""Component ids, one constant each, so that a typo is an ImportError and not a dead button."""

from typing import Final

MAP: Final = "map"
LAYERS: Final = {kind: f"map-{kind}" for kind in ("ground", "compounds", "committees", "districts")}
BUILDINGS: Final = "map-buildings"
SELECTION: Final = "selection"
PLACE: Final = "place"
TICK: Final = "tick"
TOUCHED: Final = "touched"
ROOM: Final = "room"
SCOPE: Final = "scope-figures"
TREE: Final = "area-tree"
BREADCRUMB: Final = "breadcrumb"
PANEL: Final = "building-panel"
ROOM_DETAIL: Final = "room-detail"
HOUSEHOLD_VIEW: Final = "household-view"
VIEW_CHOSEN: Final = "view-chosen"
SEARCH: Final = "search-box"
SEARCH_RESULTS: Final = "search-results"
