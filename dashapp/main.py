"""The composition root: the one module that knows every package, imported by the console script alone."""

import errno
import signal
import socket
import sys
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import Final

import uvicorn
from dash import Dash

import callbacks
from dashapp.app import Made, create_app
from dashapp.jobs import JobKinds, Workshop
from dashapp.layout.shell import page
from dashapp.rebalancing.job import KIND, rebalance_job
from dashapp.settings import Settings, SettingsRefused, read_settings
from data.clock import read_clock
from data.commands.import_map import import_map_job
from data.errors import RegisterError
from data.schema import require_current
from data.sealing import KeyRing
from data.seed.accounts import demo_accounts
from data.session import Store, open_store, require_reachable

JOBS: Final[JobKinds] = {"import_map": import_map_job, KIND: rebalance_job}
BACKLOG: Final = 512
GRACE_S: Final = 3
THE_PORTS_FAULT: Final = (errno.EADDRINUSE, errno.EACCES)


class Server(uvicorn.Server):
    """Ends the open streams before it waits for the last answers: they would never end by themselves."""

    def __init__(self, made: Made) -> None:
        super().__init__(
            uvicorn.Config(
                made.gate,
                log_level="warning",
                server_header=False,
                timeout_graceful_shutdown=GRACE_S,
            )
        )
        self.feed = made.feed

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking requests, finish those begun, and end."""
        self.feed.end_streams()
        await super().shutdown(sockets)


def build(settings: Settings, store: Store) -> Made:
    """Return the whole server on an opened store: gate, screens, feed."""
    return create_app(settings, store, page, partial(_wire, store, settings.ring()))


def serve(settings: Settings) -> None:
    """Serve until told to stop; refuse in one line what cannot be served."""
    store = _opened(settings)
    try:
        listener = listen(settings)
        made = build(settings, store)
        workshop = Workshop(settings.database_url, JOBS)
        try:
            _tell(settings, store)
            _run(made, listener)
        finally:
            workshop.close()
    finally:
        store.dispose()


def _run(made: Made, listener: socket.socket) -> None:
    # uvicorn gives a signal back when it has ended: it must not kill us before we have tidied up.
    signal.signal(signal.SIGTERM, _leave)
    with suppress(KeyboardInterrupt):
        Server(made).run(sockets=[listener])


def _leave(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)


def _tell(settings: Settings, store: Store) -> None:
    """Print where to look and, in a demo, who may sign in."""
    lines = [f"Shiyou listens on http://{settings.host}:{settings.port}"]
    with store.read() as session:
        if read_clock(session).demo:
            lines += ["Sign in as (invented people):", *map(str, demo_accounts(session))]
    print("\n".join(lines), flush=True)  # noqa: T201


def _wire(store: Store, ring: KeyRing, app: Dash) -> None:
    callbacks.register(app, callbacks.Services(store=store, ring=ring))


def _opened(settings: Settings) -> Store:
    settings.prepare_folder()
    store = open_store(settings.database_url)
    require_reachable(store)
    require_current(store)
    with store.read() as session:
        demo = read_clock(session).demo
    if demo and settings.production:
        raise SettingsRefused("production does not serve a demo database")
    return store


def listen(settings: Settings) -> socket.socket:
    """Take the port before anything else starts; refuse a taken one in one line."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        other = "SHIYOU_PORT" if error.errno in THE_PORTS_FAULT else "SHIYOU_HOST"
        raise SettingsRefused(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}): "
            f"set {other} to another"
        ) from error
    return listener


if __name__ == "__main__":
    try:
        serve(read_settings())
    except RegisterError as refusal:
        sys.exit(f"shiyou: {refusal}")
