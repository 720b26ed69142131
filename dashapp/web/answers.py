"""What every answer carries, and the few answers the gate gives itself."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Final

from dashapp.text.words import words_for
from dashapp.web.asgi import Headers, Message, Scope, Send
from dashapp.web.identity import current_language
from data.principal import Principal

CSRF_COOKIE: Final = "_csrf_token"
CSRF_HEADER: Final = "X-CSRFToken"
FIXED: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
AWAY: Final = 503
COMES_BACK_S: Final = 5


class Refused(Exception):
    """The gate answers itself: a status, and headers beside it."""

    def __init__(self, status: int, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(status)
        self.status, self.headers = status, headers


@dataclass
class Answer:
    """Sends one answer and adds the headers that every answer carries.

    An answer that may be cached gets no cookie: it may be kept for somebody else. HTML pages give the
    reader their session's token, which Dash and the forms send back.
    """

    send: Send
    policy: Callable[[], str]
    secure: bool
    wants_page: bool
    principal: Principal | None = None
    begun: bool = False

    async def __call__(self, message: Message) -> None:
        """Pass a message on to the server."""
        if message["type"] == "http.response.start":
            self.begun = True
            message = {**message, "headers": self._headers(list(message.get("headers", [])))}
        await self.send(message)

    async def refuse(self, refusal: Refused) -> None:
        """Answer with a status and nothing that tells a stranger why."""
        kind, body = refusal_body(refusal.status, page=self.wants_page)
        headers = [
            (b"content-type", kind),
            (b"content-length", str(len(body)).encode()),
            *refusal.headers,
        ]
        await self({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self({"type": "http.response.body", "body": body})

    def _headers(self, given: Headers) -> Headers:
        headers = [pair for pair in given if pair[0] != b"server"]
        headers += [(b"content-security-policy", self.policy().encode()), *FIXED]
        if all(name != b"cache-control" for name, _ in headers):
            headers.append((b"cache-control", b"no-store"))
        if self.principal is not None and _is_page(headers):
            cookie = csrf_cookie(self.principal.csrf, secure=self.secure)
            headers.append((b"set-cookie", cookie.encode()))
        return headers


def wants_page(scope: Scope) -> bool:
    """Tell whether a person looks at the answer, not a script."""
    accepted = dict(scope["headers"]).get(b"accept", b"")
    return scope["method"] in ("GET", "HEAD") and b"text/html" in accepted


def refusal_body(status: int, *, page: bool) -> tuple[bytes, bytes]:
    """Return content type and body of a refusal: a page that tries again while the database is away."""
    if status == AWAY and page:
        return b"text/html; charset=utf-8", _away_page(current_language()).encode()
    return b"application/json", json.dumps({"error": status}).encode()


def csrf_cookie(token: str, *, secure: bool) -> str:
    """Return the cookie that scripts of our own pages read and send back as a header."""
    return f"{CSRF_COOKIE}={token}; Path=/; SameSite=Strict" + ("; Secure" if secure else "")


def _is_page(headers: Headers) -> bool:
    sent = dict(headers)
    may_be_kept = sent[b"cache-control"] != b"no-store"
    return not may_be_kept and sent.get(b"content-type", b"").startswith(b"text/html")


def _away_page(language: str) -> str:
    w = words_for(language)
    words = escape(w("The register does not answer. This page tries again by itself."))
    return (
        f'<!doctype html><html lang="{w.tag}"><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="{COMES_BACK_S}"><title>{escape(w("Shiyou"))}</title>'
        f"</head><body><p>{words}</p></body></html>"
    )
