"""Typing in the search box lists places; choosing one is the map's business."""

from typing import Any

from dash import Dash, Input, Output
from dash.development.base_component import Component

from callbacks.services import Services, in_thread
from dashapp import ids
from dashapp.layout.search_results import search_results
from dashapp.text.words import words_for
from dashapp.web.identity import current_language, required_principal
from data.principal import Principal
from data.queries.search import find_places


def show_places(
    asked: Any, principal: Principal, language: str, services: Services
) -> Component | None:
    """Return the places that fit what was typed."""
    words = asked if isinstance(asked, str) else ""
    with services.store.read() as session:
        return search_results(find_places(session, principal, words), words, words_for(language))


def register(app: Dash, services: Services) -> None:
    """Bind the results to the box."""

    @app.callback(
        Output(ids.SEARCH_RESULTS, "children"),
        Input(ids.SEARCH, "value"),
        prevent_initial_call=True,
    )
    async def on_search(asked: Any) -> Any:
        return await in_thread(
            show_places, asked, required_principal(), current_language(), services
        )
