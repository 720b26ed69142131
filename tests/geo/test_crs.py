import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import (
    UnknownCrsError,
    bd09_to_wgs84,
    epsg_code,
    gcj02_shift_m,
    gcj02_to_wgs84,
    metres_code,
    to_degrees,
    to_metres,
    to_stored,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

ORACLES = Path(__file__).parent.parent / "fixtures" / "oracles"
METRE = 1 / 111_000  # of latitude, in degrees
HERE = (121.49, 31.18)


def degrees(*points):
    return np.array(points, dtype=float)


def test_gcj02_and_bd09_agree_with_two_independent_libraries_over_the_street():
    grid = json.loads((ORACLES / "street_grid.json").read_text())
    wgs = degrees(*[point["wgs84"] for point in grid])
    for forward, key in ((wgs84_to_gcj02, "gcj02"), (wgs84_to_bd09, "bd09")):
        wanted = degrees(*[point[key] for point in grid])
        assert np.abs(forward(wgs) - wanted).max() < 0.05 * METRE


@given(st.floats(75, 134), st.floats(5, 53))
def test_undoing_either_offset_comes_back_within_five_centimetres(longitude, latitude):
    point = degrees((longitude, latitude))
    for forward, back in ((wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)):
        assert np.abs(back(forward(point)) - point).max() < 0.05 * METRE


def test_the_offset_at_the_street_is_about_480_metres_to_the_southeast():
    east, north = gcj02_shift_m(*HERE)
    assert east == pytest.approx(425, abs=8)
    assert north == pytest.approx(-223, abs=8)


def test_outside_china_gcj02_moves_nothing():
    helsinki = degrees((24.95, 60.17))
    assert np.array_equal(wgs84_to_gcj02(helsinki), helsinki)


@pytest.mark.parametrize(
    ("place", "code"),
    [((121.49, 31.18), 4549), ((121.6, 31.2), 4550), ((116.4, 39.9), 4548), ((24.95, 60.17), 32635),
     ((151.2, -33.9), 32756)],
)  # fmt: skip
def test_metres_come_from_the_zone_of_the_longitude(place, code):
    assert metres_code(*place) == code


@given(st.floats(118.6, 121.4), st.floats(28, 33))
def test_metres_and_back_change_nothing_that_can_be_seen(longitude, latitude):
    point = shapely.Point(longitude, latitude)
    back = to_degrees(to_metres(point, 4549), 4549)
    assert back.distance(point) < 1e-9


def test_a_hundred_metres_are_a_hundred_metres():
    here = to_metres(shapely.Point(*HERE), 4549)
    there = to_degrees(shapely.Point(here.x + 100, here.y), 4549)
    assert to_metres(there, 4549).distance(here) == pytest.approx(100, abs=1e-6)


@pytest.mark.parametrize(
    "name", ["GCJ-02", "gcj02", "BD-09", "bd09", "EPSG:4549", "4549", "EPSG:4326"]
)
def test_every_offered_system_is_brought_to_the_stored_one(name):
    shape = (
        shapely.Point(40_500_000 - 40_050_000, 3_451_000)
        if "4549" in name
        else shapely.Point(*HERE)
    )
    assert to_stored(shape, name).is_valid


@pytest.mark.parametrize("name", ["mars", "EPSG:0", "", "WGS 84 / nonsense"])
def test_a_system_nobody_knows_is_refused_by_name(name):
    with pytest.raises(UnknownCrsError):
        epsg_code(name)
