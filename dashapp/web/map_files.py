"""The immutable files of the map, in memory: tiles, names, outlines, each named by its content."""

import asyncio
import gzip
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy.orm import Session

from dashapp.web.threads import in_thread
from data.clock import read_clock
from data.queries.footprints import Footprints, Outline, footprints, outlines
from data.session import Store
from geo.footprints import ZOOM, TileSet, content_hash, pack_names, pack_tiles

Box = tuple[float, float, float, float]
DEGREE_DECIMALS: Final = 7  # a centimetre
TILE_SLACK: Final = 1e-9  # of a tile: a building on the edge belongs to both sides


@dataclass(frozen=True, slots=True)
class MapFiles:
    """Everything the map fetches once: gzipped bodies by hash, the manifest that names them."""

    version: int
    manifest: bytes
    tiles: dict[str, bytes] = field(repr=False)
    names: dict[str, bytes] = field(repr=False)
    layers: dict[str, bytes] = field(repr=False)
    layer_urls: dict[str, str]
    bounds: Box | None


class MapShelf:
    """Keeps the map files of the present footprints; packs anew when these have changed.

    The files before are kept one generation longer: a browser may hold a manifest that names them.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self._queue: asyncio.Lock | None = None
        self._packing = threading.Lock()
        self._files: MapFiles | None = None

    async def present(self) -> MapFiles:
        """Return the files of the present footprints; whoever comes while they are packed waits."""
        # Made on first use, in the loop that serves; waiting here holds up no worker thread.
        self._queue = self._queue or asyncio.Lock()
        async with self._queue:
            return await in_thread(self.refresh)

    def known(self) -> MapFiles:
        """Return the files as last packed; a page need not wait for the newest."""
        return self._files or self.refresh()

    def refresh(self) -> MapFiles:
        """Pack again if the footprints are newer than what is kept."""
        with self._packing, self.store.read() as session:
            version = read_clock(session).tiles_rev
            if self._files is None or self._files.version != version:
                self._files = _beside(pack_map(session, version), self._files)
            return self._files


def _beside(new: MapFiles, old: MapFiles | None) -> MapFiles:
    if old is None:
        return new
    named = {digest for pair in json.loads(old.manifest)["tiles"].values() for digest in pair}
    named |= {url.rsplit("/", 1)[1] for url in old.layer_urls.values()}
    return replace(
        new,
        tiles={key: body for key, body in old.tiles.items() if key in named} | new.tiles,
        names={key: body for key, body in old.names.items() if key in named} | new.names,
        layers={key: body for key, body in old.layers.items() if key in named} | new.layers,
    )


def pack_map(session: Session, version: int) -> MapFiles:
    """Pack every current footprint and outline of the register."""
    found, ground = footprints(session), outlines(session)
    tiles: dict[str, bytes] = {}
    names: dict[str, bytes] = {}
    named: dict[str, list[str]] = {}
    for packed in _columns(found):
        tiles |= packed.bodies
        for key, members in packed.members.items():
            digest, body = _names(found, members)
            names[digest] = body
            named[key] = [packed.names[key], digest]
    layers = {kind: _layer(shapes) for kind, shapes in ground.items()}
    bounds = _bounds(found, ground["subdistricts"])
    manifest = {
        "n": 1 + int(found.ords.max(initial=-1)),
        "tiles": named,
        "bounds": bounds,
        "version": version,
    }
    return MapFiles(
        version=version,
        manifest=json.dumps(manifest, separators=(",", ":")).encode(),
        tiles=tiles,
        names=names,
        layers=dict(layers.values()),
        layer_urls={kind: f"/layers/{digest}" for kind, (digest, _) in layers.items()},
        bounds=bounds,
    )


def _columns(found: Footprints) -> Iterator[TileSet]:
    """Yield the tiles from west to east, one column at a time: that many shapes are open at once."""
    first, last = (
        np.floor((found.bounds[:, side] + 180) / 360 * 2**ZOOM + slack).astype(int)
        for side, slack in ((0, -TILE_SLACK), (2, TILE_SLACK))
    )
    for x in range(first.min(initial=1 << ZOOM), last.max(initial=-1) + 1):
        rows = np.flatnonzero((first <= x) & (x <= last))
        if len(rows):
            packed = pack_tiles(found.ords[rows], found.shapes(rows))
            yield _only_column(packed, x)


def _only_column(packed: TileSet, x: int) -> TileSet:
    """Leave out the tiles to the left and right, which do not hold all of their buildings here."""
    names = {key: name for key, name in packed.names.items() if key.startswith(f"{x}_")}
    return TileSet(
        bodies={name: packed.bodies[name] for name in names.values()},
        names=names,
        members={key: packed.members[key] for key in names},
    )


def _names(found: Footprints, members: npt.NDArray[np.int64]) -> tuple[str, bytes]:
    rows = np.searchsorted(found.ords, members)
    return pack_names([(found.codes[row], found.labels[row]) for row in rows])


def _bounds(found: Footprints, subdistricts: Sequence[Outline]) -> Box | None:
    """Return west, south, east, north of the subdistricts, or of the buildings without one."""
    boxes = [outline.shape.bounds for outline in subdistricts] or found.bounds
    if not len(boxes):
        return None
    west, south, _, _ = np.min(boxes, axis=0)
    _, _, east, north = np.max(boxes, axis=0)
    return float(west), float(south), float(east), float(north)


def _layer(found: Sequence[Outline]) -> tuple[str, bytes]:
    collection = {"type": "FeatureCollection", "features": [_feature(outline) for outline in found]}
    raw = json.dumps(collection, ensure_ascii=False, separators=(",", ":")).encode()
    return content_hash(raw), gzip.compress(raw, 6, mtime=0)


def _feature(outline: Outline) -> dict[str, object]:
    # No feature id: leaflet would take 0 for none.
    at = shapely.point_on_surface(outline.shape)
    return {
        "type": "Feature",
        "properties": {
            "code": outline.code,
            "name": outline.name,
            "kind": outline.kind,
            "number": outline.number,
            "at": [round(at.x, DEGREE_DECIMALS), round(at.y, DEGREE_DECIMALS)],
        },
        "geometry": json.loads(shapely.to_geojson(shapely.set_precision(outline.shape, 1e-7))),
    }
