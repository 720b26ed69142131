"""Bundles compressed once and not per visitor, with the cache rule their address deserves."""

import gzip
import hashlib
from typing import Any, Final

from dashapp.web.asgi import Asgi, Headers, Message, Receive, Scope, Send

PREFIXES: Final = ("/_dash-component-suites/", "/assets/", "/_favicon.ico")
# More than there are bundles.
MOST_KEPT: Final = 300
IMMUTABLE: Final = b"public, max-age=31536000, immutable"
REPLACED: Final = frozenset(
    {b"content-length", b"cache-control", b"etag", b"last-modified", b"content-encoding"}
)


class Packed:
    """Stands between gate and server; keeps each static answer it has made."""

    def __init__(self, app: Asgi) -> None:
        self.app = app
        self.kept: dict[tuple[str, bool], tuple[Headers, bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a bundle from what is kept, everything else from the server."""
        if not _is_bundle(scope):
            await self.app(scope, receive, send)
            return
        # The query says at most that a version is named: a made-up one is no other bundle.
        key = (scope["path"], _is_fingerprinted(scope))
        if key not in self.kept:
            answer = await self._asked(scope, receive)
            if answer.status != 200 or len(self.kept) >= MOST_KEPT:
                await answer.replay(send)
                return
            self.kept[key] = _packed(answer, fingerprinted=key[1])
        headers, body = self.kept[key]
        if _asked_tag(scope) == dict(headers)[b"etag"]:
            await _unchanged(headers, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body})

    async def _asked(self, scope: Scope, receive: Receive) -> "_Kept":
        answer = _Kept()
        await self.app({**scope, "headers": []}, receive, answer)
        return answer


def _is_bundle(scope: Scope) -> bool:
    return (
        scope["type"] == "http"
        and scope["method"] == "GET"
        and scope["path"].startswith(PREFIXES)
        and b"gzip" in dict(scope["headers"]).get(b"accept-encoding", b"")
    )


def _is_fingerprinted(scope: Scope) -> bool:
    """Tell whether the address names the version: ours by ?m=, the icon by ?v=."""
    return b"m=" in scope["query_string"] or b"v=" in scope["query_string"]


def _asked_tag(scope: Scope) -> bytes | None:
    tag = dict(scope["headers"]).get(b"if-none-match")
    return tag if isinstance(tag, bytes) else None


async def _unchanged(headers: Headers, send: Send) -> None:
    kept = [
        (name, value) for name, value in headers if name in (b"etag", b"cache-control", b"vary")
    ]
    await send({"type": "http.response.start", "status": 304, "headers": kept})
    await send({"type": "http.response.body", "body": b""})


class _Kept:
    """Holds an answer back."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.parts: list[bytes] = []

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.parts.append(message.get("body", b""))

    @property
    def status(self) -> int:
        return int(self.start["status"])

    async def replay(self, send: Send) -> None:
        await send(self.start)
        await send({"type": "http.response.body", "body": b"".join(self.parts)})


def _packed(answer: _Kept, *, fingerprinted: bool) -> tuple[Headers, bytes]:
    given: Any = answer.start["headers"]
    body = gzip.compress(b"".join(answer.parts), 6, mtime=0)
    # Dash names its suites by version, and says so, and its assets by ?m=: both may be kept for ever.
    fingerprinted = fingerprinted or b"cache-control" in dict(given)
    cache = IMMUTABLE if fingerprinted else b"no-cache"
    headers = [(name, value) for name, value in given if name not in REPLACED]
    headers += [
        (b"cache-control", cache),
        (b"etag", b'"' + hashlib.sha256(body).hexdigest()[:16].encode() + b'"'),
        (b"content-encoding", b"gzip"),
        (b"vary", b"accept-encoding"),
        (b"content-length", str(len(body)).encode()),
    ]
    return headers, body
