"""Prove without a browser that every callback is wired to something on the page and never blocks the loop."""

import inspect

import pytest
from dash import Dash

import callbacks
from dashapp.layout.shell import page
from dashapp.page_context import PageContext
from data.sealing import demo_ring

# On the page only when a panel is open; the panel's own layout makes them.
IN_PANELS = {
    "household-view",
    "rebalance-ask",
    "rebalance-cut",
    "rebalance-act",
    "rebalance-said",
}


@pytest.fixture
def app(sqlite_store):
    app = Dash("wiring", assets_folder="none")
    app.layout = page(None, "zh", PageContext())
    callbacks.register(app, callbacks.Services(store=sqlite_store, ring=demo_ring()))
    return app


def wired_ids(app):
    outputs = {
        part.rsplit(".", 1)[0]
        for callback in app._callback_list
        for part in callback["output"].strip(".").split("...")
    }
    inputs = {
        dependency["id"]
        for callback in app._callback_list
        for dependency in [*callback["inputs"], *callback["state"]]
    }
    return outputs | inputs


def test_every_wired_id_is_on_the_page(app):
    on_page = {part.id for part in app.layout._traverse() if getattr(part, "id", None)}
    assert wired_ids(app) - on_page == IN_PANELS


def test_every_server_callback_is_async_and_one_statement(app):
    """A sync callback would run on the event loop and hold up every user."""
    wrapped = [entry["callback"] for entry in app.callback_map.values() if "callback" in entry]
    assert wrapped
    for callback in wrapped:
        handler = inspect.unwrap(callback)
        assert inspect.iscoroutinefunction(handler), handler
        body = [
            line
            for line in inspect.getsource(handler).split("async def")[1].splitlines()[1:]
            if line.strip()
        ]
        assert body[0].strip().startswith("return await in_thread("), handler
