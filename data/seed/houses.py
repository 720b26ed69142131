"""Plans of buildings as they stand in Shanghai, drawn around their own middle: south is down, in metres.

Slabs with a stair a bay, point towers, terraces (里弄), a dormitory, a low house for the estate's office.
A plan carries the points of its doors, each on its outline.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from shapely import Point, Polygon

from data.rules.areas import BuildingKind

Spot = tuple[float, float]
STAIR_M: Final = 1.8  # how far a stair stands out to the north
STAIR_HALF_M: Final = 1.7
STEP_M: Final = 1.5  # how far the bays of a stepped slab stand before one another
HOUSE_M: Final = 8.5  # the front of one house of a terrace


@dataclass(frozen=True, slots=True)
class Plan:
    """What sort of building it is, its outline and the points of its doors, west to east."""

    kind: BuildingKind
    outline: Polygon
    doors: tuple[Point, ...]


def straight_slab(bays: int, bay_m: float, depth_m: float) -> Plan:
    """Return a slab whose stairs stand out to the north, one a bay."""
    half, north = bays * bay_m / 2, depth_m / 2
    middles = [-half + (bay + 0.5) * bay_m for bay in range(bays)]
    back: list[Spot] = []
    for x in reversed(middles):
        back += [(x + STAIR_HALF_M, north), (x + STAIR_HALF_M, north + STAIR_M)]
        back += [(x - STAIR_HALF_M, north + STAIR_M), (x - STAIR_HALF_M, north)]
    outline = Polygon([(-half, -north), (half, -north), (half, north), *back, (-half, north)])
    return Plan(BuildingKind.SLAB, outline, tuple(Point(x, north + STAIR_M) for x in middles))


def stepped_slab(bays: int, bay_m: float, depth_m: float) -> Plan:
    """Return a slab whose bays stand alternately before and behind one another."""
    half, north = bays * bay_m / 2, depth_m / 2
    front: list[Spot] = []
    back: list[Spot] = []
    doors = []
    for bay in range(bays):
        west, shift = -half + bay * bay_m, STEP_M * (bay % 2)
        front += [(west, -north + shift), (west + bay_m, -north + shift)]
        back += [(west, north + shift), (west + bay_m, north + shift)]
        doors.append(Point(west + bay_m / 2, north + shift))
    return Plan(BuildingKind.SLAB, Polygon([*front, *reversed(back)]), tuple(doors))


def balconied_slab(bays: int, bay_m: float, depth_m: float) -> Plan:
    """Return a slab with a straight back and balconies standing out to the south, two a bay."""
    half, north = bays * bay_m / 2, depth_m / 2
    front: list[Spot] = [(-half, -north)]
    for quarter in range(2 * bays):
        middle = -half + (quarter + 0.5) * bay_m / 2
        front += [(middle - 1.9, -north), (middle - 1.9, -north - 1.3)]
        front += [(middle + 1.9, -north - 1.3), (middle + 1.9, -north)]
    outline = Polygon([*front, (half, -north), (half, north), (-half, north)])
    middles = (-half + (bay + 0.5) * bay_m for bay in range(bays))
    return Plan(BuildingKind.SLAB, outline, tuple(Point(x, north) for x in middles))


SLABS: Final[tuple[Callable[[int, float, float], Plan], ...]] = (
    straight_slab,
    stepped_slab,
    balconied_slab,
)

# Quarters of point blocks, in half sides: from the east front round to the north one.
CROSS: Final[tuple[Spot, ...]] = (
    (1, 0.48), (0.62, 0.48), (0.62, 0.62), (0.48, 0.62), (0.48, 1),
)  # fmt: skip
NOTCHED: Final[tuple[Spot, ...]] = ((1, 0.16), (0.86, 0.16), (0.86, 0.4), (1, 0.4), (1, 0.78),
    (0.78, 0.78), (0.78, 1), (0.4, 1), (0.4, 0.86), (0.16, 0.86), (0.16, 1),
)  # fmt: skip
# A butterfly (蝶形): its wings turn to the south-east and south-west; the eastern half, south to north.
BUTTERFLY: Final[tuple[Spot, ...]] = (
    (0.22, -0.55), (0.4, -0.55), (0.62, -0.95), (1, -0.74), (0.8, -0.36), (0.95, -0.1),
    (0.95, 0.5), (0.55, 0.5), (0.55, 0.8), (0.16, 0.8),
)  # fmt: skip
# Three flats to the south and a stair to the north (品字形).
TRIPLE: Final[tuple[Spot, ...]] = (
    (0.28, -0.9), (0.28, -0.62), (0.5, -0.62), (0.5, -0.82), (1, -0.82), (1, 0.3), (0.52, 0.3),
    (0.52, 0.75), (0.2, 0.75),
)  # fmt: skip


def four_sided(quarter: tuple[Spot, ...]) -> Callable[[float], Plan]:
    """Return the plan of a tower that looks the same from all four sides."""

    def plan(side_m: float) -> Plan:
        a = side_m / 2
        turns = [[(x, y), (-y, x), (-x, -y), (y, -x)] for x, y in quarter]
        outline = Polygon([(a * t[n][0], a * t[n][1]) for n in range(4) for t in turns])
        return Plan(BuildingKind.TOWER, outline, (Point(0, float(outline.bounds[1])),))

    return plan


def mirrored(half: tuple[Spot, ...]) -> Callable[[float], Plan]:
    """Return the plan of a tower that mirrors its eastern half."""

    def plan(side_m: float) -> Plan:
        a = side_m / 2
        east = [(a * x, a * y) for x, y in half]
        outline = Polygon([*east, *((-x, y) for x, y in reversed(east))])
        return Plan(BuildingKind.TOWER, outline, (Point(0, east[0][1]),))

    return plan


TOWERS: Final = (four_sided(CROSS), four_sided(NOTCHED), mirrored(BUTTERFLY), mirrored(TRIPLE))


def terrace(width_m: float, depth_m: float) -> Plan:
    """Return a row of narrow houses with one door each, a small step in the line of their backs."""
    houses = max(3, round(width_m / HOUSE_M))
    half, step, north = width_m / 2, width_m / houses, depth_m / 2
    outline = Polygon(
        [(-half, -north), (half, -north), (half, north - 0.8), (0, north - 0.8), (0, north),
         (-half, north)]
    )  # fmt: skip
    doors = tuple(Point(-half + (n + 0.5) * step, -north) for n in range(houses))
    return Plan(BuildingKind.TERRACE, outline, doors)


def dormitory(width_m: float, depth_m: float) -> Plan:
    """Return an L: a long wing with a short one to the north, two stairs to the south."""
    half, south = width_m / 2, -depth_m / 2
    outline = Polygon(
        [(-half, south), (half, south), (half, south + 14), (-half + 14, south + 14),
         (-half + 14, -south), (-half, -south)]
    )  # fmt: skip
    doors = (Point(-half / 2, south), Point(half / 2, south))
    return Plan(BuildingKind.DORMITORY, outline, doors)


def office(width_m: float, depth_m: float) -> Plan:
    """Return the low house of an estate's office or kindergarten: a U open to the north."""
    half, north = width_m / 2, depth_m / 2
    outline = Polygon(
        [(-half, -north), (half, -north), (half, north), (half / 2, north), (half / 2, 0),
         (-half / 2, 0), (-half / 2, north), (-half, north)]
    )  # fmt: skip
    return Plan(BuildingKind.OTHER, outline, (Point(0, 0),))
