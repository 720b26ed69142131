"""The composition root: the one module that knows every package, imported by the console script alone."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import uvicorn
from dash import Dash
from dash.development.base_component import Component
from data.commands.import_map import import_map_job
from fastapi import FastAPI
from sqlalchemy.exc import OperationalError
from starlette.middleware.gzip import GZipMiddleware

import callbacks
from callbacks.services import Services
from dashapp.app import WORKER, create_dash, grid_script, head_script
from dashapp.jobs import JobKinds, start_worker
from dashapp.layout.shell import page
from dashapp.page_context import PageContext
from dashapp.settings import Settings, SettingsRefused
from dashapp.web.callback_bodies import body_check
from dashapp.web.feed import Feed
from dashapp.web.gate import Asgi, Gate, GateRules
from dashapp.web.identity import current_language, current_principal
from dashapp.web.map_files import MapShelf
from dashapp.web.packed import Packed
from dashapp.web.routes import add_head_scripts, add_health, add_jobs, add_map_routes
from dashapp.web.sign_in import add_sign_in
from dashapp.web.threads import in_thread
from data.clock import read_clock, shanghai_today, utc_now
from data.commands.access import note_seen
from data.commands.clock import close_due_days
from data.errors import DatabaseUnusable
from data.principal import Principal
from data.queries.access import SessionLimits, principal_of, system_principal
from data.queries.footprints import ground_of
from data.rules.deadlines import SHANGHAI
from data.schema import require_current
from data.session import Store, open_store, require_reachable

CSP: Final = (
    "default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)
SEEN_EVERY: Final = timedelta(minutes=1)
JOBS: Final[JobKinds] = {"import_map": import_map_job}


def serve(settings: Settings) -> None:
    """Serve until told to stop; refuse in one line what cannot be served."""
    store = _opened(settings)
    try:
        listener = _listener(settings)
        server = build(settings, store)
        start_worker(settings.database_url, JOBS)
        print(f"Shiyou listens on http://{settings.host}:{settings.port}", flush=True)  # noqa: T201
        config = uvicorn.Config(server, log_level="warning", timeout_graceful_shutdown=1)
        uvicorn.Server(config).run(sockets=[listener])
    finally:
        store.dispose()


def build(settings: Settings, store: Store) -> Asgi:
    """Return the whole server on an opened store: gate, screens, feed."""
    feed, shelf = Feed(store, poll_s=settings.feed_poll_ms / 1000), MapShelf(store)
    # This process's own writers wake the feed at once instead of at its next look.
    store.after_write.append(feed.wake)
    server = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, lifespan=partial(_life, store, feed)
    )
    app = create_dash(server, partial(_page, store, shelf, server))
    server.state.grid_script = grid_script(app)
    callbacks.register(app, Services(store=store, ring=settings.ring()))
    rules = _rules(settings, store, app)
    add_health(server, store)
    add_head_scripts(server)
    add_sign_in(server, store, settings, rules.cookie)
    add_map_routes(server, store, shelf, feed)
    add_jobs(server, store)
    server.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    return Gate(Packed(server), rules)


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
    except OSError as error:
        listener.close()
        raise SettingsRefused(
            f"cannot listen on {settings.host}:{settings.port} ({error.strerror}): set SHIYOU_PORT to another"
        ) from error
    return listener


def _rules(settings: Settings, store: Store, app: Dash) -> GateRules:
    memo: dict[str, str] = {}

    def policy() -> str:
        if "csp" not in memo:  # hashes are known once Dash has made its index
            memo["csp"] = CSP.format(hashes=" ".join(app.csp_hashes()))
        return memo["csp"]

    return GateRules(
        find=partial(in_thread, _find, store, settings),
        policy=policy,
        is_declared=body_check(app.callback_map),
        language=settings.language,
        secure=settings.production,
    )


def _find(store: Store, settings: Settings, token: str) -> Principal | None:
    """Return who holds this cookie, and remember now and then that the session is in use."""
    limits = SessionLimits(
        timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.absolute_hours)
    )
    now = utc_now()
    try:
        with store.read() as session:
            found = principal_of(session, token, now, limits)
        if found is not None and now - found[1] > SEEN_EVERY:
            with store.write() as session:
                note_seen(session, found[0].session_hash, now)
    except OperationalError as error:
        raise DatabaseUnusable("the database does not answer") from error
    return found[0] if found else None


def _page(store: Store, shelf: MapShelf, server: FastAPI) -> Component:
    principal = current_principal()
    if principal is None:
        return page(None, current_language(), PageContext())
    files = shelf.refresh()
    with store.read() as session:
        clock, ground = read_clock(session), ground_of(session, principal)
    context = PageContext(
        layers=files.layer_urls,
        grid_script=server.state.grid_script,
        feed_worker=head_script(WORKER),
        day=clock.today,
        frozen=clock.frozen,
        subdistrict=ground.subdistrict,
        illustrative=ground.illustrative,
        attribution=ground.attribution,
        bounds=files.bounds,
    )
    return page(principal, current_language(), context)


@contextlib.asynccontextmanager
async def _life(store: Store, feed: Feed, _server: FastAPI) -> AsyncIterator[None]:
    await in_thread(_close_days, store)
    await feed.start()
    midnight = asyncio.create_task(_close_each_midnight(store))
    try:
        yield
    finally:
        midnight.cancel()
        await feed.close()


def _close_days(store: Store) -> None:
    with store.write() as session:
        close_due_days(session, system_principal(session, "worker"), shanghai_today())


async def _close_each_midnight(store: Store) -> None:
    while True:
        now = datetime.now(SHANGHAI)
        tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=5, microsecond=0)
        await asyncio.sleep((tomorrow - now).total_seconds())
        await in_thread(_close_days, store)
