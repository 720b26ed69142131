"""The one writer: an event, what it changes, the status, the counters and the feed, together."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from data.clock import utc_now
from data.commands.derive import settle
from data.models import Event
from data.principal import SYSTEM_ACCOUNT, Principal

__all__ = ["append_event", "settle"]


def append_event(  # noqa: PLR0913 - an event is who, what, where, when, before and after
    session: Session,
    principal: Principal,
    *,
    kind: str,
    subject: tuple[str, int],
    happened_on: date,
    committee_id: int | None = None,
    building_id: int | None = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Event:
    """Append one event (I7: no change without one); personal fields must come sealed.

    `happened_on` is the day it counts for; the moment of writing is added here.
    """
    event = Event(
        kind=kind,
        subject_type=subject[0],
        subject_id=subject[1],
        committee_id=committee_id,
        building_id=building_id,
        happened_on=happened_on,
        before=before,
        after=after,
        **_by(principal),
    )
    session.add(event)
    return event


def append_events(
    session: Session,
    principal: Principal,
    kind: str,
    subject_type: str,
    rows: Sequence[dict[str, Any]],
) -> None:
    """Append many events of one kind in one statement: thousands come with one import of a map.

    Each row has `subject_id`, `committee_id`, `happened_on` and what else differs; all name the same columns.
    """
    table: Any = Event.__table__
    alike = {"kind": kind, "subject_type": subject_type, **_by(principal)}
    if rows:
        session.connection().execute(insert(table), [alike | row for row in rows])


def _by(principal: Principal) -> dict[str, Any]:
    """Return who writes, from where, and when."""
    is_somebody = principal.account_id != SYSTEM_ACCOUNT
    return {
        "account_id": principal.account_id if is_somebody else None,
        "source": principal.source,
        "recorded_at": utc_now(),
    }
