import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.cleaning import (
    MOST_VERTICES,
    Fault,
    areas_of,
    clean_area,
    duplicates,
    hang_together,
    same_outline,
    twins,
)

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


def test_heights_are_dropped():
    assert not clean_area(shapely.force_3d(SQUARE, 5)).shape.has_z


def test_a_fault_says_where_it_is():
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    assert clean_area(bow).at == (1.0, 1.0)


def test_more_than_a_million_vertices_are_not_looked_at():
    angles = np.linspace(0, 2 * np.pi, MOST_VERTICES + 2)
    circle = shapely.Polygon(np.column_stack([np.cos(angles), np.sin(angles)]))
    assert clean_area(circle).fault is Fault.TOO_MANY_VERTICES


def test_a_repair_that_is_given_up_is_a_refusal():
    bow = shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
    cleaned = clean_area(bow, lambda shape: None)
    assert (cleaned.shape, cleaned.fault) == (None, Fault.TOO_LONG_TO_REPAIR)


TURNED = shapely.Polygon([(1, 1), (1, 0), (0, 0), (0, 1)])
MOVED_A_HAIR = shapely.box(1e-9, 0, 1, 1)
CORNERS_ON_EDGES = shapely.Polygon([(0, 0), (0.3, 0), (1, 0), (1, 1), (0.5, 1), (0, 1)])
HOLED = shapely.Polygon(SQUARE.exterior, [shapely.box(0.4, 0.4, 0.6, 0.6).exterior])
OTHERS = [shapely.box(2, 2, 3, 3), HOLED, shapely.box(0, 0, 1, 1.00001)]


def array(*shapes):
    return np.array(shapes, dtype=object)


def test_an_outline_drawn_in_another_way_is_the_same_one():
    shapes = array(SQUARE, TURNED, MOVED_A_HAIR, CORNERS_ON_EDGES, *OTHERS)
    assert duplicates(shapes).tolist() == [-1, 0, 0, 0, -1, -1, -1]
    assert duplicates(shapes[:0]).tolist() == []


def test_many_copies_are_all_of_the_first():
    shapes = array(*OTHERS, *[SQUARE] * 40, *[TURNED] * 40)
    assert duplicates(shapes).tolist() == [-1, -1, -1, -1] + [3] * 79


def test_many_shapes_upon_each_other_take_no_square_of_time():
    rings = shapely.box(0, 0, 1, 1)
    nested = shapely.difference(rings, shapely.box(0.1, 0.1, *np.full((2, 20_000), 0.5)
                                                   + np.arange(20_000) * 1e-5))  # fmt: skip
    assert (duplicates(nested) == -1).all()


def test_known_shapes_are_found_by_their_outline():
    assert twins(array(MOVED_A_HAIR, OTHERS[0]), array(HOLED, SQUARE)).tolist() == [1, -1]
    assert twins(array(SQUARE), array()).tolist() == [-1]


def test_outlines_are_compared_pair_by_pair():
    assert same_outline(array(SQUARE, SQUARE), array(TURNED, HOLED)).tolist() == [True, False]


def test_pieces_hang_together_when_each_is_reached_over_the_others():
    row = [shapely.box(i, 0, i + 1, 1) for i in range(5)]
    assert hang_together(array(*row))
    assert hang_together(array(row[0]))
    assert not hang_together(array(*row[:2], *row[3:]))
    assert not hang_together(array(*row * 30)), "more pieces than a building has"
