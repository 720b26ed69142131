"""Bring footprints and compound outlines into a state that can be laid out in cells.

What can be mended is mended and named in notes; what cannot is refused. Metres throughout.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

_SMALLEST_M2 = 0.5
"""Median footprint below which coordinates are taken for degrees: no building is that small."""

_SAME_SHARE = 0.9
"""Share of the smaller footprint inside the other from which both are the same building."""


class AdjacencyError(ValueError):
    """Footprints or outlines that cannot be used: one line with the culprit and what to do."""


class Trouble(StrEnum):
    """What was wrong with the input, and handled."""

    INVALID = "invalid"
    """The outline crosses itself; repaired."""
    OVERLAPPING = "overlapping"
    """Two footprints overlap; the later one was trimmed."""
    DUPLICATE = "duplicate"
    """Two units with one and the same footprint; they share its cell by halves."""
    OUTSIDE = "outside"
    """The footprint lies outside its compound; its own ground is its cell."""
    COMPOUND_IN_PIECES = "compound_in_pieces"
    """The compound's outline has several pieces; no cell reaches from one to another."""
    POINT_CELLS = "point_cells"
    """The tessellation failed; cells were drawn around points instead."""
    APART = "apart"
    """Units joined to each other, but not to most of their compound: declare a gate."""


@dataclass(frozen=True, slots=True)
class Note:
    """One trouble with the units it is about (none for a whole compound) and the compound."""

    trouble: Trouble
    compound: int
    units: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Footprints:
    """Footprints ready for cells: valid and not overlapping, each in one enclosure.

    enclosure[i] indexes `enclosures` (the pieces of all compounds), -1 for a unit outside.
    twin_of[i] is the earlier unit whose footprint unit i repeats, or i itself.
    """

    shapes: tuple[BaseGeometry, ...]
    compound: tuple[int, ...]
    enclosures: tuple[Polygon, ...]
    enclosure: tuple[int, ...]
    twin_of: tuple[int, ...]
    notes: tuple[Note, ...]


def prepare(
    footprints: Sequence[BaseGeometry],
    compounds: Sequence[BaseGeometry],
    compound_of: Sequence[int],
) -> Footprints:
    """Return mended footprints; compound_of[i] indexes the compound of unit i.

    Raises AdjacencyError for degrees, empty or non-areal shapes and unknown compounds.
    """
    _refuse_unusable(footprints, compounds, compound_of)
    shapes = [areal(shape) for shape in footprints]
    notes = [
        Note(Trouble.INVALID, compound_of[unit], (unit,))
        for unit, shape in enumerate(footprints)
        if not shape.is_valid
    ]
    twin_of, overlap_notes = _part_overlaps(shapes, compound_of)
    pieces = [list(_polygons(areal(outline))) for outline in compounds]
    notes += overlap_notes + [
        Note(Trouble.COMPOUND_IN_PIECES, place) for place, own in enumerate(pieces) if len(own) > 1
    ]
    enclosures = [piece for own in pieces for piece in own]
    first = np.cumsum([0, *map(len, pieces)])
    enclosure = [
        _enclosure(shape, pieces[own], int(first[own]))
        for shape, own in zip(shapes, compound_of, strict=True)
    ]
    notes += [
        Note(Trouble.OUTSIDE, compound_of[unit], (unit,))
        for unit, place in enumerate(enclosure)
        if place < 0
    ]
    return Footprints(
        tuple(shapes),
        tuple(compound_of),
        tuple(enclosures),
        tuple(enclosure),
        tuple(twin_of),
        tuple(notes),
    )


def _refuse_unusable(
    footprints: Sequence[BaseGeometry],
    compounds: Sequence[BaseGeometry],
    compound_of: Sequence[int],
) -> None:
    if not footprints or len(footprints) != len(compound_of):
        raise AdjacencyError(
            f"{len(footprints)} footprints with {len(compound_of)} compounds named: give one each"
        )
    for name, shapes in (("footprint", footprints), ("compound", compounds)):
        for place, shape in enumerate(shapes):
            if shape.is_empty or areal(shape).is_empty:
                raise AdjacencyError(
                    f"{name} {place} has no area ({shape.geom_type}): mend the map"
                )
    for unit, own in enumerate(compound_of):
        if not 0 <= own < len(compounds):
            raise AdjacencyError(
                f"footprint {unit} names compound {own}: there is no such compound"
            )
    _refuse_degrees(footprints)


def _refuse_degrees(footprints: Sequence[BaseGeometry]) -> None:
    bounds = shapely.total_bounds(np.array(footprints))
    small = float(np.median(shapely.area(np.array(footprints)))) < _SMALLEST_M2
    if small and (np.abs(bounds) <= (180, 90, 180, 90)).all():
        raise AdjacencyError("the footprints look like degrees: project them to metres first")


def areal(shape: BaseGeometry) -> BaseGeometry:
    """Return the valid areal part of a shape, without the lines and points it may come with."""
    valid = shape if shape.is_valid else shapely.make_valid(shape)
    return shapely.union_all([part for part in _polygons(valid) if part.area > 0])


def _polygons(shape: BaseGeometry) -> list[Polygon]:
    parts = shapely.get_parts(shapely.get_parts(shape))
    return [part for part in parts if isinstance(part, Polygon)]


def _part_overlaps(
    shapes: list[BaseGeometry], compound_of: Sequence[int]
) -> tuple[list[int], list[Note]]:
    """Trim later footprints by earlier ones in place; return twins and notes."""
    twin_of = list(range(len(shapes)))
    notes = []
    for one, other in _overlapping_pairs(shapes):
        if twin_of[one] != one or twin_of[other] != other:
            continue
        shared = shapes[one].intersection(shapes[other]).area
        rest = shapes[other].difference(shapes[one])
        if shared >= _SAME_SHARE * min(shapes[one].area, shapes[other].area) or rest.is_empty:
            twin_of[other] = one
            notes.append(Note(Trouble.DUPLICATE, compound_of[other], (one, other)))
        elif shared > _SMALLEST_M2:
            shapes[other] = areal(rest)
            notes.append(Note(Trouble.OVERLAPPING, compound_of[other], (one, other)))
    return twin_of, notes


def _overlapping_pairs(shapes: Sequence[BaseGeometry]) -> list[tuple[int, int]]:
    tree = shapely.STRtree(shapes)
    pairs = tree.query(np.array(shapes), predicate="intersects").T.tolist()
    return sorted((one, other) for one, other in pairs if one < other)


def _enclosure(shape: BaseGeometry, pieces: Sequence[Polygon], first: int) -> int:
    """Return the piece that holds most of a footprint, -1 if none holds any."""
    shares = [shape.intersection(piece).area for piece in pieces]
    best = int(np.argmax(shares))
    return first + best if shares[best] > 0 else -1
