"""Close the days that are over: at start when behind, then after each midnight in Shanghai."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import Final

from dashapp.web.threads import in_thread
from data.clock import shanghai_today
from data.commands.clock import close_due_days
from data.queries.access import system_principal
from data.rules.deadlines import SHANGHAI
from data.session import Store

AFTER_MIDNIGHT: Final = timedelta(seconds=5)
AFTER_FAULT_S: Final = 60.0

_log = logging.getLogger("shiyou.midnight")


def close_days(store: Store) -> int:
    """Close every day that is over and return how many; a frozen demo stays where it is."""
    with store.write() as session:
        return close_due_days(session, system_principal(session, "worker"), shanghai_today())


def seconds_to_midnight(now: datetime) -> float:
    """Return how long to wait for the next day, a little longer so as not to come too early."""
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + AFTER_MIDNIGHT - now).total_seconds()


async def close_each_midnight(store: Store) -> None:
    """Close days for ever; a fault is tried again after a minute."""
    while True:
        await asyncio.sleep(seconds_to_midnight(datetime.now(SHANGHAI)))
        while not await _closed(store):
            await asyncio.sleep(AFTER_FAULT_S)


async def _closed(store: Store) -> bool:
    try:
        await in_thread(close_days, store)
    except Exception:
        _log.exception("the day could not be closed")
        return False
    return True
