"""The database's own day: every derived status is true for it (one clock)."""

from datetime import UTC, date, datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.errors import DatabaseUnusable
from data.models import Clock
from data.rules.deadlines import SHANGHAI

DAY_LOCK: Final = 1_234_009  # of PostgreSQL's advisory locks; any number that all processes share


def read_clock(session: Session) -> Clock:
    """Return the one row of the clock; DatabaseUnusable in an empty database."""
    clock = session.scalars(select(Clock)).one_or_none()
    if clock is None:
        raise DatabaseUnusable(
            "the database holds no register yet: run `shiyou demo` or `shiyou import-map` first"
        )
    return clock


def watermark(session: Session) -> date:
    """Return the day every derived status is true for."""
    return read_clock(session).today


def hold_day(session: Session, *, to_close: bool = False) -> date:
    """Return the watermark day, which nobody closes until this transaction ends; or be who closes it.

    Whoever derives calls this before touching a row: a status written for a day that is being closed
    would stay behind. On SQLite the one writer holds the day anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock if to_close else func.pg_advisory_xact_lock_shared
        session.execute(select(lock(DAY_LOCK)))
    clock = read_clock(session)
    session.refresh(clock)
    return clock.today


def shanghai_today() -> date:
    """Return the calendar day in Shanghai now."""
    return datetime.now(SHANGHAI).date()


def utc_now() -> datetime:
    """Return this moment, with its zone."""
    return datetime.now(UTC)
