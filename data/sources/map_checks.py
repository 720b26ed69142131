"""From raw features to shapes in EPSG:4490 that may be imported, with a verdict on each of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data.sources.map_reader import MapFileRefused, RawFeature, RawFile
from geo.cleaning import Fault, clean_area, duplicates
from geo.crs import UnknownCrsError, gcj02_shift_m, metres_code, to_metres, to_stored
from geo.footprints import content_hash

# How near two offsets must be to be taken for the same: half the width of a building.
SHIFT_TOLERANCE_M: Final = 12.0
FEWEST_ANCHORS: Final = 10
FARTHEST_DEGREES: Final = 180.0
POLE_DEGREES: Final = 90.0
BOX_MARGIN_DEGREES: Final = 0.05

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What happened to one feature: repaired, duplicate or refused, and why."""

    label: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class UsableFeature:
    """A feature that may be imported; its identity is its own or a hash of its shape."""

    identity: str
    properties: dict[str, Any]
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """The usable features of a file, and a finding for each one that is not as it came."""

    usable: tuple[UsableFeature, ...]
    findings: tuple[Finding, ...]
    read: int


REASONS: Final = {
    Fault.TOO_FEW_POINTS: "a ring of too few points",
    Fault.NOT_A_NUMBER: "a coordinate is not a number",
    Fault.NO_AREA: "it encloses no area",
    Fault.SELF_CROSSING: "its outline crosses itself",
    Fault.HOLE_OUTSIDE: "a hole lies outside its outline",
    Fault.TOO_MANY_VERTICES: "it has more than a million vertices",
    Fault.TOO_LONG_TO_REPAIR: "its repair takes too long",
    Fault.HEIGHT_DROPPED: "heights were dropped",
}


def check_features(raw: RawFile, crs: str | None, progress: Progress) -> CheckedFile:
    """Clean every feature, bring it to EPSG:4490, and find duplicates.

    `crs` wins over what the file says; without either, degrees of WGS 84. Raises MapFileRefused when the
    coordinates cannot be degrees or the system is unknown.
    """
    kept: list[RawFeature] = []
    findings: list[Finding] = []
    for done, feature in enumerate(raw.features):
        cleaned, finding = _cleaned(feature)
        kept += [cleaned] if cleaned is not None else []
        findings += [finding] if finding is not None else []
        if done % 200 == 0:
            progress(done, len(raw.features))
    shapes = _stored([feature.shape for feature in kept], crs or raw.crs)
    usable, doubled = _distinct(kept, shapes)
    return CheckedFile(tuple(usable), (*findings, *doubled), len(raw.features))


def _cleaned(feature: RawFeature) -> tuple[RawFeature | None, Finding | None]:
    if feature.shape is None:
        return None, Finding(feature.label, "refused", feature.fault or "it has no geometry")
    result = clean_area(feature.shape)
    if result.shape is None:
        return None, Finding(feature.label, "refused", REASONS[result.fault or Fault.NO_AREA])
    found = Finding(feature.label, "repaired", REASONS[result.fault]) if result.fault else None
    return replace(feature, shape=result.shape), found


def _stored(shapes: Sequence[BaseGeometry | None], crs: str | None) -> np.ndarray:
    array = np.array(shapes, dtype=object)
    try:
        stored = np.asarray(to_stored(array, _system(crs)), dtype=object)
    except UnknownCrsError as error:
        raise MapFileRefused(str(error)) from error
    if len(stored):
        farthest = np.abs(shapely.total_bounds(stored)).max()
        if farthest > FARTHEST_DEGREES:
            raise MapFileRefused(
                f"coordinates up to {farthest:,.0f} are no degrees: "
                "if they are metres, name their system with --crs EPSG:..."
            )
    return stored


def _system(crs: str | None) -> str:
    if crs is None or "CRS84" in crs:
        return "EPSG:4326"
    return crs


