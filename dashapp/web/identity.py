"""Who asks, and in which language, during one request; set by the gate, read anywhere below it."""

from contextvars import ContextVar
from typing import Final

from data.errors import NotFound
from data.principal import Principal

LANGUAGES: Final = ("zh", "en")
_principal: ContextVar[Principal | None] = ContextVar("principal", default=None)
_language: ContextVar[str] = ContextVar("language", default="zh")


def current_principal() -> Principal | None:
    """Return who asks; None outside a request and on the public pages."""
    return _principal.get()


def required_principal() -> Principal:
    """Return who asks; a request that came past the gate without anybody is a refusal."""
    principal = _principal.get()
    if principal is None:
        raise NotFound("nobody is signed in")
    return principal


def current_language() -> str:
    """Return the language of this request: zh or en."""
    return _language.get()


def enter(principal: Principal | None, language: str) -> None:
    """Set both for the rest of this request's context."""
    _principal.set(principal)
    _language.set(language)


def preferred_language(chosen: str | None, cookie: str, accepted: str, default: str) -> str:
    """Return the account's choice, else the browser's, else the default."""
    if chosen in LANGUAGES:
        return str(chosen)
    if cookie in LANGUAGES:
        return cookie
    for part in accepted.split(","):
        tag = part.split(";")[0].strip().lower()[:2]
        if tag in LANGUAGES:
            return tag
    return default
