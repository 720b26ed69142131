"""Work that may wait goes to a thread: a handler on the event loop would hold up every user."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from anyio import to_thread

P = ParamSpec("P")
R = TypeVar("R")


async def in_thread(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run `work` in a thread with this request's context (principal, language)."""
    return await to_thread.run_sync(lambda: work(*args, **kwargs))
