"""Names every part of Dash that we lean on and that Dash does not promise: a new version fails here."""

import inspect
from importlib.metadata import version
from pathlib import Path

import dash_ag_grid
import pytest
from dash import Dash, _callback, html
from fastapi import FastAPI

from dashapp.dash_parts import create_dash, grid_script, head_script
from live_server import ROOT

PINNED = "4.4.1"


@pytest.fixture(scope="module")
def app():
    return create_dash(FastAPI(), html.Div)


def test_dash_is_pinned_to_the_version_that_was_read():
    assert version("dash") == PINNED
    assert f"dash[fastapi]=={PINNED}" in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize(
    "name",
    [
        "callback_map", "_callback_list", "csp_hashes", "interpolate_index", "index_string",
        "_collect_and_register_resources", "scripts", "registered_paths",
    ],
)  # fmt: skip
def test_the_application_still_has_the_part(app, name):
    assert hasattr(app, name)


@pytest.mark.parametrize("name", ["websocket_capability", "_setup_catchall"])
def test_the_backend_still_has_the_part_that_we_switch_off(app, name):
    assert hasattr(type(app.backend), name)


def test_resources_are_still_filtered_by_the_part_we_call(app):
    assert callable(app.scripts._resources._filter_resources)
    assert dash_ag_grid._js_dist[0]["relative_package_path"].endswith(".js")


def test_a_decorated_callback_is_still_the_function_itself():
    """Else the tests of handlers would call something else."""
    assert "return func" in inspect.getsource(_callback.register_callback)


def test_the_layout_is_still_served_by_a_plain_function():
    """FastAPI runs it in a thread, so that the page may read the database."""
    assert not inspect.iscoroutinefunction(Dash.serve_layout)


def test_the_big_grid_is_not_on_the_page_but_has_an_address(app):
    assert "dash_ag_grid" not in app._generate_scripts_html()
    assert grid_script(app).startswith("/_dash-component-suites/dash_ag_grid/")


def test_a_script_beside_the_bundles_is_named_by_its_content():
    name = head_script("feed_worker.js")
    assert name.startswith("/feed_worker.js?v=")
    assert (Path(ROOT) / "dashapp" / "assets_head" / "feed_worker.js").exists()
