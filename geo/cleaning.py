"""Polygons as they come, and what can be made of them.

Every verdict names its reason, so that a person can be told. Nothing is guessed: what cannot be repaired
without inventing ground is refused.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree
from shapely import MultiPolygon, Polygon

from geo.mending import make_valid

MOST_VERTICES: Final = 1_000_000
# No system of a map has larger numbers; products of 1e300 would overflow.
LARGEST_COORDINATE: Final = 1e9
# Outlines that agree to a tenth of a millionth of a degree (a centimetre) are the same one.
SAME_DEGREES: Final = 1e-7
# Pieces of one building that was cut at a tile's edge meet to within ten centimetres.
MEETING_DEGREES: Final = 1e-6
MOST_PIECES: Final = 100
# Looked at for the same outline: more shapes with the same bounds than these are made up.
NEIGHBOURS: Final = 8
AT: Final = re.compile(r"\[(-?[\d.eE+-]+) (-?[\d.eE+-]+)")

Shapes = npt.NDArray[Any]
Mend = Callable[[shapely.Geometry], shapely.Geometry | None]


class Fault(StrEnum):
    """What is wrong with a shape."""

    TOO_FEW_POINTS = "too_few_points"
    NOT_A_NUMBER = "not_a_number"
    NO_AREA = "no_area"
    SELF_CROSSING = "self_crossing"
    HOLE_OUTSIDE = "hole_outside"
    TOO_MANY_VERTICES = "too_many_vertices"
    TOO_LONG_TO_REPAIR = "too_long_to_repair"
    UNCLOSED = "unclosed"
    RAISED = "raised"
    MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A usable shape with what was repaired, or none with why it was refused; `at` is x and y of it."""

    shape: Polygon | MultiPolygon | None
    fault: Fault | None = None
    at: tuple[float, float] | None = None


def clean_area(shape: shapely.Geometry, mend: Mend = make_valid) -> Cleaned:
    """Return a valid, flat polygon or multipolygon of the given one, or the reason for refusing it.

    `mend` makes a shape valid, or returns None when that takes too long (geo.mending.Mender).
    """
    if shapely.get_type_id(shape) not in (3, 6) or shapely.is_empty(shape):
        return Cleaned(None, Fault.NO_AREA)
    if not (np.abs(shapely.get_coordinates(shape)) < LARGEST_COORDINATE).all():  # nor is NaN
        return Cleaned(None, Fault.NOT_A_NUMBER)
    if shapely.get_num_coordinates(shape) > MOST_VERTICES:
        return Cleaned(None, Fault.TOO_MANY_VERTICES)
    flat: Any = shapely.force_2d(shape)
    if not shapely.is_valid(flat):
        return _mended(flat, mend)
    return Cleaned(flat) if shapely.area(flat) > 0 else Cleaned(None, Fault.NO_AREA)


def _mended(shape: shapely.Geometry, mend: Mend) -> Cleaned:
    reason = str(shapely.is_valid_reason(shape))
    fault, at = _fault_of(reason), _place_of(reason)
    if fault is Fault.HOLE_OUTSIDE:
        return Cleaned(None, fault, at)
    whole = mend(shape)
    if whole is None:
        return Cleaned(None, Fault.TOO_LONG_TO_REPAIR, at)
    return Cleaned(areas_of(whole), fault, at)


def _fault_of(reason: str) -> Fault:
    if "Too few points" in reason:
        return Fault.TOO_FEW_POINTS
    if "Hole lies outside" in reason:
        return Fault.HOLE_OUTSIDE
    return Fault.SELF_CROSSING


def _place_of(reason: str) -> tuple[float, float] | None:
    """Return where GEOS says that the fault is: "Self-intersection[121.48 31.17]"."""
    found = AT.search(reason)
    return None if found is None else (float(found[1]), float(found[2]))


def areas_of(shape: shapely.Geometry) -> Polygon | MultiPolygon | None:
    """Return the polygons of a collection as one shape, None when it has none."""
    parts = [part for part in shapely.get_parts(shape) if shapely.get_type_id(part) in (3, 6)]
    # Repair may return pieces that share an edge: only their union is one valid shape.
    union = shapely.union_all(parts) if parts else None
    return union if isinstance(union, Polygon | MultiPolygon) and union.area > 0 else None


def duplicates(shapes: Shapes) -> npt.NDArray[np.int64]:
    """Return for each shape the index of the first one with the same outline, -1 when it is the first.

    The same means to a centimetre, wherever the ring begins, whichever way it runs, and whatever corners
    lie on straight edges. Shapes are valid and in degrees.
    """
    first = _exact_copies(shapes)
    different = np.flatnonzero(first < 0)
    rows, columns = _near_pairs(shapes[different], shapes[different])
    copies = _lowest(len(different), rows[columns < rows], columns[columns < rows])
    found = copies >= 0
    first[different[found]] = different[copies[found]]
    return first


def _exact_copies(shapes: Shapes) -> npt.NDArray[np.int64]:
    first: dict[bytes, int] = {}
    keys = shapely.to_wkb(shapely.normalize(shapes))
    known = np.array(
        [first.setdefault(key, index) for index, key in enumerate(keys)], dtype=np.int64
    )
    return np.where(known == np.arange(len(shapes)), -1, known)


def twins(shapes: Shapes, known: Shapes) -> npt.NDArray[np.int64]:
    """Return for each shape the index of a known one with the same outline, -1 when there is none."""
    return _lowest(len(shapes), *_near_pairs(shapes, known))


def same_outline(first: Shapes, second: Shapes) -> npt.NDArray[np.bool_]:
    """Tell for each pair of shapes whether their outlines are the same to a centimetre."""
    gap = shapely.hausdorff_distance(shapely.boundary(first), shapely.boundary(second))
    return np.asarray(gap <= SAME_DEGREES)


def _near_pairs(
    shapes: Shapes, known: Shapes
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the pairs with the same outline, looked for among the few with the same bounds."""
    if not len(shapes) or not len(known):
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    tree = KDTree(shapely.bounds(known))
    _, nearest = tree.query(
        shapely.bounds(shapes), k=range(1, NEIGHBOURS + 1), p=np.inf,
        distance_upper_bound=2 * SAME_DEGREES,
    )  # fmt: skip
    found = np.asarray(nearest)
    rows, places = np.nonzero(found < len(known))
    columns = found[rows, places]
    same = same_outline(shapes[rows], known[columns])
    return rows[same], columns[same]


def _lowest(
    size: int, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    found = np.full(size, size + columns.max(initial=0) + 1, dtype=np.int64)
    nothing = found[0] if size else 0
    np.minimum.at(found, rows, columns)
    return np.where(found == nothing, -1, found)


def hang_together(shapes: Shapes) -> bool:
    """Tell whether pieces meet so that each is reached from each; degrees, to ten centimetres."""
    if len(shapes) <= 1 or len(shapes) > MOST_PIECES:
        return len(shapes) <= 1
    rows, columns = shapely.STRtree(shapes).query(
        shapes, predicate="dwithin", distance=MEETING_DEGREES
    )
    meeting = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(shapes), len(shapes)))
    pieces, _ = connected_components(meeting, directed=False)
    return int(pieces) == 1
