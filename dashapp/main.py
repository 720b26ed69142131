"""The composition root: the one module that knows every package, imported by the console script alone."""

import socket
import sys
from functools import partial
from typing import Final

import uvicorn
from dash import Dash

import callbacks
from dashapp.app import create_app
from dashapp.jobs import JobKinds, Workshop
from dashapp.layout.shell import page
from dashapp.settings import Settings, SettingsRefused, read_settings
from dashapp.web.asgi import Asgi
from data.clock import read_clock
from data.commands.import_map import import_map_job
from data.errors import RegisterError
from data.schema import require_current
from data.sealing import KeyRing
from data.session import Store, open_store, require_reachable

JOBS: Final[JobKinds] = {"import_map": import_map_job}
BACKLOG: Final = 512


def build(settings: Settings, store: Store) -> Asgi:
    """Return the whole server on an opened store: gate, screens, feed."""
    return create_app(settings, store, page, partial(_wire, store, settings.ring()))


def serve(settings: Settings) -> None:
    """Serve until told to stop; refuse in one line what cannot be served."""
    store = _opened(settings)
    try:
        listener = _listener(settings)
        server = build(settings, store)
        workshop = Workshop(settings.database_url, JOBS)
        print(f"Shiyou listens on http://{settings.host}:{settings.port}", flush=True)  # noqa: T201
        try:
            _server(server).run(sockets=[listener])
        finally:
            workshop.close()
    finally:
        store.dispose()


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


def _listener(settings: Settings) -> socket.socket:
    """Take the port before anything else starts; refuse a taken one in one line."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        where = f"{settings.host}:{settings.port}"
        raise SettingsRefused(
            f"cannot listen on {where} ({error.strerror}): set SHIYOU_PORT to another"
        ) from error
    return listener


def _server(app: Asgi) -> uvicorn.Server:
    # Open streams would hold up the end for ever; they come back by themselves.
    return uvicorn.Server(
        uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=1)
    )


if __name__ == "__main__":
    try:
        serve(read_settings())
    except RegisterError as refusal:
        sys.exit(f"shiyou: {refusal}")
