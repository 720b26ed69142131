"""Close a day: what the calendar changes by itself becomes true for the next one (one clock)."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.clock import hold_day, read_clock
from data.commands.derive import derive_due, notify
from data.commands.grids_in_force import put_plans_in_force
from data.commands.record import append_event
from data.errors import InvalidInput
from data.models import Subdistrict
from data.principal import Principal


def close_due_days(session: Session, principal: Principal, today: date) -> int:
    """Close every day before `today` that is still open; return how many. A frozen day stays.

    Of two processes that come at once the second finds nothing left to close.
    """
    hold_day(session, to_close=True)
    clock = read_clock(session)
    if clock.frozen:
        return 0
    days = max(0, (today - clock.today).days)
    for _ in range(days):
        close_day(session, principal, clock.today)
    return days


def close_day(session: Session, principal: Principal, day: date) -> int:
    """Close `day`, the watermark: re-derive what was true until it, raise the epoch.

    Plans whose day has come are put into force.
    Each subdistrict gets one `day_closed` event, which covers all changes by the calendar (I7).
    Returns how many buildings were touched. 1 January is an ordinary closing.
    """
    hold_day(session, to_close=True)
    clock = read_clock(session)
    if clock.today != day:
        raise InvalidInput(f"the open day is {clock.today}, not {day}", field="day")
    clock.today = day + timedelta(days=1)
    session.flush()
    touched = derive_due(session, clock.today)
    put_plans_in_force(session, principal, clock.today)
    for subdistrict_id in session.scalars(
        select(Subdistrict.id).where(Subdistrict.valid_to.is_(None))
    ):
        append_event(
            session,
            principal,
            kind="day_closed",
            subject=("subdistrict", subdistrict_id),
            happened_on=day,
            after={"buildings": touched},
        )
    raise_epoch(session)
    return touched


def raise_epoch(session: Session) -> None:
    """Make every client fetch its statuses anew."""
    read_clock(session).epoch += 1
    notify(session)
