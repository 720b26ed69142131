"""What an import of a map does: kept by code, switched whole, the same again; on real files, too."""

import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread

import pytest
from shapely import box
from sqlalchemy import event, func, select, update

from conftest import TODAY
from data.clock import read_clock
from data.commands.import_map import (
    MOST_AT_ONCE_ON_SQLITE,
    ImportRequest,
    MapChanged,
    commit_import,
    import_map,
    import_map_job,
    prepare_import,
)
from data.commands.import_places import code_of
from data.errors import Forbidden, InvalidInput, NotFound
from data.models import (
    Building,
    BuildingCoverage,
    Clock,
    Committee,
    Compound,
    District,
    Dwelling,
    Event,
    Gate,
    Subdistrict,
)
from data.queries.access import system_principal
from data.queries.check import check_derived
from data.rules.areas import Role
from data.rules.coverage import CoverageStatus
from data.session import open_store
from data.sources.map_features import MapFileRefused
from drawn_maps import (
    MAPS,
    STREET,
    count,
    districts,
    feature,
    geojson,
    imported,
    prepared,
    report_of,
    ring,
    row_of,
)
from live_server import ROOT
from places import STEP, build_street, worker


@pytest.fixture
def street(store):
    return build_street(store, TODAY)


@pytest.fixture
def write(tmp_path):
    """Write features as GeoJSON and return the path."""
    return lambda *features, name="map.geojson": geojson(tmp_path / name, *features)


def versions(store, model, code):
    """Return all versions of an external code, the one in force last."""
    with store.read() as session:
        found = session.scalars(
            select(model)
            .where(model.external_code == code)
            .order_by(model.valid_from, model.valid_to)
        ).all()
    return sorted(found, key=lambda each: each.valid_to is None)


def drifts(store):
    with store.read() as session:
        return check_derived(session, system_principal(session)).drifts


def test_imported_footprints_are_on_the_map_as_unlisted(store, street, write):
    report = imported(store, write(*row_of(3)))
    assert (report.read, report.kept, report.added) == (3, 3, 3)
    with store.read() as session:
        fresh = session.scalars(
            select(BuildingCoverage).where(BuildingCoverage.status == CoverageStatus.UNLISTED)
        ).all()
    assert {row.ord for row in fresh} == {2, 3, 4}
    assert drifts(store) == ()


def test_the_same_file_twice_changes_nothing(store, street, write):
    path = write(*row_of(3, name="楼"))
    imported(store, path)
    before = count(store, Event), count(store, Building), map_revision(store)
    report = imported(store, path)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 3)
    assert (count(store, Event), count(store, Building), map_revision(store)) == before


def map_revision(store):
    with store.read() as session:
        return read_clock(session).tiles_rev


def test_the_same_features_in_another_order_and_drawn_the_other_way_change_nothing(
    store, street, write
):
    imported(store, write(*row_of(3)))
    turned = row_of(3)[::-1]
    for each in turned:
        each["geometry"]["coordinates"] = [each["geometry"]["coordinates"][0][::-1]]
    assert imported(store, write(*turned)).unchanged == 3


def test_a_changed_footprint_opens_a_new_version_with_the_same_code_and_ord(store, street, write):
    imported(store, write(*row_of(2)))
    report = imported(store, write(feature([ring(x=0.0005, size=0.0003)], osm_id=1)))
    assert (report.added, report.changed) == (0, 1)
    old, new = versions(store, Building, "1")
    assert (old.valid_to, new.valid_from, new.valid_to) == (TODAY, TODAY, None)
    assert (old.code, old.ord) == (new.code, new.ord)
    assert old.outline.area < new.outline.area
    with store.read() as session:
        told = session.scalars(select(Event).where(Event.kind == "building_redrawn")).one()
    assert (told.building_id, told.happened_on) == (new.id, TODAY)


def test_a_redrawn_building_keeps_everything_behind_its_doors(store, street, write):
    imported(store, write(feature([ring(x=0.0015, y=0.002, size=0.0004)], code="C1-001")))
    with store.read() as session:
        current = session.scalars(
            select(Building).where(Building.code == "C1-001", Building.valid_to.is_(None))
        ).one()
        doors = session.scalar(select(func.count()).where(Dwelling.building_id == current.id))
    assert (doors, current.name, current.label) == (6, "1号楼", "1")
    assert drifts(store) == ()


