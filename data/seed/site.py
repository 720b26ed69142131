"""Where the buildings and paths of an estate lie: rows from north to south, aisles past their doors.

A block is laid out in a frame of its own: metres around its middle, turned so that rows run from west to
east. A ring path runs along the wall, an aisle past each row's doors from ring to ring, a lane across the
rows from gate to gate, and a last step from each door. None of them crosses a building.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from math import cos, pi, sin
from random import Random
from typing import Any, Final

import numpy as np
import shapely
from shapely import LineString, Point, Polygon
from shapely.affinity import translate

from data.rules.areas import BuildingKind, CompoundKind
from data.seed.houses import SLABS, STAIR_M, TOWERS, Plan, dormitory, office, straight_slab, terrace
from data.seed.streets import polygons, sides_of

WALL_M: Final = 6.0  # no building stands nearer to the wall
RING_M: Final = 3.0  # how far inside the wall the ring path runs
AISLE_M: Final = 2.4  # how far before the doors the aisle runs
ROW_FROM_M: Final = 34.0  # where a block is narrower it stays green
LANE_HALF_M: Final = 5.0  # what a lane keeps free to both sides
LANE_FROM_M: Final = 120.0  # a block wider than this has a lane
TILT: Final = (
    0.5  # radians rows may turn away from facing south; a steeper block is laid out squarely
)
SIDE_GATE_SHARE: Final = 0.3
OFFICE_SHARE: Final = 0.4
GIANT_TOWER_ROWS: Final = 5
TOWER_ROWS: Final = (0, 1, 2, 2, 99)  # of newer estates: none, some in the north, nothing else
OLD_TOWER_ROWS: Final = (0, 0, 0, 0, 1)
SLACK: Final = 1.3  # how far a spare depth may widen the space between rows

Interval = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """A sort of row: how far it reaches from its middle line, the free space south of it, its units.

    `unit` draws the next building that fits into so many metres, None when none does; `doors_north` says
    on which side the aisle lies.
    """

    north_m: float
    south_m: float
    space_m: float
    gap_m: float
    floors: tuple[int, int]
    unit: Callable[[float, Random], Plan | None]
    doors_north: bool = False


@dataclass(frozen=True, slots=True)
class House:
    """One building: outline and the points of its entrances in metres, floors."""

    kind: BuildingKind
    outline: Polygon
    doors: tuple[Point, ...]
    floors: int


@dataclass(slots=True)
class Site:
    """An estate: its buildings from north to south, its paths, and the gates in its wall."""

    houses: list[House] = field(default_factory=list)
    paths: list[LineString] = field(default_factory=list)
    gates: list[Point] = field(default_factory=list)


def lay_out(block: Polygon, kind: CompoundKind, rng: Random, *, giant: bool = False) -> Site:
    """Return the site plan of a block between streets."""
    angle = _angle(block)
    middle = (block.centroid.x, block.centroid.y)
    ground = _Ground(_framed(block, angle, middle), rng)
    for row, y in ground.rows(_programme(kind, ground, rng, giant=giant)):
        ground.build(row, y)
    ground.add_paths()
    return _site(ground, angle, middle)


def _angle(block: Polygon) -> float:
    """Return the direction of the rows: blocks of flats face south, along the nearest street."""
    folded = [(angle + pi / 2) % pi - pi / 2 for _, angle in sides_of(block)]
    nearest = min(folded, key=abs)
    return nearest if abs(nearest) <= TILT else 0.0


def _framed(shape: Any, angle: float, middle: Interval) -> Any:
    c, s = cos(angle), sin(angle)
    return shapely.transform(
        shape,
        lambda xy: np.column_stack(
            [c * (xy[:, 0] - middle[0]) + s * (xy[:, 1] - middle[1]),
             c * (xy[:, 1] - middle[1]) - s * (xy[:, 0] - middle[0])]
        ),
    )  # fmt: skip


def _placed(shape: Any, angle: float, middle: Interval) -> Any:
    c, s = cos(angle), sin(angle)
    return shapely.transform(
        shape,
        lambda xy: np.column_stack(
            [middle[0] + c * xy[:, 0] - s * xy[:, 1], middle[1] + s * xy[:, 0] + c * xy[:, 1]]
        ),
    )


def _site(ground: "_Ground", angle: float, middle: Interval) -> Site:
    def place(shape: Any) -> Any:
        return _placed(shape, angle, middle)

    return Site(
        [
            House(each.kind, place(each.outline), tuple(place(d) for d in each.doors), each.floors)
            for each in ground.houses
        ],
        [place(path) for path in ground.paths],
        [place(gate) for gate in ground.gates],
    )


class _Ground:
    """A block in its frame while it fills."""

    def __init__(self, block: Polygon, rng: Random) -> None:
        self.block, self.rng = block, rng
        self.inside = _inset(block, WALL_M)
        self.ring = _inset(block, RING_M)
        self.west, _, self.east, _ = self.inside.bounds
        self.south, self.north = self._depth()
        self.lanes = self._lane_places()
        self.houses: list[House] = []
        self.paths: list[LineString] = []
        self.gates: list[Point] = []
        self.aisles: list[tuple[float, list[Point]]] = []
        shapely.prepare(self.inside)

    def _depth(self) -> Interval:
        """Return from where to where the block is wide enough for a row."""
        _, south, _, north = self.inside.bounds
        heights = np.arange(south + 0.5, north, 1.0)
        ends = ((self.west - 1, y, self.east + 1, y) for y in heights)
        lines = shapely.linestrings([[(a, b), (c, d)] for a, b, c, d in ends])
        wide = heights[shapely.length(shapely.intersection(lines, self.inside)) >= ROW_FROM_M]
        return (float(wide[0]), float(wide[-1])) if len(wide) else (south, north)

    def _lane_places(self) -> list[float]:
        width = self.east - self.west
        count = int(width // (2.2 * LANE_FROM_M)) + (width > LANE_FROM_M)
        return [
            self.west + width * ((n + 1) / (count + 1) + self.rng.uniform(-0.06, 0.06))
            for n in range(count)
        ]

    def rows(self, programme: Iterator[Row]) -> list[tuple[Row, float]]:
        """Return rows with the height of their middle lines, the first at the north wall."""
        found: list[tuple[Row, float]] = []
        y = self.north
        for row in programme:
            if y - row.north_m - row.south_m < self.south:
                break
            found.append((row, y - row.north_m))
            y -= row.north_m + row.south_m + row.space_m
        if len(found) < 2:
            return [(row, (self.north + self.south) / 2) for row, _ in found]
        spare = found[-1][1] - found[-1][0].south_m - self.south
        tight = sum(row.space_m for row, _ in found[:-1])
        wider = min(spare, tight * (SLACK - 1)) / (len(found) - 1)
        inset = (spare - wider * (len(found) - 1)) / 2
        return [(row, at - inset - wider * index) for index, (row, at) in enumerate(found)]

    def build(self, row: Row, y: float) -> None:
        """Fill a row with buildings between its ends and the lanes."""
        doors: list[Point] = []
        for low, high in self._free(y - row.south_m, y + row.north_m):
            for x, plan in _packed(low, high, row, self.rng):
                outline = translate(plan.outline, x, y)
                if not self.inside.contains(outline):
                    continue
                own = tuple(Point(x + door.x, y + door.y) for door in plan.doors)
                floors = self.rng.randint(*row.floors)
                self.houses.append(House(plan.kind, outline, own, floors))
                doors += own
        if doors:
            reach = row.north_m if row.doors_north else -row.south_m
            self.aisles.append((y + reach + (AISLE_M if row.doors_north else -AISLE_M), doors))

    def _free(self, low: float, high: float) -> list[Interval]:
        """Return where a band from `low` to `high` lies inside the block and clear of the lanes."""
        free = [(self.west, self.east)]
        for y in (low, (low + high) / 2, high):
            chord = LineString([(self.west - 1, y), (self.east + 1, y)]).intersection(self.inside)
            parts = (part.bounds for part in shapely.get_parts(chord) if part.length)
            free = _common(free, [(part[0], part[2]) for part in parts])
        for lane in self.lanes:
            sides = [(self.west, lane - LANE_HALF_M), (lane + LANE_HALF_M, self.east)]
            free = _common(free, sides)
        return sorted(free)

    def add_paths(self) -> None:
        """Lay ring, aisles, steps and lanes, and put gates where the lanes leave."""
        aisles = [line for y, doors in self.aisles for line in self._aisle(y, doors)]
        steps = [
            LineString([(door.x, door.y), (door.x, y)])
            for y, doors in self.aisles
            for door in doors
        ]
        self.paths += [LineString(self.ring.exterior.coords), *aisles, *steps]
        for x in self.lanes:
            self._add_lane(x)
        if not self.gates or self.rng.random() < SIDE_GATE_SHARE:
            side = self.rng.choice((0, -1))
            self._add_side_gate(Point(aisles[len(aisles) // 2].coords[side]))

    def _aisle(self, y: float, doors: list[Point]) -> list[LineString]:
        across = LineString([(self.west - 9, y), (self.east + 9, y)]).intersection(self.ring)
        stops = sorted({door.x for door in doors} | set(self.lanes))
        found = []
        for part in shapely.get_parts(across):
            if part.length:
                low, high = sorted(part.coords)[:: len(part.coords) - 1]
                inner = [(x, y) for x in stops if low[0] < x < high[0]]
                found.append(LineString([low, *inner, high]))
        return found

    def _add_lane(self, x: float) -> None:
        along = LineString([(x, self.south - 99), (x, self.north + 99)]).intersection(self.block)
        part = max(shapely.get_parts(along), key=lambda each: float(each.length))
        low, high = sorted(part.coords, key=lambda spot: spot[1])[:: len(part.coords) - 1]
        crossings = shapely.get_coordinates(part.intersection(self.ring.exterior))
        stops = {(x, y) for y, _ in self.aisles if low[1] < y < high[1]}
        stops |= {(float(cx), float(cy)) for cx, cy in crossings}
        self.paths.append(LineString([low, *sorted(stops, key=lambda spot: spot[1]), high]))
        self.gates += [Point(high), Point(low)]

    def _add_side_gate(self, corner: Point) -> None:
        gate = self.block.exterior.interpolate(self.block.exterior.project(corner))
        self.gates.append(gate)
        self.paths.append(LineString([gate, corner]))


def _inset(block: Polygon, metres: float) -> Polygon:
    parts = polygons(shapely.buffer(block, -metres, join_style="mitre"))
    return max(parts, key=lambda part: float(part.area))


def _common(first: list[Interval], second: list[Interval]) -> list[Interval]:
    met = ((max(a, c), min(b, d)) for a, b in first for c, d in second)
    return [(low, high) for low, high in met if low < high]


def _packed(low: float, high: float, row: Row, rng: Random) -> list[tuple[float, Plan]]:
    """Return plans side by side with the places of their middles; spare room widens the gaps."""
    chosen: list[Plan] = []
    room = high - low
    while (plan := row.unit(room, rng)) is not None:
        chosen.append(plan)
        room -= _width(plan) + row.gap_m
    if not chosen:
        return []
    room += row.gap_m
    wider = min(room / max(1, len(chosen) - 1), row.gap_m) if len(chosen) > 1 else 0.0
    at = low + (room - wider * (len(chosen) - 1)) * rng.choice((0.0, 0.5, 1.0))
    places = []
    for plan in chosen:
        places.append((at - float(plan.outline.bounds[0]), plan))
        at += _width(plan) + row.gap_m + wider
    return places


def _width(plan: Plan) -> float:
    west, _, east, _ = plan.outline.bounds
    return float(east - west)


def _programme(kind: CompoundKind, ground: _Ground, rng: Random, *, giant: bool) -> Iterator[Row]:
    """Yield the rows of an estate from north to south, for as long as there is room."""
    if kind is CompoundKind.TERRACES:
        row = _terraces(rng)
        while True:
            yield row
    if kind is CompoundKind.DORMITORY:
        while True:
            yield DORMITORY
    yield from _estate(kind, ground, rng, giant=giant)


def _estate(kind: CompoundKind, ground: _Ground, rng: Random, *, giant: bool) -> Iterator[Row]:
    old = kind is CompoundKind.OLD_ESTATE
    tall, low = _towers(rng), _slabs(rng, tall=not old and not giant)
    towers = GIANT_TOWER_ROWS if giant else rng.choice(OLD_TOWER_ROWS if old else TOWER_ROWS)
    for _ in range(towers):
        yield tall
    if rng.random() < OFFICE_SHARE:
        yield _with_office(low)
    while True:
        yield low


def _slabs(rng: Random, *, tall: bool) -> Row:
    """Return rows of slabs: old ones of five and six floors, or eleven and more with a lift a bay."""
    draw = straight_slab if tall else rng.choice(SLABS)
    bay, depth = (rng.uniform(17, 20), 14.0) if tall else (rng.uniform(13, 15.5), 12.0)
    floors = rng.choice(((9, 11), (11, 11), (12, 14)) if tall else ((6, 6), (5, 6), (5, 5)))
    bays = (1, 2, 2, 3) if tall else (2, 3, 3, 4, 4, 5, 6)

    def unit(room: float, rng: Random) -> Plan | None:
        fitting = [count for count in bays if count * bay <= room]
        return draw(rng.choice(fitting), bay, depth) if fitting else None

    space = rng.uniform(15, 20) if tall else rng.uniform(8.5, 12)
    reach = depth / 2 + STAIR_M
    return Row(reach, reach, space, 7.5, floors, unit, doors_north=True)


def _with_office(row: Row) -> Row:
    """Return the row with the low house of the estate's office at its west end."""
    waiting = [office(24.0, 15.0)]

    def unit(room: float, rng: Random) -> Plan | None:
        if waiting and room >= _width(waiting[0]):
            return waiting.pop()
        return row.unit(room, rng)

    return replace(row, unit=unit)


def _towers(rng: Random) -> Row:
    draw, side = rng.choice(TOWERS), rng.uniform(25, 31)

    def unit(room: float, rng: Random) -> Plan | None:
        return draw(side) if room >= side else None

    floors = rng.choice(((14, 18), (18, 18), (16, 24), (24, 24)))
    return Row(side / 2, side / 2, rng.uniform(11, 17), 12.0, floors, unit)


def _terraces(rng: Random) -> Row:
    depth = rng.uniform(8.5, 10)

    def unit(room: float, rng: Random) -> Plan | None:
        fitting = [width for width in (28, 36, 44, 52, 60) if width <= room]
        return terrace(rng.choice(fitting), depth) if fitting else None

    return Row(depth / 2, depth / 2, 5.2, 4.6, (2, 3), unit)


def _wing(room: float, rng: Random) -> Plan | None:
    fitting = [width for width in (48, 56, 64) if width <= room]
    return dormitory(rng.choice(fitting), 26.0) if fitting else None


DORMITORY: Final = Row(13, 13, 12, 12, (5, 6), _wing)
