"""What maps are made of when they come from outside: the bad inputs 49-68, and what must hold after each."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import func, select

from conftest import TODAY
from data.clock import read_clock
from data.commands.import_map import ImportRequest, commit_import, import_map_job, prepare_import
from data.errors import Forbidden, InvalidInput, NotFound
from data.models import (
    Building,
    BuildingCoverage,
    Committee,
    District,
    Dwelling,
    Event,
    Subdistrict,
)
from data.queries.access import system_principal
from data.queries.check import check_derived
from data.rules.coverage import CoverageStatus
from data.session import open_store
from data.sources.map_reader import MapFileRefused
from geo.cleaning import Fault, clean_area, repair_in_child
from geo.crs import to_metres, wgs84_to_gcj02
from live_server import ROOT
from places import SOUTH, STEP, WEST, build_street, worker

MAPS = Path(__file__).parent.parent / "fixtures" / "maps"
SQUARE = [[0, 0], [0.0002, 0], [0.0002, 0.0002], [0, 0.0002], [0, 0]]


@pytest.fixture
def street(store):
    return build_street(store, TODAY)


@pytest.fixture
def write(tmp_path):
    """Write features as GeoJSON and return the path."""

    def writer(*features, name="map.geojson", raw=None):
        path = tmp_path / name
        body = (
            raw
            if raw is not None
            else json.dumps({"type": "FeatureCollection", "features": features})
        )
        path.write_text(body, encoding="utf8")
        return path

    return writer


def ring(x=0.002, y=0.005, size=0.0002):
    return [[WEST + x + px / 0.0002 * size, SOUTH + y + py / 0.0002 * size] for px, py in SQUARE]


def feature(coordinates=None, kind="Polygon", **properties):
    coordinates = [ring()] if coordinates is None else coordinates
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": coordinates},
    }


def row_of(n, **properties):
    return [feature([ring(x=0.0005 * i)], osm_id=i, **properties) for i in range(1, n + 1)]


def prepared(store, path, **asked):
    with store.read() as session:
        principal = system_principal(session)
    request = {"kind": "buildings", "into": "310115009"} | asked
    return prepare_import(store, principal, ImportRequest(str(path), **request))


def imported(store, path, **asked):
    plan = prepared(store, path, **asked)
    with store.read() as session:
        principal = system_principal(session)
    return commit_import(store, principal, plan)


def count(store, model):
    with store.read() as session:
        return session.scalar(select(func.count()).select_from(model))


def refused(store, path, words, **asked):
    before = count(store, Building)
    with pytest.raises(MapFileRefused, match=words) as refusal:
        prepared(store, path, **asked)
    assert "\n" not in str(refusal.value)
    assert count(store, Building) == before


def only_finding(store, path, **asked):
    (finding,) = prepared(store, path, **asked).report.findings
    return finding


def test_imported_footprints_are_on_the_map_as_unlisted(store, street, write):
    report = imported(store, write(*row_of(3)))
    assert (report.read, report.kept, report.added) == (3, 3, 3)
    with store.read() as session:
        fresh = session.scalars(
            select(BuildingCoverage).where(BuildingCoverage.status == CoverageStatus.UNLISTED)
        ).all()
        assert {row.ord for row in fresh} == {2, 3, 4}
        assert check_derived(session, system_principal(session)).drifts == ()


def test_the_same_file_twice_changes_nothing(store, street, write):
    path = write(*row_of(3))
    imported(store, path)
    with store.read() as session:
        epoch = read_clock(session).tiles_rev
    report = imported(store, path)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 3)
    with store.read() as session:
        assert read_clock(session).tiles_rev == epoch


def test_a_changed_footprint_opens_a_new_version_with_the_same_code_and_ord(store, street, write):
    imported(store, write(*row_of(2)))
    report = imported(store, write(feature([ring(x=0.0005, size=0.0003)], osm_id=1)))
    assert (report.added, report.changed) == (0, 1)
    with store.read() as session:
        versions = session.scalars(
            select(Building).where(Building.external_code == "1").order_by(Building.id)
        ).all()
    assert [v.valid_to is None for v in versions] == [False, True]
    assert versions[0].code == versions[1].code
    assert versions[0].ord == versions[1].ord


def test_a_redrawn_building_keeps_everything_behind_its_doors(store, street, write):
    with store.write() as session:
        session.execute(Building.__table__.update().values(external_code=Building.code))
    imported(store, write(feature([ring(x=0.0015, y=0.002, size=0.0004)], code="C1-001")))
    with store.read() as session:
        current = session.scalars(
            select(Building).where(Building.code == "C1-001", Building.valid_to.is_(None))
        ).one()
        doors = session.scalar(select(func.count()).where(Dwelling.building_id == current.id))
        assert check_derived(session, system_principal(session)).drifts == ()
    assert doors == 6


def test_a_dry_run_writes_nothing(store, street, write):
    before = count(store, Event)
    report = prepared(store, write(*row_of(2))).report
    assert report.added == 2
    assert (count(store, Building), count(store, Event)) == (2, before)


def test_swapped_latitude_and_longitude_is_refused_with_the_question(store, street, write):
    swapped = feature([[[y, x] for x, y in ring()]])
    refused(store, write(swapped), "swapped")
    refused(store, write(swapped), "swapped", into=None, new_subdistrict="x")


def test_gcj02_coordinates_are_refused_with_the_offset_and_the_way_out(store, street, write):
    imported(store, write(*row_of(16)))
    moved = [
        feature([wgs84_to_gcj02(np.array(ring(x=0.0005 * i))).tolist()], osm_id=100 + i)
        for i in range(1, 17)
    ]
    refused(store, write(*moved), "--crs GCJ-02")
    report = prepared(store, write(*moved), crs="GCJ-02").report
    assert report.kept == 16


def test_projected_metres_are_refused(store, street, write):
    metres = to_metres(shapely.Polygon(ring()), 4549)
    coordinates = [list(map(list, metres.exterior.coords))]
    refused(store, write(feature(coordinates)), "no degrees")
    assert prepared(store, write(feature(coordinates)), crs="EPSG:4549").report.kept == 1


def test_an_unknown_coordinate_system_is_refused_by_name(store, street, write):
    refused(store, write(feature()), "unknown coordinate system 'MARS'", crs="mars")


def test_a_bow_tie_is_repaired_and_named(store, street, write):
    x, y = WEST + 0.002, SOUTH + 0.005
    bow = [[x, y], [x + 0.0002, y + 0.0002], [x + 0.0002, y], [x, y + 0.0002], [x, y]]
    finding = only_finding(store, write(feature([bow], osm_id=7)))
    assert (finding.label, finding.verdict) == ("7", "repaired")


def test_an_unclosed_ring_is_closed(store, street, write):
    assert prepared(store, write(feature([ring()[:-1]]))).report.kept == 1


@pytest.mark.parametrize(
    ("coordinates", "words"),
    [
        ([[[WEST, SOUTH], [WEST + 0.001, SOUTH]]], "2 points encloses nothing"),
        ([[["121.48", "31.17"], ["121.49", "31.17"], ["121.49", "31.18"]]], "not a number"),
        ([[[WEST, SOUTH], [WEST + 0.001, SOUTH], [None, SOUTH]]], "not a number"),
        ([[]], "0 points"),
        ("nonsense", "no list"),
    ],
)
def test_a_shape_that_is_none_is_refused_with_its_reason_and_the_rest_is_kept(
    store, street, write, coordinates, words
):
    report = prepared(store, write(feature(coordinates, osm_id=9), feature(osm_id=10))).report
    assert (report.kept, report.refused) == (1, 1)
    assert words in report.findings[0].reason


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_nan_and_infinity_are_no_coordinates(store, street, write, word):
    raw = json.dumps({"type": "FeatureCollection", "features": [feature()]}).replace(
        str(ring()[0][0]), word, 1
    )
    refused(store, write(raw=raw), "no coordinate")


def test_an_unknown_geometry_type_is_refused(store, street, write):
    report = prepared(store, write(feature(kind="Blob"), feature([ring(x=0.004)]))).report
    assert "Blob" in report.findings[0].reason


def nested(depth):
    inner = {"type": "Polygon", "coordinates": [ring()]}
    for _ in range(depth):
        inner = {"type": "GeometryCollection", "geometries": [inner]}
    return inner


def test_a_collection_nested_too_deeply_is_refused(store, street, write):
    deep = {"type": "Feature", "properties": {}, "geometry": nested(400)}
    report = prepared(store, write(deep, feature([ring(x=0.004)]))).report
    assert "nested too deeply" in report.findings[0].reason


def test_json_nested_a_hundred_thousand_deep_is_refused(store, street, write):
    refused(store, write(raw='{"a":' + "[" * 100_000 + "]" * 100_000 + "}"), "nested too deeply")


def test_more_than_a_million_vertices_are_refused(store, street, write):
    angles = np.linspace(0, 2 * np.pi, 1_000_100)
    circle = np.column_stack(
        [WEST + 0.005 + 0.001 * np.cos(angles), SOUTH + 0.005 + 0.001 * np.sin(angles)]
    )
    report = prepared(store, write(feature([circle.round(9).tolist()]), feature())).report
    assert "million" in report.findings[0].reason


def test_a_repair_that_takes_too_long_is_ended():
    spikes = np.random.default_rng(1).uniform(0, 1, (60_000, 2))
    began = time.monotonic()
    assert repair_in_child(shapely.Polygon(spikes), seconds=0.3) is None
    assert time.monotonic() - began < 5


def test_a_duplicate_footprint_is_listed_and_left_out(store, street, write):
    finding = only_finding(store, write(feature(osm_id=1), feature([ring()[::-1]], osm_id=2)))
    assert (finding.label, finding.verdict) == ("2", "duplicate")


def test_a_building_across_two_committees_is_refused_unless_told_how(store, street, write):
    across = feature([ring(x=STEP - 0.0001)], osm_id=5)
    refused(store, write(across), "lies across committees")
    report = imported(store, write(across), assign="largest-share")
    assert report.added == 1


def districts(*spans):
    return [
        feature([[[WEST + a, SOUTH], [WEST + b, SOUTH], [WEST + b, SOUTH + STEP], [WEST + a, SOUTH + STEP],
                  [WEST + a, SOUTH]]], name=f"第{i}片区")
        for i, (a, b) in enumerate(spans, start=1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        (((0, 0.01), (0.012, 0.02), (0.02, 0.03)), r"gap of .* between 第1片区 and 第2片区"),
        (((0, 0.012), (0.01, 0.02), (0.02, 0.03)), "第1片区 and 第2片区 overlap"),
        (((0, 0.015), (0.015, 0.03)), "2 districts, 3 are expected"),
    ],
)
def test_districts_with_a_gap_or_overlap_are_refused_by_name_and_the_map_stays(
    store, street, write, spans, words
):
    refused(store, write(*districts(*spans)), words, kind="boundaries")
    assert count(store, District) == 3


def test_new_district_lines_end_the_old_ones_and_take_their_committees_along(store, street, write):
    imported(store, write(*districts((0, 0.02), (0.02, 0.028), (0.028, 0.03))), kind="boundaries")
    with store.read() as session:
        rows = session.execute(
            select(Committee.form_order, District.name)
            .join(District, District.id == Committee.district_id)
            .where(District.valid_to.is_(None)).order_by(Committee.form_order)
        ).all()  # fmt: skip
    assert [tuple(row) for row in rows] == [(1, "第1片区"), (2, "第1片区"), (3, "第2片区")]


VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)


def test_a_vrt_dressed_as_geojson_reads_nothing(store, street, write):
    refused(store, write(raw=VRT), "neither GeoJSON nor GeoPackage")


@pytest.mark.parametrize(
    "path", ["/vsicurl/http://127.0.0.1/x.geojson", "/vsizip/x.zip", "/no/such/file"]
)
def test_a_path_that_is_no_file_is_refused(store, street, path):
    refused(store, path, "no file on this machine")


def test_heights_are_dropped_and_said(store, street):
    raised = shapely.force_3d(shapely.Polygon(ring()), 12.0)
    assert clean_area(raised).fault is Fault.HEIGHT_DROPPED


def test_a_hole_outside_its_shell_is_refused(store, street, write):
    outside = feature([ring(), ring(x=0.004)], osm_id=3)
    report = prepared(store, write(outside, feature([ring(x=0.006)]))).report
    assert (report.findings[0].label, report.findings[0].verdict) == ("3", "refused")
    assert "hole" in report.findings[0].reason


@pytest.mark.parametrize(
    ("raw", "words"),
    [("", "is empty"), ("{", "is not JSON"), ('{"type":"Point"}', "not a FeatureCollection"),
     ('{"type":"FeatureCollection"}', "no list of features"),
     ('{"type":"FeatureCollection","features":[]}', "holds no feature")],
)  # fmt: skip
def test_a_file_that_is_no_map_is_refused_in_one_line(store, street, write, raw, words):
    refused(store, write(raw=raw), words)


def test_the_real_file_cut_at_tile_edges_shows_its_110_duplicates(store):
    report = prepared(
        store, MAPS / "bund_tilecut_raw.geojson", into=None, new_subdistrict="外滩"
    ).report
    assert (report.read, report.duplicate) == (1572, 110)


def test_the_real_file_of_helsinki_names_its_twelve_invalid_buildings(store):
    report = prepared(
        store, MAPS / "helsinki_osm.gpkg", into=None, new_subdistrict="Helsinki"
    ).report
    named = [f for f in report.findings if f.verdict in ("repaired", "refused")]
    assert len(named) == 12
    assert all(f.label.isdigit() for f in named)


def test_the_real_bund_becomes_a_subdistrict_of_its_own(store):
    report = imported(store, MAPS / "bund_osm.gpkg", into=None, new_subdistrict="外滩")
    assert report.read == 1450
    assert report.kept == 1450 - report.duplicate == report.added
    with store.read() as session:
        assert session.scalars(select(Subdistrict.name)).all() == ["外滩"]


def test_only_a_data_administrator_imports(store, street, write):
    with pytest.raises(Forbidden):
        prepare_import(
            store,
            worker(street),
            ImportRequest(str(write(feature())), "buildings", into="310115009"),
        )


@pytest.mark.parametrize(
    "asked",
    [{"into": None}, {"new_subdistrict": "x"}, {"kind": "roads"}, {"assign": "first"},
     {"into": None, "new_subdistrict": "x", "kind": "compounds"}],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused_before_the_file_is_read(store, street, asked):
    with pytest.raises(InvalidInput):
        prepared(store, "/no/such/file", **asked)


def test_a_subdistrict_out_of_scope_answers_like_one_that_is_not_there(store, street, write):
    with pytest.raises(NotFound):
        prepared(store, write(feature()), into="000000000")


def test_a_job_that_was_cancelled_leaves_nothing(store, street, write):
    with store.read() as session:
        principal = system_principal(session)
    arguments = {"path": str(write(feature())), "kind": "buildings", "into": "310115009"}
    with pytest.raises(MapFileRefused, match="stopped"):
        import_map_job(store, principal, arguments, lambda done, total: None, lambda: True)
    assert count(store, Building) == 2


KILLED = """
import sys, time
import data.commands.import_places as places
from data.commands.import_map import ImportRequest, commit_import, prepare_import
from data.queries.access import system_principal
from data.session import open_store
store = open_store(sys.argv[1])
with store.read() as session:
    principal = system_principal(session)
plan = prepare_import(store, principal, ImportRequest(sys.argv[2], "buildings", into="310115009"))
places.derive_buildings = lambda *_: (print("writing", flush=True), time.sleep(60))
commit_import(store, principal, plan)
"""


def test_an_import_killed_while_it_writes_leaves_nothing(store, street, write):
    store.dispose()
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, store.url, str(write(*row_of(8)))],
        stdout=subprocess.PIPE, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert child.stdout.readline() == b"writing\n"
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    again = open_store(store.url)
    assert count(again, Building) == 2
    assert imported(again, write(*row_of(8))).added == 8
    again.dispose()
