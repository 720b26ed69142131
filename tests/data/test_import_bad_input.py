"""Bad maps: the cases 49-68, each by its number, and what else a file may be that nobody wants.

Each is refused in one line, or the feature is listed with its reason, and nothing is half-written.
"""

import json
import os
from struct import pack

import numpy as np
import pytest
import shapely
from shapely import MultiPolygon, Polygon, box

from conftest import TODAY
from data.models import Building, District
from data.sources.map_features import MapFileRefused
from drawn_maps import (
    MAPS,
    blob,
    count,
    districts,
    feature,
    geojson,
    geopackage,
    imported,
    prepared,
    report_of,
    ring,
    row_of,
)
from geo.crs import to_metres, wgs84_to_bd09, wgs84_to_gcj02
from places import SOUTH, STEP, WEST, build_street


@pytest.fixture
def street(store):
    return build_street(store, TODAY)


@pytest.fixture
def write(tmp_path):
    """Write features as GeoJSON and return the path; `raw` is the whole file as text or bytes."""

    def writer(*features, raw=None, **members):
        path = tmp_path / "map.geojson"
        if raw is None:
            return geojson(path, *features, **members)
        path.write_bytes(raw if isinstance(raw, bytes) else raw.encode())
        return path

    return writer


def refused(store, path, words, **asked):
    before = count(store, Building), count(store, District)
    with pytest.raises(MapFileRefused, match=words) as refusal:
        prepared(store, path, **asked)
    assert "\n" not in str(refusal.value)
    assert (count(store, Building), count(store, District)) == before


def only_finding(store, path, **asked):
    (finding,) = report_of(store, path, **asked).findings
    return finding


def lists(store, path, words, label, verdict="refused"):
    """Assert that one feature is listed with the reason and the other one is kept."""
    report = report_of(store, path)
    assert report.kept == 1
    (finding,) = report.findings
    assert (finding.label, finding.verdict) == (label, verdict)
    assert words in finding.reason


GOOD = feature([ring(x=0.004)], code="good")


def test_49_swapped_latitude_and_longitude_are_refused_with_the_question(store, street, write):
    swapped = feature([[[y, x] for x, y in ring()]])
    refused(store, write(swapped), "swapped")
    refused(store, write(swapped), "swapped", into=None, new_subdistrict="x")


def moved_by(offset, n=16):
    return [
        feature([offset(np.array(each["geometry"]["coordinates"][0])).tolist()], osm_id=100 + i)
        for i, each in enumerate(row_of(n))
    ]


@pytest.mark.parametrize(
    ("offset", "name", "metres"), [(wgs84_to_gcj02, "GCJ-02", 480), (wgs84_to_bd09, "BD-09", 1130)]
)
def test_50_offset_coordinates_are_refused_with_the_distance_and_the_way_out(
    store, street, write, offset, name, metres
):
    imported(store, write(*row_of(16)))
    moved = write(*moved_by(offset))
    with pytest.raises(MapFileRefused, match=f"import them with --crs {name}") as refusal:
        prepared(store, moved)
    told = int(str(refusal.value).split(" lie ")[1].split(" m off")[0])
    assert told == pytest.approx(metres, rel=0.05)
    report = report_of(store, moved, crs=name)
    assert (report.duplicate, report.added) == (16, 0)


def test_50_three_buildings_are_enough_and_two_are_not(store, street, write):
    imported(store, write(*row_of(16)))
    refused(store, write(*moved_by(wgs84_to_gcj02, n=3)), "import them with --crs GCJ-02")
    assert report_of(store, write(*moved_by(wgs84_to_gcj02, n=2))).kept == 2


def test_50_coordinates_that_are_none_of_the_offset_ones_are_not_converted(store, street, write):
    imported(store, write(*row_of(16)))
    refused(store, write(*row_of(16, first=100)), "--crs EPSG:4326", crs="GCJ-02")


def test_50_offset_boundaries_are_refused_too(store, street, write):
    lines = districts((0, STEP), (STEP, 2 * STEP), (2 * STEP, 3 * STEP))
    for each in lines:
        rings = each["geometry"]["coordinates"]
        each["geometry"]["coordinates"] = [wgs84_to_gcj02(np.array(rings[0])).tolist()]
    refused(store, write(*lines), "import them with --crs GCJ-02", kind="boundaries")


