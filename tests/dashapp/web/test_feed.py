import json
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import create_engine, select, text, update

from conftest import TODAY
from dashapp.web import feed_messages
from dashapp.web.feed import LONGEST_DELTA, QUEUE, Feed, _Client
from data.commands.access import sign_out_everywhere
from data.commands.clock import raise_epoch
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.models import Account, Grant, StatusChange
from data.principal import Principal
from data.queries.changes import Change
from data.session import open_store
from own_loop import run
from places import worker
from served import DEADLINE_S, served, serving

FIRST, SECOND = Door("C1-001", "101"), Door("C1-002", "101")


class Events:
    """The events of one open stream, signs of life left out."""

    def __init__(self, lines) -> None:
        self.lines = lines

    def next(self, *, beats: bool = False) -> dict:
        """Return the next event with its kind and id; the client's timeout is the deadline."""
        found: dict = {}
        for line in self.lines:
            if not line and found.get("event"):
                if found["event"] != "beat" or beats:
                    return self._read(found)
                found = {}
            name, _, value = line.partition(": ")
            found[name] = value
        raise AssertionError("the stream ended")

    def ended(self) -> bool:
        """Wait until the server ends the stream."""
        for _ in self.lines:
            pass
        return True

    @staticmethod
    def _read(found: dict) -> dict:
        data = json.loads(found["data"]) if found.get("data") else {}
        return {"kind": found["event"], "id": found.get("id"), **data}


@contextmanager
def listening(client, since=None, **headers):
    address = "/feed" if since is None else f"/feed?since={since}"
    with client.stream("GET", address, headers=headers) as answer:
        assert answer.status_code == 200
        yield Events(answer.iter_lines())


def record(house, door=SECOND, result=DoorResult.REGISTERED, store=None):
    with (store or house.store).write() as session:
        record_door(session, worker(house.street), door, result)


def fill_of(house, client, ord_=1):
    return client.get("/status").content[ord_]


def test_a_stream_opens_with_the_place_it_begins_at(live_house):
    with live_house.client() as ann, listening(ann) as stream:
        hello = stream.next()
    assert hello["kind"] == "hello"
    assert hello["epoch"] == 1
    assert hello["id"] is None


def test_a_record_reaches_those_who_see_its_committee(live_house):
    with live_house.client() as ann, listening(ann) as stream:
        hello = stream.next()
        record(live_house)
        delta = stream.next()
        assert delta["pairs"] == [[1, fill_of(live_house, ann), 0]]
    assert delta["kind"] == "delta"
    assert delta["prev"] <= hello["rev"] < delta["rev"]
    assert delta["id"] == str(delta["rev"])
    assert abs(delta["t"] / 1000 - time.time()) < DEADLINE_S


def test_a_record_that_changes_only_the_counts_is_told_as_well(live_house):
    """The colour stays, the matrix of an open panel does not."""
    with live_house.client() as ann, listening(ann) as stream:
        stream.next()
        record(live_house, Door("C1-001", "101"), DoorResult.NO_CONTACT)
        first = stream.next()
        record(live_house, Door("C1-001", "102"), DoorResult.NO_CONTACT)
        second = stream.next()
        assert first["pairs"] == second["pairs"] == [[0, fill_of(live_house, ann, 0), 0]]
    assert second["rev"] > first["rev"]


def test_those_outside_its_scope_are_only_moved_on(live_house):
    with live_house.client("bob") as bob, listening(bob) as stream:
        hello = stream.next()
        record(live_house)
        delta = stream.next()
    assert delta["pairs"] == []
    assert delta["rev"] > hello["rev"]


def test_each_delta_begins_where_the_one_before_ended(live_house):
    with live_house.client() as ann, listening(ann) as stream:
        stream.next()
        record(live_house, SECOND, DoorResult.NO_CONTACT)
        first = stream.next()
        record(live_house, FIRST, DoorResult.COLLECTED)
        second = stream.next()
    assert second["prev"] == first["rev"]
    assert [pair[0] for pair in second["pairs"]] == [0]


