"""The live feed: one watcher a process, Server-Sent Events, deltas encoded once per scope.

A client holds a position. `hello` and `reset` tell it the present one, `delta` moves it from `prev` to
`rev` with the pairs in its scope; a commit outside its scope moves it with no pairs, or it would look like
a gap. A client that was away resumes with ?since= or Last-Event-ID.
"""

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Final

import psycopg
from anyio import to_thread
from fastapi import Request
from fastapi.responses import StreamingResponse
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from data.commands.derive import FEED_CHANNEL
from data.errors import DatabaseUnusable
from data.principal import Principal
from data.queries.access import session_is_alive
from data.queries.changes import Change, changes_between, feed_epoch, feed_position
from data.session import Store

HEARTBEAT_S: Final = 15.0
QUEUE: Final = 64
LONGEST_DELTA: Final = 5_000
LISTEN_S: Final = 5.0
TRIES: Final = 40

_log = logging.getLogger("shiyou.feed")


class _Client:
    """One open stream: what waits to be sent, and whose it is. None ends it."""

    def __init__(self, principal: Principal) -> None:
        self.principal = principal
        self.queue: asyncio.Queue[bytes | None] = asyncio.Queue()


class Feed:
    """Watches the register and tells every open stream."""

    def __init__(
        self, store: Store, *, poll_s: float = 0.05, heartbeat_s: float = HEARTBEAT_S
    ) -> None:
        self.store, self.poll_s, self.heartbeat_s = store, poll_s, heartbeat_s
        self.position, self.epoch = 0, 0
        self.clients: set[_Client] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._nudge = asyncio.Event()
        self._tries = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to watch from the present position."""
        self._loop = asyncio.get_running_loop()
        self.position, self.epoch = await to_thread.run_sync(self._now)
        watch = self._watch_file if self.store.is_sqlite else self._watch_channel
        self._tasks = [asyncio.create_task(watch()), asyncio.create_task(self._run())]

    async def close(self) -> None:
        """End every stream, so that the server can stop."""
        for task in self._tasks:
            task.cancel()
        for client in self.clients:
            client.queue.put_nowait(None)

    def wake(self) -> None:
        """Look at once; called from any thread by this process's writers after their commit."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._nudge.set)

    async def _watch_file(self) -> None:
        """Notice commits of other processes by SQLite's data_version: microseconds a look."""
        path = make_url(self.store.url).database or ""
        raw = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)
        seen = -1
        try:
            while True:
                version = _data_version(raw)
                if version != seen:
                    seen = version
                    self._nudge.set()
                await asyncio.sleep(self.poll_s)
        finally:
            raw.close()

    async def _watch_channel(self) -> None:
        """Wait for NOTIFY; look by oneself when the connection is lost, until it is back."""
        dsn = make_url(self.store.url).set(drivername="postgresql")
        address = dsn.render_as_string(hide_password=False)
        while True:
            with suppress(psycopg.Error, OSError):
                async with await psycopg.AsyncConnection.connect(address, autocommit=True) as raw:
                    await raw.execute(f"LISTEN {FEED_CHANNEL}")
                    self._nudge.set()
                    while True:
                        async for _ in raw.notifies(timeout=LISTEN_S, stop_after=1):
                            self._tries = TRIES
                        self._nudge.set()
            await asyncio.sleep(1.0)
            self._nudge.set()

    async def _run(self) -> None:
        while True:
            await self._nudge.wait()
            self._nudge.clear()
            try:
                await self._look()
            except (DBAPIError, DatabaseUnusable) as error:
                # The database is away: the next nudge looks again, clients keep their position.
                _log.warning("feed: %s", type(error).__name__)

    async def _look(self) -> None:
        position, epoch, rows = await to_thread.run_sync(self._since, self.position)
        if epoch != self.epoch or len(rows) > LONGEST_DELTA:
            self.position, self.epoch = position, epoch
            self._tell_all(self._event("reset", {"epoch": epoch, "rev": position}, position))
        elif rows:
            previous, self.position = self.position, position
            self._publish(rows, previous)
        elif self._tries:
            # Told of a commit that still lies above the horizon: an older writer is not done yet.
            self._tries -= 1
            asyncio.get_running_loop().call_later(self.poll_s, self._nudge.set)

    def _publish(self, rows: Sequence[Change], previous: int) -> None:
        ready: dict[frozenset[int], bytes] = {}
        for client in list(self.clients):
            scope = client.principal.committees
            if scope not in ready:
                ready[scope] = self._delta(rows, scope, previous, self.position)
            self._put(client, ready[scope])

    def _tell_all(self, message: bytes) -> None:
        for client in list(self.clients):
            self._put(client, message)

    def _put(self, client: _Client, message: bytes) -> None:
        if client.queue.qsize() < QUEUE:
            client.queue.put_nowait(message)
            return
        # Too slow: cut it, it comes back and resumes.
        self.clients.discard(client)
        client.queue.put_nowait(None)

    def _delta(
        self, rows: Sequence[Change], scope: frozenset[int], previous: int, position: int
    ) -> bytes:
        pairs = {
            row.ord: (row.ord, row.fill, row.flags) for row in rows if row.committee_id in scope
        }
        at = int(rows[-1].changed_at.timestamp() * 1000)
        body = {
            "epoch": self.epoch,
            "rev": position,
            "prev": previous,
            "pairs": list(pairs.values()),
            "t": at,
        }
        return self._event("delta", body, position)

    @staticmethod
    def _event(kind: str, body: dict[str, object], position: int) -> bytes:
        data = json.dumps(body, separators=(",", ":"))
        return f"id: {position}\nevent: {kind}\ndata: {data}\n\n".encode()

    def response(self, request: Request, principal: Principal) -> StreamingResponse:
        """Return the stream of one client."""
        asked = request.headers.get("last-event-id") or request.query_params.get("since") or ""
        since = int(asked) if asked.isdigit() and len(asked) < 19 else None
        return StreamingResponse(
            self._stream(principal, since),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def _stream(self, principal: Principal, since: int | None) -> AsyncIterator[bytes]:
        client = _Client(principal)
        self.clients.add(client)
        position = self.position
        try:
            body = json.dumps({"epoch": self.epoch, "rev": position}, separators=(",", ":"))
            yield f"retry: 500\nevent: hello\ndata: {body}\n\n".encode()
            if since is not None and since != position:
                yield await to_thread.run_sync(self._missed, principal, since, position)
            while True:
                item = await self._next(client)
                if item is None:
                    return
                yield item
        finally:
            self.clients.discard(client)

    async def _next(self, client: _Client) -> bytes | None:
        try:
            return await asyncio.wait_for(client.queue.get(), self.heartbeat_s)
        except TimeoutError:
            alive = await to_thread.run_sync(self._is_alive, client.principal)
            return b"event: beat\ndata: \n\n" if alive else None

    def _now(self) -> tuple[int, int]:
        with self.store.read() as session:
            return feed_position(session), feed_epoch(session)

    def _since(self, since: int) -> tuple[int, int, list[Change]]:
        with self.store.read() as session:
            position = feed_position(session)
            return position, feed_epoch(session), changes_between(session, since, position)

    def _missed(self, principal: Principal, since: int, position: int) -> bytes:
        with self.store.read() as session:
            rows = changes_between(session, since, position) if since < position else []
        if since < position and len(rows) <= LONGEST_DELTA:
            if rows:
                return self._delta(rows, principal.committees, since, position)
            empty = {"epoch": self.epoch, "rev": position, "prev": since, "pairs": [], "t": 0}
            return self._event("delta", empty, position)
        return self._event("reset", {"epoch": self.epoch, "rev": position}, position)

    def _is_alive(self, principal: Principal) -> bool:
        try:
            with self.store.read() as session:
                return session_is_alive(session, principal.session_hash)
        except DBAPIError:
            return True  # the database is away, not the person


def _data_version(raw: sqlite3.Connection) -> int:
    try:
        return int(raw.execute("PRAGMA data_version").fetchone()[0])
    except sqlite3.DatabaseError:
        return -1