def test_50_before_anything_is_known_the_street_itself_tells(store, street, write):
    edge = feature([wgs84_to_gcj02(np.array(ring(x=0.0298, y=0.001))).tolist()])
    refused(store, write(edge), "is it --crs GCJ-02?")


def test_51_projected_metres_are_refused(store, street, write):
    metres = to_metres(Polygon(ring()), 4549)
    path = write(feature([list(map(list, metres.exterior.coords))]))
    refused(store, path, "no degrees")
    assert report_of(store, path, crs="EPSG:4549").kept == 1


@pytest.mark.parametrize("crs", ["EPSG:4549", "EPSG:3857"])
def test_51_degrees_are_refused_when_they_are_called_metres(store, street, write, crs):
    refused(store, write(feature()), f"not the metres of {crs}", crs=crs)


def test_51_metres_of_another_zone_are_refused(store, street, write):
    metres = np.array(ring()) * 0 + np.array([40_455_000.0, 3_450_000.0]) + np.array(ring())
    refused(store, write(feature([metres.tolist()])), "zone number in front", crs="EPSG:4549")


def test_51_an_offset_system_is_refused_where_it_is_not_used(store, write):
    helsinki = [[x - WEST + 24.9, y - SOUTH + 60.1] for x, y in ring()]
    refused(store, write(feature([helsinki])), "GCJ-02 is not used", into=None,
            new_subdistrict="x", crs="GCJ-02")  # fmt: skip


def test_52_a_bow_tie_is_repaired_and_shown_with_its_place(store, street, write):
    a, b, c, d = ring()[:4]
    finding = only_finding(store, write(feature([[a, c, b, d, a]], osm_id=7)))
    assert (finding.row, finding.label, finding.verdict) == (1, "7", "repaired")
    assert "crosses itself at 121.482" in finding.reason


def test_53_an_unclosed_ring_is_closed_and_reported(store, street, write):
    finding = only_finding(store, write(feature([ring()[:-1]])))
    assert (finding.verdict, finding.reason) == ("repaired", "its ring was not closed")


BROKEN = {
    "54_two_points": ([ring()[:2]], "2 points encloses nothing"),
    "54_one_point_three_times": ([[ring()[0]] * 4], "1 points encloses nothing"),
    "54_no_ring": ([], "no ring"),
    "54_an_empty_ring": ([[]], "0 points"),
    "56_strings": ([[["121.48", "31.17"], ["121.49", "31.17"], ["121.49", "31.18"]]], "not a number"),
    "56_null": ([[ring()[0], ring()[1], [None, SOUTH]]], "not a number"),
    "56_true": ([[ring()[0], ring()[1], [True, SOUTH]]], "not a number"),
    "56_one_number": ([[ring()[0], ring()[1], [SOUTH]]], "no pair"),
    "56_text_for_a_list": ("nonsense", "no list"),
}  # fmt: skip


@pytest.mark.parametrize(("coordinates", "words"), BROKEN.values(), ids=BROKEN)
def test_54_56_a_shape_that_is_none_is_listed_and_the_rest_is_kept(
    store, street, write, coordinates, words
):
    lists(store, write(feature(coordinates, osm_id=9), GOOD), words, "9")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
def test_55_what_is_no_finite_number_is_no_coordinate(store, street, write, number):
    body = json.dumps({"type": "FeatureCollection", "features": [feature(osm_id=9), GOOD]})
    path = write(raw=body.replace(str(ring()[1][0]), number, 1))
    lists(store, path, "no number of a map", "9")


def test_55_nan_beside_the_shape_is_an_empty_field(store, street, write):
    body = json.dumps({"type": "FeatureCollection", "features": [feature(name="x", osm_id=3)]})
    assert report_of(store, write(raw=body.replace('"x"', "NaN"))).kept == 1


@pytest.mark.parametrize("kind", ["Blob", "Point", "LineString", "", "Feature"])
def test_57_a_geometry_that_is_no_area_is_listed(store, street, write, kind):
    lists(store, write(feature(kind=kind, osm_id=9), GOOD), "not an area", "9")


def test_57_the_areas_of_a_collection_are_kept_and_the_rest_is_said(store, street, write):
    mixed = {"type": "Feature", "properties": {"osm_id": 9}, "geometry": {
        "type": "GeometryCollection", "geometries": [
            feature()["geometry"], {"type": "Point", "coordinates": ring()[0]}]}}  # fmt: skip
    finding = only_finding(store, write(mixed))
    assert (finding.verdict, finding.reason) == (
        "repaired",
        "points and lines beside its area were dropped",
    )


