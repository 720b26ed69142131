import gzip
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
import shapely
from shapely import box
from sqlalchemy import delete, select, update

from conftest import TODAY
from dashapp.web import map_files
from dashapp.web.map_files import MapShelf
from dashapp.web.packed import MOST_KEPT, Packed
from data.commands.derive import derive_all
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.models import Account, Building, Clock, Committee, District, Grant, Subdistrict
from data.queries.access import system_principal
from data.rules.areas import AreaLevel, BuildingKind, Role
from data.rules.coverage import CoverageStatus
from data.rules.map_bytes import FILL, MapFlag
from data.session import open_store
from own_loop import run
from places import FROM, worker
from served import served

PUBLIC_IMMUTABLE = "public, max-age=31536000, immutable"
IMMUTABLE = "private, max-age=31536000, immutable"


def new_footprints(store, change):
    with store.write() as session:
        change(session)
        session.execute(update(Clock).values(tiles_rev=Clock.tiles_rev + 1))


def files_of(store):
    with store.read() as session:
        principal = system_principal(session)
    return MapShelf(store).known(principal)


def test_the_manifest_names_every_tile_and_its_names(house):
    with house.client() as ann:
        manifest = ann.get("/manifest")
        assert manifest.headers["cache-control"] == "no-store"
        found = manifest.json()
        assert found["n"] == 2
        west, south, east, north = found["bounds"]
        assert (west, south, round(east - west, 6), round(north - south, 6)) == (
            121.48,
            31.17,
            0.03,
            0.01,
        )
        for tile, names in found["tiles"].values():
            answer = ann.get(f"/tiles/{tile}")
            assert answer.headers["cache-control"] == IMMUTABLE
            assert int.from_bytes(answer.content[:4], "little") == len(
                ann.get(f"/names/{names}").json()
            )
        assert ann.get(f"/names/{names}").json()[0] == ["C1-001", "1"]


