"""The only place where coordinates change.

Stored and sent: EPSG:4490 (CGCS2000) degrees, longitude first. Measured: metres in the CGCS2000 3-degree
zone of the longitude, outside China in the UTM zone. Imports may also come in EPSG codes, in GCJ-02 (the
offset of Chinese web maps) or in BD-09 (Baidu's on top of it); both are undone by iteration.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

STORED: Final = 4490
GCJ02: Final = "GCJ-02"
BD09: Final = "BD-09"
# CGCS2000 / 3-degree Gauss-Kruger CM 75E is EPSG:4534; one code a zone to CM 135E.
FIRST_ZONE: Final = 4534
FIRST_MERIDIAN: Final = 75
LAST_MERIDIAN: Final = 135
CHINA: Final = (72.004, 0.8293, 137.8347, 55.8271)  # the box outside which GCJ-02 adds no offset
# Krasovsky 1940, on which the published GCJ-02 formula is built.
KRASOVSKY_A: Final = 6_378_245.0
KRASOVSKY_E2: Final = 0.00669342162296594323
BD_PI: Final = np.pi * 3000.0 / 180.0
ITERATIONS: Final = 12
METRES_A_DEGREE: Final = 111_320.0
WORST_SHIFT_M: Final = 5.0
_WGS84: Final = CRS.from_epsg(4326)
_CGCS2000: Final = CRS.from_epsg(STORED)

Points = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]
OFFERED: Final = "EPSG:4326, EPSG:4549, GCJ-02, BD-09 ..."
EPSG_NAME: Final = re.compile(
    r"(?:EPSG:|urn:ogc:def:crs:EPSG:[\d.]*:|https?://www\.opengis\.net/def/crs/EPSG/[\d.]+/)?(\d{4,6})",
    re.IGNORECASE,
)
CRS84_NAME: Final = re.compile(r"(?:urn:ogc:def:crs:)?OGC:(?:[\d.]*:)?CRS84", re.IGNORECASE)


class UnknownCrsError(ValueError):
    """The name of a coordinate system says nothing to us."""


def metres_code(longitude: float, latitude: float) -> int:
    """Return the EPSG code to measure in: the CGCS2000 3-degree zone, or UTM outside China."""
    if is_in_china(longitude, latitude):
        meridian = int(np.clip(round(longitude / 3) * 3, FIRST_MERIDIAN, LAST_MERIDIAN))
        return FIRST_ZONE + (meridian - FIRST_MERIDIAN) // 3
    zone = int((longitude + 180) // 6) % 60 + 1
    return (32600 if latitude >= 0 else 32700) + zone


def is_in_china(longitude: float, latitude: float) -> bool:
    """Tell whether a point lies in the box within which GCJ-02 is offset."""
    west, south, east, north = CHINA
    return west <= longitude <= east and south <= latitude <= north


def to_metres(shapes: Any, code: int) -> Any:
    """Return shapes (one or an array, EPSG:4490 degrees) in the metres of `code`."""
    return _through(shapes, _transformer(STORED, code))


def to_degrees(shapes: Any, code: int) -> Any:
    """Return shapes in the metres of `code` as EPSG:4490 degrees."""
    return _through(shapes, _transformer(code, STORED))


@dataclass(frozen=True, slots=True)
class SourceCrs:
    """A system in which coordinates may come: one that pyproj knows, or an offset of Chinese maps."""

    name: str
    system: CRS | None = None
    undo: Callable[[Points], Points] | None = None

    @property
    def in_degrees(self) -> bool:
        """Tell whether its coordinates are degrees, longitude first."""
        return self.system is None or bool(self.system.is_geographic)

    @property
    def used_within(self) -> Box | None:
        """Return the box of degrees in which the system means anything; None when that is not known."""
        if self.system is None:
            return CHINA
        area = self.system.area_of_use
        return None if area is None else (area.west, area.south, area.east, area.north)


def source_crs(name: str) -> SourceCrs:
    """Return the system a name stands for: EPSG code or its URN, CRS84, GCJ-02, BD-09.

    Raises UnknownCrsError. Strings of PROJ and paths are unknown names: they could name files.
    """
    given = name.strip()
    offset = OFFSETS.get(re.sub("[-_ ]", "", given.upper()))
    if offset is not None:
        return offset
    if CRS84_NAME.fullmatch(given):
        return SourceCrs("EPSG:4326", _WGS84)
    found = EPSG_NAME.fullmatch(given)
    if found is None:
        raise UnknownCrsError(f"unknown coordinate system {given[:60]!r}: give {OFFERED}")
    try:
        system = CRS.from_epsg(int(found[1]))
    except CRSError as error:
        raise UnknownCrsError(f"there is no EPSG:{found[1]}: give {OFFERED}") from error
    return SourceCrs(f"EPSG:{found[1]}", _flat(system))


def crs_of_wkt(definition: str) -> SourceCrs:
    """Return the system that the WKT in a file defines, with or without a code. UnknownCrsError."""
    try:
        system = _flat(CRS.from_wkt(definition))
    except CRSError as error:
        raise UnknownCrsError("its coordinate system cannot be understood") from error
    return SourceCrs(str(system.name)[:60], system)


def _flat(system: CRS) -> CRS:
    """Return the horizontal part; refuse what does not place a thing on the ground by two numbers."""
    part = (system.source_crs if system.is_bound else None) or system
    if part.is_compound:
        part = part.sub_crs_list[0]
    if not (part.is_projected or part.is_geographic):
        raise UnknownCrsError(f"{system.name[:60]} is no system of a map: give {OFFERED}")
    return part


def to_stored(shapes: Any, source: SourceCrs) -> Any:
    """Return shapes given in `source` as EPSG:4490 degrees; what cannot be converted is infinite there.

    WGS 84 and CGCS2000 differ by centimetres and are taken as one. Raises UnknownCrsError for a datum
    whose shift to them is not known to 5 m (Beijing 1954, Xian 1980): it would be a guess of 100 m.
    """
    if source.undo is not None:
        return shapely.transform(shapes, source.undo)
    system = source.system
    if system is None or system.equals(_WGS84) or system.equals(_CGCS2000):
        return shapes
    return _through(shapes, _exact(source.name, system))


def _exact(name: str, system: CRS) -> Transformer:
    for target in (_CGCS2000, _WGS84):
        with suppress(ProjError):
            found = Transformer.from_crs(system, target, always_xy=True, allow_ballpark=False)
            if 0 <= found.accuracy <= WORST_SHIFT_M:
                return found
    raise UnknownCrsError(
        f"no exact shift from {name} ({_datum(system)}) to CGCS2000 is known: "
        "convert the file with the surveyors' parameters first"
    )


def _datum(system: CRS) -> str:
    return str(system.datum.name if system.datum is not None else "an unknown datum")


@lru_cache(maxsize=32)
def _transformer(source: int, target: int) -> Transformer:
    return Transformer.from_crs(source, target, always_xy=True)


def _through(shapes: Any, transformer: Transformer) -> Any:
    def move(points: Points) -> Points:
        return np.column_stack(transformer.transform(points[:, 0], points[:, 1]))

    return shapely.transform(shapes, move)


def wgs84_to_gcj02(points: Points) -> Points:
    """Offset points (n x 2 degrees) as Chinese web maps do; outside China they stay."""
    west, south, east, north = CHINA
    inside = (
        (points[:, 0] >= west)
        & (points[:, 0] <= east)
        & (points[:, 1] >= south)
        & (points[:, 1] <= north)
    )
    return points + _offset(points) * inside[:, None]


def gcj02_to_wgs84(points: Points) -> Points:
    """Undo the GCJ-02 offset by iteration; the round trip closes within millimetres."""
    return _inverse(points, wgs84_to_gcj02)


def wgs84_to_bd09(points: Points) -> Points:
    """Offset points as Baidu does: GCJ-02, then a second twist."""
    return _twist(wgs84_to_gcj02(points))


def bd09_to_wgs84(points: Points) -> Points:
    """Undo both of Baidu's offsets by iteration."""
    return _inverse(points, wgs84_to_bd09)


