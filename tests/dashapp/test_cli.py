"""The console script as a person meets it: what it prints, and one line when it cannot."""

import json
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from console import refuses, shiyou
from data.rules.coverage import CoverageStatus
from data.rules.map_bytes import FILL
from live_server import ROOT, live_server

BUND = ROOT / "tests" / "fixtures" / "maps" / "bund_osm.gpkg"


@pytest.fixture
def database(tmp_path):
    return f"sqlite:///{tmp_path / 'new.db'}"


@pytest.mark.parametrize("command", ["serve", "check", "demo-accounts"])
def test_what_is_not_there_is_named_and_not_made(command, database, tmp_path):
    refuses(shiyou(command, database=database), f"there is no database {tmp_path}/new.db")
    assert list(tmp_path.iterdir()) == []


def test_serving_an_empty_schema_says_what_to_do(database):
    assert shiyou("migrate", database=database).returncode == 0
    refuses(shiyou("serve", database=database), "shiyou import-map")


def test_a_taken_port_is_told_before_the_demo_is_built(database):
    """The register is empty as a first build leaves it that was cut short."""
    shiyou("migrate", database=database)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refuses(shiyou("serve", "--demo", database=database, SHIYOU_PORT=port), "SHIYOU_PORT")


def test_production_builds_no_demo(database):
    refuses(shiyou("serve", "--demo", database=database, SHIYOU_PRODUCTION="1"), "--demo")


def test_an_address_that_is_not_ours_is_named_with_the_way_out(street_url):
    refuses(shiyou("serve", database=street_url, SHIYOU_HOST="192.0.2.1"), "SHIYOU_HOST")


@pytest.mark.parametrize("arguments", [("demo",), ("serve", "--demo"), ("migrate",)])
def test_a_folder_nobody_may_write_to_is_refused_in_one_line(arguments):
    """Not even root makes a file in /proc."""
    refuses(shiyou(*arguments, database="sqlite:////proc/x.db"), "unable to open database file")


def test_asked_to_end_the_server_ends_its_streams_and_leaves_nothing_behind(street_url):
    server = live_server(street_url)
    with running(server) as process, httpx.Client(base_url=server.url, timeout=20) as client:
        fields = {"username": "office", "password": "shiyou-demo"}
        assert client.post("/login", data=fields).status_code == 303
        with client.stream("GET", "/feed") as stream:
            lines = stream.iter_lines()
            next(lines)
            process.send_signal(signal.SIGTERM)
            assert "event: hello" in list(lines)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert err == ""
    assert f"http://127.0.0.1:{server.port}" in out
    assert "lead1        shiyou-demo    district_lead" in out
    assert not Path(street_url.removeprefix("sqlite:///") + "-wal").exists()


@contextmanager
def running(server):
    with subprocess.Popen(
        [sys.executable, "-m", "dashapp.cli", "serve", "--demo"],
        env=server.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        server.process = process
        try:
            server.wait_until_up()
            yield process
        finally:
            process.kill()


def test_a_folder_that_does_not_exist_is_named():
    refuses(shiyou("check", database="sqlite:////no/such/folder/x.db"), "/no/such/folder")


def test_a_taken_port_is_named_with_the_way_out(street_url):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        refuses(shiyou("serve", database=street_url, SHIYOU_PORT=port), "SHIYOU_PORT")


def test_an_unknown_setting_is_named(database):
    refuses(shiyou("check", database=database, SHIYOU_COLOUR="red"), "SHIYOU_COLOUR")


def test_production_refuses_the_demo_and_its_keys(street_url):
    refuses(shiyou("serve", database=street_url, SHIYOU_PRODUCTION="1"), "production")


def test_a_demo_is_refused_where_a_register_is(street_url):
    refuses(shiyou("demo", database=street_url), "already holds a register")


def test_the_map_preset_takes_a_number_of_buildings(database):
    done = shiyou("demo", "--preset", "map", "--buildings", "120", "--json", database=database)
    assert json.loads(done.stdout)["building"] == 120


def test_the_demos_sign_ins_are_listed_with_their_roles(street_url):
    accounts = json.loads(shiyou("demo-accounts", "--json", database=street_url).stdout)
    roles = {account["role"] for account in accounts}
    assert {"district_lead", "community_police", "social_worker", "grid_manager"} <= roles
    assert all(account.keys() == {"role", "username", "password"} for account in accounts)


def test_a_door_that_does_not_exist_is_refused_in_one_line(street_url):
    refuses(shiyou("record", "NOWHERE", "101", "registered", database=street_url), "no room 101")


def test_check_says_that_nothing_drifts(street_url):
    done = shiyou("check", database=street_url)
    assert done.returncode == 0
    assert "0 drift" in done.stdout


@pytest.mark.parametrize(
    "command",
    ["serve", "demo", "demo-accounts", "migrate", "import-map", "record", "check", "user add"],
)
def test_every_command_shows_an_example(command, database):
    done = shiyou(*command.split(), "--help", database=database, COLUMNS="200")
    assert "Example:" in done.stdout


def test_a_map_imported_into_an_empty_register_is_seen_by_the_first_account(database):
    """The way from nothing to a map of one's own: import, make an account, sign in."""
    done = shiyou(
        "import-map", str(BUND), "--kind", "buildings", "--new-subdistrict", "外滩",
        database=database,
    )  # fmt: skip
    hint = done.stdout.splitlines()[-1]
    assert hint.startswith("nobody sees it yet: shiyou user add")
    made = shiyou(*hint.split("shiyou ")[1].split(), "--json", database=database)
    account = json.loads(made.stdout)
    server = live_server(database)
    with running(server), httpx.Client(base_url=server.url, timeout=20) as client:
        assert client.post("/login", data=account).status_code == 303
        assert set(client.get("/status").content) == {FILL[CoverageStatus.UNLISTED], 0}
        assert len(client.get("/manifest").json()["tiles"]) > 0
    again = shiyou(*hint.split("shiyou ")[1].split(), database=database)
    refuses(again, "choose another name")


def test_a_map_imported_beside_the_demo_is_seen_by_the_demos_office(street_url):
    server = live_server(street_url)
    with running(server), httpx.Client(base_url=server.url, timeout=20) as client:
        fields = {"username": "office", "password": "shiyou-demo"}
        assert client.post("/login", data=fields).status_code == 303
        before = client.get("/manifest").json()
        shiyou(
            "import-map", str(BUND), "--kind", "buildings", "--new-subdistrict", "外滩",
            database=street_url,
        )  # fmt: skip
        after = client.get("/manifest").json()
        fills = client.get("/status").content
    assert set(before["tiles"]) < set(after["tiles"])
    assert FILL[CoverageStatus.UNLISTED] in fills[before["n"] :]


def test_an_import_as_a_job_says_when_no_server_works(database):
    shiyou("demo", "--preset", "map", "--buildings", "10", database=database)
    done = shiyou(
        "import-map", str(BUND), "--kind", "buildings", "--new-subdistrict", "外滩", "--as-job",
        database=database,
    )  # fmt: skip
    refuses(done, "start `shiyou serve` first")


def test_an_import_is_done_by_the_servers_worker_as_a_job(street_url):
    server = live_server(street_url).start()
    try:
        done = shiyou(
            "import-map", str(BUND), "--kind", "buildings", "--new-subdistrict", "外滩北", "--as-job",
            "--json", database=street_url,
        )  # fmt: skip
    finally:
        server.stop()
    report = json.loads(done.stdout)
    assert (report["read"], report["added"] + report["duplicate"]) == (1450, 1450)
