"""`shiyou import-map` as a data administrator calls it: what it prints, and one line when it cannot."""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest

from console import refuses, shiyou
from drawn_maps import MAPS, feature, geojson, ring

BUND = str(MAPS / "bund_osm.gpkg")
RAW = str(MAPS / "bund_tilecut_raw.geojson")
NEW = ("--kind", "buildings", "--new-subdistrict", "外滩")


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path / 'new.db'}"


@pytest.fixture
def write(tmp_path):
    return lambda *features, name="map.geojson": str(geojson(tmp_path / name, *features))


def test_the_report_is_read_from_top_to_bottom(database):
    done = shiyou("import-map", RAW, *NEW, database=database)
    lines = done.stdout.splitlines()
    assert lines[:3] == [
        "bund_tilecut_raw.geojson, EPSG:4326: buildings of 990100001",
        "1,572 read: 1,439 kept, 23 joined, 110 duplicate, 0 refused",
        "1,439 kept: 1,439 added, 0 changed, 0 unchanged; 0 repaired",
    ]
    assert lines[3] == "  row 19 (40778072): duplicate, the same outline as row 1 (40778072)"
    assert "  and 113 more: --json lists them all" in lines
    assert "  note: codes come from osm_way, id" in lines
    assert lines[-2] == "imported into subdistrict 990100001"
    again = shiyou(
        "import-map", RAW, "--kind", "buildings", "--into", "990100001", database=database
    )
    assert "nothing to change: the map shows what the file says" in again.stdout


def test_json_lists_every_finding_with_its_row_and_reason(database):
    report = json.loads(shiyou("import-map", RAW, *NEW, "--json", database=database).stdout)
    assert len(report["findings"]) == report["duplicate"] + report["joined"] == 133
    assert report["findings"][0] == {
        "row": 19, "label": "40778072", "verdict": "duplicate", "area": "外滩",
        "reason": "the same outline as row 1 (40778072)",
    }  # fmt: skip
    assert report["areas"]["外滩"] == {"kept": 1439, "added": 1439, "duplicate": 110, "joined": 23}


def test_a_dry_run_where_there_is_no_register_makes_none(database, tmp_path):
    done = shiyou("import-map", BUND, *NEW, "--dry-run", database=database)
    assert done.stdout.splitlines()[-1] == "a dry run: nothing was written"
    assert list(tmp_path.iterdir()) == []


def test_a_dry_run_in_a_register_changes_nothing_of_it(database, tmp_path, write):
    shiyou("import-map", write(feature(osm_id=1)), *NEW, database=database)
    before = rows(tmp_path)
    redrawn = write(feature([ring(size=0.0003)], osm_id=1), feature([ring(size=0.00004)], osm_id=2))
    done = shiyou("import-map", redrawn, "--kind", "buildings", "--into", "990100001", "--dry-run",
                  "--json", database=database)  # fmt: skip
    report = json.loads(done.stdout)
    assert (report["added"], report["changed"], report["dry_run"]) == (1, 1, True)
    assert rows(tmp_path) == before


def rows(folder):
    with closing(sqlite3.connect(folder / "new.db")) as file:
        return [
            file.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("building", "event", "clock", "job", "subdistrict")
        ]


MISUSES = {
    "entrances": ((BUND, "--kind", "entrances", "--into", "x"), "'entrances' is not one of 'boundaries'"),
    "no_kind": ((BUND, "--into", "x"), "Missing option '--kind'"),
    "no_file": ((), "Missing argument 'file'"),
    "two_files": ((BUND, BUND, "--kind", "buildings"), "unexpected extra argument"),
    "an_option": ((BUND, "--kind", "buildings", "--force"), "No such option: --force"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), MISUSES.values(), ids=MISUSES)
def test_a_misuse_is_told_in_one_line(database, tmp_path, arguments, words):
    refuses(shiyou("import-map", *arguments, database=database), words, code=2)
    assert list(tmp_path.iterdir()) == []


