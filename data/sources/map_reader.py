"""Read GeoJSON and GeoPackage files without letting them read anything else.

GeoJSON is parsed as JSON and never handed to GDAL, which would follow a disguised VRT to any file of the
machine. GeoPackage is opened only when its first bytes say so.
"""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyogrio
import shapely
from shapely import MultiPolygon, Polygon
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from data.errors import RegisterError

LARGEST_BYTES: Final = 500 << 20
DEEPEST: Final = 60
SQLITE_MAGIC: Final = b"SQLite format 3\x00"
# Names under which files carry the identity of a feature, the most particular first.
IDENTITIES: Final = (
    "external_code",
    "code",
    "osm_way",
    "osm_id",
    "osm_relation",
    "id",
    "fid",
    "gid",
)


class MapFileRefused(RegisterError):
    """The file cannot be imported; nothing has changed."""

    code = "map_file"


@dataclass(frozen=True, slots=True)
class RawFeature:
    """One feature as it came: its place in the file, its identity or none, and its shape or why none."""

    index: int
    identity: str | None
    properties: dict[str, Any]
    shape: BaseGeometry | None
    fault: str | None = None

    @property
    def label(self) -> str:
        """What a report calls it."""
        return self.identity or f"feature {self.index + 1}"


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as read: its features and the coordinate system it says it is in."""

    features: Sequence[RawFeature]
    crs: str | None


def read_map_file(path: Path, layer: str | None = None) -> RawFile:
    """Read a file by its content, whatever its name says."""
    if str(path).startswith("/vsi") or not path.is_file():
        raise MapFileRefused(f"{path} is no file on this machine")
    size = path.stat().st_size
    if size == 0:
        raise MapFileRefused(f"{path.name} is empty")
    if size > LARGEST_BYTES:
        raise MapFileRefused(
            f"{path.name} has {size >> 20} MB: at most {LARGEST_BYTES >> 20} MB are read"
        )
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(SQLITE_MAGIC):
        return _read_geopackage(path, layer)
    if head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return _read_geojson(path)
    raise MapFileRefused(f"{path.name} is neither GeoJSON nor GeoPackage")


def _read_geopackage(path: Path, layer: str | None) -> RawFile:
    try:
        names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        chosen = _layer(path, names, layer)
        meta, _, shapes, columns = pyogrio.raw.read(path, layer=chosen)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise MapFileRefused(f"{path.name} cannot be read as GeoPackage: {error}") from error
    fields = [str(name) for name in meta["fields"]]
    rows = zip(*columns, strict=True) if fields else iter([()] * len(shapes))
    features = []
    for index, (raw, row) in enumerate(zip(shapes, rows, strict=True)):
        properties = dict(zip(fields, (_plain(value) for value in row), strict=True))
        shape, fault = _from_wkb(raw)
        features.append(RawFeature(index, _identity(properties, None), properties, shape, fault))
    return RawFile(features, meta["crs"])


def _from_wkb(raw: bytes | None) -> tuple[BaseGeometry | None, str | None]:
    if raw is None:
        return None, "it has no geometry"
    try:
        return shapely.from_wkb(raw), None
    except ShapelyError as error:
        return None, str(error).splitlines()[0]


def _layer(path: Path, names: list[str], asked: str | None) -> str:
    if asked is not None:
        if asked not in names:
            raise MapFileRefused(f"{path.name} has no layer {asked!r}: it has {', '.join(names)}")
        return asked
    if len(names) == 1:
        return names[0]
    if "buildings" in names:
        return "buildings"
    raise MapFileRefused(f"{path.name} has layers {', '.join(names)}: choose one with --layer")


def _read_geojson(path: Path) -> RawFile:
    raw = path.read_bytes()
    body = _parsed(path, raw)
    if not isinstance(body, dict) or body.get("type") != "FeatureCollection":
        kind = body.get("type") if isinstance(body, dict) else type(body).__name__
        raise MapFileRefused(f"{path.name} is a {kind}, not a FeatureCollection")
    features = body.get("features")
    if not isinstance(features, list):
        raise MapFileRefused(f"{path.name} has no list of features")
    return RawFile(list(_features(features)), _named_crs(body))


def _parsed(path: Path, raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise MapFileRefused(f"{path.name} is not UTF-8 at byte {error.start}") from error
    except RecursionError as error:
        raise MapFileRefused(f"{path.name} is nested too deeply") from error
    except ValueError as error:
        raise MapFileRefused(f"{path.name} is not JSON: {error}") from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no coordinate")


def _named_crs(body: dict[str, Any]) -> str | None:
    crs = body.get("crs")
    name = crs.get("properties", {}).get("name") if isinstance(crs, dict) else None
    return str(name) if name else None


def _features(features: list[Any]) -> Iterator[RawFeature]:
    for index, feature in enumerate(features):
        if not isinstance(feature, dict):
            yield RawFeature(index, None, {}, None, "it is no feature")
            continue
        given = feature.get("properties")
        properties = given if isinstance(given, dict) else {}
        try:
            shape, fault = _shape(feature.get("geometry"), 0), None
        except ValueError as error:
            shape, fault = None, str(error)
        yield RawFeature(index, _identity(properties, feature.get("id")), properties, shape, fault)


def _shape(geometry: Any, depth: int) -> BaseGeometry:
    if not isinstance(geometry, dict):
        raise ValueError("it has no geometry")
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "Polygon":
        return _polygon(coordinates)
    if kind == "MultiPolygon":
        return MultiPolygon([_polygon(part) for part in _list(coordinates)])
    if kind == "GeometryCollection":
        return _from_collection(geometry.get("geometries"), depth)
    raise ValueError(f"its geometry is a {str(kind)[:40]}, not an area")


def _from_collection(parts: Any, depth: int) -> BaseGeometry:
    if depth > DEEPEST:
        raise ValueError("its geometry is nested too deeply")
    shapes = [_shape(part, depth + 1) for part in _list(parts)]
    polygons = [p for shape in shapes for p in shapely.get_parts(shape)]
    return MultiPolygon(polygons)


def _polygon(rings: Any) -> Polygon:
    given = [_ring(ring) for ring in _list(rings)]
    if not given:
        raise ValueError("its polygon has no ring")
    return Polygon(given[0], given[1:])


def _ring(points: Any) -> list[tuple[float, float]]:
    ring = [_point(point) for point in _list(points)]
    if len(set(ring)) < 3:
        raise ValueError(f"a ring of {len(set(ring))} points encloses nothing")
    return ring if ring[0] == ring[-1] else [*ring, ring[0]]


def _point(point: Any) -> tuple[float, float]:
    if not isinstance(point, list) or len(point) < 2:
        raise ValueError("a coordinate is no pair of numbers")
    x, y = point[0], point[1]
    if any(isinstance(value, bool) or not isinstance(value, int | float) for value in (x, y)):
        raise ValueError(f"a coordinate is not a number: {str(point[:2])[:60]}")
    if not (math.isfinite(x) and math.isfinite(y)):
        raise ValueError("a coordinate is not finite")
    return float(x), float(y)


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("its coordinates are no list")
    return value


def _identity(properties: dict[str, Any], feature_id: Any) -> str | None:
    for name in IDENTITIES:
        value = _plain(properties.get(name))
        if value not in (None, ""):
            return str(value)[:100]
    return str(feature_id)[:100] if feature_id not in (None, "") else None


def _plain(value: Any) -> Any:
    """Return a value of numpy or GDAL as plain Python; whole floats as integers, NaN as None."""
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return int(value) if value.is_integer() else value
    return value