def test_a_new_name_or_number_is_a_change_and_a_missing_one_is_none(store, street, write):
    imported(store, write(feature(osm_id=1, name="旧名", addr_housenumber="7")))
    assert imported(store, write(feature(osm_id=1))).unchanged == 1
    assert imported(store, write(feature(osm_id=1, name="新名"))).changed == 1
    old, new = versions(store, Building, "1")
    assert (old.name, new.name, new.label) == ("旧名", "新名", "7")


def test_a_footprint_that_moves_to_another_committee_goes_along_while_it_is_bare(
    store, street, write
):
    imported(store, write(feature([ring(x=STEP - 0.0004)], osm_id=1)))
    imported(store, write(feature([ring(x=STEP + 0.0004)], osm_id=1)))
    old, new = versions(store, Building, "1")
    assert (old.committee_id, new.committee_id) == street.committees[:2]
    assert drifts(store) == ()


def test_a_building_with_rooms_is_not_moved_to_another_committee_by_a_map(store, street, write):
    with store.write() as session:
        session.execute(
            update(Building).where(Building.code == "C1-001").values(
                outline=box(121.4896, 31.172, 121.4898, 31.1722))
        )  # fmt: skip
    report = report_of(store, write(feature([ring(x=0.0102, y=0.002)], code="C1-001")))
    assert (report.changed, report.refused) == (0, 1)
    (finding,) = report.findings
    assert "has moved from 高1 to 高2, and rooms or tasks" in finding.reason
    assert finding.area == "310115009001"


def test_a_building_across_a_line_that_was_assigned_once_needs_no_word_again(store, street, write):
    across = write(feature([ring(x=STEP - 0.0001)], osm_id=5))
    imported(store, across, assign="largest-share")
    assert imported(store, across).unchanged == 1
    redrawn = write(feature([ring(x=STEP - 0.0001, size=0.00021)], osm_id=5))
    assert imported(store, redrawn).changed == 1


def test_pieces_of_one_code_that_meet_are_one_building(store, street, write):
    west, east = feature(code="a"), feature([ring(x=0.0022)], code="a")
    report = imported(store, write(west, east))
    assert (report.read, report.kept, report.joined) == (2, 1, 1)
    (building,) = versions(store, Building, "a")
    assert building.outline.geom_type == "Polygon"
    assert building.outline.area == pytest.approx(2 * 0.0002**2)


def test_a_column_that_is_the_same_in_most_rows_is_no_code(store, street, write):
    """Some exports carry a class as `code`: 1500 for every building."""
    rows = row_of(4, code="1500")
    report = imported(store, write(*rows))
    assert report.added == 4
    assert report.notes[0] == "codes come from osm_id"


def test_features_without_a_code_are_known_by_their_shape(store, street, write):
    path = write(feature(), feature([ring(x=0.004)]))
    report = imported(store, path)
    assert "2 without a code are known by their shape" in report.notes[0]
    assert imported(store, path).unchanged == 2


LONG = "http://www.openstreetmap.org/way/"


def test_long_and_odd_codes_stay_apart(store, street, write):
    codes = [LONG + "1", LONG + "2", "a/b", "a_b", "a b", "x" * 300, "x" * 299 + "y"]
    features = [feature([ring(x=0.001 * i)], id=code) for i, code in enumerate(codes)]
    assert imported(store, write(*features)).added == 7
    with store.read() as session:
        made = session.scalars(select(Building.code).where(Building.source == "import")).all()
    assert len(set(made)) == 7
    assert all(len(code) <= 40 and "/" not in code and " " not in code for code in made)
    assert imported(store, write(*features)).unchanged == 7


def test_a_code_is_plain_and_tells_what_was_changed_in_it():
    assert code_of("990100001", "-6639844") == "990100001--6639844"
    assert code_of("990100001", "a/b") != code_of("990100001", "a_b")
    assert code_of("990100001", "甲-1") == "990100001-甲-1"


def test_text_from_outside_is_one_plain_line(store, street, write):
    imported(store, write(feature(osm_id=1, name=" 东\x00方\x1b[31m\n明\u200b珠\ud800 ")))
    (building,) = versions(store, Building, "1")
    assert building.name == "东方[31m 明珠"


