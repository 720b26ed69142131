"""The one writer: an event, what it changes, the status, the counters and the feed, together."""

from datetime import date
from typing import Any

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
        account_id=principal.account_id if principal.account_id != SYSTEM_ACCOUNT else None,
        source=principal.source,
        happened_on=happened_on,
        recorded_at=utc_now(),
        before=before,
        after=after,
    )
    session.add(event)
    return event
