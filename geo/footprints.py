"""Footprints as immutable binary tiles, each named by the hash of its content.

A tile covers one z14 Web-Mercator tile. Little endian, in this order:

    u32 n, u32 rings, u32 vertices, u32 0
    ord        u32[n]            index of the building in the map's status arrays
    ring_count u8[n]             rings of each building, padded to 4 bytes
    ring_size  u16[rings]        vertices of each ring, padded to 4 bytes
    xy         i16[2 * vertices] tile units, 16384 a tile edge, y down

Rings are drawn even-odd, so holes and the parts of a multipolygon are simply more rings. A building lies
in every tile that its box touches or that a badge at its corner reaches; what reaches further than one
tile around is clipped.
"""

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely

ZOOM: Final = 14
EXTENT: Final = 16384
MAX_RINGS: Final = 255
MAX_RING_VERTICES: Final = 65_535
LIMIT: Final = 32_767  # of an i16
PACKED_LEVEL: Final = 6
BADGE_REACH: Final = 8 / 512  # of a tile: a badge's 8 px at z15, where badges begin
SIMPLIFY_UNITS: Final = 1.0  # 0.15 m at 31 degrees north: below what a screen can show

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Shapes = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class TileSet:
    """Packed tiles: gzipped bodies by hash, the hash of each "x_y", and its buildings in order."""

    bodies: dict[str, bytes]
    names: dict[str, str]
    members: dict[str, Ints]


def pack_tiles(ords: npt.ArrayLike, shapes: npt.ArrayLike) -> TileSet:
    """Pack footprints (shapely polygons or multipolygons, EPSG:4490 or 4326 degrees) into tiles.

    The same footprints give the same bytes, so that one new building changes only the tiles it touches.
    Raises ValueError for an empty or non-areal footprint, naming its ord.
    """
    numbers, outlines = np.asarray(ords, dtype=np.int64), np.asarray(shapes, dtype=object)
    if not len(numbers):
        return TileSet({}, {}, {})
    _require_areas(numbers, outlines)
    world = _to_tile_plane(outlines)
    bodies: dict[str, bytes] = {}
    names: dict[str, str] = {}
    members: dict[str, Ints] = {}
    for (x, y), rows in _rows_by_tile(world).items():
        order = rows[np.argsort(numbers[rows], kind="stable")]
        raw = _pack_tile(x, y, numbers[order], world[order])
        digest = content_hash(raw)
        bodies[digest] = gzip.compress(raw, PACKED_LEVEL, mtime=0)
        names[f"{x}_{y}"], members[f"{x}_{y}"] = digest, numbers[order]
    return TileSet(bodies, names, members)


def pack_names(rows: Sequence[tuple[str, str]]) -> tuple[str, bytes]:
    """Return hash and gzipped JSON [[code, label], ...] of a tile's buildings, in the tile's order."""
    raw = json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()
    return content_hash(raw), gzip.compress(raw, PACKED_LEVEL, mtime=0)


def content_hash(raw: bytes) -> str:
    """Return the name of immutable bytes: the first 64 bits of their SHA-256, hexadecimal."""
    return hashlib.sha256(raw).hexdigest()[:16]


def _require_areas(ords: Ints, shapes: Shapes) -> None:
    kinds = shapely.get_type_id(shapes)
    bad = ~np.isin(kinds, (3, 6)) | shapely.is_empty(shapes)
    if bad.any():
        raise ValueError(f"building {ords[bad][0]} has no area to draw")


def _to_tile_plane(shapes: Shapes) -> Shapes:
    """Return the shapes in z14 tile numbers: x east, y south, one unit a tile."""
    return np.asarray(shapely.transform(shapely.force_2d(shapes), _tile_numbers), dtype=object)


def _tile_numbers(lonlat: Floats) -> Floats:
    latitude = np.radians(lonlat[:, 1])
    x = (lonlat[:, 0] + 180) / 360
    y = 0.5 - np.log(np.tan(np.pi / 4 + latitude / 2)) / (2 * np.pi)
    return np.column_stack([x, y]) * 2**ZOOM