def test_a_dry_run_writes_nothing(store, street, write):
    before = count(store, Building), count(store, Event)
    assert report_of(store, write(*row_of(2))).added == 2
    assert (count(store, Building), count(store, Event)) == before


def test_the_report_accounts_for_every_row_in_all_and_per_area(store, street, write):
    good, twice = row_of(2), row_of(1, first=77)
    bad = feature([[[0, 0]]], osm_id=9)
    east = feature([ring(x=STEP + 0.002)[:-1]], osm_id=10)
    report = report_of(store, write(*good, *twice, bad, east))
    assert report.read == report.kept + report.joined + report.duplicate + report.refused == 5
    assert report.areas == {
        "310115009001": {"kept": 2, "added": 2, "duplicate": 1},
        "310115009002": {"kept": 1, "added": 1, "repaired": 1},
    }
    assert [(f.row, f.verdict, f.area) for f in report.findings] == [
        (3, "duplicate", "310115009001"),
        (4, "refused", ""),
        (5, "repaired", "310115009002"),
    ]
    json.dumps(report.to_json())


def compound(x, size=0.002, **properties):
    return feature([ring(x=x, size=size)], **properties)


def test_a_compound_adopts_the_buildings_in_it_that_belong_to_none(store, street, write):
    imported(store, write(*row_of(3, first=50)))
    report = imported(store, write(compound(0.0055, code="k", name="新苑")), kind="compounds")
    assert report.added == 1
    again = compound(0.0004, size=0.0004, code="m", name="旧苑")
    with store.write() as session:
        session.execute(
            update(Building).where(Building.external_code == "50").values(compound_id=None)
        )
    imported(store, write(again | {"geometry": box_of(0.0004, 0.0049, 0.0004)}), kind="compounds")
    with store.read() as session:
        name = session.scalar(
            select(Compound.name)
            .join(Building, Building.compound_id == Compound.id)
            .where(Building.external_code == "50")
        )
    assert name == "旧苑"
    assert drifts(store) == ()


def box_of(x, y, size):
    return {"type": "Polygon", "coordinates": [ring(x=x, y=y, size=size)]}


def test_a_building_that_comes_after_its_compound_belongs_to_it(store, street, write):
    imported(store, write(compound(0.0055, code="k", name="新苑")), kind="compounds")
    imported(store, write(feature([ring(x=0.006, y=0.0055)], osm_id=1), feature(osm_id=2)))
    (inside,), (outside,) = versions(store, Building, "1"), versions(store, Building, "2")
    (estate,) = versions(store, Compound, "k")
    assert (inside.compound_id, outside.compound_id) == (estate.id, None)
    assert drifts(store) == ()


def test_a_redrawn_compound_keeps_its_code_its_buildings_and_its_gates(store, street, write):
    with store.write() as session:
        (estate_id,) = session.scalars(select(Compound.id)).all()
        session.add(Gate(compound_id=estate_id, committee_id=street.committees[0], name="东门",
                         point=box(0, 0, 1, 1).centroid, valid_from=TODAY))  # fmt: skip
    redrawn = feature([ring(x=0.001, y=0.001, size=0.0041)], code="C1")
    assert imported(store, write(redrawn), kind="compounds").changed == 1
    with store.read() as session:
        current = session.scalars(select(Compound).where(Compound.valid_to.is_(None))).one()
        assert (current.id, current.code, current.name) == (estate_id, "C1", "高城苑")
        assert session.scalar(select(func.count()).where(Gate.compound_id == current.id)) == 1
        assert session.scalar(select(func.count()).where(Building.compound_id == current.id)) == 2
    assert count(store, Compound) == 2
    assert imported(store, write(redrawn), kind="compounds").unchanged == 1


NEW_LINES = ((0, 0.01), (0.01, 0.02), (0.02, 0.03))


def test_district_lines_that_are_there_already_change_nothing(store, street, write):
    report = imported(store, write(*districts(*NEW_LINES)), kind="boundaries")
    assert (report.added, report.changed, report.unchanged) == (0, 0, 3)
    assert count(store, Event) == 0


