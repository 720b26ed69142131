"""The whole server on an opened store: FastAPI and Dash joined, routes mounted, the gate in front."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from functools import partial
from typing import Final, NamedTuple

from dash import Dash
from dash.development.base_component import Component
from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from dashapp.dash_parts import WORKER, create_dash, grid_script, head_script
from dashapp.midnight import close_each_midnight, closed
from dashapp.page_context import PageContext
from dashapp.settings import Settings
from dashapp.web.callback_bodies import body_check
from dashapp.web.faults import Faults
from dashapp.web.feed import Feed
from dashapp.web.gate import Gate, GateRules
from dashapp.web.identity import current_language, current_principal
from dashapp.web.map_files import MapShelf
from dashapp.web.packed import Packed
from dashapp.web.routes import (
    add_head_scripts,
    add_health,
    add_jobs,
    add_map_files,
    add_map_states,
)
from dashapp.web.sessions import Sessions
from dashapp.web.sign_in import SignInDesk
from dashapp.web.threads import in_thread
from data.clock import read_clock
from data.principal import Principal
from data.queries.access import SessionLimits
from data.queries.footprints import ground_of
from data.session import Store

Page = Callable[[Principal | None, str, PageContext], Component]
Wiring = Callable[[Dash], None]


class Made(NamedTuple):
    """The server, and the feed whose open streams hold up its end."""

    gate: Gate
    feed: Feed


CSP: Final = (
    "default-src 'none'; script-src 'self' {hashes}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'; object-src 'none'"
)


def create_app(settings: Settings, store: Store, page: Page, wire: Wiring) -> Made:
    """Return the server: `page` makes the screen, `wire` binds the callbacks."""
    sessions = Sessions(store, _limits(settings))
    feed = Feed(store, sessions.again, poll_s=settings.feed_poll_ms / 1000)
    shelf = MapShelf(store)
    # This process's own writers wake the feed at once instead of at its next look.
    store.after_write.append(feed.wake)
    server = FastAPI(
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=partial(_life, store, shelf, feed),
    )
    server.add_middleware(Faults)
    app = create_dash(server, partial(_page, store, shelf, server, page))
    server.state.grid_script = grid_script(app)
    wire(app)
    rules = _rules(settings, sessions, app)
    desk = SignInDesk(store, rules.cookie, secure=settings.production, on_leave=feed.end_streams_of)
    desk.mount(server)
    add_health(server, store)
    add_head_scripts(server)
    add_map_files(server, shelf)
    add_map_states(server, store, feed)
    add_jobs(server, store)
    server.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    return Made(Gate(Packed(server), rules), feed)


def _limits(settings: Settings) -> SessionLimits:
    return SessionLimits(
        timedelta(minutes=settings.idle_minutes), timedelta(hours=settings.absolute_hours)
    )


def _rules(settings: Settings, sessions: Sessions, app: Dash) -> GateRules:
    memo: dict[str, str] = {}

    def policy() -> str:
        if "csp" not in memo:  # the hashes are known once every callback is bound
            memo["csp"] = CSP.format(hashes=" ".join(app.csp_hashes()))
        return memo["csp"]

    return GateRules(
        find=lambda token: in_thread(sessions.find, token),
        policy=policy,
        is_declared=body_check(app.callback_map),
        language=settings.language,
        secure=settings.production,
    )


def _page(store: Store, shelf: MapShelf, server: FastAPI, page: Page) -> Component:
    """Return the page of whoever asks; outside a request, at start, one with nothing in it."""
    principal = current_principal()
    if principal is None:
        return page(None, current_language(), PageContext())
    files = shelf.known(principal)
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
async def _life(store: Store, shelf: MapShelf, feed: Feed, _server: FastAPI) -> AsyncIterator[None]:
    await closed(store)
    await feed.start()
    # A large map takes seconds to pack: the server answers meanwhile, the manifest waits for it.
    beside = [
        asyncio.create_task(shelf.begin()),
        asyncio.create_task(close_each_midnight(store)),
    ]
    try:
        yield
    finally:
        for task in beside:
            task.cancel()
        await feed.close()
