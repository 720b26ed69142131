"""Read a request's body once, within its limit, and hand it on."""

from typing import Final

from dashapp.web.answers import Refused
from dashapp.web.asgi import Message, Receive

LARGEST_BODY: Final = 2 << 20


async def read_body(headers: dict[bytes, bytes], receive: Receive) -> bytes:
    """Return the whole body; refuse more than LARGEST_BODY, announced or not."""
    announced = headers.get(b"content-length", b"0")
    if not announced.isdigit() or len(announced) > 18:
        raise Refused(400)
    if int(announced) > LARGEST_BODY:
        raise Refused(413)
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400)
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > LARGEST_BODY:
            raise Refused(413)
    return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """Return a `receive` that gives the body read before, then what comes after it."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def read() -> Message:
        return waiting.pop() if waiting else await receive()

    return read
