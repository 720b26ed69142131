"""Whatever a file holds: it is read, or refused in one line; nothing else ever comes out of it."""

import json
import sqlite3
from contextlib import closing, suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import Polygon

from data.sources.geopackage import _opened
from data.sources.map_checks import check_features
from data.sources.map_features import MapFileRefused, plain_text, read_texts
from data.sources.map_reader import read_map_file
from drawn_maps import feature, geopackage, ring
from geo.crs import GCJ02

FILES = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
NUMBERS = st.floats() | st.integers() | st.sampled_from([121.48, 31.17, 181, -91, 1e30])
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=8)
NAMES = st.sampled_from(
    ["type", "coordinates", "geometries", "geometry", "properties", "features", "crs", "id", "name"]
)
KINDS = st.sampled_from(
    ["FeatureCollection", "Feature", "Polygon", "MultiPolygon", "GeometryCollection"]
)
JSON = st.recursive(
    LEAVES | KINDS,
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=30,
)
RINGS = st.lists(st.lists(NUMBERS, min_size=1, max_size=3), max_size=7)
SHAPES = (
    st.builds(lambda rings: {"type": "Polygon", "coordinates": rings}, st.lists(RINGS, max_size=3))
    | st.builds(
        lambda parts: {"type": "GeometryCollection", "geometries": parts},
        st.lists(JSON, max_size=3),
    )
    | JSON
)
FEATURES = st.builds(
    lambda shape, texts, id_: {"type": "Feature", "geometry": shape, "properties": texts, "id": id_},
    SHAPES, JSON, JSON,
)  # fmt: skip


def reads_or_refuses(path, crs=None):
    with suppress(MapFileRefused):
        raw = read_map_file(path, None, "buildings")
        checked = check_features(raw, crs, "buildings", lambda done, total: None)
        gone = {f.row for f in checked.findings if f.verdict != "repaired"}
        assert {f.row for f in checked.usable} | gone == set(range(1, checked.read + 1))
        assert all("\n" not in finding.reason for finding in checked.findings)
        return checked
    return None


@FILES
@given(body=JSON)
def test_any_json_is_read_or_refused(tmp_path, body):
    path = tmp_path / "any.json"
    path.write_text(json.dumps(body))
    reads_or_refuses(path)


@FILES
@given(
    features=st.lists(FEATURES, max_size=4), crs=st.none() | st.sampled_from([GCJ02, "EPSG:4549"])
)
def test_any_features_are_kept_or_listed_and_every_row_is_accounted_for(tmp_path, features, crs):
    path = tmp_path / "any.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [*features, feature()]}))
    reads_or_refuses(path, crs)


@FILES
@given(cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=40)), max_size=6))
def test_a_geopackage_with_bytes_of_chance_in_it_is_read_or_refused(tmp_path, cuts):
    whole = tmp_path / "whole.gpkg"
    if not whole.exists():
        geopackage(whole, *[Polygon(ring(x=0.001 * i)) for i in range(20)])
    raw = bytearray(whole.read_bytes())
    for place, junk in cuts:
        at = 16 + int(place * (len(raw) - 16))
        raw[at : at + len(junk)] = junk
    path = tmp_path / "spoilt.gpkg"
    path.write_bytes(raw)
    reads_or_refuses(path)


@pytest.mark.parametrize(
    "statement",
    ["SELECT hex(zeroblob(9))", "SELECT load_extension('x')", "ATTACH '/etc/passwd' AS x",
     "DELETE FROM buildings", "PRAGMA writable_schema = ON", "CREATE TABLE x (a)", "VACUUM INTO '/tmp/x'"],
)  # fmt: skip
def test_behind_all_other_walls_a_geopackage_may_have_columns_read_and_no_more(tmp_path, statement):
    with closing(_opened(geopackage(tmp_path / "x.gpkg", Polygon(ring())))) as file:
        assert file.execute("SELECT code FROM buildings").fetchall() == [("g1",)]
        with pytest.raises(sqlite3.DatabaseError):
            file.execute(statement)


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (True, ""), ([1], ""), (12.0, "12"), (12.5, "12.5"), (float("nan"), ""),
     (float("inf"), "inf"), (7, "7"), ("  a \t b\n", "a b"), ("a\u202eb\ufeff", "ab"), ("𬍛·", "𬍛·"),
     ("x" * 900, "x" * 200)],
)  # fmt: skip
def test_a_value_becomes_one_line_that_may_be_shown(value, text):
    assert plain_text(value) == text


def test_only_columns_with_a_purpose_are_read():
    """What is not read cannot be kept by mistake: no ethnicity, no religion."""
    given_ = {"name": "甲", "民族": "汉", "religion": "x", "addr:street": "路", "code": ""}
    assert read_texts(given_) == {"name": "甲", "addr:street": "路"}
