"""Whether a file lies where it says: degrees or metres, the right place, the right system.

Each refusal asks the question a surveyor would: swapped? metres? GCJ-02? Nothing is moved by guessing.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.sources.map_features import MapFileRefused
from geo.crs import (
    BD09,
    GCJ02,
    Points,
    SourceCrs,
    bd09_to_wgs84,
    degrees_centre,
    gcj02_to_wgs84,
    metres_code,
    offset_m,
    to_metres,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

WGS84: Final = "EPSG:4326"
# Middles of the same building in two surveys lie this near. In the densest quarter of Shanghai a spot
# chosen at random does with 4 %: three of them, and two fifths of a file, are no chance.
SHIFT_TOLERANCE_M: Final = 5.0
FEWEST_MATCHED: Final = 3
LEAST_SHARE: Final = 0.4
FARTHEST_DEGREES: Final = 180.0
POLE_DEGREES: Final = 90.0
BOX_MARGIN_DEGREES: Final = 0.05
# A 3-degree zone is used a little beyond its lines: Shanghai straddles 121.5 E.
USE_MARGIN_DEGREES: Final = 3.0
# The widest towns of Inner Mongolia reach over 200 km; a stray point at 0, 0 makes 13,000 of it.
WIDEST_KM: Final = 300.0

Shapes = npt.NDArray[np.object_]


def require_fit(shapes: Shapes, source: SourceCrs) -> None:
    """Refuse coordinates, still in `source`, that cannot be in it: metres called degrees, and so on."""
    if not len(shapes):
        return
    west, south, east, north = shapely.total_bounds(shapes)
    across, up = max(abs(west), abs(east)), max(abs(south), abs(north))
    if not source.in_degrees:
        if across <= FARTHEST_DEGREES and up <= POLE_DEGREES:
            raise MapFileRefused(
                f"coordinates around {west:.4f}, {south:.4f} are degrees and not the metres of "
                f"{source.name}: say --crs EPSG:4326, GCJ-02 or BD-09"
            )
        return
    if max(across, up) > 2 * FARTHEST_DEGREES:
        raise MapFileRefused(
            f"coordinates up to {max(across, up):,.0f} are no degrees: "
            "if they are metres, name their system with --crs EPSG:..."
        )
    if up > POLE_DEGREES:
        raise MapFileRefused(
            f"a latitude of {max(south, north, key=abs):.3f} lies beyond the pole: "
            "are longitude and latitude swapped in the file?"
        )
    if across > FARTHEST_DEGREES:
        raise MapFileRefused(f"a longitude of {max(west, east, key=abs):.3f} lies beyond 180")


def require_whole(stored: Shapes, source: SourceCrs) -> None:
    """Refuse converted shapes that have left the earth, or the part of it where `source` is used."""
    if not len(stored):
        return
    bounds = shapely.total_bounds(stored)
    if np.isfinite(bounds).all() and _is_used(source, bounds):
        return
    raise MapFileRefused(
        f"read as {source.name} the features lie at {_place(bounds)}, where {source.name} is not used: "
        "wrong --crs, or coordinates with a zone number in front?"
    )


def _is_used(source: SourceCrs, bounds: npt.NDArray[np.float64]) -> bool:
    everywhere = source.system is not None and source.in_degrees
    box = source.used_within
    return everywhere or box is None or _within(bounds, box)


def _within(bounds: npt.NDArray[np.float64], box: Sequence[float]) -> bool:
    margin = np.array([-1, -1, 1, 1]) * USE_MARGIN_DEGREES
    west, south, east, north = np.array(box) + margin
    return bool(
        bounds[0] >= west and bounds[1] >= south and bounds[2] <= east and bounds[3] <= north
    )


def _place(bounds: npt.NDArray[np.float64]) -> str:
    if not np.isfinite(bounds).all():
        return "no place on earth"
    return f"{(bounds[0] + bounds[2]) / 2:.3f}, {(bounds[1] + bounds[3]) / 2:.3f}"


def require_compact(shapes: Shapes, labels: Sequence[str]) -> None:
    """Refuse features that lie too far apart for one subdistrict, and name the one farthest off."""
    west, south, east, north = shapely.total_bounds(shapes)
    if max(east - west, north - south) * 111 <= WIDEST_KM:
        return
    centres = shapely.get_coordinates(shapely.centroid(shapes))
    middle = np.median(centres, axis=0)
    off = np.abs(centres - middle).max(axis=1)
    far = int(off.argmax())
    raise MapFileRefused(
        f"the features lie up to {off[far] * 111:,.0f} km apart, which no subdistrict does: the farthest "
        f"is {labels[far]} at {centres[far][0]:.4f}, {centres[far][1]:.4f}"
    )


def require_inside(shapes: Shapes, frame: BaseGeometry, name: str) -> None:
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
    centre = degrees_centre(shapely.box(*shapely.total_bounds(shapes[~inside])))
    raise MapFileRefused(
        f"{int((~inside).sum())} of {len(shapes)} features lie outside {name} "
        f"(its box is {west:.3f}, {south:.3f} to {east:.3f}, {north:.3f}; they are around "
        f"{centre[0]:.3f}, {centre[1]:.3f}): wrong file, or wrong --crs?"
    )


def require_unshifted(shapes: Shapes, anchors: Shapes, source: SourceCrs) -> None:
    """Refuse shapes that fit the known ones only when the file is read in another system.

    Names the offset and the system: GCJ-02 where none was said, or none where GCJ-02 was said of
    coordinates that are none (converted twice).
    """
    if min(len(anchors), len(shapes)) < FEWEST_MATCHED:
        return
    here = degrees_centre(shapely.box(*shapely.total_bounds(anchors)))
    code = metres_code(*here)
    tree = shapely.STRtree(to_metres(shapely.centroid(anchors), code))
    points = shapely.get_coordinates(shapely.centroid(shapes))
    matched = {
        name: _matched(tree, to_metres(shapely.points(moved), code))
        for name, moved in _readings(points, source).items()
    }
    as_is = matched.pop(source.name, 0.0)
    best = max(matched, key=lambda name: matched[name])
    least = max(FEWEST_MATCHED / len(shapes), LEAST_SHARE)
    if matched[best] >= least and matched[best] > 2 * as_is:
        raise MapFileRefused(_shifted(points, source, best, "the features", "the known ones"))


def require_unshifted_area(area: BaseGeometry, frame: BaseGeometry, source: SourceCrs) -> None:
    """Refuse an area that covers its frame only when the file is read in another system."""
    points = shapely.get_coordinates(area)
    misfit = {
        name: _misfit(shapely.set_coordinates(area, moved), frame)
        for name, moved in _readings(points, source).items()
    }
    as_is = misfit.pop(source.name)
    best = min(misfit, key=lambda name: misfit[name])
    if misfit[best] < as_is / 4:
        raise MapFileRefused(_shifted(points, source, best, "the areas", "the street's outline"))


def fitting_system(shapes: Shapes, frame: BaseGeometry, source: SourceCrs) -> str | None:
    """Return the other system in which all features would lie within the frame, None without one."""
    points = shapely.get_coordinates(shapely.centroid(shapes))
    for name, moved in _readings(points, source).items():
        if name != source.name and shapely.contains(frame, shapely.points(moved)).all():
            return name
    return None


def _readings(points: Points, source: SourceCrs) -> dict[str, Points]:
    """Return points that were read as `source` as they would be in each of the three systems.

    Metres of a projected system may be offset, too: they are taken as the degrees they stand for.
    """
    forward = {GCJ02: wgs84_to_gcj02, BD09: wgs84_to_bd09}.get(source.name)
    raw = points if forward is None else forward(points)
    readings = {WGS84: raw, GCJ02: gcj02_to_wgs84(raw), BD09: bd09_to_wgs84(raw)}
    if forward is None:
        readings[source.name] = readings.pop(WGS84)
    return readings


def _matched(tree: shapely.STRtree, points: Shapes) -> float:
    rows, _ = tree.query(points, predicate="dwithin", distance=SHIFT_TOLERANCE_M)
    return len(np.unique(rows)) / len(points)


def _misfit(area: BaseGeometry, frame: BaseGeometry) -> float:
    if not shapely.is_valid(area):
        return float("inf")
    return float(shapely.area(shapely.symmetric_difference(area, frame)))


def _shifted(points: Points, source: SourceCrs, best: str, what: str, known: str) -> str:
    there = _readings(points, source)[best]
    east, north = offset_m(there.mean(axis=0), points.mean(axis=0))
    remedy = f"import them with --crs {best}"
    if not source.in_degrees:
        remedy = f"export them in degrees and import with --crs {best}"
    return (
        f"read as {source.name} {what} lie {np.hypot(east, north):.0f} m off {known} "
        f"({east:+.0f} m east, {north:+.0f} m north), read as {best} they fit: {remedy}"
    )
