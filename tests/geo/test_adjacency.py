import time

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from geo.adjacency import GATE_M, divide_by_entrance, find_adjacency
from geo.adjacency_input import AdjacencyError, Trouble
from geo.balance_problem import find_groups

EAST, NORTH = 350_000.0, 3_450_000.0


def slab(column: float, row: float, width=40.0, depth=12.0) -> Polygon:
    """Place a slab block (板楼) on a 60 by 30 m raster, in metres of a real zone."""
    x, y = EAST + 60 * column + 10, NORTH + 30 * row + 9
    return box(x, y, x + width, y + depth)


def ground(columns: float, rows: float, column=0.0, row=0.0) -> Polygon:
    x, y = EAST + 60 * column, NORTH + 30 * row
    return box(x, y, x + 60 * columns, y + 30 * rows)


def pairs(adjacency) -> set[tuple[int, int]]:
    return {(one, other) for one, other, _ in adjacency.links}


def troubles(adjacency) -> list[Trouble]:
    return [note.trouble for note in adjacency.notes]


FOUR = [slab(0, 0), slab(1, 0), slab(0, 1), slab(1, 1)]


def test_neighbours_share_their_whole_side_and_corners_do_not_count():
    found = find_adjacency(FOUR, [ground(2, 2)], [0] * 4)
    assert pairs(found) == {(0, 1), (0, 2), (1, 3), (2, 3)}
    metres = {(one, other): length for one, other, length in found.links}
    assert metres[0, 1] == pytest.approx(30, abs=1)
    assert metres[0, 2] == pytest.approx(60, abs=1)
    assert found.notes == ()


def test_cells_fill_the_compound_without_overlap():
    found = find_adjacency(FOUR, [ground(2, 2)], [0] * 4)
    assert sum(cell.area for cell in found.cells) == pytest.approx(ground(2, 2).area, rel=1e-3)
    assert shapely.union_all(found.cells).area == pytest.approx(ground(2, 2).area, rel=1e-3)


def test_compounds_are_linked_by_gates_only():
    grounds = [ground(1, 2), ground(1, 2, column=1)]
    apart = find_adjacency(FOUR, grounds, [0, 1, 0, 1])
    assert pairs(apart) == {(0, 2), (1, 3)}
    assert apart.notes == ()
    gate = LineString([FOUR[2].centroid, FOUR[3].centroid])
    joined = find_adjacency(FOUR, grounds, [0, 1, 0, 1], gates=[gate])
    assert (2, 3, GATE_M) in joined.links


def test_a_barrier_takes_the_links_across_it_away():
    wall = LineString([(EAST + 60, NORTH), (EAST + 60, NORTH + 60)])
    found = find_adjacency(FOUR, [ground(2, 2)], [0] * 4, barriers=[wall])
    assert pairs(found) == {(0, 2), (1, 3)}
    assert [(note.trouble, note.units) for note in found.notes] == [(Trouble.APART, (1, 3))]


def test_a_gate_in_the_barrier_joins_the_sides_again():
    wall = LineString([(EAST + 60, NORTH), (EAST + 60, NORTH + 60)])
    gate = LineString([FOUR[0].centroid, FOUR[1].centroid])
    found = find_adjacency(FOUR, [ground(2, 2)], [0] * 4, gates=[gate], barriers=[wall])
    assert pairs(found) == {(0, 1), (0, 2), (1, 3)}
    assert found.notes == ()


def test_a_gate_within_one_unit_is_refused():
    gate = LineString([FOUR[0].centroid, Point(FOUR[0].centroid.x + 1, FOUR[0].centroid.y)])
    with pytest.raises(AdjacencyError, match="gate 0 has both ends at unit 0"):
        find_adjacency(FOUR, [ground(2, 2)], [0] * 4, gates=[gate])


