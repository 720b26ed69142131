"""Believable buildings: slab blocks, towers, terraces, a dormitory, laid out in rows in a block.

Metres. A building is drawn around its own middle, turned by the block's angle, and kept only where it
lies wholly inside the block's margin and clear of what stands already.
"""

from dataclasses import dataclass
from math import cos, sin
from random import Random
from typing import Final

import shapely
from shapely import Point, Polygon
from shapely.affinity import rotate, translate

from data.rules.areas import BuildingKind, CompoundKind
from data.seed.ground import Block

MARGIN_M: Final = 6.0
CLEARANCE_M: Final = 5.0
BAY_M: Final = 14.0


@dataclass(frozen=True, slots=True)
class Pattern:
    """How a kind of estate is laid out: spacing of rows and places in metres, floors from and to."""

    building: BuildingKind
    row_m: float
    place_m: tuple[float, float]
    depth_m: float
    gap_m: float
    floors: tuple[int, int]


PATTERNS: Final = {
    CompoundKind.ESTATE: Pattern(BuildingKind.TOWER, 52, (26, 30), 26, 26, (11, 18)),
    CompoundKind.OLD_ESTATE: Pattern(BuildingKind.SLAB, 29, (42, 70), 12, 11, (5, 6)),
    CompoundKind.TERRACES: Pattern(BuildingKind.TERRACE, 17, (34, 56), 9, 6, (2, 3)),
    CompoundKind.DORMITORY: Pattern(BuildingKind.DORMITORY, 34, (54, 64), 15, 14, (5, 6)),
}


@dataclass(frozen=True, slots=True)
class House:
    """One building: outline and the points of its entrances in metres, floors, and its row."""

    kind: BuildingKind
    outline: Polygon
    doors: tuple[Point, ...]
    floors: int
    row: int


def lay_out(block: Block, kind: CompoundKind, rng: Random, spread: float = 1.0) -> list[House]:
    """Return the buildings of a block, row by row from the north; `spread` widens the spacing."""
    pattern = PATTERNS[kind]
    inside = shapely.buffer(block.outline, -MARGIN_M)
    shapely.prepare(inside)
    houses: list[House] = []
    for row, north in enumerate(_row_offsets(block, pattern.row_m * spread)):
        houses += _row(block, pattern, inside, (row, north), rng, spread)
    return houses


def _row_offsets(block: Block, pitch: float) -> list[float]:
    frame = rotate(block.outline, -block.angle, origin=block.outline.centroid, use_radians=True)
    centre = block.outline.centroid.y
    _, south, _, north = frame.bounds
    count = max(1, int((north - south) // pitch))
    first = (count - 1) * pitch / 2
    middle = (north + south) / 2 - centre
    return [middle + first - index * pitch for index in range(count)]


def _row(
    block: Block,
    pattern: Pattern,
    inside: Polygon,
    place: tuple[int, float],
    rng: Random,
    spread: float,
) -> list[House]:
    row, north = place
    frame = rotate(block.outline, -block.angle, origin=block.outline.centroid, use_radians=True)
    west, _, east, _ = frame.bounds
    at = west + MARGIN_M + rng.uniform(0, 6) - block.outline.centroid.x
    end = east - MARGIN_M - block.outline.centroid.x
    houses: list[House] = []
    while at < end:
        width = _width(pattern, rng)
        house = _house(block, pattern, (at + width / 2, north), width, rng, row)
        if inside.contains(house.outline):
            houses.append(house)
            at += width + pattern.gap_m * spread
        else:
            at += 8.0
    return houses


def _width(pattern: Pattern, rng: Random) -> float:
    low, high = pattern.place_m
    if pattern.building is BuildingKind.SLAB:
        return BAY_M * rng.choice([3, 4, 4, 5])
    return rng.uniform(low, high)


def _house(
    block: Block, pattern: Pattern, middle: tuple[float, float], width: float, rng: Random, row: int
) -> House:
    floors = rng.randint(*pattern.floors)
    depth = width if pattern.building is BuildingKind.TOWER else pattern.depth_m
    plan, doors = _PLANS[pattern.building](width, depth)
    outline, points = _placed(plan, block, middle), [_placed(door, block, middle) for door in doors]
    return House(pattern.building, outline, tuple(points), floors, row)


def _placed(shape, block: Block, middle: tuple[float, float]):  # type: ignore[no-untyped-def]
    """Move a plan drawn around the origin to its place in the block."""
    turned = rotate(shape, block.angle, origin=(0, 0), use_radians=True)
    centre, (x, y) = block.outline.centroid, middle
    dx, dy = (
        x * cos(block.angle) - y * sin(block.angle),
        x * sin(block.angle) + y * cos(block.angle),
    )
    return translate(turned, centre.x + dx, centre.y + dy)


def _slab(width: float, depth: float) -> tuple[Polygon, list[Point]]:
    """Return a slab with a stair bay sticking out to the north every 14 m."""
    bays = max(1, round(width / BAY_M))
    half, step = width / 2, width / bays
    north = depth / 2
    points = [(-half, -north), (half, -north), (half, north)]
    doors: list[Point] = []
    for bay in reversed(range(bays)):
        middle = -half + (bay + 0.5) * step
        points += [(middle + 1.7, north), (middle + 1.7, north + 1.8)]
        points += [(middle - 1.7, north + 1.8), (middle - 1.7, north)]
        doors.insert(0, Point(middle, north + 1.8))
    return Polygon([*points, (-half, north)]), doors


def _tower(width: float, depth: float) -> tuple[Polygon, list[Point]]:
    """Return a tower with notched corners and light wells: the plan of a point block."""
    a = width / 2
    b, c = a * 0.48, a * 0.72
    quarter = [(a, b), (c, b), (c, c), (b, c), (b, a)]
    points = []
    for turn in range(4):
        points += [[(x, y), (-y, x), (-x, -y), (y, -x)][turn] for x, y in quarter]
    return Polygon(points), [Point(0, -a)]


def _terrace(width: float, depth: float) -> tuple[Polygon, list[Point]]:
    """Return a row of narrow houses with one door each, a small step in the line of the front."""
    count = max(3, round(width / 8.5))
    half, step, north = width / 2, width / count, depth / 2
    plan = Polygon(
        [
            (-half, -north),
            (half, -north),
            (half, north - 0.8),
            (0, north - 0.8),
            (0, north),
            (-half, north),
        ]
    )
    return plan, [Point(-half + (house + 0.5) * step, -north) for house in range(count)]


def _dormitory(width: float, depth: float) -> tuple[Polygon, list[Point]]:
    """Return an L: a long wing with a short one, two stairs."""
    half, north = width / 2, depth / 2
    plan = Polygon(
        [(-half, -north), (half, -north), (half, north), (-half + depth, north),
         (-half + depth, north + 10), (-half, north + 10)]
    )  # fmt: skip
    return plan, [Point(-half / 2, -north), Point(half / 2, -north)]


_PLANS: Final = {
    BuildingKind.SLAB: _slab,
    BuildingKind.TOWER: _tower,
    BuildingKind.TERRACE: _terrace,
    BuildingKind.DORMITORY: _dormitory,
}