REFUSED = {
    "into_and_new": ((BUND, *NEW, "--into", "990100001"), "say either --into CODE or --new-subdistrict"),
    "neither": ((BUND, "--kind", "buildings"), "say either --into CODE or --new-subdistrict"),
    "nowhere": ((BUND, "--kind", "buildings", "--into", "310"), "no subdistrict 310 within your area"),
    "assign": ((BUND, *NEW, "--assign", "first"), "--assign knows largest-share only"),
    "crs": ((BUND, *NEW, "--crs", "mars"), "unknown coordinate system 'mars'"),
    "beijing_54": ((BUND, *NEW, "--crs", "EPSG:4214"), "no exact shift from EPSG:4214 (Beijing 1954)"),
    "layer": ((BUND, *NEW, "--layer", "nix"), "it has buildings, roads, water"),
    "no_file": (("/no/such.gpkg", *NEW), "there is no file /no/such.gpkg on this machine"),
    "a_folder": (("/tmp", *NEW), "/tmp is no file but a folder"),
    "vsicurl": (("/vsicurl/http://127.0.0.1/x.geojson", *NEW), "there is no file /vsicurl"),
    "dry_job": ((BUND, *NEW, "--dry-run", "--as-job"), "--dry-run needs no worker"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_imported_is_told_in_one_line(database, arguments, words):
    refuses(shiyou("import-map", *arguments, database=database), words)


def test_a_file_nobody_may_read_is_named(database, write):
    """The superuser reads everything: a path through a file stands for what nobody may open."""
    done = shiyou("import-map", write(feature()) + "/x", *NEW, database=database)
    refuses(done, "map.geojson/x cannot be read: not a directory")


def test_names_from_a_file_cannot_write_on_the_terminal(database, write):
    bad = write(feature(osm_id="\x1b[31mred\x07"), feature(osm_id="\x1b[2Jagain\r\n2"))
    done = shiyou("import-map", bad, *NEW, "--dry-run", database=database)
    assert "\x1b" not in done.stdout + done.stderr
    assert "row 2 ([2Jagain 2): duplicate, the same outline as row 1 ([31mred)" in done.stdout
    odd = write(feature(), name="a\nb\x1b[31m.geojson")
    done = shiyou("import-map", odd, *NEW, "--dry-run", database=database)
    assert done.stdout.startswith("a b[31m.geojson, EPSG:4326")
    done = shiyou("import-map", odd, *NEW, "--layer", "x", database=database)
    refuses(done, "a b [31m.geojson is GeoJSON")


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_a_register_of_a_newer_program_is_not_touched(database, tmp_path, more):
    shiyou("migrate", database=database)
    with closing(sqlite3.connect(tmp_path / "new.db")) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
    refuses(shiyou("import-map", BUND, *NEW, *more, database=database), "newer than this program")


def test_the_file_of_another_program_is_no_register(tmp_path):
    mine = tmp_path / "mine.gpkg"
    shutil.copy(BUND, mine)
    before = mine.read_bytes()
    done = shiyou("import-map", BUND, *NEW, database=f"sqlite:///{mine}")
    refuses(done, "holds no register but the tables of another program (buildings ...)")
    assert mine.read_bytes() == before


def test_a_register_that_cannot_be_written_is_told_in_one_line(database, tmp_path):
    """A disk that is full in the middle: what was begun is undone."""
    shiyou("migrate", database=database)
    with closing(sqlite3.connect(tmp_path / "new.db")) as file:
        file.execute(
            "CREATE TRIGGER full AFTER INSERT ON building BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        )
        file.commit()
    done = shiyou("import-map", BUND, *NEW, database=database)
    refuses(done, "the database refused: disk full; nothing was written")
    with closing(sqlite3.connect(tmp_path / "new.db")) as file:
        for table in ("building", "subdistrict", "event", "clock"):
            assert file.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
