"""Every door of the server. What is not listed here is closed, also for people who are signed in.

A new route needs its line here before anybody can reach it.
"""

import re
from functools import cache
from typing import Final

PUBLIC: Final = frozenset(
    {("GET", "/login"), ("POST", "/login"), ("GET", "/healthz"), ("GET", "/sign-in.css")}
)
BUNDLES: Final = ("/_dash-component-suites/", "/assets/")
CALLBACKS: Final = "/_dash-update-component"
# {} stands for one part of a path, whatever it says.
READS: Final = (
    "/",
    "/login",
    "/sign-in.css",
    "/healthz",
    "/early.js",
    "/feed_worker.js",
    "/_dash-layout",
    "/_dash-dependencies",
    "/_favicon.ico",
    "/manifest",
    "/status",
    "/areas",
    "/grid-sizes",
    "/feed",
    "/tiles/{}",
    "/names/{}",
    "/layers/{}",
    "/card/{}",
    "/jobs/{}",
)
WRITES: Final = (CALLBACKS, "/login", "/logout", "/language", "/jobs/{}/cancel")


def is_public(method: str, path: str) -> bool:
    """Tell whether anybody may come in here."""
    return (method, path) in PUBLIC


def is_open(method: str, path: str) -> bool:
    """Tell whether somebody signed in may come in here; what they see is the query layer's to say."""
    if method in ("GET", "HEAD"):
        return path.startswith(BUNDLES) or _any_of(READS).fullmatch(path) is not None
    return method == "POST" and _any_of(WRITES).fullmatch(path) is not None


@cache
def _any_of(doors: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(re.escape(door).replace(r"\{\}", "[^/]+") for door in doors))