def test_a_client_without_gzip_gets_the_same_bytes(house):
    with house.client() as ann:
        ((tile, _),) = ann.get("/manifest").json()["tiles"].values()
        packed = ann.get(f"/tiles/{tile}")
        plain = ann.get(f"/tiles/{tile}", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert plain.content == packed.content


@pytest.mark.parametrize("path", ["/tiles/x", "/names/x", "/layers/x", "/tiles/..%2f..%2fx"])
def test_a_file_that_was_never_packed_does_not_exist(house, path):
    with house.client() as ann:
        assert ann.get(path).status_code == 404


def test_the_layers_carry_what_the_map_writes_on_them(house):
    files = files_of(house.store)
    assert set(files.layer_urls) == {
        "subdistricts",
        "districts",
        "committees",
        "compounds",
        "ground",
    }
    with house.client() as ann:
        committees = ann.get(files.layer_urls["committees"])
    assert committees.headers["cache-control"] == IMMUTABLE
    features = committees.json()["features"]
    assert [f["properties"]["name"] for f in features] == ["高1", "高2", "高3"]
    for feature in features:
        assert "id" not in feature
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.contains(shapely.Point(feature["properties"]["at"]))


def test_codes_and_labels_are_written_only_in_scope(live_house):
    with live_house.client() as ann, live_house.client("bob") as bob:
        ((tile, mine),) = ann.get("/manifest").json()["tiles"].values()
        ((same_tile, others),) = bob.get("/manifest").json()["tiles"].values()
        assert tile == same_tile
        assert bob.get(f"/tiles/{tile}").content == ann.get(f"/tiles/{tile}").content
        assert ann.get(f"/names/{mine}").json() == [["C1-001", "1"], ["C1-002", "2"]]
        assert bob.get(f"/names/{others}").json() == [["", ""], ["", ""]]
        assert bob.get(f"/names/{mine}").status_code == 404


def compounds_of(house, *committees):
    principal = worker(house.street, *committees)
    url = MapShelf(house.store).known(principal).layer_urls["compounds"]
    return url, {1: "ann", 2: "bob"}[committees[0]]


def test_a_compound_out_of_scope_is_an_outline_without_a_name(house):
    for number, written in ((1, ("C1", "高城苑")), (2, ("", ""))):
        url, username = compounds_of(house, number)
        with house.client(username) as client:
            (feature,) = client.get(url).json()["features"]
        assert (feature["properties"]["code"], feature["properties"]["name"]) == written
        assert feature["geometry"]["type"] == "Polygon"
    with house.client("bob") as bob:
        assert bob.get(compounds_of(house, 1)[0]).status_code == 404


def test_another_subdistrict_is_on_nobodys_map_but_its_own(own_house):
    add_street_elsewhere(own_house.store)
    with own_house.client() as ann, own_house.client("zoe") as zoe:
        mine, others = ann.get("/manifest").json(), zoe.get("/manifest").json()
        assert set(mine["tiles"]).isdisjoint(others["tiles"])
        assert others["bounds"] == [121.2, 31.0, 121.21, 31.01]
        tile, names = next(iter(others["tiles"].values()))
        assert zoe.get(f"/names/{names}").json() == [["Z-1", ""]]
        assert ann.get(f"/tiles/{tile}").status_code == 404
        assert ann.get(f"/names/{names}").status_code == 404
        together = files_of(own_house.store).layer_urls
        for kind in ("subdistricts", "districts", "committees"):
            assert ann.get(together[kind]).status_code == 404


def add_street_elsewhere(store):
    ground = {"outline": box(121.2, 31.0, 121.21, 31.01), "valid_from": FROM}
    with store.write() as session:
        street = Subdistrict(code="990100001", name="外滩", **ground)
        session.add(street)
        session.flush()
        district = District(code="Z1", name="第1片区", number=1, subdistrict_id=street.id, **ground)
        session.add(district)
        session.flush()
        committee = Committee(
            code="990100001001", name="外滩一", form_order=1, subdistrict_id=street.id,
            district_id=district.id, **ground,
        )  # fmt: skip
        session.add(committee)
        session.flush()
        session.add(
            Building(
                ord=2, code="Z-1", name="甲楼", kind=BuildingKind.SLAB, committee_id=committee.id,
                outline=box(121.201, 31.001, 121.202, 31.002), valid_from=FROM,
            )
        )  # fmt: skip
        zoe = Account(username="zoe", display_name="zoe", password="")
        session.add(zoe)
        session.flush()
        session.add(
            Grant(
                account_id=zoe.id, role=Role.POPULATION_OFFICE, level=AreaLevel.SUBDISTRICT,
                area_id=street.id, valid_from=FROM,
            )
        )  # fmt: skip
        derive_all(session)
        session.execute(update(Clock).values(tiles_rev=Clock.tiles_rev + 1))


def test_scopes_beyond_those_kept_are_packed_again_when_asked_for(own_house, monkeypatch):
    monkeypatch.setattr(map_files, "SCOPES_KEPT", 2)
    shelf = MapShelf(own_house.store)
    first = shelf.known(worker(own_house.street, 1))
    assert shelf.known(worker(own_house.street, 1)) is first
    for committees in ((2,), (3,), (1, 2)):
        shelf.known(worker(own_house.street, *committees))
    again = shelf.known(worker(own_house.street, 1))
    assert again is not first
    assert again.manifest == first.manifest


def test_a_new_building_changes_the_manifest_and_keeps_the_old_files_a_while(own_house):
    with own_house.client() as ann:
        ((old, old_names),) = ann.get("/manifest").json()["tiles"].values()

        def move(session):
            building = session.scalars(select(Building).where(Building.code == "C1-002")).one()
            building.outline = shapely.affinity.translate(building.outline, 0.0001)

        new_footprints(own_house.store, move)
        ((new, new_names),) = ann.get("/manifest").json()["tiles"].values()
        assert new != old
        assert new_names == old_names
        assert ann.get(f"/tiles/{old}").status_code == ann.get(f"/tiles/{new}").status_code == 200
        new_footprints(own_house.store, lambda session: None)
        ann.get("/manifest")
        assert ann.get(f"/tiles/{old}").status_code == 404


def test_an_empty_register_has_an_empty_map(own_house):
    with own_house.client() as ann:
        new_footprints(
            own_house.store,
            lambda session: session.execute(update(Building).values(valid_to=TODAY)),
        )
        found = ann.get("/manifest").json()
    assert (found["n"], found["tiles"]) == (0, {})


def test_many_who_come_while_the_map_is_packed_wait_for_one_packing(own_house):
    new_footprints(own_house.store, lambda session: None)
    with own_house.client() as ann, ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: ann.get("/manifest").text, range(60)))
    assert len(set(answers)) == 1


