"""The immutable files of the map, in memory: tiles, names, outlines, each named by its content.

Staff of the same subdistricts share the tiles; names are packed for each scope on its own.
"""

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
from data.principal import Principal
from data.queries.access import system_principal
from data.queries.footprints import (
    Footprints,
    Outline,
    building_names,
    compounds,
    footprints,
    ground,
)
from data.session import Store
from geo.footprints import BADGE_REACH, ZOOM, TileSet, content_hash, pack_names, pack_tiles

Box = tuple[float, float, float, float]
Members = dict[str, npt.NDArray[np.int64]]
Scope = tuple[frozenset[int], frozenset[int]]
Bodies = dict[str, bytes]
DEGREE_DECIMALS: Final = 7  # a centimetre
TILE_SLACK: Final = BADGE_REACH + 1e-9  # of a tile: a building near the edge belongs to both sides
NAMELESS: Final = ("", "")
# More than a city has different scopes; beyond it the longest unused is packed again when asked for.
SCOPES_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class GroundFiles:
    """What all staff of the same subdistricts share: tiles, and the outlines that everybody may read."""

    version: int
    n: int
    digests: dict[str, str] = field(repr=False)
    members: Members = field(repr=False)
    tiles: Bodies = field(repr=False)
    layers: Bodies = field(repr=False)
    layer_urls: dict[str, str]
    bounds: Box | None


@dataclass(frozen=True, slots=True)
class MapFiles:
    """Everything one scope's map fetches once: gzipped bodies by hash, the manifest that names them."""

    version: int
    manifest: bytes
    tiles: Bodies = field(repr=False)
    names: Bodies = field(repr=False)
    layers: Bodies = field(repr=False)
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
        self._grounds: dict[frozenset[int], GroundFiles] = {}
        self._files: dict[Scope, MapFiles] = {}

    async def begin(self) -> None:
        """Pack for the widest scope, so that nobody waits for it."""
        await in_thread(self._refresh_widest)

    async def present(self, principal: Principal) -> MapFiles:
        """Return the files of the present footprints; whoever comes while they are packed waits."""
        # Made on first use, in the loop that serves; waiting here holds up no worker thread.
        self._queue = self._queue or asyncio.Lock()
        async with self._queue:
            return await in_thread(self.refresh, principal)

    async def held(self, principal: Principal) -> MapFiles:
        """Return the files as last packed: what a manifest names is asked for a moment later."""
        return self._files.get(_scope(principal)) or await self.present(principal)

    def known(self, principal: Principal) -> MapFiles:
        """Return the files as last packed, from a thread; a page need not wait for the newest."""
        return self._files.get(_scope(principal)) or self.refresh(principal)

    def refresh(self, principal: Principal) -> MapFiles:
        """Pack again what is older than the footprints."""
        scope = _scope(principal)
        with self._packing, self.store.read() as session:
            version = read_clock(session).tiles_rev
            known = self._files.pop(scope, None)
            if known is None or known.version != version:
                shared = self._ground(session, principal, version)
                known = _beside(pack_scope(session, principal, shared), known)
            self._files[scope] = known
            while len(self._files) > SCOPES_KEPT:
                del self._files[next(iter(self._files))]
            return known

    def _refresh_widest(self) -> None:
        with self.store.read() as session:
            principal = system_principal(session, "worker")
        self.refresh(principal)

    def _ground(self, session: Session, principal: Principal, version: int) -> GroundFiles:
        known = self._grounds.get(principal.subdistricts)
        if known is None or known.version != version:
            known = self._grounds[principal.subdistricts] = pack_ground(session, principal, version)
        return known


def _scope(principal: Principal) -> Scope:
    return principal.subdistricts, principal.committees


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


def pack_ground(session: Session, principal: Principal, version: int) -> GroundFiles:
    """Pack every current footprint and outline of the principal's subdistricts."""
    found, outlines = footprints(session, principal), ground(session, principal)
    tiles: Bodies = {}
    digests: dict[str, str] = {}
    members: Members = {}
    for packed in _columns(found):
        tiles |= packed.bodies
        digests |= packed.names
        members |= packed.members
    layers = {kind: _layer(shapes) for kind, shapes in outlines.items()}
    return GroundFiles(
        version=version,
        n=1 + int(found.ords.max(initial=-1)),
        digests=digests,
        members=members,
        tiles=tiles,
        layers=dict(layers.values()),
        layer_urls={kind: _layer_url(digest) for kind, (digest, _) in layers.items()},
        bounds=_bounds(found, outlines["subdistricts"]),
    )


def pack_scope(session: Session, principal: Principal, shared: GroundFiles) -> MapFiles:
    """Add to the shared files what only this scope may read: codes, labels, names of compounds."""
    known = building_names(session, principal)
    packed = {
        key: pack_names([known.get(int(ord_), NAMELESS) for ord_ in members])
        for key, members in shared.members.items()
    }
    digest, layer = _layer(compounds(session, principal))
    manifest = {
        "n": shared.n,
        "tiles": {key: [shared.digests[key], names] for key, (names, _) in packed.items()},
        "bounds": shared.bounds,
        "version": shared.version,
    }
    return MapFiles(
        version=shared.version,
        manifest=json.dumps(manifest, separators=(",", ":")).encode(),
        tiles=shared.tiles,
        names=dict(packed.values()),
        layers={**shared.layers, digest: layer},
        layer_urls={**shared.layer_urls, "compounds": _layer_url(digest)},
        bounds=shared.bounds,
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


def _bounds(found: Footprints, subdistricts: Sequence[Outline]) -> Box | None:
    """Return west, south, east, north of the subdistricts, or of the buildings without one."""
    boxes = [outline.shape.bounds for outline in subdistricts] or found.bounds
    if not len(boxes):
        return None
    west, south, _, _ = np.min(boxes, axis=0)
    _, _, east, north = np.max(boxes, axis=0)
    return float(west), float(south), float(east), float(north)


def _layer_url(digest: str) -> str:
    return f"/layers/{digest}"


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
