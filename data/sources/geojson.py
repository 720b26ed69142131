"""Read GeoJSON as JSON alone, never through GDAL, which would follow a disguised VRT to any file.

Each geometry becomes a shape as soon as it is parsed, so that a file's coordinates are never all lists at
once.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from data.sources.map_features import (
    LONGEST_CODE,
    MapFileRefused,
    RawFeature,
    RawFile,
    plain_text,
    read_texts,
)
from geo.cleaning import LARGEST_COORDINATE, Fault
from geo.crs import UnknownCrsError, source_crs

LARGEST_BYTES: Final = 200 << 20
DEEPEST: Final = 60
KINDS: Final = frozenset(
    {
        "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
        "GeometryCollection",
    }
)  # fmt: skip
AREAS: Final = frozenset({"Polygon", "MultiPolygon", "GeometryCollection"})
LONGEST_INTEGER: Final = 20


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A geometry as soon as it is parsed: its polygons, or why there are none."""

    kind: str
    polygons: tuple[Polygon, ...] = ()
    fault: str | None = None
    flaws: frozenset[Fault] = frozenset()
    depth: int = 0

    @property
    def shape(self) -> BaseGeometry | None:
        """The polygons as one shape."""
        if not self.polygons:
            return None
        return self.polygons[0] if len(self.polygons) == 1 else MultiPolygon(self.polygons)


def read_geojson(path: Path) -> RawFile:
    """Return the features of a FeatureCollection; a broken one is a feature with a fault."""
    size = path.stat().st_size
    if size > LARGEST_BYTES:
        raise MapFileRefused(
            f"{path.name} has {size >> 20} MB: GeoJSON is read up to {LARGEST_BYTES >> 20} MB, "
            "save it as GeoPackage"
        )
    body = _parsed(path)
    kind = body.get("type") if isinstance(body, dict) else getattr(body, "kind", None)
    if not isinstance(body, dict) or kind != "FeatureCollection":
        raise MapFileRefused(
            f"{path.name} is no FeatureCollection but {_called(kind or body)}: export it as one"
        )
    features = body.get("features")
    if not isinstance(features, list):
        raise MapFileRefused(f"{path.name} has no list of features")
    return _file(body, list(_features(features)))


def _called(kind: Any) -> str:
    return f"{plain_text(kind)[:40]!r}" if isinstance(kind, str) else f"a {type(kind).__name__}"


def _parsed(path: Path) -> Any:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return json.loads(text, object_hook=_geometry, parse_int=_integer)
    except UnicodeDecodeError as error:
        raise MapFileRefused(
            f"{path.name} is not UTF-8 at byte {error.start}: save it as UTF-8"
        ) from error
    except RecursionError as error:
        raise MapFileRefused(f"{path.name} is nested too deeply to be a map") from error
    except ValueError as error:
        raise MapFileRefused(f"{path.name} is not JSON: {error}") from error


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < LONGEST_INTEGER else float(digits)


def _file(body: dict[str, Any], features: list[RawFeature]) -> RawFile:
    columns = frozenset(name for feature in features for name in feature.properties)
    named = _named_crs(body.get("crs"))
    if named is None:
        return RawFile(features, source_crs("EPSG:4326"), columns=columns)  # RFC 7946, 4
    try:
        return RawFile(features, source_crs(named), columns=columns)
    except UnknownCrsError as error:
        return RawFile(features, None, crs_fault=str(error), columns=columns)