def test_statuses_are_two_bytes_a_building_and_nothing_outside_the_scope(live_house):
    with live_house.client() as ann, live_house.client("bob") as bob:
        mine, others = ann.get("/status"), bob.get("/status")
    fills, flags = mine.content[:2], mine.content[2:]
    assert list(fills) == [FILL[CoverageStatus.NOT_STARTED]] * 2
    assert list(flags) == [MapFlag.NONE] * 2
    assert list(others.content) == [0, 0, 0, 0]
    assert mine.headers["x-epoch"] == others.headers["x-epoch"] == "1"
    assert mine.headers["x-rev"].isdigit()
    assert mine.headers["cache-control"] == "no-store"


def test_the_statuses_follow_a_record_and_so_does_their_revision(live_house):
    with live_house.client() as ann:
        before = ann.get("/status")
        with live_house.store.write() as session:
            record_door(
                session, worker(live_house.street), Door("C1-002", "101"), DoorResult.REGISTERED
            )
        after = ann.get("/status")
    assert after.content[0] == before.content[0]
    assert after.content[1] != before.content[1]
    assert int(after.headers["x-rev"]) > int(before.headers["x-rev"])


def test_areas_are_summed_within_the_scope_alone(live_house):
    with live_house.client() as ann, live_house.client("bob") as bob:
        mine, others = ann.get("/areas").json(), bob.get("/areas").json()
    assert mine["areas"] == {code: [1, 0, 8, 0] for code in ("310115009001", "C1", "D1")}
    assert isinstance(mine["rev"], int)
    assert others["areas"] == {}


def test_the_card_of_a_building_elsewhere_does_not_exist(live_house):
    with live_house.client() as ann, live_house.client("bob") as bob:
        card = ann.get("/card/0").json()
        elsewhere, nowhere = bob.get("/card/0"), bob.get("/card/77")
    assert card == {
        "code": "C1-001",
        "name": "1号楼",
        "compound": "高城苑",
        "fill": 1,
        "flags": 0,
        "n": 6,
        "resolved": 0,
        "overdue": 0,
        "oldest_due_on": None,
    }
    assert elsewhere.status_code == nowhere.status_code == 404
    assert elsewhere.content == nowhere.content


@pytest.mark.parametrize("number", ["x", "-1", "1.5", "9" * 30, "٣", "0x1", "1e3"])
def test_a_card_number_that_is_none_does_not_exist(house, number):
    with house.client() as ann:
        assert ann.get(f"/card/{number}").status_code == 404


def test_a_committee_taken_from_somebody_takes_its_statuses_at_once(own_house):
    with own_house.client() as ann:
        with own_house.store.write() as session:
            session.execute(
                update(Committee)
                .where(Committee.id == own_house.street.committees[0])
                .values(valid_to=TODAY)
            )
            derive_all(session)
        assert list(ann.get("/status").content) == [0, 0, 0, 0]


def test_health_needs_no_session_and_says_when_the_register_is_gone(own_house):
    with own_house.stranger() as anybody:
        assert anybody.get("/healthz").status_code == 200
        with own_house.store.write() as session:
            session.execute(delete(Clock))
        assert anybody.get("/healthz").status_code == 200
        own_house.store.dispose()
        path = own_house.store.url.removeprefix("sqlite:///")
        with open(path, "r+b") as file:
            file.write(b"\0" * 200)
        own_house.store.dispose()  # the feed may have looked in between, and kept what it read
        assert anybody.get("/healthz").status_code == 503


