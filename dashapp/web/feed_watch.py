"""Notice that something was committed, whoever committed it; then nudge.

SQLite: `PRAGMA data_version` on a connection of our own, a few microseconds a look. PostgreSQL: LISTEN.
Both outlive the database: they come back by themselves.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from typing import Final

import psycopg
from sqlalchemy import make_url

from data.commands.derive import FEED_CHANNEL
from data.session import Store

LISTEN_S: Final = 5.0
COMES_BACK_S: Final = 0.5
GONE: Final = -1


def watch(store: Store, poll_s: float, nudge: Callable[[bool], None]) -> "asyncio.Task[None]":
    """Start to watch; `nudge(told)` is called on the event loop, `told` when a commit is certain."""
    url = make_url(store.url)
    if store.is_sqlite:
        return asyncio.create_task(_watch_file(url.database or "", poll_s, nudge))
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return asyncio.create_task(_watch_channel(address, nudge))


async def _watch_file(path: str, poll_s: float, nudge: Callable[[bool], None]) -> None:
    looked = _VersionOf(path)
    try:
        seen: tuple[int, int] | None = None
        while True:
            version = looked.now()
            if version != seen:
                seen = version
                nudge(False)
            await asyncio.sleep(poll_s)
    finally:
        looked.close()


class _VersionOf:
    """The change counter of a database file; a file put in its place counts as a change."""

    def __init__(self, path: str) -> None:
        self.path, self._file, self._opened = path, GONE, 0
        self._raw: sqlite3.Connection | None = None

    def now(self) -> tuple[int, int]:
        """Return which opening of the file this is, and its change counter."""
        try:
            if self._raw is None or os.stat(self.path).st_ino != self._file:
                self._open()
            assert self._raw is not None
            return self._opened, int(self._raw.execute("PRAGMA data_version").fetchone()[0])
        except (OSError, sqlite3.Error):
            self.close()
            return self._opened, GONE

    def _open(self) -> None:
        self.close()
        self._file = os.stat(self.path).st_ino
        self._raw = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, isolation_level=None)
        self._opened += 1

    def close(self) -> None:
        """Let go of the file."""
        if self._raw is not None:
            self._raw.close()
        self._raw = None


async def _watch_channel(address: str, nudge: Callable[[bool], None]) -> None:
    while True:
        with suppress(psycopg.Error, OSError):
            async with aclosing(_told(address)) as news:
                async for told in news:
                    nudge(told)
        await asyncio.sleep(COMES_BACK_S)
        nudge(False)


async def _told(address: str) -> AsyncGenerator[bool, None]:
    """Yield whether a commit was told of, at least every LISTEN_S seconds."""
    async with await psycopg.AsyncConnection.connect(address, autocommit=True) as raw:
        await raw.execute(f"LISTEN {FEED_CHANNEL}")
        yield False
        while True:
            heard = [note async for note in raw.notifies(timeout=LISTEN_S, stop_after=1)]
            yield bool(heard)