def _distinct(
    features: Sequence[RawFeature], shapes: np.ndarray
) -> tuple[list[UsableFeature], list[Finding]]:
    """Keep the first of equal footprints; pieces under one identity get numbers of their own."""
    first_of = duplicates(shapes) if len(shapes) else np.array([], dtype=np.int64)
    usable: list[UsableFeature] = []
    findings: list[Finding] = []
    seen: Counter[str] = Counter()
    for feature, shape, first in zip(features, shapes, first_of, strict=True):
        if first >= 0:
            findings.append(
                Finding(
                    feature.label, "duplicate", f"the same footprint as {features[first].label}"
                )
            )
            continue
        identity = feature.identity or f"shape-{_shape_hash(shape)}"
        seen[identity] += 1
        if seen[identity] > 1:
            identity = f"{identity}#{seen[identity]}"
        usable.append(UsableFeature(identity, feature.properties, shape))
    return usable, findings


def _shape_hash(shape: BaseGeometry) -> str:
    return content_hash(shapely.to_wkb(shapely.normalize(shape)))


def require_latitudes(shapes: np.ndarray) -> None:
    """Refuse latitudes beyond the poles, and ask whether x and y are swapped."""
    _, south, _, north = shapely.total_bounds(shapes)
    if max(abs(south), abs(north)) > POLE_DEGREES:
        raise MapFileRefused(
            f"a latitude of {max(south, north, key=abs):.3f} lies beyond the pole: "
            "are longitude and latitude swapped in the file?"
        )


def require_inside(shapes: np.ndarray, frame: BaseGeometry, name: str) -> None:
    """Refuse features that lie outside the street's box, and ask whether x and y are swapped."""
    west, south, east, north = frame.bounds
    box = shapely.box(*(np.array(frame.bounds) + np.array([-1, -1, 1, 1]) * BOX_MARGIN_DEGREES))
    inside = shapely.intersects(box, shapes)
    if inside.all():
        return
    swapped = shapely.transform(shapes, lambda points: points[:, ::-1])
    if not inside.any() and shapely.intersects(box, swapped).all():
        raise MapFileRefused(
            f"every feature lies outside {name}, but inside when longitude and latitude are swapped: "
            "swap them in the file"
        )
    centre = shapely.box(*shapely.total_bounds(shapes[~inside])).centroid
    raise MapFileRefused(
        f"{int((~inside).sum())} features lie outside {name} "
        f"(its box is {west:.3f}, {south:.3f} to {east:.3f}, {north:.3f}; they are around "
        f"{centre.x:.3f}, {centre.y:.3f}): wrong file, or wrong --crs?"
    )


def require_unshifted(new: np.ndarray, anchors: np.ndarray) -> None:
    """Refuse footprints that are the known ones moved by the GCJ-02 offset, with the estimate."""
    if len(anchors) < FEWEST_ANCHORS or len(new) < FEWEST_ANCHORS:
        return
    centre = shapely.centroid(shapely.box(*shapely.total_bounds(anchors)))
    code = metres_code(centre.x, centre.y)
    here, there = shapely.centroid(to_metres(anchors, code)), shapely.centroid(to_metres(new, code))
    east, north = gcj02_shift_m(centre.x, centre.y)
    tree = shapely.STRtree(here)
    as_is = _matched(tree, there, 0, 0)
    moved = _matched(tree, there, -east, -north)
    if moved > max(2 * as_is, 0.3):
        raise MapFileRefused(
            f"the footprints lie {np.hypot(east, north):.0f} m off the known ones ({east:+.0f} m east, "
            f"{north:+.0f} m north), as GCJ-02 does here: import them with --crs GCJ-02"
        )


def _matched(tree: shapely.STRtree, points: np.ndarray, east: float, north: float) -> float:
    """Return the share of points that have a known one within the tolerance once they are moved."""
    moved = shapely.transform(points, lambda xy: xy + np.array([east, north]))
    rows, _ = tree.query(moved, predicate="dwithin", distance=SHIFT_TOLERANCE_M)
    return len(np.unique(rows)) / len(points)
