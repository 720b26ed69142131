"""The live feed: one watcher a process, many streams, each delta encoded once per scope.

A client that was away resumes with ?since= or Last-Event-ID. A commit outside its scope still moves it,
with no pairs. Revoked and expired sessions lose their stream at the next heartbeat; a changed scope gets
a `reset`.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from anyio import to_thread
from fastapi import Request
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import DBAPIError

from dashapp.web import feed_messages
from dashapp.web.feed_watch import watch
from data.errors import DatabaseUnusable
from data.principal import Principal
from data.queries.changes import Change, changes_between, feed_epoch, feed_position
from data.session import Store

HEARTBEAT_S: Final = 15.0
QUEUE: Final = 64
LONGEST_DELTA: Final = 5_000
AFTER_FAULT_S: Final = 0.5
# A commit that was told of may lie above PostgreSQL's horizon until an older writer is done.
LOOKS_AFTER_TOLD: Final = 40

_log = logging.getLogger("shiyou.feed")


@dataclass(eq=False)
class _Client:
    """One open stream: whose it is and what waits to be sent. None ends it."""

    principal: Principal
    queue: asyncio.Queue[bytes | None] = field(default_factory=asyncio.Queue)
    checked_at: float = field(default_factory=time.monotonic)

    def end(self) -> None:
        """Send what waits, then close the stream."""
        self.queue.put_nowait(None)


class Feed:
    """Watches the register and tells every open stream."""

    def __init__(
        self,
        store: Store,
        again: Callable[[Principal], Principal | None],
        *,
        poll_s: float = 0.05,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self.store, self.again, self.poll_s, self.heartbeat_s = store, again, poll_s, heartbeat_s
        self.position, self.epoch = 0, 0
        self.clients: set[_Client] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._nudge = asyncio.Event()
        self._looks_left = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to watch from the present position."""
        self._loop = asyncio.get_running_loop()
        self.position, self.epoch, _ = await to_thread.run_sync(self._since, None)
        watching = watch(self.store, self.poll_s, self._nudged)
        self._tasks = [watching, asyncio.create_task(self._run())]

    async def close(self) -> None:
        """Watch no longer."""
        for task in self._tasks:
            task.cancel()
        self.end_streams()

    def end_streams(self) -> None:
        """End every stream, so that the server can stop; called on the event loop."""
        for client in self.clients:
            client.end()

    def wake(self) -> None:
        """Look at once; called from any thread by this process's writers after their commit."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._nudge.set)

    def end_streams_of(self, principal: Principal) -> None:
        """End the streams of a session that is over; called on the event loop."""
        for client in self.clients:
            if client.principal.session_hash == principal.session_hash:
                client.end()

    def response(self, request: Request, principal: Principal) -> StreamingResponse:
        """Return the stream of one client."""
        asked = request.headers.get("last-event-id") or request.query_params.get("since") or ""
        since = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
        return StreamingResponse(
            self._stream(_Client(principal), since),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    def _nudged(self, told: bool) -> None:
        self._looks_left = LOOKS_AFTER_TOLD if told else self._looks_left
        self._nudge.set()

    async def _run(self) -> None:
        while True:
            await self._nudge.wait()
            self._nudge.clear()
            try:
                await self._look()
            except (DBAPIError, DatabaseUnusable) as error:
                # Clients keep their place; what is written meanwhile is found when it is back.
                _log.warning("the feed cannot look: %s", type(error).__name__)
                self._look_again_in(AFTER_FAULT_S)

    async def _look(self) -> None:
        position, epoch, rows = await to_thread.run_sync(self._since, self.position)
        if epoch != self.epoch or position < self.position or len(rows) > LONGEST_DELTA:
            self.position, self.epoch = position, epoch
            self._tell_all(feed_messages.reset(epoch, position))
        elif rows:
            previous, self.position, self._looks_left = self.position, position, 0
            self._publish(rows, previous)
        elif self._looks_left:
            self._looks_left -= 1
            self._look_again_in(self.poll_s)

    def _look_again_in(self, seconds: float) -> None:
        asyncio.get_running_loop().call_later(seconds, self._nudge.set)

    def _publish(self, rows: Sequence[Change], previous: int) -> None:
        ready: dict[frozenset[int], bytes] = {}
        for client in list(self.clients):
            scope = client.principal.committees
            if scope not in ready:
                ready[scope] = self._delta(rows, scope, previous, self.position)
            self._put(client, ready[scope])

    def _delta(self, rows: Sequence[Change], scope: frozenset[int], prev: int, rev: int) -> bytes:
        return feed_messages.delta(rows, scope, epoch=self.epoch, prev=prev, rev=rev)

    def _tell_all(self, message: bytes) -> None:
        for client in list(self.clients):
            self._put(client, message)

    def _put(self, client: _Client, message: bytes) -> None:
        if client.queue.qsize() < QUEUE:
            client.queue.put_nowait(message)
            return
        # Too slow: cut it, it comes back and resumes.
        self.clients.discard(client)
        client.end()

    async def _stream(self, client: _Client, since: int | None) -> AsyncIterator[bytes]:
        position = self.position
        self.clients.add(client)
        try:
            yield feed_messages.hello(self.epoch, position)
            if since is not None and since != position:
                yield await to_thread.run_sync(self._missed, client.principal, since, position)
            while (item := await self._next(client)) is not None:
                yield item
        finally:
            self.clients.discard(client)

    async def _next(self, client: _Client) -> bytes | None:
        """Return what comes next; at least one sign of life and one look at the session a heartbeat."""
        due_in = client.checked_at + self.heartbeat_s - time.monotonic()
        if due_in > 0:
            try:
                return await asyncio.wait_for(client.queue.get(), due_in)
            except TimeoutError:
                pass
        client.checked_at = time.monotonic()
        now = await to_thread.run_sync(self._now, client.principal)
        if now is None:
            return None
        if now.committees == client.principal.committees:
            return feed_messages.beat()
        client.principal = now
        return feed_messages.reset(self.epoch, self.position)

    def _now(self, principal: Principal) -> Principal | None:
        try:
            return self.again(principal)
        except (DBAPIError, DatabaseUnusable):
            return principal  # the database is away, not the person

    def _since(self, since: int | None) -> tuple[int, int, list[Change]]:
        """Return the present place, and what lies between `since` and it."""
        with self.store.read() as session:
            position, epoch = feed_position(session), feed_epoch(session)
            rows = [] if since is None else changes_between(session, since, position)
            return position, epoch, rows

    def _missed(self, principal: Principal, since: int, position: int) -> bytes:
        if since > position:
            return feed_messages.reset(self.epoch, position)
        with self.store.read() as session:
            rows = changes_between(session, since, position)
        if len(rows) > LONGEST_DELTA:
            return feed_messages.reset(self.epoch, position)
        return self._delta(rows, principal.committees, since, position)
