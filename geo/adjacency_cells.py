"""Divide the ground of each enclosure among its units: one cell each, none left without."""

import math
from collections.abc import Sequence

import geopandas
import momepy
import numpy as np
import shapely
from shapely import Point, Polygon
from shapely.geometry.base import BaseGeometry

from geo.adjacency_input import Footprints, Note, Trouble, areal

SHRINK_M = 0.4
"""How far outlines are drawn in, so that buildings wall to wall get cells of their own."""

SEGMENT_M = 2.0
"""Distance of the points that stand for an outline: 600 buildings in 0.6 s, 1 m takes 1 s."""

_APART_M = 0.5
"""How far points that coincide are moved apart."""


def lay_out_cells(prints: Footprints) -> tuple[tuple[BaseGeometry, ...], tuple[Note, ...]]:
    """Return one cell a unit, within its enclosure, and notes on fallbacks."""
    cells: dict[int, BaseGeometry] = {}
    notes: list[Note] = []
    for place, enclosure in enumerate(prints.enclosures):
        units = [u for u, own in enumerate(prints.enclosure) if own == place]
        lone = [unit for unit in units if prints.twin_of[unit] == unit]
        if not lone:
            continue
        drawn = _tessellated([prints.shapes[unit] for unit in lone], enclosure)
        if drawn is None:
            notes.append(Note(Trouble.POINT_CELLS, prints.compound[lone[0]], tuple(lone)))
            drawn = point_cells([prints.shapes[u].representative_point() for u in lone], enclosure)
        cells.update(zip(lone, drawn, strict=True))
    cells |= {u: prints.shapes[u] for u in range(len(prints.shapes)) if u not in cells}
    _share_with_twins(cells, prints.twin_of)
    return tuple(cells[unit] for unit in range(len(cells))), tuple(notes)


def _tessellated(shapes: Sequence[BaseGeometry], enclosure: Polygon) -> list[BaseGeometry] | None:
    """Return momepy's cells in the order of the shapes, or None if any is missing."""
    if len(shapes) == 1:
        return [enclosure]
    try:
        cells = momepy.morphological_tessellation(
            geopandas.GeoSeries(list(shapes)),
            clip=geopandas.GeoSeries([enclosure]),
            shrink=SHRINK_M,
            segment=SEGMENT_M,
            simplify=False,
        ).geometry
    except (ValueError, IndexError, TypeError, shapely.GEOSException):
        return None  # outlines too thin to shrink, or all in one line
    drawn = [cells.get(place) for place in range(len(shapes))]
    if any(cell is None or cell.is_empty or cell.area <= 0 for cell in drawn):
        return None
    return _straightened(drawn)


def _straightened(cells: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Return cells without the steps of the points that stand for outlines, still side by side.

    Cutting along the enclosure leaves lines beside some cells: half of all compounds have one,
    and momepy's own simplification refuses them.
    """
    whole = [areal(cell) for cell in cells]
    straight: list[BaseGeometry] = shapely.coverage_simplify(
        whole, SEGMENT_M / 2, simplify_boundary=False
    ).tolist()
    return straight


def point_cells(points: Sequence[Point], ground: BaseGeometry) -> list[BaseGeometry]:
    """Return the part of `ground` nearest to each point; coinciding points are moved apart.

    A point without any ground left (it lies outside) gets the half metre around itself.
    """
    if len(points) == 1:
        return [ground]
    sites = _moved_apart(points)
    regions = shapely.voronoi_polygons(shapely.MultiPoint(sites), extend_to=ground, ordered=True)
    cells = shapely.intersection(np.array(shapely.get_parts(regions)), ground)
    return [
        site.buffer(_APART_M) if cell.is_empty or cell.area <= 0 else areal(cell)
        for site, cell in zip(sites, cells.tolist(), strict=True)
    ]


def _moved_apart(points: Sequence[Point]) -> list[Point]:
    """Move points that were already taken outwards on a spiral around their place."""
    taken: dict[tuple[int, int], int] = {}
    moved = []
    for point in points:
        key = (round(point.x / _APART_M), round(point.y / _APART_M))
        turn = taken[key] = taken.get(key, -1) + 1
        radius = _APART_M * math.sqrt(turn) * 2
        x = point.x + radius * math.cos(2.4 * turn)
        moved.append(Point(x, point.y + radius * math.sin(2.4 * turn)))
    return moved


def _share_with_twins(cells: dict[int, BaseGeometry], twin_of: Sequence[int]) -> None:
    """Divide the cell of a footprint among all units that repeat it."""
    twins: dict[int, list[int]] = {}
    for unit, first in enumerate(twin_of):
        twins.setdefault(first, []).append(unit)
    for first, units in twins.items():
        if len(units) > 1:
            middle = cells[first].representative_point()
            shares = point_cells([middle] * len(units), cells[first])
            cells.update(zip(units, shares, strict=True))
