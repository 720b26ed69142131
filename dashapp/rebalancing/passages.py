"""Where people pass from one compound (小区) to another: from gate to gate."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Final

import shapely
from shapely import LineString, MultiPoint, Point
from shapely.geometry.base import BaseGeometry

GATE_WALK_M: Final = 250.0
"""Two compounds may be in one grid when their nearest gates are this near: four minutes on foot."""


def gates_by_compound(
    gates: Sequence[Point], compounds: Sequence[BaseGeometry]
) -> dict[int, BaseGeometry]:
    """Return the gates of each compound that has any: a gate stands in the wall nearest to it."""
    if not compounds:
        return {}
    walls = shapely.STRtree(list(compounds))
    own: dict[int, list[Point]] = {}
    for gate in gates:
        own.setdefault(int(walls.nearest(gate)), []).append(gate)
    return {compound: MultiPoint(points) for compound, points in own.items()}


def passages_between(
    prints: Sequence[BaseGeometry], compound_of: Sequence[int], ways_in: Mapping[int, BaseGeometry]
) -> tuple[list[LineString], tuple[int, ...]]:
    """Return a line for any two compounds whose gates are near, and the compounds left alone.

    Metres. A line runs from the building nearest to the one gate to the building nearest to the
    other, so that its ends cannot be mistaken. A single compound is not alone.
    """
    inside: dict[int, list[BaseGeometry]] = {}
    for shape, own in zip(prints, compound_of, strict=True):
        inside.setdefault(own, []).append(shape)
    lines = []
    joined: set[int] = set()
    for one, other in combinations(sorted(ways_in.keys() & inside.keys()), 2):
        walk = shapely.shortest_line(ways_in[one], ways_in[other])
        if walk.length <= GATE_WALK_M:
            first, last = (Point(end) for end in walk.coords)
            lines.append(LineString([_nearest(inside[one], first), _nearest(inside[other], last)]))
            joined |= {one, other}
    alone = inside.keys() - joined if len(inside) > 1 else set()
    return lines, tuple(sorted(alone))


def _nearest(prints: Sequence[BaseGeometry], gate: Point) -> Point:
    """Return a point within the building nearest to a gate."""
    nearest = prints[int(shapely.STRtree(list(prints)).nearest(gate))]
    return nearest.representative_point()
