"""The gate: one ASGI wrapper in front of everything, closed unless a line here opens it.

It stands outside the framework because Dash's own hooks skip most paths, its websocket accepts a socket
without a session, and a route added later must be closed until listed.
"""

import hmac
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from dashapp.web.identity import enter, preferred_language
from data.errors import DatabaseUnusable
from data.principal import Principal

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
PUBLIC: Final = frozenset(
    {("GET", "/login"), ("POST", "/login"), ("GET", "/healthz"), ("GET", "/sign-in.css")}
)
LONGEST_PATH: Final = 2_000
LARGEST_BODY: Final = 2 << 20
CSRF_COOKIE: Final = "_csrf_token"
CSRF_HEADER: Final = "X-CSRFToken"
CALLBACKS: Final = "/_dash-update-component"

_log = logging.getLogger("shiyou.gate")


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


class Refused(Exception):
    """The gate answers itself: a status, and headers beside it."""

    def __init__(self, status: int, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(status)
        self.status, self.headers = status, headers


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
        answer = _Answer(send, self.rules)
        try:
            principal = await self._principal(headers)
            answer.principal = principal
            enter(principal, self._language(principal, headers))
            self._admit(scope, headers, principal)
            if scope["method"] not in SAFE:
                receive = await self._checked_body(scope, headers, receive, principal)
            await self.app(scope, receive, answer)
        except Refused as refusal:
            await answer.refuse(refusal.status, refusal.headers)
        except DatabaseUnusable:
            await answer.refuse(503, [(b"retry-after", b"5")])
        except Exception:
            _log.exception("%s %s", scope["method"], scope["path"])
            if answer.begun:
                raise
            await answer.refuse(500, [])

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

    def _admit(
        self, scope: Scope, headers: dict[bytes, bytes], principal: Principal | None
    ) -> None:
        method, path = scope["method"], scope["path"]
        if "//" in path or len(path) > LONGEST_PATH:
            raise Refused(400)
        if principal is None and (method, path) not in PUBLIC:
            wants_page = b"text/html" in headers.get(b"accept", b"")
            if method in ("GET", "HEAD") and wants_page:
                raise Refused(303, (b"location", b"/login"))
            raise Refused(401)
        if method not in SAFE:
            _require_same_site(headers)

    async def _checked_body(
        self,
        scope: Scope,
        headers: dict[bytes, bytes],
        receive: Receive,
        principal: Principal | None,
    ) -> Receive:
        body = await _read(headers, receive)
        if principal is not None and not _token_fits(headers, body, principal.csrf):
            raise Refused(403)
        if scope["path"].endswith(CALLBACKS):
            if not headers.get(b"content-type", b"").startswith(b"application/json"):
                raise Refused(415)
            if not self.rules.is_declared(body):
                raise Refused(400)
        return _replay(body, receive)


class _Answer:
    """Sends an answer with the headers every answer carries."""

    def __init__(self, send: Send, rules: GateRules) -> None:
        self.send, self.rules = send, rules
        self.principal: Principal | None = None
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            message = {**message, "headers": self._headers(list(message.get("headers", [])))}
        await self.send(message)

    async def refuse(self, status: int, headers: Any) -> None:
        """Answer with a status and nothing that says why to a stranger."""
        body = json.dumps({"error": status}).encode()
        kind = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
        ]
        await self({"type": "http.response.start", "status": status, "headers": [*kind, *headers]})
        await self({"type": "http.response.body", "body": body})

    def _headers(self, given: Headers) -> Headers:
        headers = [pair for pair in given if pair[0] != b"server"]
        headers += [
            (b"content-security-policy", self.rules.policy().encode()),
            (b"x-content-type-options", b"nosniff"),
            (b"referrer-policy", b"no-referrer"),
            (b"x-frame-options", b"DENY"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]
        if any(name == b"cache-control" for name, _ in headers):
            return headers  # what may be cached carries no cookie of anybody
        headers.append((b"cache-control", b"no-store"))
        if self.principal is not None:
            secure = "; Secure" if self.rules.secure else ""
            cookie = f"{CSRF_COOKIE}={self.principal.csrf}; Path=/; SameSite=Strict{secure}"
            headers.append((b"set-cookie", cookie.encode()))
        return headers


def cookies(headers: dict[bytes, bytes]) -> dict[str, str]:
    """Return the cookies of a request; the first of a name counts."""
    found: dict[str, str] = {}
    for part in headers.get(b"cookie", b"").decode("latin-1").split(";"):
        name, _, value = part.strip().partition("=")
        found.setdefault(name, value)
    return found


def _require_same_site(headers: dict[bytes, bytes]) -> None:
    if headers.get(b"sec-fetch-site", b"same-origin") not in (b"same-origin", b"none"):
        raise Refused(403)
    origin = headers.get(b"origin")
    if origin is None:
        return
    if urlsplit(origin.decode("latin-1")).netloc != headers.get(b"host", b"").decode("latin-1"):
        raise Refused(403)


def _token_fits(headers: dict[bytes, bytes], body: bytes, csrf: str) -> bool:
    """Compare the token of Dash's header, or of a plain form, with the session's."""
    sent = headers.get(CSRF_HEADER.lower().encode(), b"")
    kind = headers.get(b"content-type", b"")
    if not sent and kind.startswith(b"application/x-www-form-urlencoded"):
        fields = dict(part.partition(b"=")[::2] for part in body.split(b"&"))
        sent = fields.get(CSRF_COOKIE.encode(), b"")
    return hmac.compare_digest(sent, csrf.encode())


async def _read(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    announced = headers.get(b"content-length", b"0")
    if not announced.isdigit():
        raise Refused(400)
    if int(announced) > LARGEST_BODY:
        raise Refused(413)
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > LARGEST_BODY:
            raise Refused(413)
    return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read