def nested(depth):
    inner = {"type": "Polygon", "coordinates": [ring()]}
    for _ in range(depth):
        inner = {"type": "GeometryCollection", "geometries": [inner]}
    return inner


def test_58_a_collection_nested_deeply_is_listed(store, street, write):
    deep = {"type": "Feature", "properties": {"osm_id": 9}, "geometry": nested(100)}
    lists(store, write(deep, GOOD), "nested too deeply", "9")


def test_58_a_collection_nested_five_thousand_deep_is_refused(store, street, write):
    opened, closed = '{"type":"GeometryCollection","geometries":[' * 5_000, "]}" * 5_000
    body = json.dumps({"type": "FeatureCollection", "features": [feature()]})
    geometry = json.dumps(feature()["geometry"])
    deep = body.replace(geometry, opened + geometry + closed)
    refused(store, write(raw=deep), "nested too deeply")


def test_59_json_nested_a_hundred_thousand_deep_is_refused(store, street, write):
    refused(store, write(raw='{"a":' + "[" * 100_000 + "]" * 100_000 + "}"), "nested too deeply")


def test_60_more_than_a_million_vertices_are_refused(store, street, write):
    angles = np.linspace(0, 2 * np.pi, 1_000_100)
    circle = np.column_stack(
        [WEST + 0.005 + 0.001 * np.cos(angles), SOUTH + 0.005 + 0.001 * np.sin(angles)]
    )
    lists(store, write(feature([circle.round(9).tolist()], osm_id=9), GOOD), "million", "9")


def spikes(n):
    points = np.random.default_rng(1).uniform(0, 0.001, (n, 2)) + np.array([WEST, SOUTH])
    return [[*points.tolist(), points[0].tolist()]]


def test_61_a_shape_made_to_be_repaired_for_ever_is_given_up(store, street, write):
    """2,000 random corners: half a minute and a gigabyte for whoever tries."""
    path = write(feature(spikes(2_000), osm_id=9), GOOD)
    lists(store, path, "crosses itself too often to be repaired", "9")


def test_62_a_duplicate_is_listed_and_left_out(store, street, write):
    finding = only_finding(store, write(feature(osm_id=1), feature([ring()[::-1]], osm_id=2)))
    assert (finding.row, finding.label, finding.verdict) == (2, "2", "duplicate")
    assert finding.reason == "the same outline as row 1 (1)"


def test_62_what_is_on_the_map_under_another_code_is_a_duplicate(store, street, write):
    imported(store, write(feature(osm_id=1)))
    finding = only_finding(store, write(feature(osm_id=2)))
    assert finding.verdict == "duplicate"
    assert finding.reason == "on the map already as 310115009-1"


def test_63_buildings_across_two_committees_are_refused_unless_told_how(store, street, write):
    across = [feature([ring(x=STEP - 0.00005, y=0.001 * i)], osm_id=i) for i in range(1, 7)]
    words = r"1 lies across committees \(高2 75%, 高1 25%\) and so do 5 more \(2, 3, 4 ...\): say --assign"
    refused(store, write(*across), words)
    assert imported(store, write(*across), assign="largest-share").added == 6


def test_63_a_building_in_no_committee_is_refused_by_name(store, street, write):
    refused(store, write(GOOD, feature([ring(x=-0.01)], osm_id=5)),
            r"1 of 2 features lie in no committee of 高城街道 \(5\)")  # fmt: skip


UNFIT = {
    "a_gap": (((0, 0.01), (0.012, 0.02), (0.02, 0.03)), "gap of .* between 第1片区 and 第2片区"),
    "a_gap_at_the_edge": (((0.002, 0.01), (0.01, 0.02), (0.02, 0.03)), "第1片区 and the street's outline"),
    "an_overlap": (((0, 0.012), (0.01, 0.02), (0.02, 0.03)), "第1片区 and 第2片区 overlap by"),
    "too_few": (((0, 0.015), (0.015, 0.03)), "2 usable districts .*, 3 are expected: the present map stays"),
    "beyond": (((0, 0.01), (0.01, 0.02), (0.02, 0.032)), "第3片区 reaches .* beyond the outline of 高城街道"),
    "across_a_committee": (((0, 0.01), (0.01, 0.024), (0.024, 0.03)),
                           r"1 committees lie across .*: 高3 \(第3片区 60%, 第2片区 40%\)"),
}  # fmt: skip