def test_a_register_that_was_moved_away_is_gone(own_house):
    """Its open file still answers, and every record written to it would be lost."""
    path = Path(own_house.store.url.removeprefix("sqlite:///"))
    with own_house.stranger() as anybody:
        path.rename(path.with_suffix(".away"))
        assert anybody.get("/healthz").status_code == 503
        path.with_suffix(".away").rename(path)
        assert anybody.get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/_dash-component-suites/dash/no.js",
        "/_dash-component-suites/nobody/x.js",
        "/_dash-component-suites/dash/%2e%2e/%2e%2e/x",
        "/assets/..%2fcli.py",
        "/assets/%00",
    ],
)
def test_a_bundle_that_there_is_not_does_not_exist(house, path, caplog):
    with house.client() as ann:
        assert ann.get(path).status_code == 404
    assert "Traceback" not in caplog.text


def test_bundles_are_compressed_once_and_may_be_kept_for_ever(house):
    with house.client() as ann:
        index = ann.get("/").text
        bundle = next(part for part in index.split('"') if "/_dash-component-suites/" in part)
        first, second = ann.get(bundle), ann.get(bundle)
        plain = ann.get(bundle, headers={"Accept-Encoding": "identity"})
    assert first.headers["content-encoding"] == "gzip"
    assert "immutable" in first.headers["cache-control"]
    assert first.content == second.content == plain.content
    assert "content-encoding" not in plain.headers


def test_a_part_without_version_is_asked_again_but_not_sent_again(house):
    """Its name stays over an upgrade: it may be kept, not believed."""
    part = "/_dash-component-suites/dash/dcc/async-markdown.js"
    with house.client() as ann:
        first = ann.get(part)
        again = ann.get(part, headers={"If-None-Match": first.headers["etag"]})
        other = ann.get(part, headers={"If-None-Match": '"old"'})
    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert (other.status_code, other.content) == (200, first.content)


def test_the_icon_is_fetched_once_and_not_at_each_change_of_the_address(house):
    with house.client() as ann:
        icon = next(part for part in ann.get("/").text.split('"') if "_favicon.ico" in part)
        assert "immutable" in ann.get(icon).headers["cache-control"]


async def a_script(_scope, _receive, send):
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"x" * 100})


def test_what_is_kept_of_bundles_is_bounded():
    packed = Packed(a_script)

    async def ask_often():
        transport = httpx.ASGITransport(app=packed)
        async with httpx.AsyncClient(transport=transport, base_url="http://h") as client:
            for number in range(MOST_KEPT + 50):
                answer = await client.get(f"/assets/x{number}.js")
                assert answer.content == b"x" * 100

    run(ask_often())
    assert len(packed.kept) == MOST_KEPT


def test_a_made_up_query_is_no_new_bundle():
    packed, made = Packed(a_script), []

    async def ask_often():
        transport = httpx.ASGITransport(app=packed)
        async with httpx.AsyncClient(transport=transport, base_url="http://h") as client:
            for number in range(50):
                made.append(await client.get(f"/assets/x.js?m={number}"))
                made.append(await client.get(f"/assets/x.js?{number}"))

    run(ask_often())
    assert len(packed.kept) == 2
    assert {answer.headers["cache-control"] for answer in made[::2]} == {PUBLIC_IMMUTABLE}
    assert {answer.headers["cache-control"] for answer in made[1::2]} == {"no-cache"}


def test_the_same_footprints_give_the_same_files_on_both_engines(databases):
    found = []
    for engine in ("sqlite", "postgresql"):
        store = open_store(databases.copy(engine, "empty", lambda _store: None))
        with served(store, TODAY) as running:
            files = files_of(running.store)
        found.append((files.manifest, {k: gzip.decompress(v) for k, v in files.layers.items()}))
        store.dispose()
    assert found[0] == found[1]