def _named_crs(crs: Any) -> str | None:
    """Return the name of the crs member of 2008's GeoJSON, which GDAL still writes."""
    if crs is None:
        return None
    properties = crs.get("properties") if isinstance(crs, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    return plain_text(name) if isinstance(name, str) else "without a name"


def _features(features: list[Any]) -> Iterator[RawFeature]:
    for row, feature in enumerate(features, start=1):
        if not isinstance(feature, dict):
            yield RawFeature(row, {}, None, "it is no feature")
            continue
        given = feature.get("properties")
        found = feature.get("geometry")
        parsed = found if isinstance(found, _Parsed) else _Parsed("", fault=_missing(found))
        yield RawFeature(
            row,
            read_texts(given) if isinstance(given, dict) else {},
            parsed.shape,
            parsed.fault,
            parsed.flaws,
            plain_text(feature.get("id"), LONGEST_CODE),
        )


def _missing(found: Any) -> str:
    if isinstance(found, dict) and isinstance(found.get("type"), str):
        return f"its geometry is of the kind {_called(found['type'])}, not an area"
    return "it has no geometry"


def _geometry(body: dict[str, Any]) -> Any:
    """Make a shape of a parsed object that is a geometry; leave every other object as it is."""
    kind = body.get("type")
    if not isinstance(kind, str) or kind not in KINDS:
        return body
    try:
        return _area(kind, body)
    except ValueError as error:
        return _Parsed(kind, fault=str(error))


def _area(kind: str, body: dict[str, Any]) -> _Parsed:
    if kind == "GeometryCollection":
        return _collection(body.get("geometries"))
    if kind == "Polygon":
        return _areas(kind, [body.get("coordinates")])
    if kind == "MultiPolygon":
        return _areas(kind, _list(body.get("coordinates")))
    raise ValueError(f"its geometry is a {kind}, not an area")


def _collection(parts: Any) -> _Parsed:
    """Return the areas of a collection; the points and lines in it are dropped and that is said."""
    found = [part for part in _list(parts) if isinstance(part, _Parsed)]
    depth = 1 + max((part.depth for part in found), default=0)
    if depth > DEEPEST:
        raise ValueError("its geometry is nested too deeply")
    areas = [part for part in found if part.kind in AREAS]
    fault = next((part.fault for part in areas if part.fault), None)
    if fault or not areas:
        raise ValueError(fault or "its collection holds no area")
    return _Parsed(
        "GeometryCollection",
        tuple(polygon for part in areas for polygon in part.polygons),
        flaws=_flaws(areas) | ({Fault.MIXED} if len(areas) < len(found) else set()),
        depth=depth,
    )


def _areas(kind: str, given: list[Any]) -> _Parsed:
    rings = [[_Ring(ring) for ring in _list(part)] for part in given]
    if not all(rings):
        raise ValueError("its polygon has no ring")
    polygons = tuple(
        Polygon(outer.points, [inner.points for inner in holes]) for outer, *holes in rings
    )
    return _Parsed(kind, polygons, flaws=_flaws([ring for part in rings for ring in part]))


def _flaws(parts: "Sequence[_Parsed] | Sequence[_Ring]") -> frozenset[Fault]:
    return frozenset(flaw for part in parts for flaw in part.flaws)


class _Ring:
    """A ring as a list of pairs, closed; ValueError says what it is instead."""

    def __init__(self, given: Any) -> None:
        points = _list(given)
        self.points = [_point(point) for point in points]
        if len(set(self.points)) < 3:
            raise ValueError(f"a ring of {len(set(self.points))} points encloses nothing")
        self.flaws: set[Fault] = set()
        if any(len(point) > 2 for point in points):
            self.flaws.add(Fault.RAISED)
        if self.points[0] != self.points[-1]:
            self.flaws.add(Fault.UNCLOSED)
            self.points.append(self.points[0])


def _point(point: Any) -> tuple[float, float]:
    if not isinstance(point, list) or len(point) < 2:
        raise ValueError("a coordinate is no pair of numbers")
    x, y = point[0], point[1]
    if not (_is_number(x) and _is_number(y)):
        raise ValueError(f"a coordinate is not a number: {plain_text(str(point[:2]))[:60]}")
    if not (abs(x) < LARGEST_COORDINATE and abs(y) < LARGEST_COORDINATE):  # NaN is not smaller, too
        raise ValueError(f"a coordinate is no number of a map: {x}, {y}")
    return float(x), float(y)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("its coordinates are no list")
    return value
