"""What the page needs to know of the server that makes it."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class PageContext:
    """Addresses of layers and scripts, the register's day, and whose data is shown."""

    layers: dict[str, str] = field(default_factory=dict)
    grid_script: str = ""
    feed_worker: str = ""
    day: date | None = None
    frozen: bool = False
    subdistrict: str = ""
    illustrative: bool = False
    attribution: str = ""
    bounds: tuple[float, float, float, float] | None = None
