"""Read GeoPackage with SQLite alone: plain tables, no view, no virtual table, no function, within limits.

GDAL would run whatever a view in the file says, for ever if it likes. Here the file is opened read-only
and taken as unchanging, an authorizer allows nothing but reading columns, and a clock ends what is slow.
"""

import sqlite3
import struct
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from shapely import GeometryCollection, MultiPolygon, Polygon
from shapely.errors import ShapelyError
from shapely.geometry.base import BaseGeometry

from data.sources.map_features import READ, MapFileRefused, RawFeature, RawFile, read_texts
from geo.cleaning import Fault
from geo.crs import SourceCrs, UnknownCrsError, crs_of_wkt, source_crs

READ_S: Final = 60.0
STEPS_BETWEEN_LOOKS: Final = 10_000
LARGEST_VALUE: Final = 64 << 20
# OGC 12-128r18, 2.1.3: magic, version, flags, srs_id, envelope of 0, 32, 48, 48 or 64 bytes, then WKB.
MAGIC: Final = b"GP"
HEADER: Final = struct.Struct("<2sBBi")
ENVELOPE_BYTES: Final = (0, 32, 48, 48, 64)
EXTENDED, EMPTY = 0x20, 0x10
UNDEFINED: Final = (-1, 0)
ALLOWED: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_PRAGMA, sqlite3.SQLITE_FUNCTION}
)
PRAGMAS: Final = frozenset({"table_xinfo", "trusted_schema", "cell_size_check"})
FUNCTIONS: Final = frozenset({"lower"})

LAYERS: Final = """
    SELECT c.table_name, g.column_name, g.srs_id
    FROM gpkg_contents c JOIN gpkg_geometry_columns g ON lower(g.table_name) = lower(c.table_name)
    WHERE c.data_type = 'features' ORDER BY c.rowid"""
OWN_TABLES: Final = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")

Row = tuple[Any, ...]


def read_geopackage(path: Path, layer: str | None, usual: str) -> RawFile:
    """Return the features of a layer: the one asked for, the only one, or the one called `usual`."""
    _require_at_rest(path)
    try:
        with closing(_opened(path)) as file:
            _require_plain(file, path, *OWN_TABLES)
            name, column, srs_id = _chosen(path, file.execute(LAYERS).fetchall(), layer, usual)
            _require_plain(file, path, name)
            crs, fault = _crs(file, srs_id)
            columns = _columns(file, path, name, column)
            features = list(_features(file, name, column, columns))
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise MapFileRefused(_unreadable(path, error)) from error
    return RawFile(features, crs, name, fault, frozenset(columns))


def _require_at_rest(path: Path) -> None:
    for ending in ("-wal", "-journal"):
        beside = path.with_name(path.name + ending)
        if beside.is_file() and beside.stat().st_size:
            raise MapFileRefused(
                f"{path.name} is open in another program ({beside.name} lies beside it): "
                "close it there first"
            )


