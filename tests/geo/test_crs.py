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
    crs_of_wkt,
    gcj02_to_wgs84,
    metres_code,
    offset_m,
    rough_area_m2,
    source_crs,
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


def test_the_published_formulas_are_within_a_metre_of_a_map_service_all_over_china():
    cities = json.loads((ORACLES / "china_cities.json").read_text())
    wgs, gcj, bd = (degrees(*[city[key] for city in cities]) for key in ("wgs84", "gcj02", "bd09"))
    assert len(cities) == 83
    for ours, theirs in (
        (wgs84_to_gcj02(wgs), gcj), (gcj02_to_wgs84(gcj), wgs),
        (wgs84_to_bd09(wgs), bd), (bd09_to_wgs84(bd), wgs),
    ):  # fmt: skip
        assert np.abs(ours - theirs).max() < METRE


@given(st.floats(75, 134), st.floats(5, 53))
def test_undoing_either_offset_comes_back_within_five_centimetres(longitude, latitude):
    point = degrees((longitude, latitude))
    for forward, back in ((wgs84_to_gcj02, gcj02_to_wgs84), (wgs84_to_bd09, bd09_to_wgs84)):
        assert np.abs(back(forward(point)) - point).max() < 0.05 * METRE


def test_the_offset_at_the_street_is_about_480_metres_to_the_southeast():
    moved = wgs84_to_gcj02(degrees(HERE))[0]
    east, north = offset_m(np.array(HERE), moved)
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


THERE = shapely.Point(*HERE)
IN_METRES = shapely.Point(642_000, 3_451_000)


@pytest.mark.parametrize(
    ("name", "shape"),
    [("GCJ-02", THERE), ("gcj02", THERE), ("BD-09", THERE),
     ("bd_09", THERE), ("EPSG:4326", THERE), ("4490", THERE),
     ("EPSG:4549", IN_METRES), ("4549", IN_METRES), ("urn:ogc:def:crs:EPSG::4549", IN_METRES),
     ("urn:ogc:def:crs:OGC:1.3:CRS84", THERE), ("EPSG:32651", shapely.Point(356_000, 3_450_000))],
)  # fmt: skip
def test_every_offered_system_is_brought_to_the_stored_one(name, shape):
    assert to_stored(shape, source_crs(name)).distance(THERE) < 0.02


@pytest.mark.parametrize(
    "name",
    ["mars", "EPSG:0", "EPSG:99999", "", "WGS 84 / nonsense", "/etc/passwd",
     "+proj=longlat +datum=WGS84 +nadgrids=/etc/passwd", "EPSG:4978", "EPSG:5773"],
)  # fmt: skip
def test_a_system_nobody_knows_or_that_is_none_of_a_map_is_refused(name):
    with pytest.raises(UnknownCrsError):
        source_crs(name)


@pytest.mark.parametrize("name", ["EPSG:2437", "EPSG:4214", "EPSG:4610"])
def test_a_datum_whose_shift_nobody_publishes_is_not_guessed(name):
    """Beijing 1954 and Xian 1980 lie about 100 m off; PROJ alone would take them for the same."""
    with pytest.raises(UnknownCrsError, match=r"no exact shift from EPSG:.* to CGCS2000"):
        to_stored(shapely.Point(*HERE), source_crs(name))


UTM_50N = (
    'PROJCS["mine",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",117],PARAMETER["scale_factor",0.9996],'
    'PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]'
)


def test_a_system_without_a_code_is_read_from_its_definition():
    found = to_stored(shapely.Point(500_000, 3_450_000), crs_of_wkt(UTM_50N))
    assert found.distance(shapely.Point(117, 31.184054)) < 1e-6


@pytest.mark.parametrize("definition", ["", "undefined", 'LOCAL_CS["nowhere",UNIT["metre",1]]'])
def test_a_definition_that_places_nothing_on_the_ground_is_refused(definition):
    with pytest.raises(UnknownCrsError):
        crs_of_wkt(definition)


def test_what_cannot_be_converted_is_infinite():
    assert not np.isfinite(to_stored(shapely.Point(1e8, 1e8), source_crs("EPSG:4549")).x)


def test_a_rough_area_tells_a_house_from_a_town():
    house = shapely.box(121.49, 31.18, 121.4902, 31.1801)
    assert rough_area_m2(house) == pytest.approx(to_metres(house, 4549).area, rel=0.01)
