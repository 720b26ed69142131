"""Close the days that are over: at start when behind, then after each midnight in Shanghai."""

import asyncio
import logging
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy.exc import DBAPIError

from dashapp.web.threads import in_thread
from data.clock import read_clock, shanghai_today, watermark
from data.commands.clock import close_due_days
from data.errors import DatabaseUnusable
from data.queries.access import system_principal
from data.rules.deadlines import SHANGHAI
from data.session import Store

AFTER_MIDNIGHT: Final = timedelta(seconds=5)
AFTER_FAULT_S: Final = 60.0
# A machine that slept, or whose clock was set, is late by no more than this.
LONGEST_SLEEP_S: Final = 600.0

_log = logging.getLogger("shiyou.midnight")


def close_days(store: Store, today: date) -> int:
    """Close every day before `today` and return how many; a frozen demo stays where it is.

    Each day is a transaction of its own: a register that was asleep for a month holds up no writer.
    """
    closed = 0
    while _is_behind(store, today):
        closed += _close_next(store, today)
    return closed


def _is_behind(store: Store, today: date) -> bool:
    with store.read() as session:
        clock = read_clock(session)
        return not clock.frozen and clock.today < today


def _close_next(store: Store, today: date) -> int:
    with store.write() as session:
        # Another process may have been first: then there is nothing left of it.
        until = min(watermark(session) + timedelta(days=1), today)
        return close_due_days(session, system_principal(session, "worker"), until)


def seconds_to_midnight(now: datetime) -> float:
    """Return how long to wait for the next day, a little longer so as not to come too early."""
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + AFTER_MIDNIGHT - now).total_seconds()


async def close_each_midnight(store: Store) -> None:
    """Close days for ever, the first time at once; a fault is tried again after a minute."""
    while True:
        while not await closed(store):
            await asyncio.sleep(AFTER_FAULT_S)
        await asyncio.sleep(min(seconds_to_midnight(datetime.now(SHANGHAI)), LONGEST_SLEEP_S))


async def closed(store: Store) -> bool:
    """Close what is due; return whether that worked, the log knows why not."""
    try:
        await in_thread(close_days, store, shanghai_today())
    except (DBAPIError, DatabaseUnusable) as error:
        _log.warning("the day cannot be closed: %s", type(error).__name__)
        return False
    except Exception:
        _log.exception("the day could not be closed")
        return False
    return True
