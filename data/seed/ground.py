"""The ground of the demo: the real outline, and the illustrative districts and committees in it.

Everything here is in metres (EPSG:4549); the outline is real, every line inside it is invented.
"""

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import to_metres

FILES: Final = Path(__file__).parent / "files"
METRES: Final = 4549  # CGCS2000 3-degree zone 120E: the street lies just west of 121.5E
DISTRICT_NUMBERS: Final = {"上钢片区": 1, "济阳片区": 2, "德州片区": 3}


@dataclass(frozen=True, slots=True)
class CommitteeGround:
    """One committee's area: its line in the monthly form, names, and outline in metres."""

    order: int
    name: str
    code: str
    district: int
    outline: BaseGeometry


@dataclass(frozen=True, slots=True)
class Ground:
    """The areas of the demo street, in metres."""

    outline: BaseGeometry
    districts: dict[int, tuple[str, BaseGeometry]]
    committees: list[CommitteeGround]


def read_ground() -> Ground:
    """Read the street's outline and its illustrative districts and committees."""
    outline = _features("subdistrict.geojson")[0][1]
    districts = {
        DISTRICT_NUMBERS[properties["pianqu"]]: (properties["pianqu"], shape)
        for properties, shape in _features("districts_illustrative.geojson")
    }
    lines = {row["nbs_code12"]: row for row in _lines("committees_form_order.csv")}
    committees = [
        CommitteeGround(
            order=int(lines[properties["nbs_code12"]]["seed_order"]),
            name=properties["seed_short_name"],
            code=properties["nbs_code12"],
            district=DISTRICT_NUMBERS[properties["pianqu"]],
            outline=shape,
        )
        for properties, shape in _features("committees_illustrative.geojson")
    ]
    return Ground(outline, districts, sorted(committees, key=lambda ground: ground.order))


def features(name: str) -> list[tuple[dict[str, Any], BaseGeometry]]:
    """Return properties and shapes (degrees) of a file of the demo."""
    collection = json.loads((FILES / name).read_text(encoding="utf8"))
    return [
        (feature["properties"], shapely.from_geojson(json.dumps(feature["geometry"])))
        for feature in collection["features"]
    ]


def _features(name: str) -> list[tuple[dict[str, Any], BaseGeometry]]:
    return [(properties, to_metres(shape, METRES)) for properties, shape in features(name)]


def _lines(name: str) -> list[dict[str, str]]:
    with (FILES / name).open(encoding="utf8", newline="") as file:
        return list(csv.DictReader(file))
