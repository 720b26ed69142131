"""Streets of the demo: along the borders of the committees, and invented ones that cut them.

Metres (EPSG:4549). Every street is its middle line; where two meet, both have a vertex of the very same
coordinates, so that the lines are a network as they stand.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import atan2, cos, hypot, pi, sin
from random import Random
from typing import Any, Final

import numpy as np
import shapely
from shapely import LineString, Polygon, STRtree
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

STREET_HALF_M: Final = 7.0
LANE_HALF_M: Final = 4.5
NAMED_FROM_M: Final = 320.0
STRAIGHT_ON: Final = 0.7  # radians a street may turn at a crossing and keep its name
TOUCH_M: Final = 1e-6

Spot = tuple[float, float]
End = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Street:
    """The middle line of a street, half its width in metres, and its name; a lane has none."""

    line: LineString
    half_m: float
    name: str = ""


def border_lines(areas: Sequence[BaseGeometry]) -> list[LineString]:
    """Return the borders of areas that share them, joined where they go straight on."""
    borders = shapely.union_all([shapely.boundary(area) for area in areas])
    return _straight_on([LineString(part) for part in shapely.get_parts(borders)])


def _straight_on(edges: list[LineString]) -> list[LineString]:
    partner = _partners(edges)
    walked: set[int] = set()
    starts = [(e, side) for e in range(len(edges)) for side in (0, 1) if (e, side) not in partner]
    lines = []
    for start in [*starts, *((e, 0) for e in range(len(edges)))]:  # the rest are rings
        if start[0] not in walked:
            lines.append(_walk(edges, partner, start, walked))
    return lines


def _partners(edges: list[LineString]) -> dict[End, End]:
    """Return for each end of an edge the end it goes on with, the straightest pairs first."""
    meeting: dict[Spot, list[tuple[End, float]]] = defaultdict(list)
    for index, edge in enumerate(edges):
        for side in (0, 1):
            points = edge.coords if side == 0 else edge.coords[::-1]
            (x, y), (toward_x, toward_y) = points[0], points[1]
            meeting[x, y].append(((index, side), atan2(toward_y - y, toward_x - x)))
    partner: dict[End, End] = {}
    for ends in meeting.values():
        for turn, a, b in sorted((_turn(p, q), a, b) for (a, p), (b, q) in combinations(ends, 2)):
            if turn < STRAIGHT_ON and not {a, b} & partner.keys():
                partner[a], partner[b] = b, a
    return partner


def _turn(leaving: float, other: float) -> float:
    return abs((leaving - other) % (2 * pi) - pi)


def _walk(
    edges: list[LineString], partner: dict[End, End], start: End, walked: set[int]
) -> LineString:
    spots: list[tuple[float, ...]] = []
    end: End | None = start
    while end is not None and end[0] not in walked:
        index, side = end
        walked.add(index)
        points = list(edges[index].coords)
        spots += (points if side == 0 else points[::-1])[1 if spots else 0 :]
        end = partner.get((index, 1 - side))
    return LineString(spots)


def cut_cells(
    area: BaseGeometry, wanted_m2: Callable[[Polygon], float], rng: Random
) -> tuple[list[Polygon], list[Street]]:
    """Cut an area in two, always across its longer side, until no cell exceeds what is wanted of it.

    The cells fill the area; the cuts between them are unnamed streets, the first one the widest.
    """
    waiting = [(part, 0) for part in polygons(area)]
    cells: list[Polygon] = []
    cuts: list[Street] = []
    while waiting:
        piece, depth = waiting.pop()
        if piece.area <= wanted_m2(piece):
            cells.append(piece)
            continue
        cut = _cut_across(piece, rng)
        half = STREET_HALF_M if depth == 0 else LANE_HALF_M
        inside = shapely.get_parts(cut.intersection(piece))
        cuts += [Street(part, half) for part in inside if isinstance(part, LineString)]
        waiting += [(part, depth + 1) for part in polygons(split(piece, cut))]
    return cells, cuts


def _cut_across(piece: Polygon, rng: Random) -> LineString:
    angle = max(sides_of(piece))[1] + pi / 2 + rng.uniform(-0.03, 0.03)
    reach = 2 * hypot(*np.ptp(np.reshape(piece.bounds, (2, 2)), axis=0))
    shift = rng.uniform(-0.09, 0.09) * np.sqrt(piece.area)
    x = piece.centroid.x + shift * sin(angle)
    y = piece.centroid.y - shift * cos(angle)
    far = [(x + s * reach * cos(angle), y + s * reach * sin(angle)) for s in (-1, 1)]
    return LineString(far)


def sides_of(piece: Polygon) -> list[tuple[float, float]]:
    """Return length and direction of two neighbouring sides of the smallest box around a piece."""
    box: Any = shapely.minimum_rotated_rectangle(piece)
    return [
        (hypot(b[0] - a[0], b[1] - a[1]), atan2(b[1] - a[1], b[0] - a[0]))
        for a, b in pairwise(list(box.exterior.coords)[:3])
    ]


def between_streets(cells: Sequence[Polygon], streets: Sequence[Street]) -> list[Polygon]:
    """Return of each cell the land that no street lies on, its largest piece."""
    lanes = [
        shapely.buffer(street.line, street.half_m, cap_style="flat", join_style="mitre")
        for street in streets
    ]
    tree = STRtree(lanes)
    found = []
    for cell in cells:
        near = [lanes[i] for i in sorted(tree.query(cell))]
        parts = polygons(cell.difference(shapely.union_all(near)))
        found.append(max(parts, key=lambda part: float(part.area), default=Polygon()))
    return found


def joined(lines: Sequence[LineString]) -> list[LineString]:
    """Return the lines, each with a vertex wherever a vertex of another one lies on it."""
    spots = np.unique(shapely.get_coordinates(lines), axis=0)
    touching, lying = STRtree(lines).query(
        shapely.points(spots), predicate="dwithin", distance=TOUCH_M
    )
    found: dict[int, list[Spot]] = defaultdict(list)
    for spot, line in zip(touching, lying, strict=True):
        found[int(line)].append((float(spots[spot][0]), float(spots[spot][1])))
    return [_with_vertices(line, found[index]) for index, line in enumerate(lines)]


def _with_vertices(line: LineString, spots: list[Spot]) -> LineString:
    own = list(line.coords)
    new = sorted(set(spots) - set(own))
    if not new:
        return line
    along = [0.0, *np.cumsum([hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(own)])]
    placed = [*zip(along, own, strict=True)]
    placed += zip(shapely.line_locate_point(line, shapely.points(new)), new, strict=True)
    return LineString([spot for _, spot in sorted(placed, key=lambda each: each[0])])


def polygons(shape: BaseGeometry) -> list[Polygon]:
    """Return the polygons a shape is made of, none for what has no area."""
    return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon) and part.area]


def named(streets: Sequence[Street], names: Iterator[str]) -> list[Street]:
    """Return the streets with names for those that are long or wide; lanes stay without."""
    return [
        Street(each.line, each.half_m, next(names))
        if each.half_m >= STREET_HALF_M or each.line.length >= NAMED_FROM_M
        else each
        for each in streets
    ]
