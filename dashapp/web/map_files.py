"""The immutable files of the map, in memory: tiles, names, outlines, each named by its content."""

import asyncio
import gzip
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import shapely
from sqlalchemy.orm import Session

from dashapp.web.threads import in_thread
from data.clock import read_clock
from data.queries.footprints import Footprint, Outline, footprints, outlines
from data.session import Store
from geo.footprints import content_hash, pack_names, pack_tiles

Box = tuple[float, float, float, float]
DEGREE_DECIMALS: Final = 7  # a centimetre


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
    rows, ground = footprints(session), outlines(session)
    shapes = np.array([row.outline for row in rows], dtype=object)
    packed = pack_tiles([row.ord for row in rows], shapes)
    by_ord = {row.ord: row for row in rows}
    names = {key: _names(ords, by_ord) for key, ords in packed.members.items()}
    layers = {kind: _layer(found) for kind, found in ground.items()}
    bounds = _bounds(shapes, ground["subdistricts"])
    manifest = {
        "n": 1 + max(by_ord, default=-1),
        "tiles": {key: [packed.names[key], names[key][0]] for key in packed.names},
        "bounds": bounds,
        "version": version,
    }
    return MapFiles(
        version=version,
        manifest=json.dumps(manifest, separators=(",", ":")).encode(),
        tiles=packed.bodies,
        names=dict(names.values()),
        layers=dict(layers.values()),
        layer_urls={kind: f"/layers/{digest}" for kind, (digest, _) in layers.items()},
        bounds=bounds,
    )


def _names(ords: np.ndarray, by_ord: dict[int, Footprint]) -> tuple[str, bytes]:
    return pack_names([(by_ord[int(o)].code, by_ord[int(o)].label) for o in ords])


def _bounds(shapes: np.ndarray, subdistricts: Sequence[Outline]) -> Box | None:
    """Return west, south, east, north of the subdistricts, or of the buildings without one."""
    frames = [outline.shape for outline in subdistricts] or list(shapes)
    if not frames:
        return None
    west, south, east, north = shapely.total_bounds(np.array(frames, dtype=object))
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
