import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.cleaning import Fault, areas_of, clean_area, duplicates

SQUARE = shapely.box(0, 0, 1, 1)


def test_a_good_polygon_passes_unchanged():
    assert clean_area(SQUARE).shape.equals(SQUARE)
    assert clean_area(SQUARE).fault is None


@pytest.mark.parametrize(
    ("shape", "fault"),
    [
        (shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]), Fault.SELF_CROSSING),
        (shapely.Polygon(SQUARE.exterior, [shapely.box(5, 5, 6, 6).exterior]), Fault.HOLE_OUTSIDE),
        (shapely.Point(0, 0), Fault.NO_AREA),
        (shapely.Polygon(), Fault.NO_AREA),
        (shapely.Polygon([(0, 0), (1, 0), (2, 0)]), Fault.SELF_CROSSING),
        (shapely.force_3d(SQUARE, 5), Fault.HEIGHT_DROPPED),
    ],
)
def test_every_fault_is_named(shape, fault):
    cleaned = clean_area(shape)
    assert cleaned.fault in (fault, Fault.TOO_FEW_POINTS)
    assert cleaned.shape is None or shapely.is_valid(cleaned.shape)


@given(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=3, max_size=12).filter(
        lambda points: len(set(points)) > 2
    )
)
def test_whatever_comes_in_what_goes_out_is_valid_with_area_or_refused_with_a_reason(points):
    cleaned = clean_area(shapely.Polygon(points))
    if cleaned.shape is None:
        assert cleaned.fault is not None
    else:
        assert shapely.is_valid(cleaned.shape)
        assert shapely.area(cleaned.shape) > 0


def test_the_polygons_of_a_collection_are_kept_and_its_lines_dropped():
    mixed = shapely.GeometryCollection([SQUARE, shapely.LineString([(0, 0), (5, 5)])])
    assert areas_of(mixed).equals(SQUARE)
    assert areas_of(shapely.LineString([(0, 0), (1, 1)])) is None


def test_a_polygon_drawn_from_another_corner_the_other_way_round_is_the_same():
    turned = shapely.Polygon([(1, 1), (1, 0), (0, 0), (0, 1)])
    moved = shapely.box(1e-9, 0, 1, 1)
    assert duplicates(np.array([SQUARE, turned, moved, shapely.box(2, 2, 3, 3)])).tolist() == [
        -1,
        0,
        0,
        -1,
    ]