def _opened(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    file.text_factory = lambda raw: raw.decode("utf8", "replace")
    file.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
    until = time.monotonic() + READ_S
    file.set_progress_handler(lambda: time.monotonic() > until, STEPS_BETWEEN_LOOKS)
    file.execute("PRAGMA trusted_schema = OFF")
    file.execute("PRAGMA cell_size_check = ON")
    file.set_authorizer(_verdict)
    return file


def _verdict(action: int, first: str | None, second: str | None, *_: str | None) -> int:
    if action not in ALLOWED:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_PRAGMA and first not in PRAGMAS:
        return sqlite3.SQLITE_DENY
    if action == sqlite3.SQLITE_FUNCTION and second not in FUNCTIONS:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _unreadable(path: Path, error: Exception) -> str:
    if isinstance(error, sqlite3.OperationalError) and "interrupted" in str(error):
        return f"{path.name} takes more than {READ_S:.0f} s to read: split it"
    why = "its names are no text" if isinstance(error, UnicodeDecodeError) else error
    return f"{path.name} cannot be read as GeoPackage: {why}"


def _require_plain(file: sqlite3.Connection, path: Path, *names: str) -> None:
    """Refuse a view or virtual table under these names: what it reads is not in the file's hands."""
    for name in names:
        found = file.execute(
            "SELECT type, sql FROM sqlite_master WHERE lower(name) = lower(?)"
            " AND type IN ('table', 'view')",
            (name,),
        ).fetchall()
        if not found:
            raise MapFileRefused(f"{path.name} is no GeoPackage: it has no table {name}")
        (kind, sql), *_ = found
        if kind != "table" or str(sql).upper().lstrip().startswith("CREATE VIRTUAL"):
            raise MapFileRefused(
                f"{path.name}: {name} is no plain table but a program (a view): "
                "export its rows to a new GeoPackage"
            )


def _chosen(
    path: Path, layers: Sequence[Row], asked: str | None, usual: str
) -> tuple[str, str, int]:
    names = [str(name) for name, *_ in layers]
    if not names:
        raise MapFileRefused(f"{path.name} holds no layer of features")
    wanted = asked or (names[0] if len(names) == 1 else usual)
    for name, column, srs_id in layers:
        if name == wanted:
            return str(name), str(column), srs_id if isinstance(srs_id, int) else UNDEFINED[0]
    listed = ", ".join(names)
    if asked is not None:
        raise MapFileRefused(f"{path.name} has no layer {asked!r}: it has {listed}")
    raise MapFileRefused(f"{path.name} has the layers {listed}: choose one with --layer")


def _crs(file: sqlite3.Connection, srs_id: int) -> tuple[SourceCrs | None, str]:
    """Return the layer's system, or None and what is wrong with what the file says about it."""
    if srs_id in UNDEFINED:
        return None, "the layer names no coordinate system"
    row = file.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys"
        " WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if row is None:
        return None, f"the layer names a coordinate system ({srs_id}) that the file does not define"
    organization, number, definition = row
    try:
        if str(organization).upper() == "EPSG":
            return source_crs(f"EPSG:{number}"), ""
        return crs_of_wkt(str(definition)), ""
    except UnknownCrsError as error:
        return None, str(error)


def _columns(file: sqlite3.Connection, path: Path, table: str, geometry: str) -> list[str]:
    """Return the columns to read: known by name, stored as they are, not the file's own row number."""
    found = file.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchall()
    stored = {str(name): bool(key) for _, name, _, _, _, key, hidden in found if not hidden}
    if geometry not in stored:
        raise MapFileRefused(f"{path.name}: {table} has no column {geometry} of its own")
    return [name for name, is_key in stored.items() if name in READ and not is_key]


def _features(
    file: sqlite3.Connection, table: str, geometry: str, columns: Sequence[str]
) -> Iterator[RawFeature]:
    listed = ", ".join(_quoted(name) for name in (geometry, *columns))
    rows = file.execute(f"SELECT {listed} FROM {_quoted(table)}")
    for row, (raw, *values) in enumerate(rows, start=1):
        texts = read_texts(dict(zip(columns, values, strict=True)))
        try:
            shape, flaws = _area(_shape(raw))
        except ValueError as error:
            yield RawFeature(row, texts, None, str(error))
        else:
            yield RawFeature(row, texts, shape, None, flaws)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _shape(raw: Any) -> BaseGeometry:
    """Return the shape behind a GeoPackage's header; ValueError says what is there instead."""
    if raw is None:
        raise ValueError("it has no geometry")
    if not isinstance(raw, bytes) or len(raw) < HEADER.size or not raw.startswith(MAGIC):
        raise ValueError("its geometry is not stored as a GeoPackage does")
    flags = raw[3]
    envelope = flags >> 1 & 7
    if flags & EMPTY:
        raise ValueError("its geometry is empty")
    if flags & EXTENDED or envelope >= len(ENVELOPE_BYTES):
        raise ValueError("its geometry is of a kind that is not read")
    try:
        with np.errstate(invalid="ignore"):  # what is no number is found later, by name
            return shapely.from_wkb(raw[HEADER.size + ENVELOPE_BYTES[envelope] :])
    except ShapelyError as error:
        raise ValueError("its geometry cannot be read") from error


def _area(shape: BaseGeometry) -> tuple[BaseGeometry, frozenset[Fault]]:
    """Return the areas of a shape and what was dropped with them; ValueError when there are none."""
    flaws = {Fault.RAISED} if shapely.has_z(shape) or shapely.has_m(shape) else set()
    if isinstance(shape, Polygon | MultiPolygon):
        return shape, frozenset(flaws)
    parts: Any = shapely.get_parts(shape) if isinstance(shape, GeometryCollection) else []
    polygons = [part for part in parts if isinstance(part, Polygon)]
    if not polygons:
        raise ValueError(f"its geometry is a {shape.geom_type}, not an area")
    return MultiPolygon(polygons), frozenset(
        flaws | {Fault.MIXED} if len(polygons) < len(parts) else flaws
    )
