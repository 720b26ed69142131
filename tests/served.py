"""The server without its screens, in a thread of the test: a plain page, a few callbacks, real HTTP."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx
import uvicorn
from dash import ALL, Dash, Input, Output, State, dcc, html
from sqlalchemy import update

from dashapp.app import create_app
from dashapp.settings import Settings
from dashapp.web.gate import Gate
from dashapp.web.identity import current_language, current_principal
from dashapp.web.threads import in_thread
from data.clock import utc_now
from data.commands.access import hash_password, sign_in
from data.errors import NotFound
from data.models import Account, Grant, SignIn
from data.rules.areas import AreaLevel, Role
from data.session import Store
from places import FROM, Street, build_street

DEADLINE_S = 20
PASSWORD = "a quiet afternoon"
HASH = hash_password(PASSWORD)
CALLBACK = "/_dash-update-component"


def hire(store: Store, street: Street, username: str, *committees: int, **columns) -> int:
    """Make an account that sees the committees with these numbers; return its id."""
    with store.write() as session:
        account = Account(
            username=username, display_name=username, password=HASH, failed_count=0, **columns
        )
        session.add(account)
        session.flush()
        for number in committees:
            session.add(
                Grant(
                    account_id=account.id,
                    role=Role.SOCIAL_WORKER,
                    level=AreaLevel.COMMITTEE,
                    area_id=street.committees[number - 1],
                    valid_from=FROM,
                )
            )
        return account.id


def page(principal, language, context):
    """Stand in for the shell: says who asks, in which language."""
    name = principal.username if principal else "nobody"
    return html.Div(
        [
            html.P(f"user {name} language {language} {context.subdistrict}"),
            dcc.Store(id="go"),
            dcc.Store(id="nop"),
            html.Div(id="out"),
        ]
    )


def wire(app: Dash) -> None:
    """Bind a few callbacks of every shape."""

    @app.callback(Output("out", "children"), Input("go", "data"), State("nop", "data"))
    async def echo(value, nap):
        return await in_thread(_echo, value, nap)

    @app.callback(Output("fail", "children"), Input("go", "data"))
    async def fail(_value):
        raise RuntimeError("a secret of the server")

    @app.callback(Output("missing", "children"), Input("go", "data"))
    async def missing(_value):
        raise NotFound("no such thing within your area")

    @app.callback(Output("rows", "children"), Input({"type": "row", "index": ALL}, "data"))
    async def rows(values):
        return await in_thread(len, values)

    @app.callback(Output("a", "children"), Output("b", "children"), Input("go", "data"))
    async def pair(_value):
        return await in_thread(lambda: ["A", "B"])


def _echo(value, nap):
    time.sleep(nap or 0)
    return f"{current_principal().username} {current_language()} {value}"


def callback(output: str = "out.children", value=1, nap=None, **changes) -> dict:
    """Return the body Dash's renderer sends for `echo`, with some of it changed."""
    id_, property_ = output.split(".")
    body = {
        "output": output,
        "outputs": {"id": id_, "property": property_},
        "inputs": [{"id": "go", "property": "data", "value": value}],
        "state": [{"id": "nop", "property": "data", "value": nap}],
        "changedPropIds": ["go.data"],
    }
    if output != "out.children":
        body["state"] = []
    return {**body, **changes}


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets=None) -> None:
        await super().startup(sockets)
        self.ready.set()


@contextmanager
def running(app, port: int = 0) -> Iterator[str]:
    """Serve an ASGI application on 127.0.0.1 and yield its address."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        app, log_level="critical", ws="none", timeout_graceful_shutdown=1, server_header=False
    )
    server = _Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert server.ready.wait(DEADLINE_S), "the server did not start"
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(DEADLINE_S)
        listener.close()
        assert not thread.is_alive()


@dataclass
class Served:
    """A running server with the street's people: `ann` sees committee 1, `bob` committee 2, `eve` 3."""

    url: str
    store: Store
    street: Street
    app: Gate

    def stranger(self, **options) -> httpx.Client:
        """Return a client without a session."""
        return httpx.Client(base_url=self.url, timeout=DEADLINE_S, **options)

    def client(self, username: str = "ann", **options) -> httpx.Client:
        """Return a signed-in client that sends its token, as Dash does."""
        with self.store.write() as session:
            entered = sign_in(session, username, fits=True, now=utc_now())
        client = self.stranger(**options)
        client.cookies.set("sid", entered.token)
        client.headers["X-CSRFToken"] = entered.csrf
        return client

    def age_sessions(self, *, seen: timedelta = timedelta(), created: timedelta = timedelta()):
        """Let every session be older than it is."""
        now = utc_now()
        with self.store.write() as session:
            session.execute(update(SignIn).values(seen_at=now - seen, created_at=now - created))


@contextmanager
def served(store: Store, today, settings: Settings | None = None, port: int = 0):
    """Fill the empty `store` with the small street and its people, and serve it."""
    street = build_street(store, today)
    hire(store, street, "ann", 1)
    hire(store, street, "bob", 2)
    hire(store, street, "eve", 3)
    with serving(store, street, settings, port) as running_server:
        yield running_server


@contextmanager
def serving(store: Store, street: Street, settings: Settings | None = None, port: int = 0):
    """Serve a store that holds the street already."""
    app = create_app(settings or Settings(database_url=store.url), store, page, wire).gate
    with running(app, port) as url:
        yield Served(url, store, street, app)
