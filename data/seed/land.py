"""The land between the streets of the demo: which blocks are lived in, and what the others are.

People live round the old centre; towards the river the blocks grow large and are parks and halls.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from typing import Final

import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from data.seed.ground import CommitteeGround, Ground
from data.seed.names import STREET_NAMES
from data.seed.streets import (
    STREET_HALF_M,
    Street,
    between_streets,
    border_lines,
    cut_cells,
    named,
)

CENTRE_BELOW_M2: Final = 250_000  # committees smaller than this are the old centre
LIVED_IN_SHARE: Final = 0.95  # of the land round the centre; the rest is streets, schools, parks
FAR_BLOCK_M2: Final = 170_000
GIANT_COMMITTEE: Final = 3  # its line in the monthly form
GIANT_BLOCK_M2: Final = 118_000
SMALLEST_HOME_M2: Final = 14_000  # an estate needs this much land
BROAD: Final = 0.45  # and that share of it left when 14 m are taken off all round


@dataclass(frozen=True, slots=True)
class Scale:
    """How big a street is drawn; with `dwellings` its houses are as tall as so many need."""

    name: str
    code: str
    compounds: int
    block_m2: float
    giant: bool = True
    dwellings: int | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """Land between streets within one committee (its line in the monthly form)."""

    order: int
    outline: Polygon
    from_centre_m: float
    near: bool
    giant: bool = False


@dataclass(frozen=True, slots=True)
class Land:
    """The blocks people live in, the other blocks, and the streets between them all."""

    homes: list[Block]
    others: list[Block]
    streets: list[Street]


def divide(ground: Ground, scale: Scale, rng: Random) -> Land:
    """Cut the street into blocks and choose as many to live in as it has compounds.

    Each committee gets its share of them, nearest to the centre first; what is short comes from the others.
    """
    areas = [each.outline for each in ground.committees]
    centre = shapely.centroid(shapely.union_all([a for a in areas if a.area < CENTRE_BELOW_M2]))
    borders = [Street(line, STREET_HALF_M) for line in border_lines(areas)]
    lived_in_m2 = scale.compounds * scale.block_m2 / LIVED_IN_SHARE
    whole = _reach(areas, centre, lived_in_m2)
    blocks: list[Block] = []
    streets = list(borders)
    for each in ground.committees:
        reach = max(whole, _reach([each.outline], centre, lived_in_m2 / len(areas)))
        found, cuts = _cut(each, scale, Around(centre, reach), borders, rng)
        blocks += found
        streets += cuts
    homes, others = _choose(blocks, len(areas), scale)
    return Land(homes, others, named(streets, _street_names()))


@dataclass(frozen=True, slots=True)
class Around:
    """A point and how far around it people live, in metres."""

    centre: Point
    reach_m: float


def _reach(areas: Sequence[BaseGeometry], centre: Point, wanted_m2: float) -> float:
    """Return the radius around the centre within which the areas hold so much land."""
    low, high = 0.0, 6_000.0
    while high - low > 5.0:
        middle = (low + high) / 2
        held = sum(area.intersection(centre.buffer(middle)).area for area in areas)
        low, high = (low, middle) if held >= wanted_m2 else (middle, high)
    return high


def _cut(
    ground: CommitteeGround, scale: Scale, around: Around, borders: list[Street], rng: Random
) -> tuple[list[Block], list[Street]]:
    giant = scale.giant and ground.order == GIANT_COMMITTEE
    near_m2 = GIANT_BLOCK_M2 if giant else scale.block_m2

    def wanted_m2(piece: Polygon) -> float:
        near = piece.distance(around.centre) < around.reach_m
        return near_m2 if near else FAR_BLOCK_M2

    cells, cuts = cut_cells(ground.outline, wanted_m2, rng)
    land = between_streets(cells, [*borders, *cuts])
    broadest = max(range(len(land)), key=lambda index: float(land[index].buffer(-40).area))
    return [
        Block(
            ground.order,
            outline,
            outline.centroid.distance(around.centre),
            near=cell.distance(around.centre) < around.reach_m,
            giant=giant and index == broadest,
        )
        for index, (cell, outline) in enumerate(zip(cells, land, strict=True))
    ], cuts


def _choose(blocks: list[Block], committees: int, scale: Scale) -> tuple[list[Block], list[Block]]:
    fit = sorted((b for b in blocks if _fit(b)), key=lambda b: (not b.giant, b.from_centre_m))
    homes: list[Block] = []
    for place in range(committees):
        own = [block for block in fit if block.order == place + 1]
        share = round(scale.compounds * (place + 1) / committees) - len(homes)
        homes += own[: max(0, share)]
    spare = [block for block in fit if block not in homes]
    homes += spare[: scale.compounds - len(homes)]
    if len(homes) < scale.compounds:
        raise ValueError(f"room for {len(homes)} compounds, {scale.compounds} wanted")
    return homes, [block for block in blocks if block not in homes]


def _fit(block: Block) -> bool:
    area = block.outline.area
    within = block.outline.buffer(-14).area
    return block.near and area >= SMALLEST_HOME_M2 and within >= BROAD * area


def _street_names() -> Iterator[str]:
    return chain(STREET_NAMES, (f"{n[:-1]}{side}路" for side in "东西南北" for n in STREET_NAMES))
