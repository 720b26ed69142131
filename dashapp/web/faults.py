"""What a failure below becomes for the browser: a status, never a stack trace; the log has the rest."""

import logging
from collections.abc import Mapping
from typing import Final

from dash.exceptions import DependencyException, PreventUpdate
from sqlalchemy.exc import DatabaseError, DataError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from starlette.responses import Response

from dashapp.web.answers import AWAY, COMES_BACK_S, refusal_body, wants_page
from dashapp.web.asgi import Asgi, Message, Receive, Scope, Send
from data.errors import Conflict, DatabaseUnusable, Forbidden, InvalidInput, NotFound

STATUS_OF: Final[Mapping[type[Exception], int]] = {
    NotFound: 404,
    Forbidden: 403,
    Conflict: 409,
    InvalidInput: 400,
    DependencyException: 404,  # Dash's word for a bundle that it does not have
    DataError: 400,  # a value that no column can hold
    DatabaseUnusable: AWAY,
    DatabaseError: AWAY,
    OperationalError: AWAY,
    InterfaceError: AWAY,
    PoolExhausted: AWAY,
}
UNEXPECTED: Final = 500

_log = logging.getLogger("shiyou.web")


def status_of(scope: Scope, error: Exception) -> int:
    """Return the status that tells of an error, and log what the operator must know."""
    status = STATUS_OF.get(type(error), UNEXPECTED)
    if status == AWAY:
        _log.warning("%s %r: the database does not answer", scope["method"], scope["path"])
    elif status == UNEXPECTED:
        _log.error("%s %r", scope["method"], scope["path"], exc_info=error)
    return status


def waiting(status: int) -> dict[str, str]:
    """Return the header that says when to come back."""
    return {"retry-after": str(COMES_BACK_S)} if status == AWAY else {}


class Faults:
    """Innermost middleware: answers what nobody caught, before Dash swallows it without a word."""

    def __init__(self, app: Asgi) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, and answer with a status when that fails."""
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noted)
        except PreventUpdate:
            raise  # Dash's own word for "nothing changes"
        except Exception as error:
            if begun or scope["type"] != "http":
                raise
            await _answer(scope, status_of(scope, error))(scope, receive, send)


def _answer(scope: Scope, status: int) -> Response:
    kind, body = refusal_body(status, page=wants_page(scope))
    return Response(body, status, waiting(status), kind.decode())
