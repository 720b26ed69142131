"""Which buildings (楼栋) or entrances (号) of a compound (小区) touch, and along how many metres.

Every unit gets a cell: the ground nearer to it than to any other unit of its compound (momepy's
tessellation of the outlines within the compound, or Voronoi cells around points where that
fails). Two units of one compound are linked when their cells share at least 3 m. Compounds are
linked only by declared gates and bridges, and a barrier between two buildings takes their link
away: a plan never crosses a wall or a river. (Triangulating centroids would.)

All shapes are in one projected CRS in metres (geo.crs). Whatever is wrong with the input is
either refused (AdjacencyError) or handled and named in the notes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from geo.adjacency_cells import SHRINK_M, lay_out_cells, point_cells
from geo.adjacency_input import AdjacencyError, Note, Trouble, prepare
from geo.balance_problem import Link, find_groups

SHORTEST_SHARED_M = 3.0
"""Cells that share less only meet at a corner."""

GATE_M = 6.0
"""Boundary metres counted for a gate or bridge: a carriage gate's width, cheap to cut."""

_GRID_M = 0.01


@dataclass(frozen=True, slots=True)
class Adjacency:
    """One cell a unit, the links (unit, unit, metres shared) and what was wrong on the way."""

    cells: tuple[BaseGeometry, ...]
    compound: tuple[int, ...]
    links: tuple[Link, ...]
    notes: tuple[Note, ...]


def find_adjacency(
    footprints: Sequence[BaseGeometry],
    compounds: Sequence[BaseGeometry],
    compound_of: Sequence[int],
    gates: Sequence[LineString] = (),
    barriers: Sequence[BaseGeometry] = (),
) -> Adjacency:
    """Return the cells and links of buildings; metres in, metres out.

    compound_of[i] indexes the compound of footprint i. A gate is a line whose two ends lie on
    the two sides it joins; it links the units nearest to its ends. Barriers are lines or areas.
    Raises AdjacencyError naming the first shape that cannot be used.
    """
    prints = prepare(footprints, compounds, compound_of)
    cells, notes = lay_out_cells(prints)
    touching = _touching(cells, prints.enclosure, prints.shapes, barriers)
    links = _twin_links(prints.twin_of) | _long_enough(touching)
    return _finished(cells, prints.compound, _with_gates(links, cells, gates), prints.notes + notes)


def divide_by_entrance(
    buildings: Adjacency, entrances: Sequence[Point], building_of: Sequence[int]
) -> Adjacency:
    """Return the adjacency of entrances: each building's cell goes to its nearest entrance.

    building_of[i] indexes the building of entrance i; every building needs an entrance. Entrances
    are linked only within a building and where their buildings are: along the metres their cells
    share, or, where none share enough (gates), the nearest two for the buildings' metres. Those of
    one building always hang together: people pass between them inside it.
    """
    doors = _doors(building_of, len(buildings.cells))
    shares: dict[int, BaseGeometry] = {}
    for building, own in doors.items():
        divided = point_cells([entrances[door] for door in own], buildings.cells[building])
        shares.update(zip(own, divided, strict=True))
    cells = tuple(shares[entrance] for entrance in range(len(entrances)))
    links: dict[tuple[int, int], float] = {}
    for own in doors.values():
        links |= _held_together(_links_between(cells, entrances, own, own, 0.0), entrances, own)
    for one, other, length_m in buildings.links:
        links |= _links_between(cells, entrances, doors[one], doors[other], length_m)
    compound = tuple(buildings.compound[building] for building in building_of)
    notes = tuple(
        Note(note.trouble, note.compound, tuple(d for unit in note.units for d in doors[unit]))
        for note in buildings.notes
        if note.trouble != Trouble.APART
    )
    return _finished(cells, compound, links, notes)


def _doors(building_of: Sequence[int], buildings: int) -> dict[int, list[int]]:
    doors: dict[int, list[int]] = {}
    for entrance, building in enumerate(building_of):
        doors.setdefault(building, []).append(entrance)
    odd = sorted(set(range(buildings)) ^ set(doors))
    if odd:
        raise AdjacencyError(f"building {odd[0]} has no entrance or does not exist: mend the list")
    return doors


def _links_between(
    cells: Sequence[BaseGeometry],
    entrances: Sequence[Point],
    ones: Sequence[int],
    others: Sequence[int],
    instead_m: float,
) -> dict[tuple[int, int], float]:
    """Link two groups of entrances along shared ground, or else the nearest two for `instead_m`."""
    pairs = sorted({(min(a, b), max(a, b)) for a in ones for b in others if a != b})
    links = _long_enough(_shared(cells, pairs))
    if links or not pairs:
        return links
    nearest = min(pairs, key=lambda pair: entrances[pair[0]].distance(entrances[pair[1]]))
    return {nearest: instead_m}