def test_new_district_lines_are_new_versions_and_committees_follow(store, street, write):
    before = district_ids(store)
    lines = districts((0, 0.02), (0.02, 0.028), (0.028, 0.03))
    report = imported(store, write(*lines), kind="boundaries", assign="largest-share")
    assert (report.changed, report.areas["第1片区"]) == (3, {"kept": 1, "changed": 1})
    with store.read() as session:
        rows = session.execute(
            select(Committee.form_order, District.name)
            .join(District, District.id == Committee.district_id)
            .where(District.valid_to.is_(None)).order_by(Committee.form_order)
        ).all()  # fmt: skip
        moved = session.scalars(select(Event).where(Event.kind == "committee_moved")).all()
    assert [tuple(row) for row in rows] == [(1, "第1片区"), (2, "第1片区"), (3, "第2片区")]
    assert len(moved) == 2
    assert district_ids(store) == before, "grants refer to them"
    assert count(store, District) == 6


def district_ids(store):
    with store.read() as session:
        rows = session.execute(
            select(District.name, District.id).where(District.valid_to.is_(None))
        )
        return dict(list(rows))


def test_a_district_under_a_new_name_is_the_same_one(store, street, write):
    before = district_ids(store)
    lines = districts(*NEW_LINES)
    lines[0]["properties"]["name"] = "新名片区"
    imported(store, write(*lines[::-1]), kind="boundaries")
    after = district_ids(store)
    assert after["新名片区"] == before["第1片区"]
    assert {name: after[name] for name in ("第2片区", "第3片区")} == {
        name: before[name] for name in ("第2片区", "第3片区")
    }


def test_districts_that_are_quite_others_end_the_old_ones_under_codes_never_used(
    store, street, write
):
    lines = districts((0, 0.02), (0.02, 0.028), (0.028, 0.03))
    for letter, each in zip("甲乙丙", lines, strict=True):
        each["properties"]["name"] = letter
    imported(store, write(*lines), kind="boundaries", assign="largest-share")
    with store.read() as session:
        rows = session.scalars(select(District).order_by(District.id)).all()
    ended = {row.code for row in rows if row.valid_to is not None}
    current = [row for row in rows if row.valid_to is None]
    assert {row.name for row in current} == set("甲乙丙")
    assert len({row.code for row in current}) == len({row.number for row in current}) == 3
    fresh = {row.code for row in current} - ended
    assert {row.code for row in current if row.code in ended} | fresh == {r.code for r in current}


def test_a_subdistrict_begins_with_its_districts_and_then_gets_buildings(store, write):
    begun = imported(
        store, write(*districts(*NEW_LINES)), kind="boundaries", into=None, new_subdistrict="新街道"
    )
    assert begun.subdistrict == "990100001"
    assert begun.added == 3
    report = imported(store, write(*row_of(3)), into="990100001")
    assert report.areas == {"990100001001": {"kept": 3, "added": 3}}
    assert count(store, Committee) == 3


def test_a_new_subdistrict_needs_a_name_nobody_has(store, write):
    asked = {"into": None, "new_subdistrict": "外滩"}
    imported(store, write(*row_of(2)), **asked)
    with pytest.raises(Forbidden, match=r"there is a subdistrict 外滩 already.*--into 990100001"):
        imported(store, write(*row_of(2)), **asked)
    assert (
        imported(store, write(*row_of(2)), into=None, new_subdistrict="陆家嘴").subdistrict
        == "990100002"
    )


def attributions(store):
    with store.read() as session:
        return session.scalars(select(Subdistrict.attribution).order_by(Subdistrict.code)).all()


def test_the_map_names_openstreetmap_where_the_codes_are_its_own_and_else_whom_it_is_told(
    store, write
):
    surveyed = [feature(code="a")]
    imported(store, write(*row_of(2)), into=None, new_subdistrict="甲")
    imported(store, write(*surveyed), into=None, new_subdistrict="乙")
    imported(store, write(*surveyed), into=None, new_subdistrict="丙", attribution="© 测绘院")
    assert attributions(store) == ["© OpenStreetMap contributors", "", "© 测绘院"]
    for _ in range(2):
        more = write(feature(), feature([ring(size=0.0003)], osm_id=2))
        imported(store, more, into="990100003", assign="largest-share")
    assert attributions(store)[2] == "© 测绘院 · © OpenStreetMap contributors"


