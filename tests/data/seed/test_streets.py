from random import Random

import pytest
import shapely
from shapely import LineString, box

from data.seed.streets import (
    LANE_HALF_M,
    Street,
    between_streets,
    border_lines,
    cut_cells,
    joined,
)

LEFT, RIGHT = box(0, 0, 100, 100), box(100, 0, 200, 100)


def test_borders_that_areas_share_are_one_street():
    lines = border_lines([LEFT, RIGHT])
    length = sum(line.length for line in lines)
    assert length == pytest.approx(700), "four sides and the border between, once"


def test_a_street_goes_straight_on_over_a_crossing():
    cross = [box(x, y, x + 10, y + 10) for x in (0, 10) for y in (0, 10)]
    inner = [line for line in border_lines(cross) if line.length == pytest.approx(20)]
    assert {line.wkt for line in inner} == {
        "LINESTRING (0 10, 10 10, 20 10)",
        "LINESTRING (10 0, 10 10, 10 20)",
    }


def test_cells_fill_the_area_and_none_is_larger_than_wanted():
    area = box(0, 0, 400, 300)
    cells, cuts = cut_cells(area, lambda piece: 9_000, Random(1))
    assert sum(cell.area for cell in cells) == pytest.approx(area.area)
    assert max(cell.area for cell in cells) <= 9_000
    assert len(cells) == len(cuts) + 1


def test_no_street_lies_on_the_land_between_streets():
    cells, cuts = cut_cells(box(0, 0, 400, 300), lambda piece: 30_000, Random(2))
    land = between_streets(cells, cuts)
    for street in cuts:
        road = street.line.buffer(street.half_m - 0.01, cap_style="flat")
        assert max(road.intersection(block).area for block in land) < 1e-9


def test_a_block_keeps_its_largest_piece_when_a_street_cuts_it():
    lane = Street(LineString([(30, 0), (30, 100)]), LANE_HALF_M)
    [block] = between_streets([LEFT], [lane])
    assert block.bounds[0] == pytest.approx(30 + LANE_HALF_M)


def test_lines_that_meet_share_a_vertex_of_the_very_same_coordinates():
    long, ending = LineString([(0, 0), (100, 1)]), LineString([(50, 0.5), (50, 40)])
    first, second = joined([long, ending])
    assert second.coords[0] in list(first.coords)
    assert first.length == pytest.approx(long.length)
    assert joined([first, second]) == [first, second]


def test_lines_that_do_not_meet_stay_as_they_are():
    lines = [LineString([(0, 0), (100, 0)]), LineString([(50, 1), (50, 40)])]
    assert shapely.equals_exact(joined(lines), lines, 0).all()