def offset_m(origin: Points, point: Points) -> tuple[float, float]:
    """Return how far a point lies from an origin, both in degrees: east and north in metres."""
    both = np.array([origin, point])
    x, y = _transformer(STORED, metres_code(*origin)).transform(both[:, 0], both[:, 1])
    return float(x[1] - x[0]), float(y[1] - y[0])


def rough_area_m2(shapes: Any) -> npt.NDArray[np.float64]:
    """Return the areas of shapes in degrees as if the earth were a ball: to tell a house from a town."""
    bounds = shapely.bounds(shapes)
    latitude = np.radians((bounds[..., 1] + bounds[..., 3]) / 2)
    return np.asarray(shapely.area(shapes) * METRES_A_DEGREE**2 * np.cos(latitude))


OFFSETS: Final = {
    "GCJ02": SourceCrs(GCJ02, undo=gcj02_to_wgs84),
    "BD09": SourceCrs(BD09, undo=bd09_to_wgs84),
}


def _inverse(points: Points, forward: Any) -> Points:
    guess = points.copy()
    for _ in range(ITERATIONS):
        guess = guess + (points - forward(guess))
    return guess


def _offset(points: Points) -> Points:
    x, y = points[:, 0] - 105.0, points[:, 1] - 35.0
    radians = np.radians(points[:, 1])
    magic = 1 - KRASOVSKY_E2 * np.sin(radians) ** 2
    east = _wave_x(x, y) * 180 / (KRASOVSKY_A / np.sqrt(magic) * np.cos(radians) * np.pi)
    meridian = KRASOVSKY_A * (1 - KRASOVSKY_E2) / (magic * np.sqrt(magic))
    north = _wave_y(x, y) * 180 / (meridian * np.pi)
    return np.column_stack([east, north])


def _wave_x(x: Points, y: Points) -> Points:
    wave = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * np.sqrt(np.abs(x))
    wave = wave + _ripple(x)
    wave = wave + (20 * np.sin(x * np.pi) + 40 * np.sin(x / 3 * np.pi)) * 2 / 3
    return np.asarray(wave + (150 * np.sin(x / 12 * np.pi) + 300 * np.sin(x / 30 * np.pi)) * 2 / 3)


def _wave_y(x: Points, y: Points) -> Points:
    wave = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * np.sqrt(np.abs(x))
    wave = wave + _ripple(x)
    wave = wave + (20 * np.sin(y * np.pi) + 40 * np.sin(y / 3 * np.pi)) * 2 / 3
    return np.asarray(wave + (160 * np.sin(y / 12 * np.pi) + 320 * np.sin(y * np.pi / 30)) * 2 / 3)


def _ripple(x: Points) -> Points:
    return np.asarray((20 * np.sin(6 * x * np.pi) + 20 * np.sin(2 * x * np.pi)) * 2 / 3)


def _twist(points: Points) -> Points:
    x, y = points[:, 0], points[:, 1]
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * BD_PI)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * BD_PI)
    return np.column_stack([radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006])


def degrees_centre(shape: BaseGeometry) -> tuple[float, float]:
    """Return longitude and latitude of the middle of a shape's box."""
    west, south, east, north = shape.bounds
    return (west + east) / 2, (south + north) / 2