def test_a_subdistrict_begun_by_buildings_says_how_to_get_districts(store, write):
    imported(store, write(*row_of(2)), into=None, new_subdistrict="外滩")
    with pytest.raises(
        MapFileRefused, match="begin one with its own boundaries by --new-subdistrict"
    ):
        prepared(store, write(*districts(*NEW_LINES)), kind="boundaries", into="990100001")


# Real files, on both engines.

ASKED = {"into": None, "new_subdistrict": "外滩"}


def test_the_real_file_cut_at_tile_edges_shows_its_110_duplicates_and_23_cuts(store):
    report = imported(store, MAPS / "bund_tilecut_raw.geojson", **ASKED)
    assert (report.read, report.duplicate, report.joined, report.kept) == (1572, 110, 23, 1439)


def test_the_real_file_of_helsinki_names_its_twelve_invalid_buildings(store):
    report = imported(store, MAPS / "helsinki_osm.gpkg", into=None, new_subdistrict="Helsinki")
    named = [f for f in report.findings if f.verdict in ("repaired", "refused")]
    assert (report.repaired, report.refused, len(named)) == (9, 3, 12)
    assert all(f.label.isdigit() and " at 24.9" in f.reason for f in named)


def test_the_real_bund_becomes_a_subdistrict_and_its_raw_file_changes_next_to_nothing(store):
    report = imported(store, MAPS / "bund_osm.gpkg", **ASKED)
    assert (report.read, report.kept, report.duplicate) == (1450, 1439, 11)
    with store.read() as session:
        assert session.scalars(select(Subdistrict.name)).all() == ["外滩"]
    again = imported(store, MAPS / "bund_osm.gpkg", into=report.subdistrict)
    assert again.unchanged == 1439
    raw = report_of(store, MAPS / "bund_tilecut_raw.geojson", into=report.subdistrict)
    assert (raw.unchanged, raw.changed, raw.added) == (1438, 1, 0)
    assert drifts(store) == ()


# Who may, what makes no sense.


def test_only_a_data_administrator_of_the_whole_subdistrict_imports(store, street, write):
    request = ImportRequest(str(write(feature())), "buildings", into=STREET)
    with pytest.raises(Forbidden, match="only a data administrator"):
        prepare_import(store, worker(street, 1, 2, 3), request)
    with pytest.raises(Forbidden, match="over all of its committees"):
        prepare_import(store, worker(street, 1, role=Role.DATA_ADMIN), request)
    whole = worker(street, 1, 2, 3, role=Role.DATA_ADMIN)
    assert import_map(store, whole, request).added == 1


