"""Polygons as they come, and what can be made of them.

Every verdict names its reason, so that a person can be told. Nothing is guessed: what cannot be repaired
without inventing ground is refused.
"""

import multiprocessing
from dataclasses import dataclass
from enum import StrEnum
from multiprocessing.connection import Connection
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon

MOST_VERTICES: Final = 1_000_000
# Repair of a crafted polygon can take for ever: what is large is repaired in a child that may be killed.
CHILD_FROM_VERTICES: Final = 10_000
REPAIR_SECONDS: Final = 5.0
# Footprints whose corners agree to a tenth of a millionth of a degree (a centimetre) are the same one.
SAME_DEGREES: Final = 1e-7

Shapes = npt.NDArray[Any]


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
    HEIGHT_DROPPED = "height_dropped"


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A usable shape with what was repaired, or none with why it was refused."""

    shape: Polygon | MultiPolygon | None
    fault: Fault | None = None


def clean_area(shape: shapely.Geometry) -> Cleaned:
    """Return a valid, flat polygon or multipolygon of the given one, or the reason for refusing it."""
    if shapely.get_type_id(shape) not in (3, 6) or shapely.is_empty(shape):
        return Cleaned(None, Fault.NO_AREA)
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        return Cleaned(None, Fault.NOT_A_NUMBER)
    if shapely.get_num_coordinates(shape) > MOST_VERTICES:
        return Cleaned(None, Fault.TOO_MANY_VERTICES)
    flat: Any = shapely.force_2d(shape)
    if shapely.is_valid(flat):
        dropped = Fault.HEIGHT_DROPPED if shapely.has_z(shape) else None
        return Cleaned(flat, dropped) if shapely.area(flat) > 0 else Cleaned(None, Fault.NO_AREA)
    return _repaired(flat, _fault_of(flat))


def _fault_of(shape: shapely.Geometry) -> Fault:
    reason = str(shapely.is_valid_reason(shape)).lower()
    if "too few points" in reason:
        return Fault.TOO_FEW_POINTS
    if "hole lies outside" in reason:
        return Fault.HOLE_OUTSIDE
    return Fault.SELF_CROSSING


def _repaired(shape: shapely.Geometry, fault: Fault) -> Cleaned:
    whole: shapely.Geometry | None
    if fault is Fault.HOLE_OUTSIDE:
        return Cleaned(None, fault)
    if shapely.get_num_coordinates(shape) >= CHILD_FROM_VERTICES:
        whole = repair_in_child(shape)
    else:
        whole = shapely.make_valid(shape, method="structure", keep_collapsed=False)
    if whole is None:
        return Cleaned(None, Fault.TOO_LONG_TO_REPAIR)
    areas = areas_of(whole)
    if areas is None:
        return Cleaned(None, fault)
    return Cleaned(areas, fault)


def areas_of(shape: shapely.Geometry) -> Polygon | MultiPolygon | None:
    """Return the polygons of a collection as one shape, None when it has none."""
    parts = [part for part in shapely.get_parts(shape) if shapely.get_type_id(part) in (3, 6)]
    # Repair may return pieces that share an edge: only their union is one valid shape.
    union = shapely.union_all(parts) if parts else None
    return union if isinstance(union, Polygon | MultiPolygon) and union.area > 0 else None


def repair_in_child(
    shape: shapely.Geometry, seconds: float = REPAIR_SECONDS
) -> shapely.Geometry | None:
    """Make a shape valid in a process of its own; None when that takes too long."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_repair, args=(theirs, shapely.to_wkb(shape)), daemon=True)
    child.start()
    theirs.close()
    try:
        if not ours.poll(seconds):
            return None
        return shapely.from_wkb(ours.recv_bytes())
    except EOFError:
        return None
    finally:
        child.kill()
        child.join()
        ours.close()


def _repair(pipe: Connection, raw: bytes) -> None:
    shape = shapely.make_valid(shapely.from_wkb(raw), method="structure", keep_collapsed=False)
    pipe.send_bytes(shapely.to_wkb(shape))


def duplicates(shapes: Shapes) -> npt.NDArray[np.int64]:
    """Return for each shape the index of the first one equal to it, -1 when it is the first itself.

    Equal means the same corners to a centimetre, wherever the ring begins and whichever way it runs.
    """
    keys = shapely.to_wkb(
        shapely.normalize(shapely.set_precision(shapes, SAME_DEGREES, mode="pointwise"))
    )
    first: dict[bytes, int] = {}
    found = np.full(len(shapes), -1, dtype=np.int64)
    for index, key in enumerate(keys):
        known = first.setdefault(key, index)
        if known != index:
            found[index] = known
    return found
