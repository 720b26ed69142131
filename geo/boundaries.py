"""Areas that must fit together, and which area a thing lies in. Shapes are projected, in metres."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

# I3: districts do not overlap and leave no gap, tolerance 1 m along their lines.
TOLERANCE_M: Final = 1.0
# A wall that reaches over a line by less than this share still belongs to one side.
SLIVER_SHARE: Final = 0.02

Shapes = npt.NDArray[Any]


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two areas that cover the same ground."""

    first: int
    second: int
    area_m2: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a shape lies: the area with the largest share of it, and every share above a sliver."""

    area: int
    shares: tuple[tuple[int, float], ...]

    @property
    def is_shared(self) -> bool:
        """Tell whether more than one area holds a real part of it."""
        return len(self.shares) > 1


def overlaps(areas: Sequence[BaseGeometry] | Shapes) -> list[Overlap]:
    """Return the pairs of areas that overlap by more than a strip of 1 m along their common line."""
    shapes = np.array(areas, dtype=object)
    tree = shapely.STRtree(shapes)
    found = []
    for first, second in zip(*tree.query(shapes, predicate="intersects"), strict=True):
        if first < second:
            common = shapely.intersection(shapes[first], shapes[second])
            if not _is_strip(common):
                found.append(Overlap(int(first), int(second), float(shapely.area(common))))
    return found


def gaps(
    areas: Sequence[BaseGeometry] | Shapes, frame: BaseGeometry | None = None
) -> list[BaseGeometry]:
    """Return the holes between areas, or the parts of `frame` that none covers, beyond 1 m strips."""
    union = shapely.union_all(np.array(areas, dtype=object))
    whole = frame if frame is not None else shapely.union_all(_filled(union))
    return _without_strips(shapely.difference(whole, union))


def beyond(areas: Sequence[BaseGeometry] | Shapes, frame: BaseGeometry) -> list[BaseGeometry]:
    """Return the parts of the areas that reach out of `frame`, beyond 1 m strips."""
    union = shapely.union_all(np.array(areas, dtype=object))
    return _without_strips(shapely.difference(union, frame))


def _filled(union: BaseGeometry) -> Shapes:
    return np.asarray(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(union))))


def _is_strip(shape: BaseGeometry) -> bool:
    """Tell whether a shape is nowhere wider than the tolerance."""
    return not _without_strips(shape)


def _without_strips(shape: BaseGeometry) -> list[BaseGeometry]:
    """Return the parts of a shape that are wider than the tolerance, without the strips that hang on."""
    core = shapely.buffer(shape, -TOLERANCE_M / 2, join_style="mitre")
    parts = shapely.get_parts(shapely.buffer(core, TOLERANCE_M / 2, join_style="mitre"))
    return [part for part in parts if not shapely.is_empty(part)]


def place(shapes: Shapes, areas: Shapes) -> list[Placement | None]:
    """Return for each shape the area it lies in; None when it touches none of them."""
    tree = shapely.STRtree(areas)
    rows, columns = tree.query(shapes, predicate="intersects")
    shares: list[list[tuple[int, float]]] = [[] for _ in shapes]
    if len(rows):
        common = shapely.area(shapely.intersection(shapes[rows], areas[columns]))
        for row, column, part in zip(
            rows, columns, common / shapely.area(shapes[rows]), strict=True
        ):
            shares[row].append((int(column), float(part)))
    return [_placement(found) for found in shares]


def _placement(found: list[tuple[int, float]]) -> Placement | None:
    real = sorted(
        (each for each in found if each[1] > SLIVER_SHARE), key=lambda each: (-each[1], each[0])
    )
    return Placement(real[0][0], tuple(real)) if real else None
