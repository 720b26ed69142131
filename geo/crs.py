"""The only place where coordinates change.

Stored and sent: EPSG:4490 (CGCS2000) degrees, longitude first. Measured: metres in the CGCS2000 3-degree
zone of the longitude, outside China in the UTM zone. Imports may also come in EPSG codes, in GCJ-02 (the
offset of Chinese web maps) or in BD-09 (Baidu's on top of it); both are undone by iteration.
"""

from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError
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

Points = npt.NDArray[np.float64]


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


def to_stored(shapes: Any, source: str | int) -> Any:
    """Return shapes given in `source` (EPSG code, "GCJ-02", "BD-09") as EPSG:4490 degrees.

    Raises UnknownCrsError for a name it does not know. WGS 84 and CGCS2000 differ by centimetres and are
    taken as one.
    """
    name = str(source).strip().upper().replace("GCJ02", GCJ02).replace("BD09", BD09)
    if name == GCJ02:
        return shapely.transform(shapes, gcj02_to_wgs84)
    if name == BD09:
        return shapely.transform(shapes, bd09_to_wgs84)
    code = epsg_code(name)
    return shapes if code in (STORED, 4326) else _through(shapes, _transformer(code, STORED))


def epsg_code(name: str) -> int:
    """Return the EPSG code a name stands for; UnknownCrsError when none does."""
    try:
        code = CRS.from_user_input(name if not name.isdigit() else int(name)).to_epsg()
    except CRSError as error:
        raise UnknownCrsError(
            f"unknown coordinate system {name!r}: give EPSG:4326, GCJ-02, BD-09 ..."
        ) from error
    if code is None:
        raise UnknownCrsError(f"the coordinate system {name!r} has no EPSG code")
    return int(code)


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


def gcj02_shift_m(longitude: float, latitude: float) -> tuple[float, float]:
    """Return how far GCJ-02 moves a point, east and north in metres (425 and -223 at 121.49, 31.18)."""
    here = np.array([[longitude, latitude]])
    moved = np.concatenate([here, wgs84_to_gcj02(here)])
    code = metres_code(longitude, latitude)
    x, y = _transformer(STORED, code).transform(moved[:, 0], moved[:, 1])
    return float(x[1] - x[0]), float(y[1] - y[0])


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
