import numpy as np
import pytest
import shapely
from shapely import box

from geo.boundaries import beyond, gaps, overlaps, place

WEST, EAST = box(0, 0, 100, 100), box(100, 0, 200, 100)


def test_areas_that_share_a_line_neither_overlap_nor_leave_a_gap():
    assert overlaps([WEST, EAST]) == []
    assert gaps([WEST, EAST], box(0, 0, 200, 100)) == []


@pytest.mark.parametrize(("shift", "found"), [(0.9, 0), (1.1, 1), (5, 1)])
def test_a_strip_of_a_metre_is_drawing_and_more_is_an_overlap(shift, found):
    assert len(overlaps([WEST, box(100 - shift, 0, 200, 100)])) == found


def test_what_reaches_out_of_the_frame_is_found_without_the_strips_that_hang_on():
    frame = box(0, 0.5, 199.5, 100)
    (part,) = beyond([WEST, box(100, 0, 230, 100)], frame)
    assert part.equals(box(199.5, 0, 230, 100))
    assert beyond([WEST, EAST], frame) == []


def test_a_gap_has_no_strips_hanging_on():
    (gap,) = gaps([WEST, box(100, 0, 180, 99.5)], box(0, 0, 200, 100))
    assert gap.equals(box(180, 0, 200, 100))


def test_a_hole_between_areas_is_a_gap_also_without_a_frame():
    ring = shapely.difference(box(0, 0, 100, 100), box(40, 40, 60, 60))
    (gap,) = gaps([ring])
    assert gap.equals(box(40, 40, 60, 60))


def test_a_building_is_placed_by_its_largest_share_and_both_are_told():
    across = box(90, 10, 130, 20)
    (found,) = place(np.array([across]), np.array([WEST, EAST]))
    assert found.area == 1
    assert found.is_shared
    assert dict(found.shares) == pytest.approx({1: 0.75, 0: 0.25})


def test_a_wall_over_the_line_does_not_make_a_building_shared():
    (found,) = place(np.array([box(50, 10, 100.4, 20)]), np.array([WEST, EAST]))
    assert (found.area, found.is_shared) == (0, False)


def test_what_lies_in_no_area_has_no_place():
    assert place(np.array([box(500, 500, 510, 510)]), np.array([WEST, EAST])) == [None]