@pytest.mark.parametrize(("spans", "words"), UNFIT.values(), ids=UNFIT)
def test_64_districts_that_do_not_fit_are_refused_by_name_and_the_map_stays(
    store, street, write, spans, words
):
    refused(store, write(*districts(*spans)), words, kind="boundaries")


def test_64_districts_need_names_of_their_own(store, street, write):
    three = districts((0, 0.01), (0.01, 0.02), (0.02, 0.03))
    three[1]["properties"]["name"] = "第1片区"
    refused(store, write(*three), "two districts are called 第1片区", kind="boundaries")
    three[1]["properties"] = {}
    refused(store, write(*three), "row 2 has no name", kind="boundaries")


def test_64_a_broken_district_is_named_with_its_fault(store, street, write):
    three = districts((0, 0.01), (0.01, 0.02), (0.02, 0.03))
    three[2]["geometry"]["coordinates"] = [ring()[:2]]
    refused(
        store,
        write(*three),
        r"2 usable .*, 3 are expected \(row 3: a ring of 2 points",
        kind="boundaries",
    )


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)


def test_65_a_vrt_dressed_as_geojson_reads_nothing(store, street, write):
    refused(store, write(raw=VRT), "neither GeoJSON nor GeoPackage")


@pytest.mark.parametrize(
    "path", ["/vsicurl/http://127.0.0.1/x.geojson", "/vsizip/x.zip", "/no/such/file", "a\0b"]
)
def test_66_a_path_that_is_no_file_is_refused(store, street, path):
    refused(store, path, "there is no file|cannot be used")


@pytest.mark.parametrize("more", [[12.0], [12.0, 1.0], ["high"], [None]])
def test_67_heights_and_measures_are_dropped_and_said(store, street, write, more):
    report = imported(store, write(feature([[[*point, *more] for point in ring()]], osm_id=1)))
    assert report.notes[-1] == "heights were dropped from 1"
    assert report.findings == ()
    with store.read() as session:
        (outline,) = session.scalars(
            Building.__table__.select().with_only_columns(Building.outline).where(
                Building.external_code == "1")
        ).all()  # fmt: skip
    assert not outline.has_z


def test_67_heights_of_a_geopackage_are_dropped_and_said(store, street, tmp_path):
    raised = shapely.force_3d(Polygon(ring()), 12.0)
    measured = shapely.from_wkt(
        "POLYGON M ((121.485 31.175 1, 121.4852 31.175 2, 121.4852 31.1752 3, 121.485 31.175 1))"
    )
    report = report_of(store, geopackage(tmp_path / "x.gpkg", raised, measured))
    assert (report.kept, report.notes[-1]) == (2, "heights were dropped from 2")


def test_68_a_hole_outside_its_shell_is_listed(store, street, write):
    outside = feature([ring(), ring(x=0.008)], osm_id=3)
    lists(store, write(outside, GOOD), "a hole lies outside its outline at 121.48", "3")


# What the list does not name.


def test_an_unknown_coordinate_system_is_refused_by_name(store, street, write):
    refused(store, write(feature()), "--crs: unknown coordinate system 'mars'", crs="mars")
    members = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS27"}}}
    refused(store, write(feature(), **members), "CRS27.*say which it is by --crs")
    assert report_of(store, write(feature(), **members), crs="EPSG:4326").kept == 1


@pytest.mark.parametrize("crs", [5, [], {"properties": []}, {"properties": {"name": [1]}}])
def test_a_crs_member_that_says_nothing_is_refused(store, street, write, crs):
    refused(store, write(feature(), crs=crs), "say which it is by --crs")


FILES = {
    "empty": ("", "is empty"),
    "cut_short": ("{", "is not JSON"),
    "a_geometry": ('{"type":"Point","coordinates":[1,2]}', "no FeatureCollection but 'Point'"),
    "a_list": ("[]", "neither GeoJSON nor GeoPackage"),
    "no_features": ('{"type":"FeatureCollection"}', "no list of features"),
    "zero_features": ('{"type":"FeatureCollection","features":[]}', "holds no feature"),
    "gbk": ('{"type":"FeatureCollection","名":1}'.encode("gbk"), "not UTF-8 at byte 29: save it"),
    "magic_alone": (b"SQLite format 3\x00" + b"x" * 5_000, "file is not a database"),
}


