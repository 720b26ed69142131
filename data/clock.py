"""The database's own day: every derived status is true for it (one clock)."""

from datetime import UTC, date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.errors import DatabaseUnusable
from data.models import Clock
from data.rules.deadlines import SHANGHAI


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


def shanghai_today() -> date:
    """Return the calendar day in Shanghai now."""
    return datetime.now(SHANGHAI).date()


def utc_now() -> datetime:
    """Return this moment, with its zone."""
    return datetime.now(UTC)