def test_what_another_process_writes_arrives_without_a_word_from_us(live_house):
    other = open_store(live_house.store.url)
    with live_house.client() as ann, listening(ann) as stream:
        stream.next()
        begun = time.monotonic()
        record(live_house, store=other)
        assert stream.next()["pairs"][0][0] == 1
        assert time.monotonic() - begun < 2
    other.dispose()


@pytest.mark.parametrize("header", [True, False])
def test_a_client_that_was_away_resumes_where_it_was(live_house, header):
    with live_house.client() as ann:
        with listening(ann) as stream:
            stream.next()
            record(live_house, SECOND, DoorResult.NO_CONTACT)
            seen = stream.next()["rev"]
        with listening(ann) as stream:  # meanwhile, somebody else sees it happen
            stream.next()
            record(live_house, FIRST, DoorResult.COLLECTED)
            rev = stream.next()["rev"]
        resume = {"Last-Event-ID": str(seen)} if header else {}
        with listening(ann, None if header else seen, **resume) as stream:
            assert stream.next()["kind"] == "hello"
            delta = stream.next()
    assert (delta["kind"], delta["prev"], delta["rev"]) == ("delta", seen, rev)
    assert [pair[0] for pair in delta["pairs"]] == [0]


def test_what_was_written_while_the_server_was_down_arrives_after_its_return(store):
    with served(store, TODAY) as house, house.client() as ann, listening(ann) as stream:
        stream.next()
        record(house)
        seen = stream.next()["rev"]
    record(house, FIRST, DoorResult.COLLECTED)
    record(house, Door("C1-001", "102"), DoorResult.REGISTERED)
    with serving(store, house.street) as again, again.client() as ann:
        with listening(ann, since=seen) as stream:
            stream.next()
            delta = stream.next()
        assert [pair[:2] for pair in delta["pairs"]] == [[0, fill_of(again, ann, 0)]]


def test_who_resumes_from_a_place_that_never_was_fetches_anew(live_house):
    with live_house.client() as ann:
        record(live_house)
        with listening(ann, since=10**15) as stream:
            assert [stream.next()["kind"] for _ in range(2)] == ["hello", "reset"]


@pytest.mark.parametrize("since", ["x", "-1", "1.5", "٣", "9" * 30, "NaN"])
def test_a_place_that_is_no_number_is_a_new_beginning(house, since):
    with house.client() as ann, listening(ann, since=since) as stream:
        assert stream.next()["kind"] == "hello"


def test_a_new_epoch_makes_everybody_fetch_anew(live_house):
    with live_house.client() as ann, listening(ann) as stream:
        stream.next()
        with live_house.store.write() as session:
            raise_epoch(session)
        assert stream.next()["kind"] == "reset"
        record(live_house)
        after = stream.next()
    assert (after["kind"], after["epoch"]) == ("delta", 2)


def test_who_is_too_far_behind_fetches_anew(own_house):
    with own_house.client() as ann:
        with own_house.store.write() as session:
            session.add_all(
                StatusChange(
                    committee_id=own_house.street.committees[0],
                    ord=1,
                    fill=1,
                    flags=0,
                    changed_at=datetime.now(UTC),
                )
                for _ in range(LONGEST_DELTA + 1)
            )
        with listening(ann, since=0) as stream:
            stream.next()
            assert stream.next()["kind"] == "reset"


@contextmanager
def beating(house, seconds: float):
    """Let the running server's heart beat faster."""
    feed = next(
        told.__self__ for told in house.store.after_write if isinstance(told.__self__, Feed)
    )
    feed.heartbeat_s = seconds
    yield feed


def test_a_quiet_stream_gives_signs_of_life_that_a_page_can_see(own_house):
    with beating(own_house, 0.05), own_house.client() as ann, listening(ann) as stream:
        assert stream.next()["kind"] == "hello"
        assert [stream.next(beats=True)["kind"] for _ in range(3)] == ["beat"] * 3


