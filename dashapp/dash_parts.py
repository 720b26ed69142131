"""Dash on our server, and every private part of it that we lean on (dash is pinned to one version)."""

import hashlib
from collections.abc import Callable
from functools import cache, partial
from html import escape
from pathlib import Path
from typing import Any, Final

import dash_ag_grid
from dash import Dash
from dash.development.base_component import Component
from fastapi import FastAPI

from dashapp.text.words import words_for
from dashapp.web.answers import CSRF_COOKIE, CSRF_HEADER
from dashapp.web.identity import current_language

HERE: Final = Path(__file__).parent
EARLY: Final = "early.js"
WORKER: Final = "feed_worker.js"

# AG Grid is 1.3 MB: registered, but loaded by the page only when a grid is first opened.
dash_ag_grid._js_dist[0]["dynamic"] = True


def create_dash(server: FastAPI, layout: Callable[[], Component]) -> Dash:
    """Return the Dash application on `server`, with no callbacks yet."""
    settings: Any = {"server": server, "update_title": None}  # wider than their annotations
    app = Dash(
        "shiyou",
        **settings,
        assets_folder=str(HERE / "assets"),
        suppress_callback_exceptions=True,
        enable_mcp=False,
        csrf_token_name=CSRF_COOKIE,
        csrf_header_name=CSRF_HEADER,
    )
    backend: Any = app.backend
    # Else every browser starts Dash's own SharedWorker, which knocks at the gate for ever.
    backend.websocket_capability = False
    # Else every unknown path answers with the page.
    backend._setup_catchall = lambda: None
    early = f'<script src="{head_script(EARLY)}"></script>'
    app.index_string = app.index_string.replace("<head>", f"<head>{early}")
    inner: Any = app
    inner.interpolate_index = partial(_index, app.interpolate_index)
    app.layout = layout
    return app


def _index(interpolate: Callable[..., str], **parts: str) -> str:
    """Return the index page in the reader's language, before any script of it has run."""
    w = words_for(current_language())
    entry = '<div id="react-entry-point"><div class="_dash-loading">…</div></div>'
    page = interpolate(**{**parts, "title": escape(w("Shiyou")), "app_entry": entry})
    return page.replace("<html>", f'<html lang="{w.tag}">', 1)


@cache
def head_script(name: str) -> str:
    """Return the address of a script outside Dash's bundles, fingerprinted: it may be kept for ever."""
    digest = hashlib.sha256((HERE / "assets_head" / name).read_bytes()).hexdigest()[:8]
    return f"/{name}?v={digest}"


def grid_script(app: Dash) -> str:
    """Return the address of AG Grid's bundle, for the page to load when it needs it."""
    resources: Any = app.scripts._resources._filter_resources(dash_ag_grid._js_dist[:1])
    eager = [{**resource, "dynamic": False} for resource in resources]
    register: Any = app._collect_and_register_resources
    return str(next(iter(register(eager))))