def _rows_by_tile(world: Shapes) -> dict[tuple[int, int], Ints]:
    reach = np.array([-BADGE_REACH, -BADGE_REACH, BADGE_REACH, BADGE_REACH])
    first = np.floor(shapely.bounds(world) + reach).astype(np.int64)
    rows: list[Ints] = []
    cells: list[Ints] = []
    spans = first[:, 2:] - first[:, :2]
    for dx in range(int(spans[:, 0].max(initial=0)) + 1):
        for dy in range(int(spans[:, 1].max(initial=0)) + 1):
            inside = np.flatnonzero((spans[:, 0] >= dx) & (spans[:, 1] >= dy))
            rows.append(inside)
            cells.append(first[inside, :2] + (dx, dy))
    row, cell = np.concatenate(rows), np.concatenate(cells)
    tiles, member = np.unique(cell, axis=0, return_inverse=True)
    order = np.argsort(member.ravel(), kind="stable")
    starts = np.searchsorted(member.ravel()[order], np.arange(1, len(tiles)))
    parts = np.split(row[order], starts)
    return {(int(x), int(y)): part for (x, y), part in zip(tiles, parts, strict=True)}


def _pack_tile(x: int, y: int, ords: Ints, world: Shapes) -> bytes:
    shapes = _clipped(world, x, y)
    rings, owner = _rings(shapes)
    counts = np.bincount(owner, minlength=len(ords))
    coordinates, ring_of = shapely.get_coordinates(rings, return_index=True)
    # Each ring repeats its first vertex at the end; a path closes itself.
    last = np.append(ring_of[1:] != ring_of[:-1], True)
    units = np.rint((coordinates[~last] - (x, y)) * EXTENT).astype("<i2")
    sizes = np.bincount(ring_of[~last], minlength=len(rings))
    head = np.array([len(ords), len(rings), len(units), 0], dtype="<u4")
    return b"".join(
        (
            head.tobytes(),
            ords.astype("<u4").tobytes(),
            _padded(counts.astype("<u1").tobytes()),
            _padded(sizes.astype("<u2").tobytes()),
            units.tobytes(),
        )
    )


def _clipped(world: Shapes, x: int, y: int) -> Shapes:
    """Cut what an i16 cannot hold, thin out what has more rings or vertices than a tile counts."""
    reach = 0.999 * LIMIT / EXTENT
    bounds = shapely.bounds(world) - (x, y, x, y)
    shapes = world.copy()
    for row in np.flatnonzero((bounds[:, :2] < -reach + 1).any(1) | (bounds[:, 2:] > reach).any(1)):
        clipped = shapely.clip_by_rect(
            world[row], x - reach + 1, y - reach + 1, x + reach, y + reach
        )
        shapes[row] = _areas_only(clipped)
    vertices = shapely.get_num_coordinates(shapes)
    for row in np.flatnonzero(vertices > MAX_RING_VERTICES):
        shapes[row] = shapely.simplify(shapes[row], SIMPLIFY_UNITS / EXTENT)
    return shapes


def _areas_only(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    whole: shapely.Geometry = shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])
    return whole


def _rings(shapes: Shapes) -> tuple[Shapes, Ints]:
    """Return all rings with the row of their building; the largest parts when there are too many."""
    parts, of_shape = shapely.get_parts(shapes, return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    owner = of_shape[of_part]
    counts = np.bincount(owner, minlength=len(shapes))
    if not (counts > MAX_RINGS).any():
        return rings, owner
    area = shapely.area(shapely.polygons(rings))
    order = np.lexsort((-area, owner))
    rank = np.arange(len(order)) - np.searchsorted(owner[order], owner[order])
    kept = np.sort(order[rank < MAX_RINGS])
    return rings[kept], owner[kept]


def _padded(raw: bytes) -> bytes:
    return raw + b"\0" * (-len(raw) % 4)