def test_a_compound_in_two_pieces_is_named_and_no_cell_reaches_across():
    outline = MultiPolygon([ground(1, 2), ground(1, 2, column=3)])
    units = [slab(0, 0), slab(0, 1), slab(3, 0), slab(3, 1)]
    found = find_adjacency(units, [outline], [0] * 4)
    assert pairs(found) == {(0, 1), (2, 3)}
    assert troubles(found) == [Trouble.COMPOUND_IN_PIECES, Trouble.APART]
    assert found.cells[0].distance(found.cells[2]) > 100


def test_duplicate_footprints_share_a_cell_and_are_linked():
    found = find_adjacency([*FOUR, FOUR[1]], [ground(2, 2)], [0] * 5)
    assert troubles(found) == [Trouble.DUPLICATE]
    assert found.notes[0].units == (1, 4)
    assert (1, 4) in pairs(found)
    assert found.cells[1].area + found.cells[4].area == pytest.approx(1800, rel=0.02)


def test_neighbours_in_a_lane_two_metres_wide_stay_linked():
    lane = box(EAST, NORTH, EAST + 60, NORTH + 2)
    sheds = [box(EAST + x, NORTH + 0.2, EAST + x + 15, NORTH + 1.8) for x in (2, 22, 42)]
    found = find_adjacency(sheds, [lane], [0] * 3)
    assert pairs(found) == {(0, 1), (1, 2)}


def test_overlapping_footprints_are_trimmed_and_named():
    found = find_adjacency([slab(0, 0), slab(0.4, 0)], [ground(2, 1)], [0, 0])
    assert troubles(found) == [Trouble.OVERLAPPING]
    assert pairs(found) == {(0, 1)}


def test_a_footprint_that_crosses_itself_is_repaired_and_named():
    x, y = EAST + 10, NORTH + 9
    bow_tie = Polygon([(x, y), (x + 40, y + 12), (x + 40, y), (x, y + 12)])
    found = find_adjacency([bow_tie, *FOUR[1:]], [ground(2, 2)], [0] * 4)
    assert troubles(found) == [Trouble.INVALID]
    assert pairs(found) == {(0, 1), (0, 2), (1, 3), (2, 3)}


def test_a_footprint_outside_its_compound_keeps_its_own_ground_and_is_named():
    found = find_adjacency([*FOUR, slab(5, 5)], [ground(2, 2)], [0] * 5)
    assert troubles(found) == [Trouble.OUTSIDE, Trouble.APART]
    assert found.cells[4].equals(slab(5, 5))


def test_footprints_too_thin_to_shrink_get_cells_around_points():
    thin = [slab(0, 0, depth=0.6), slab(1, 0), slab(0, 1), slab(1, 1)]
    found = find_adjacency(thin, [ground(2, 2)], [0] * 4)
    assert troubles(found) == [Trouble.POINT_CELLS]
    assert len(pairs(found)) >= 4
    assert all(cell.area > 100 for cell in found.cells)


def test_a_cell_that_comes_with_a_stray_line_is_cleaned_of_it():
    steps = [(0, 8), (0, 22.9), (5.9, 22.9), (5.9, 25.1), (8, 25.1), (8, 31), (22.9, 31), (22.9, 25.1),
             (25.1, 25.1), (25.1, 22.9), (31, 22.9), (31, 8.1), (25.1, 8.1), (25.1, 5.9), (22.9, 5.9),
             (22.9, 0), (8, 0), (8, 5.9), (5.9, 5.9), (5.9, 8.1)]  # fmt: skip
    tower = Polygon([(148.7 + x, 193 + y) for x, y in steps])
    others = [box(189.6, 237.8, 220.6, 268.8), box(93.7, 193, 124.6, 224), box(218, 9, 248.7, 22.8)]
    found = find_adjacency([tower, *others], [box(-50, -50, 500, 500)], [0] * 4)
    assert found.notes == ()
    assert {cell.geom_type for cell in found.cells} == {"Polygon"}


