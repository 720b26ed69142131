"""The ground of a place laid out in metres: which entrances (号) touch, and which cell is whose.

Local metres: x east, y north of the south-west corner of everything drawn, in the zone of `crs`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely import Point
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from dashapp.rebalancing.passages import gates_by_compound, passages_between
from data.errors import InvalidInput
from data.queries.grids import GridGround
from geo.adjacency import Adjacency, divide_by_entrance, find_adjacency
from geo.adjacency_input import AdjacencyError, Note
from geo.balance_problem import Link
from geo.crs import metres_code, to_degrees, to_metres

EVEN_M: Final = 0.3
"""How far a cell's drawn border may lie from the true one: a fifth of the points, none missed."""

OPEN_GROUND_M: Final = 15.0
"""How far the ground of buildings that stand in no compound reaches around them."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A place in local metres; `cells` and `links` speak of `ground.units` by their index.

    notes tell what was wrong with the outlines and handled; their units are indices too, their
    compounds indices of `ground.compounds`, or one past the last for buildings in none. closed
    are compounds that no gate joins to any other; doorless are buildings without an entrance.
    """

    ground: GridGround
    crs: int
    corner: tuple[float, float]
    buildings: tuple[BaseGeometry, ...]
    compounds: tuple[BaseGeometry, ...]
    paths: tuple[BaseGeometry, ...]
    doors: tuple[Point, ...]
    cells: tuple[BaseGeometry, ...]
    links: tuple[Link, ...]
    notes: tuple[Note, ...]
    closed: tuple[int, ...]
    doorless: tuple[int, ...]

    def in_degrees(self, shape: BaseGeometry) -> BaseGeometry:
        """Return a shape of the plot in EPSG:4490 degrees."""
        moved: BaseGeometry = to_degrees(translate(shape, *self.corner), self.crs)
        return moved


def lay_out(ground: GridGround) -> Plot:
    """Return the plot of a place; raises InvalidInput when it cannot be laid out, saying why."""
    if not ground.units:
        raise InvalidInput(f"{ground.name} has no entrance to divide", field="code")
    crs, corner = _zone(ground)
    metres = _Metres(crs, corner)
    buildings = metres([building.outline for building in ground.buildings])
    compounds = metres([compound.outline for compound in ground.compounds])
    doors = _doors(ground, metres([unit.point for unit in ground.units]), buildings)
    paths, gates = metres(ground.barriers), metres(ground.gates)
    try:
        built, touching, closed = _joined(ground, buildings, compounds, gates, paths)
        adjacency = _by_entrance(ground, built, touching, doors)
    except AdjacencyError as refusal:
        raise InvalidInput(f"{ground.name}: {refusal}", field="code") from refusal
    return Plot(
        ground=ground,
        crs=crs,
        corner=corner,
        buildings=buildings,
        compounds=compounds,
        paths=paths,
        doors=doors,
        cells=_evened(adjacency.cells),
        links=adjacency.links,
        notes=adjacency.notes,
        closed=closed,
        doorless=tuple(sorted(set(range(len(buildings))) - set(built))),
    )


@dataclass(frozen=True, slots=True)
class _Metres:
    """Turns degrees into local metres."""

    crs: int
    corner: tuple[float, float]

    def __call__(self, shapes: Iterable[BaseGeometry]) -> tuple[Any, ...]:
        west, south = self.corner
        return tuple(translate(shape, -west, -south) for shape in to_metres([*shapes], self.crs))


def _zone(ground: GridGround) -> tuple[int, tuple[float, float]]:
    """Return the system to measure in, and the south-west corner in it, in whole metres."""
    outlines = [row.outline for row in ground.buildings]
    outlines += [row.outline for row in ground.compounds]
    west, south, east, north = shapely.total_bounds(outlines)
    crs = metres_code((west + east) / 2, (south + north) / 2)
    x, y, _, _ = shapely.total_bounds(to_metres(outlines, crs))
    return crs, (float(np.floor(x)), float(np.floor(y)))


def _doors(
    ground: GridGround, points: Sequence[Point], buildings: Sequence[BaseGeometry]
) -> tuple[Point, ...]:
    """Return where each entrance is; one that was never placed is in its building."""
    return tuple(
        buildings[unit.building].representative_point() if point.is_empty else point
        for unit, point in zip(ground.units, points, strict=True)
    )


def _joined(
    ground: GridGround,
    buildings: Sequence[BaseGeometry],
    compounds: Sequence[BaseGeometry],
    gates: Sequence[Point],
    barriers: Sequence[BaseGeometry],
) -> tuple[tuple[int, ...], Adjacency, tuple[int, ...]]:
    """Return the buildings that have entrances, how they touch, and the compounds shut off."""
    built = tuple(sorted({unit.building for unit in ground.units}))
    open_ground = len(compounds)
    owners = [ground.buildings[place].compound for place in built]
    compound_of = [open_ground if own is None else own for own in owners]
    prints = [buildings[place] for place in built]
    ways_in = gates_by_compound(gates, compounds)
    outlines = list(compounds)
    loose = [one for one, own in zip(prints, owners, strict=True) if own is None]
    if loose:
        outlines.append(_ground_around(loose, compounds))
        ways_in[open_ground] = shapely.union_all(loose)  # they open on the street, all around
    passages, closed = passages_between(prints, compound_of, ways_in)
    return built, find_adjacency(prints, outlines, compound_of, passages, barriers), closed


def _ground_around(
    loose: Sequence[BaseGeometry], compounds: Sequence[BaseGeometry]
) -> BaseGeometry:
    """Return the open ground that buildings in no compound (沿街房) share."""
    around = shapely.union_all(loose).convex_hull.buffer(OPEN_GROUND_M)
    return around.difference(shapely.union_all(list(compounds)))


def _by_entrance(
    ground: GridGround, built: Sequence[int], adjacency: Adjacency, doors: Sequence[Point]
) -> Adjacency:
    place = {building: index for index, building in enumerate(built)}
    return divide_by_entrance(adjacency, doors, [place[unit.building] for unit in ground.units])


def _evened(cells: Sequence[BaseGeometry]) -> tuple[BaseGeometry, ...]:
    """Return cells with fewer points and their common borders still in common."""
    return tuple(shapely.coverage_simplify(list(cells), EVEN_M))