@pytest.mark.parametrize(("raw", "words"), FILES.values(), ids=FILES)
def test_a_file_that_is_no_map_is_refused_in_one_line(store, street, write, raw, words):
    refused(store, write(raw=raw), words)


def test_what_is_no_ordinary_file_is_refused(store, street, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    refused(store, tmp_path, "but a folder: name the file in it")
    refused(store, tmp_path / "pipe", "no file that can be read")
    refused(store, "/dev/zero", "no file that can be read")


def test_a_feature_that_is_none_is_listed(store, street, write):
    lists(store, write(5, GOOD), "no feature", "row 1")
    lists(store, write({"type": "Feature"}, GOOD), "no geometry", "row 1")


def test_one_code_on_two_separate_shapes_is_refused_on_both(store, street, write):
    report = report_of(store, write(feature(code="a"), feature([ring(x=0.009)], code="a"), GOOD))
    assert [(f.row, f.verdict) for f in report.findings] == [(1, "refused"), (2, "refused")]
    assert "in row 2 too" in report.findings[0].reason


def test_a_code_that_belongs_to_a_building_elsewhere_moves_nothing(store, street, write):
    """Two sources that both count from 1: the second must not move the first one's buildings."""
    imported(store, write(*row_of(4)))
    far = [feature([ring(x=0.02 + 0.0005 * i)], osm_id=i) for i in range(1, 5)]
    refused(store, write(*far), "4 codes belong to places elsewhere .*1 is 310115009-1, 1,9")


def test_a_building_as_large_as_a_town_is_none(store, street, write):
    lists(store, write(feature([ring(x=0.005, size=0.03)], osm_id=9), GOOD), "too large", "9")


def test_a_stray_feature_at_the_end_of_the_world_is_named(store, write):
    null_island = feature([[[x - WEST, y - SOUTH] for x, y in ring()]], osm_id=9)
    refused(store, write(feature(), GOOD, null_island), "no subdistrict does: the farthest is 9 at",
            into=None, new_subdistrict="x")  # fmt: skip


def test_a_file_open_in_another_program_is_refused(store, street, tmp_path):
    path = geopackage(tmp_path / "x.gpkg", Polygon(ring()))
    (tmp_path / "x.gpkg-wal").write_bytes(b"not yet written back")
    refused(store, path, "open in another program .*x.gpkg-wal.*close it there")


PROGRAMS = {
    "endless_view": "CREATE VIEW b AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM r)"
                    " SELECT x AS fid, NULL AS geom FROM r",
    "swollen_view": "CREATE VIEW b AS SELECT fid, hex(zeroblob(400000000)) AS geom FROM buildings",
    "virtual": "CREATE VIRTUAL TABLE b USING fts5(geom)",
}  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_a_geopackage_whose_layer_is_a_program_is_not_run(store, street, tmp_path, program):
    more = (
        program,
        "UPDATE gpkg_contents SET table_name = 'b'",
        "UPDATE gpkg_geometry_columns SET table_name = 'b'",
    )
    path = geopackage(tmp_path / "x.gpkg", Polygon(ring()), more=more)
    refused(store, path, "b is no plain table but a program")


def test_a_computed_column_is_not_computed(store, street, tmp_path):
    more = ["ALTER TABLE buildings ADD osm_id TEXT AS (hex(zeroblob(400000000)))"]
    assert report_of(store, geopackage(tmp_path / "x.gpkg", Polygon(ring()), more=more)).kept == 1


def test_a_trigger_in_the_file_is_not_fired_and_the_file_stays_as_it_is(store, street, tmp_path):
    more = ["CREATE TRIGGER t AFTER INSERT ON buildings BEGIN DELETE FROM buildings; END"]
    path = geopackage(tmp_path / "x.gpkg", Polygon(ring()), more=more)
    before = path.read_bytes()
    assert report_of(store, path).kept == 1
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith("x.")] == ["x.gpkg"]


def test_a_layer_with_hostile_names_is_read_as_what_it_is(store, street, tmp_path):
    path = geopackage(
        tmp_path / "x.gpkg", Polygon(ring()), layer="a; drop table b", column="select"
    )
    assert report_of(store, path).kept == 1


