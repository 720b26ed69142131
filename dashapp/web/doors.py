"""Every door of the server. What is not listed here is closed, also for people who are signed in.

A new route needs its line here before anybody can reach it.
"""

from typing import Final

PUBLIC: Final = frozenset(
    {("GET", "/login"), ("POST", "/login"), ("GET", "/healthz"), ("GET", "/sign-in.css")}
)
READS: Final = frozenset(
    {
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
        "/feed",
    }
)
READS_UNDER: Final = (
    "/_dash-component-suites/",
    "/assets/",
    "/tiles/",
    "/names/",
    "/layers/",
    "/card/",
    "/jobs/",
)
CALLBACKS: Final = "/_dash-update-component"
WRITES: Final = frozenset({CALLBACKS, "/login", "/logout", "/language"})
WRITES_UNDER: Final = ("/jobs/",)


def is_public(method: str, path: str) -> bool:
    """Tell whether anybody may come in here."""
    return (method, path) in PUBLIC


def is_open(method: str, path: str) -> bool:
    """Tell whether somebody signed in may come in here; what they see is the query layer's to say."""
    if method in ("GET", "HEAD"):
        return path in READS or path.startswith(READS_UNDER)
    return method == "POST" and (path in WRITES or path.startswith(WRITES_UNDER))