def test_the_stream_of_a_revoked_session_ends_at_the_next_beat(own_house):
    with beating(own_house, 0.05), own_house.client() as ann, listening(ann) as stream:
        stream.next()
        with own_house.store.write() as session:
            account = session.scalars(select(Account).where(Account.username == "ann")).one()
            ann_herself = Principal(account.id, "ann", "", frozenset(), frozenset(), frozenset())
            sign_out_everywhere(session, ann_herself)
        assert stream.ended()


def test_a_stream_left_open_does_not_keep_a_session_alive(own_house):
    with beating(own_house, 0.05), own_house.client() as ann, listening(ann) as stream:
        stream.next()
        own_house.age_sessions(seen=timedelta(minutes=31))
        assert stream.ended()


def test_signing_out_ends_the_stream_at_once(house):
    with house.client() as ann, listening(ann) as stream:
        stream.next()
        assert ann.post("/logout").status_code == 303
        assert stream.ended()


def test_a_changed_scope_resets_those_it_touches(own_house):
    with beating(own_house, 0.05), own_house.client("bob") as bob, listening(bob) as stream:
        stream.next()
        with own_house.store.write() as session:
            session.execute(update(Grant).values(area_id=own_house.street.committees[0]))
        assert stream.next()["kind"] == "reset"
        record(own_house)
        assert stream.next()["pairs"][0][0] == 1


def test_the_session_is_looked_at_even_on_a_busy_stream(own_house):
    stop = threading.Event()

    def write_on():
        results = (DoorResult.NO_CONTACT, DoorResult.REGISTERED)
        number = 0
        while not stop.wait(0.01):
            record(own_house, SECOND, results[number % 2])
            number += 1

    writer = threading.Thread(target=write_on)
    with beating(own_house, 0.2), own_house.client() as ann, listening(ann) as stream:
        stream.next()
        writer.start()
        own_house.age_sessions(seen=timedelta(minutes=31))
        assert stream.ended()
    stop.set()
    writer.join()


def test_the_feed_outlives_its_database_connections(live_house):
    if live_house.store.is_sqlite:
        live_house.store.dispose()
    with live_house.client() as ann, listening(ann) as stream:
        stream.next()
        if not live_house.store.is_sqlite:
            _cut_all_connections(live_house.store.url)
        record_until_it_works(live_house)
        assert stream.next()["pairs"][0][0] == 1


def record_until_it_works(house):
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        try:
            record(house)
            return
        except Exception:
            continue
    raise AssertionError("the database did not come back")


def _cut_all_connections(url: str) -> None:
    base, name = url.rsplit("/", 1)
    engine = create_engine(f"{base}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(
            text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
            {"name": name},
        )
    engine.dispose()


def test_a_client_too_slow_is_cut_and_may_come_back(sqlite_store):
    feed = Feed(sqlite_store, lambda principal: principal)
    row = Change(1, 5, 2, 0, datetime.now(UTC))
    ann = Principal(1, "ann", "", frozenset(), frozenset({5}), frozenset())

    async def crowd() -> list[bytes]:
        stream = feed._stream(_Client(ann), None)
        got = [await anext(stream)]
        for number in range(QUEUE + 10):
            feed.position = number + 1
            feed._publish([row], number)
        assert feed.clients == set()
        got += [item async for item in stream]
        return got

    got = run(crowd())
    assert len(got) == 1 + QUEUE


def test_of_several_changes_of_one_building_only_the_last_is_told():
    now = datetime.now(UTC)
    rows = [Change(1, 5, 2, 0, now), Change(1, 5, 3, 1, now), Change(2, 6, 4, 0, now)]
    message = feed_messages.delta(rows, frozenset({5}), epoch=1, prev=0, rev=3).decode()
    assert json.loads(message.split("data: ")[1])["pairs"] == [[1, 3, 1]]