def _held_together(
    links: dict[tuple[int, int], float], entrances: Sequence[Point], own: Sequence[int]
) -> dict[tuple[int, int], float]:
    """Join the groups in which a building's entrances lie by their nearest two, for no metres."""
    held = dict(links)
    place = {entrance: index for index, entrance in enumerate(own)}
    while True:
        drawn = [(place[one], place[other], m) for (one, other), m in held.items()]
        first, *others = find_groups(len(own), drawn)
        if not others:
            return held
        pairs = [(own[a], own[b]) for a in first for group in others for b in group]
        one, other = min(pairs, key=lambda p: entrances[p[0]].distance(entrances[p[1]]))
        held[min(one, other), max(one, other)] = 0.0


def _touching(
    cells: Sequence[BaseGeometry],
    enclosure: Sequence[int],
    shapes: Sequence[BaseGeometry],
    barriers: Sequence[BaseGeometry],
) -> dict[tuple[int, int], float]:
    """Return the metres shared by cells of one enclosure with no barrier between."""
    tree = shapely.STRtree(cells)
    near = tree.query(np.array(cells), predicate="dwithin", distance=_GRID_M).T.tolist()
    pairs = [(a, b) for a, b in near if a < b and enclosure[a] == enclosure[b] >= 0]
    touching = _shared(cells, pairs)
    if not barriers or not touching:
        return touching
    between = [shapely.shortest_line(_core(shapes[a]), _core(shapes[b])) for a, b in touching]
    walls = shapely.STRtree(barriers)
    crossed = set(walls.query(np.array(between), predicate="intersects")[0].tolist())
    return {pair: m for place, (pair, m) in enumerate(touching.items()) if place not in crossed}


def _long_enough(touching: dict[tuple[int, int], float]) -> dict[tuple[int, int], float]:
    """Return links of 3 m or more; a unit that has none keeps its longest, as it is there."""
    links = {pair: m for pair, m in touching.items() if m >= SHORTEST_SHARED_M}
    linked = {unit for pair in links for unit in pair}
    for pair, metres in sorted(touching.items(), key=lambda item: -item[1]):
        if not linked.issuperset(pair):
            links[pair] = metres
            linked.update(pair)
    return links


def _twin_links(twin_of: Sequence[int]) -> dict[tuple[int, int], float]:
    """Link units with one footprint, however little ground they share."""
    return {(one, unit): SHORTEST_SHARED_M for unit, one in enumerate(twin_of) if one != unit}


def _core(shape: BaseGeometry) -> BaseGeometry:
    """Draw a footprint in a little, so that a wall along its outline still lies between."""
    core = shape.buffer(-SHRINK_M)
    return shape.representative_point() if core.is_empty else core


def _shared(
    cells: Sequence[BaseGeometry], pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], float]:
    """Return the metres each pair of cells shares, where they share any."""
    if not pairs:
        return {}
    ones, others = (np.array([cells[pair[end]] for pair in pairs]) for end in (0, 1))
    common = shapely.intersection(ones, others, grid_size=_GRID_M)
    # A sliver between two cells has two long sides; its shared boundary is one of them.
    sides = np.where(shapely.get_dimensions(common) == 2, 2.0, 1.0)
    metres = np.round(shapely.length(common) / sides, 1).tolist()
    return {pair: m for pair, m in zip(pairs, metres, strict=True) if m > 0}


def _with_gates(
    links: dict[tuple[int, int], float],
    cells: Sequence[BaseGeometry],
    gates: Sequence[LineString],
) -> dict[tuple[int, int], float]:
    tree = shapely.STRtree(cells)
    joined = dict(links)
    for place, gate in enumerate(gates):
        ends = (Point(gate.coords[0]), Point(gate.coords[-1]))
        one, other = sorted(int(tree.nearest(end)) for end in ends)
        if one == other:
            raise AdjacencyError(
                f"gate {place} has both ends at unit {one}: draw it from one side to the other"
            )
        joined.setdefault((one, other), GATE_M)
    return joined


def _finished(
    cells: tuple[BaseGeometry, ...],
    compound: tuple[int, ...],
    links: dict[tuple[int, int], float],
    notes: tuple[Note, ...],
) -> Adjacency:
    """Put the links in order and name every group of units cut off from most of its compound."""
    ordered = tuple((one, other, metres) for (one, other), metres in sorted(links.items()))
    groups: dict[int, list[tuple[int, ...]]] = {}
    for group in find_groups(len(cells), ordered):
        for own in sorted({compound[unit] for unit in group}):
            members = tuple(unit for unit in group if compound[unit] == own)
            groups.setdefault(own, []).append(members)
    apart = tuple(
        Note(Trouble.APART, own, group)
        for own, found in sorted(groups.items())
        for group in sorted(found, key=lambda members: (-len(members), members))[1:]
    )
    return Adjacency(cells, compound, ordered, notes + apart)
