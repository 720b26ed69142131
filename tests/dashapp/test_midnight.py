from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from conftest import TODAY
from dashapp.midnight import close_days, closed, seconds_to_midnight
from data.clock import shanghai_today, watermark
from data.models import Clock, Event
from data.rules.deadlines import SHANGHAI
from own_loop import run
from places import build_street


@pytest.fixture
def street(store):
    street = build_street(store, TODAY)
    with store.write() as session:
        session.execute(update(Clock).values(frozen=False, demo=False))
    return street


def day_of(store):
    with store.read() as session:
        return watermark(session)


def test_a_register_that_was_asleep_closes_each_day_it_missed(store, street):
    assert close_days(store, TODAY + timedelta(days=3)) == 3
    assert day_of(store) == TODAY + timedelta(days=3)
    with store.read() as session:
        days = session.scalars(
            select(Event.happened_on).where(Event.kind == "day_closed").order_by(Event.id)
        ).all()
    assert days == [TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=2)]


def test_a_day_is_closed_once_whoever_comes_second(store, street):
    tomorrow = TODAY + timedelta(days=1)
    assert close_days(store, tomorrow) == 1
    assert close_days(store, tomorrow) == 0


def test_a_clock_set_back_closes_nothing(store, street):
    assert close_days(store, TODAY - timedelta(days=30)) == 0
    assert day_of(store) == TODAY


def test_the_demos_day_never_moves(store, street):
    with store.write() as session:
        session.execute(update(Clock).values(frozen=True))
    assert close_days(store, TODAY + timedelta(days=400)) == 0
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Event)) == 0


def test_a_server_closes_up_to_the_day_in_shanghai(sqlite_store):
    build_street(sqlite_store, TODAY)
    yesterday = shanghai_today() - timedelta(days=1)
    with sqlite_store.write() as session:
        session.execute(update(Clock).values(frozen=False, today=yesterday))
    assert run(closed(sqlite_store))
    assert day_of(sqlite_store) > yesterday


def test_a_day_that_cannot_be_closed_is_said_in_one_line_and_stops_nothing(sqlite_store, caplog):
    build_street(sqlite_store, TODAY)
    sqlite_store.dispose()
    Path(sqlite_store.url.removeprefix("sqlite:///")).write_bytes(b"\0" * 200)
    assert not run(closed(sqlite_store))
    assert "the day cannot be closed" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize(
    ("now", "seconds"), [((23, 59, 50), 15), ((0, 0, 0), 86_405), ((12, 0, 0), 43_205)]
)
def test_the_next_look_is_just_after_midnight_in_shanghai(now, seconds):
    assert seconds_to_midnight(datetime(2026, 12, 31, *now, tzinfo=SHANGHAI)) == seconds