def test_buildings_wall_to_wall_are_neighbours():
    row = [slab(0, 0, width=20), slab(1 / 3, 0, width=20), slab(2 / 3, 0, width=20)]
    found = find_adjacency(row, [ground(2, 1)], [0] * 3)
    assert pairs(found) == {(0, 1), (1, 2)}


def test_a_single_building_owns_its_compound():
    found = find_adjacency([slab(0, 0)], [ground(1, 1)], [0])
    assert found.links == ()
    assert found.cells[0].equals(ground(1, 1))


@pytest.mark.parametrize(
    ("footprints", "compound_of", "message"),
    [
        ([], [], "0 footprints"),
        (FOUR, [0, 0, 0], "4 footprints with 3 compounds"),
        ([*FOUR[:3], Point(EAST, NORTH)], [0] * 4, "footprint 3 has no area"),
        ([*FOUR[:3], Polygon()], [0] * 4, "footprint 3 has no area"),
        (FOUR, [0, 0, 0, 7], "footprint 3 names compound 7"),
        ([box(121.47, 31.17, 121.4705, 31.1701)], [0], "look like degrees"),
    ],
)
def test_what_cannot_be_mended_is_refused_by_name(footprints, compound_of, message):
    with pytest.raises(AdjacencyError, match=message):
        find_adjacency(footprints, [ground(2, 2)], compound_of)


def test_entrances_divide_the_cell_of_their_building():
    buildings = find_adjacency(FOUR, [ground(2, 2)], [0] * 4)
    y = NORTH + 9
    doors = [Point(EAST + x, y) for x in (20, 40)] + [shape.centroid for shape in FOUR[1:]]
    found = divide_by_entrance(buildings, doors, [0, 0, 1, 2, 3])
    assert {(0, 1), (1, 2), (0, 3), (1, 3), (2, 4), (3, 4)} == pairs(found)
    assert found.cells[0].area == pytest.approx(900, rel=0.02)


def test_entrances_at_one_point_still_get_cells_and_links():
    buildings = find_adjacency(FOUR, [ground(2, 2)], [0] * 4)
    doors = [FOUR[0].centroid, FOUR[0].centroid, *[shape.centroid for shape in FOUR[1:]]]
    found = divide_by_entrance(buildings, doors, [0, 0, 1, 2, 3])
    assert (0, 1) in pairs(found)
    assert all(cell.area > 10 for cell in found.cells)
    assert Trouble.APART not in troubles(found)


def test_entrances_of_a_building_hang_together_even_where_their_cells_do_not():
    buildings = find_adjacency([*FOUR, FOUR[1]], [ground(2, 2)], [0] * 5)
    outside = [Point(FOUR[1].centroid.x + 500 + x, NORTH) for x in (0, 40)]
    doors = [*(shape.centroid for shape in FOUR), FOUR[1].centroid, *outside]
    found = divide_by_entrance(buildings, doors, [0, 1, 2, 3, 4, 4, 4])
    assert Trouble.APART not in troubles(found)
    assert len(find_groups(7, found.links)) == 1


def test_a_building_without_entrance_is_refused():
    buildings = find_adjacency(FOUR, [ground(2, 2)], [0] * 4)
    with pytest.raises(AdjacencyError, match="building 3 has no entrance"):
        divide_by_entrance(buildings, [shape.centroid for shape in FOUR[:3]], [0, 1, 2])


def test_600_buildings_take_at_most_two_seconds():
    rng = np.random.default_rng(1)
    raster = [(column, row) for column in range(20) for row in range(30)]
    units = [slab(c + rng.uniform(-0.05, 0.05), r + rng.uniform(-0.1, 0.1)) for c, r in raster]
    started = time.monotonic()
    found = find_adjacency(units, [ground(20, 30)], [0] * 600)
    assert time.monotonic() - started < 2
    assert found.notes == ()
    assert 1100 < len(found.links) < 1800
