"""The live feed's source: what changed between two positions.

A position is an exclusive upper bound that only grows: on SQLite the last revision (writers follow each
other), on PostgreSQL the oldest transaction still running. Polling `rev > since` there loses what commits
late (6 % in a trial); nothing below that horizon can still appear.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from data.clock import read_clock
from data.models import StatusChange


@dataclass(frozen=True, slots=True)
class Change:
    """A building's two bytes after a change."""

    ord: int
    committee_id: int
    fill: int
    flags: int
    changed_at: datetime


def feed_position(session: Session) -> int:
    """Return the position up to which everything is known for good."""
    if session.get_bind().dialect.name == "postgresql":
        horizon = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(session.execute(horizon).scalar_one())
    return int(session.execute(select(func.coalesce(func.max(StatusChange.rev), 0))).scalar_one())


def feed_epoch(session: Session) -> int:
    """Return the epoch; when it grows, deltas of the old one mean nothing any more."""
    return read_clock(session).epoch


def changes_between(session: Session, since: int, upto: int, limit: int = 5_001) -> list[Change]:
    """Return the changes after position `since` and up to `upto`, in the order they happened."""
    if session.get_bind().dialect.name == "postgresql":
        between = (StatusChange.tx >= since) & (StatusChange.tx < upto)
    else:
        between = (StatusChange.rev > since) & (StatusChange.rev <= upto)
    statement = (
        select(
            StatusChange.ord,
            StatusChange.committee_id,
            StatusChange.fill,
            StatusChange.flags,
            StatusChange.changed_at,
        )
        .where(between)
        .order_by(StatusChange.rev)
        .limit(limit)
    )
    return [Change(*row) for row in session.execute(statement)]
