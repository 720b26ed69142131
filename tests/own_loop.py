"""A coroutine run to its end on an event loop in a thread of its own.

A worker in which a browser test ran before keeps Playwright's loop on its main thread,
and `asyncio.run` refuses to start a second one there.
"""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

Result = TypeVar("Result")


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run `coroutine` wherever the test is; return what it returns, raise what it raises."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
