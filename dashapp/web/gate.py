"""The gate: one ASGI wrapper in front of everything, closed unless dashapp.web.doors opens it.

It stands outside the framework because Dash's own hooks skip most paths, its websocket accepts a socket
without a session, and a route added later must be closed until listed.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlsplit

from dashapp.web.answers import CSRF_COOKIE, CSRF_HEADER, Answer, Refused, wants_page
from dashapp.web.asgi import Asgi, Receive, Scope, Send
from dashapp.web.bodies import read_body, replay
from dashapp.web.doors import CALLBACKS, is_open, is_public
from dashapp.web.faults import status_of, waiting
from dashapp.web.identity import (
    current_language,
    current_principal,
    enter,
    preferred_language,
)
from data.principal import Principal

__all__ = ["CSRF_COOKIE", "Gate", "GateRules", "current_language", "current_principal"]

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_PATH: Final = 2_000


@dataclass(frozen=True, slots=True)
class GateRules:
    """What the gate asks of the rest.

    `find` turns a cookie into a principal, `policy` gives the Content-Security-Policy, `is_declared`
    tests the body of a callback. `secure` is true behind TLS.
    """

    find: Callable[[str], Awaitable[Principal | None]]
    policy: Callable[[], str]
    is_declared: Callable[[bytes], bool]
    language: str = "zh"
    secure: bool = False

    @property
    def cookie(self) -> str:
        """The session's cookie; `__Host-` binds it to this host and to TLS."""
        return "__Host-sid" if self.secure else "sid"


class Gate:
    """Wraps the whole server."""

    def __init__(self, app: Asgi, rules: GateRules) -> None:
        self.app, self.rules = app, rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            # No screen of ours speaks websocket, so none is ever opened.
            await receive()
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http":
            await self._http(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        answer = Answer(send, self.rules.policy, self.rules.secure, wants_page(scope))
        enter(None, self._language(None, headers))
        try:
            await self._pass(scope, headers, receive, answer)
        except Refused as refusal:
            await answer.refuse(refusal)
        except Exception as error:
            if answer.begun:
                raise
            await answer.refuse(_failed(scope, error))

    async def _pass(
        self, scope: Scope, headers: dict[bytes, bytes], receive: Receive, answer: Answer
    ) -> None:
        answer.principal = principal = await self._principal(headers)
        enter(principal, self._language(principal, headers))
        _admit(scope, principal, page=answer.wants_page)
        if scope["method"] not in SAFE:
            _require_same_site(headers)
            body = await read_body(headers, receive)
            self._require_token(scope, headers, body, principal)
            self._require_declared(scope, headers, body)
            receive = replay(body, receive)
        await self.app(scope, receive, answer)

    async def _principal(self, headers: dict[bytes, bytes]) -> Principal | None:
        token = cookies(headers).get(self.rules.cookie)
        return await self.rules.find(token) if token else None

    def _language(self, principal: Principal | None, headers: dict[bytes, bytes]) -> str:
        return preferred_language(
            principal.language if principal else None,
            cookies(headers).get("lang", ""),
            headers.get(b"accept-language", b"").decode("latin-1")[:200],
            self.rules.language,
        )

    def _require_token(
        self, scope: Scope, headers: dict[bytes, bytes], body: bytes, principal: Principal | None
    ) -> None:
        # Signing in makes a new session, so it needs no token of an old one.
        if principal is None or scope["path"] == "/login":
            return
        if not _token_fits(headers, body, principal.csrf):
            raise Refused(403)

    def _require_declared(self, scope: Scope, headers: dict[bytes, bytes], body: bytes) -> None:
        if scope["path"] != CALLBACKS:
            return
        if headers.get(b"content-type", b"").partition(b";")[0].strip() != b"application/json":
            raise Refused(415)
        if not self.rules.is_declared(body):
            raise Refused(400)


def cookies(headers: dict[bytes, bytes]) -> dict[str, str]:
    """Return the cookies of a request; the first of a name counts."""
    found: dict[str, str] = {}
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        found.setdefault(name, value)
    return found


def _admit(scope: Scope, principal: Principal | None, *, page: bool) -> None:
    method, path = scope["method"], scope["path"]
    if "//" in path or len(path) > LONGEST_PATH:
        raise Refused(400)
    if is_public(method, path):
        return
    if principal is None:
        raise _to_sign_in(scope) if page else Refused(401)
    if not is_open(method, path):
        raise Refused(404)


def _to_sign_in(scope: Scope) -> Refused:
    """Send to the sign-in page; a link to the map comes back to what it shows."""
    query = scope.get("query_string", b"")
    if scope["path"] != "/" or not query or len(query) > LONGEST_PATH:
        return Refused(303, (b"location", b"/login"))
    return Refused(303, (b"location", b"/login?next=" + quote(b"/?" + query, safe="").encode()))


def _failed(scope: Scope, error: Exception) -> Refused:
    status = status_of(scope, error)
    headers = waiting(status).items()
    return Refused(status, *((name.encode(), value.encode()) for name, value in headers))


def _require_same_site(headers: dict[bytes, bytes]) -> None:
    """Refuse what a browser says comes from another page; a plain client says nothing."""
    if headers.get(b"sec-fetch-site", b"same-origin") != b"same-origin":
        raise Refused(403)
    origin, host = headers.get(b"origin"), headers.get(b"host", b"").decode("latin-1")
    if origin is not None and (not host or urlsplit(origin.decode("latin-1")).netloc != host):
        raise Refused(403)


def _token_fits(headers: dict[bytes, bytes], body: bytes, csrf: str) -> bool:
    """Compare the token of Dash's header, or of a plain form, with the session's."""
    sent = headers.get(CSRF_HEADER.lower().encode(), b"")
    kind = headers.get(b"content-type", b"")
    if not sent and kind.startswith(b"application/x-www-form-urlencoded"):
        fields = dict(part.partition(b"=")[::2] for part in body.split(b"&"))
        sent = fields.get(CSRF_COOKIE.encode(), b"")
    return hmac.compare_digest(sent, csrf.encode())