SPOILT = {
    "no_geometry": (None, "no geometry"),
    "text": ("POLYGON", "not stored as a GeoPackage does"),
    "short": (b"GP", "not stored as a GeoPackage does"),
    "cut_wkb": (blob(box(0, 0, 1, 1))[:40], "cannot be read"),
    "lying_count": (blob(box(0, 0, 1, 1))[:13] + b"\xff\xff\xff\xff", "cannot be read"),
    "extended": (b"GP\x00\x21" + b"\x00" * 40, "of a kind that is not read"),
    "empty": (b"GP\x00\x11" + b"\x00" * 40, "is empty"),
    "a_line": (blob(shapely.LineString(ring())), "a LineString, not an area"),
    "nan": (
        blob(box(0, 0, 7, 5)).replace(pack("<d", 5), pack("<d", np.nan), 1),
        "no number of a map",
    ),
}


@pytest.mark.parametrize(("raw", "words"), SPOILT.values(), ids=SPOILT)
def test_a_spoilt_shape_of_a_geopackage_is_listed(store, street, tmp_path, raw, words):
    path = geopackage(tmp_path / "x.gpkg", raw, Polygon(ring()))
    lists(store, path, words, "g1")


def test_a_geopackage_without_a_system_is_refused_until_it_is_said(store, street, tmp_path):
    path = geopackage(tmp_path / "x.gpkg", Polygon(ring()), srs_id=-1)
    refused(store, path, "names no coordinate system: say which it is by --crs")
    assert report_of(store, path, crs="EPSG:4326").kept == 1
    undefined = geopackage(tmp_path / "y.gpkg", Polygon(ring()), srs_id=77)
    refused(store, undefined, "names a coordinate system .77. that the file does not define")


def test_an_sqlite_file_that_is_no_geopackage_is_refused(sqlite_store):
    build_street(sqlite_store, TODAY)
    refused(sqlite_store, sqlite_store.engine.url.database, "open in another program")
    sqlite_store.dispose()
    refused(
        sqlite_store,
        sqlite_store.engine.url.database,
        "no GeoPackage: it has no table gpkg_contents",
    )


def test_layers_are_chosen_by_name_and_never_guessed(store, street):
    bund = MAPS / "bund_osm.gpkg"
    asked = {"into": None, "new_subdistrict": "x"}
    refused(store, bund, "no layer 'nix': it has buildings, roads", layer="nix", **asked)
    refused(store, bund, "has the layers buildings, .*choose one with --layer", kind="compounds")
    refused(store, bund, "a MultiLineString, not an area", layer="roads", **asked)


def test_geojson_has_no_layers(store, street, write):
    refused(store, write(feature()), "has no layers: leave --layer out", layer="buildings")


def test_compounds_that_cover_each_other_are_listed(store, street, write):
    first = feature([ring(size=0.002)], code="a", name="甲苑")
    second = feature([ring(x=0.003, size=0.002)], code="b", name="乙苑")
    report = report_of(store, write(first, second), kind="compounds")
    assert (report.added, report.refused) == (1, 1)
    assert "m2 of 甲苑" in report.findings[0].reason


def test_many_pieces_of_one_code_that_do_not_meet_are_no_bomb(store, street, write):
    pieces = [feature([ring(size=0.0001 + i * 1e-7)], osm_id=1) for i in range(300)]
    others = [
        feature([ring(x=0.011 + 0.0003 * (i % 20), y=0.001 + 0.0003 * (i // 20))], osm_id=2 + i)
        for i in range(300)
    ]
    report = report_of(store, write(*pieces, *others))
    assert (report.refused, report.kept) == (300, 300)


def test_multipolygons_and_holes_are_kept_whole(store, street, write):
    x, y = ring()[0]
    hole = box(x + 0.00005, y + 0.00005, x + 0.0001, y + 0.0001)
    two = MultiPolygon([Polygon(ring(), [hole.exterior]), Polygon(ring(x=0.006))])
    geometry = shapely.geometry.mapping(two)
    imported(store, write({"type": "Feature", "properties": {"code": "m"}, "geometry": geometry}))
    with store.read() as session:
        row = session.execute(
            Building.__table__.select().where(Building.external_code == "m")
        ).one()
    assert row.outline.equals(two)
