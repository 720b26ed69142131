"""The ground of the demo: the real outline, illustrative areas, and blocks between invented streets.

Everything here is in metres (EPSG:4549); the outline is real, every line inside it is invented.
"""

import csv
import json
from dataclasses import dataclass
from itertools import pairwise
from math import atan2, cos, pi, sin
from pathlib import Path
from random import Random
from typing import Any, Final

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.crs import to_metres

FILES: Final = Path(__file__).parent / "files"
METRES: Final = 4549  # CGCS2000 3-degree zone 120E: the street lies just west of 121.5E
STREET_HALF_M: Final = 7.0
LANE_HALF_M: Final = 4.0
SMALLEST_BLOCK_M2: Final = 9_000.0
STREET_NAMES: Final = (
    "云莲路", "昌里路", "清河路", "望江路", "新桥路", "东园路", "临江路", "银杏路", "锦绣路", "长虹路",
    "安居路", "和平路", "朝阳路", "梧桐路", "桃园路", "文苑路", "兰苑路", "向阳路", "春晖路", "秋实路",
    "松柏路", "翠竹路", "海棠路", "玉兰路", "丁香路", "芙蓉路", "丹桂路", "紫薇路", "月季路", "石榴路",
)  # fmt: skip
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
class Block:
    """A piece of land between streets, with the direction its rows follow (radians from east)."""

    outline: Polygon
    angle: float


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


@dataclass(frozen=True, slots=True)
class Cut:
    """The middle line of an invented street."""

    line: LineString
    is_main: bool


def cut_into_blocks(
    outline: BaseGeometry, block_m2: float, rng: Random
) -> tuple[list[Block], list[Cut]]:
    """Cut an area by streets, always across its longer side, until no piece exceeds `block_m2`."""
    inner = shapely.buffer(outline, -STREET_HALF_M, join_style="mitre")
    waiting = [(part, 0) for part in _polygons(inner)]
    blocks: list[Block] = []
    cuts: list[Cut] = []
    while waiting:
        piece, depth = waiting.pop()
        if piece.area <= block_m2:
            if piece.area >= SMALLEST_BLOCK_M2:
                blocks.append(Block(piece, _direction(piece)))
            continue
        cut = _cut_across(piece, rng)
        half = STREET_HALF_M if depth == 0 else LANE_HALF_M
        cuts += [Cut(line, depth == 0) for line in _line_parts(cut.intersection(piece))]
        waiting += [(part, depth + 1) for part in _polygons(piece.difference(cut.buffer(half)))]
    return blocks, cuts


def _cut_across(piece: Polygon, rng: Random) -> LineString:
    angle = _direction(piece, longest=True)
    centre = piece.centroid
    reach = 2 * max(piece.bounds[2] - piece.bounds[0], piece.bounds[3] - piece.bounds[1])
    along = rng.uniform(-0.07, 0.07) * np.sqrt(piece.area)
    x, y = centre.x + along * cos(angle), centre.y + along * sin(angle)
    across = angle + pi / 2 + rng.uniform(-0.02, 0.02)
    return LineString(
        [
            (x - reach * cos(across), y - reach * sin(across)),
            (x + reach * cos(across), y + reach * sin(across)),
        ]
    )


def _direction(piece: Polygon, *, longest: bool = False) -> float:
    """Return the direction of the longer side of the smallest box, or of the side nearer to east."""
    box: Any = piece.minimum_rotated_rectangle
    corners = list(box.exterior.coords)
    sides = [
        (np.hypot(b[0] - a[0], b[1] - a[1]), atan2(b[1] - a[1], b[0] - a[0]))
        for a, b in pairwise(corners[:3])
    ]
    if longest:
        return float(max(sides)[1])
    # Blocks of flats face south: rows run along the side nearest to east-west.
    return min((_folded(angle) for _, angle in sides), key=abs)


def _folded(angle: float) -> float:
    return (angle + pi / 2) % pi - pi / 2


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    if isinstance(shape, Polygon):
        return [] if shape.is_empty else [shape]
    return list(shape.geoms) if isinstance(shape, MultiPolygon) else []


def _line_parts(shape: BaseGeometry) -> list[LineString]:
    parts = shapely.get_parts(shape)
    return [part for part in parts if isinstance(part, LineString) and part.length > 40]