@pytest.mark.parametrize(
    "asked",
    [{"into": None}, {"new_subdistrict": "x"}, {"kind": "roads"}, {"kind": "entrances"},
     {"assign": "first"}, {"into": None, "new_subdistrict": "x", "kind": "compounds"},
     {"into": None, "new_subdistrict": " \n"}],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused_before_the_file_is_read(store, street, asked):
    with pytest.raises(InvalidInput):
        prepared(store, "/no/such/file", **asked)


def test_a_subdistrict_out_of_scope_answers_like_one_that_is_not_there(store, street, write):
    with pytest.raises(NotFound):
        prepared(store, write(feature()), into="000000000")


# Whole or not at all.


def test_a_job_that_was_cancelled_leaves_nothing(store, street, write):
    with store.read() as session:
        principal = system_principal(session)
    arguments = {"path": str(write(feature())), "kind": "buildings", "into": STREET}
    with pytest.raises(MapFileRefused, match="stopped"):
        import_map_job(store, principal, arguments, lambda done, total: None, lambda: True)
    assert count(store, Building) == 2


KILLED = """
import sys, time
import data.commands.import_places as places
from data.commands.import_map import ImportRequest, import_map
from data.queries.access import system_principal
from data.session import open_store
store = open_store(sys.argv[1])
with store.read() as session:
    principal = system_principal(session)
places.derive_new = lambda *_: (print("writing", flush=True), time.sleep(60))
import_map(store, principal, ImportRequest(sys.argv[2], "buildings", into="310115009"))
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
    assert (count(again, Building), count(again, Event)) == (2, 0)
    assert imported(again, write(*row_of(8))).added == 8
    again.dispose()


def test_an_import_compared_with_an_older_map_is_not_switched_in(store, street, write):
    late = prepared(store, write(*row_of(3)))
    imported(store, write(*row_of(2), name="other.geojson"))
    with store.read() as session:
        principal = system_principal(session)
    with pytest.raises(MapChanged, match="nothing was written"):
        commit_import(store, principal, late)
    assert count(store, Building) == 4


@contextmanager
def opened(url):
    store = open_store(url)
    try:
        yield store
    finally:
        store.dispose()


def at_once(url, *requests):
    """Do the imports in threads that all begin together; return their reports."""
    barrier, reports = Barrier(len(requests)), {}

    def run(index, request):
        with opened(url) as store:
            with store.read() as session:
                principal = system_principal(session)
            barrier.wait()
            reports[index] = import_map(store, principal, request)

    threads = [Thread(target=run, args=each) for each in enumerate(requests)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [reports[index] for index in range(len(requests))]


def test_two_imports_at_once_are_both_whole(store, street, write):
    files = [write(*row_of(4)), write(*row_of(6), name="more.geojson")]
    requests = [ImportRequest(str(path), "buildings", into=STREET) for path in files]
    reports = at_once(store.url, *requests)
    assert sum(report.added for report in reports) == 6
    with store.read() as session:
        ords = session.scalars(select(Building.ord).where(Building.valid_to.is_(None))).all()
    assert sorted(ords) == list(range(8))
    assert drifts(store) == ()


def test_two_imports_that_begin_a_register_at_once_are_both_whole(store, write):
    path = str(write(*row_of(3)))
    requests = [ImportRequest(path, "buildings", new_subdistrict=name) for name in ("甲", "乙")]
    reports = at_once(store.url, *requests)
    assert {report.subdistrict for report in reports} == {"990100001", "990100002"}
    assert (count(store, Building), count(store, Clock)) == (6, 1)


@contextmanager
def statements(store):
    """Count the statements that go to the database."""
    seen = []
    listener = (store.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    event.listen(*listener)
    try:
        yield seen
    finally:
        event.remove(*listener)


def grid_of(n, size=0.0002):
    return [
        feature([ring(x=0.0006 * (i % 8), y=0.001 + 0.0006 * (i // 8), size=size)], code=f"g{i}")
        for i in range(n)
    ]


@pytest.mark.parametrize("is_redrawn", [False, True])
def test_a_switch_takes_as_many_statements_for_many_buildings_as_for_few(
    store, street, write, is_redrawn
):
    """So the writer is held for a moment only; 3,000 of them take a fifth of a second."""
    taken = []
    for first, n in ((0, 2), (2, 40)):
        if is_redrawn:
            imported(store, write(*grid_of(n)[first:]), assign="largest-share")
        size = 0.0003 if is_redrawn else 0.0002
        plan = prepared(store, write(*grid_of(n, size)[first:]), assign="largest-share")
        with store.read() as session:
            principal = system_principal(session)
        with statements(store) as seen:
            report = commit_import(store, principal, plan)
        assert report.changed + report.added == n - first
        taken.append(len(seen))
    assert taken[0] == taken[1]


def test_more_changes_than_the_writer_may_be_held_for_are_refused_on_sqlite(sqlite_store, tmp_path):
    build_street(sqlite_store, TODAY)
    many = [
        feature([ring(x=0.0001 * (i % 90), y=0.0001 * (i // 90), size=0.00005)], osm_id=i + 1)
        for i in range(MOST_AT_ONCE_ON_SQLITE + 1)
    ]
    path = geojson(tmp_path / "many.geojson", *many)
    with pytest.raises(MapFileRefused, match=r"3,001 changes at once .* split it"):
        prepared(sqlite_store, path)
    assert report_of(sqlite_store, path, **ASKED).added == MOST_AT_ONCE_ON_SQLITE + 1


def test_the_reader_takes_paths_as_they_are(store, street, tmp_path):
    path = geojson(tmp_path / "名 字?.geojson", feature())
    link = tmp_path / "link"
    link.symlink_to(path)
    assert report_of(store, path).kept == report_of(store, Path(link)).kept == 1
