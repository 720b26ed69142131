"""The module of grids lists who serves too many households, beside the map."""

from typing import Any

from dash import Dash, Input, Output
from dash.development.base_component import Component

from callbacks.services import Services, in_thread
from dashapp import ids
from dashapp.layout.grid_sizes import grid_sizes_list
from dashapp.text.words import words_for
from dashapp.url import Selection, read_selection
from dashapp.web.identity import current_language, required_principal
from data.principal import Principal
from data.queries.grid_sizes import grid_sizes


def show_sizes(
    selection: Selection, principal: Principal, language: str, services: Services
) -> Component | None:
    """Return the list while the module of grids is open, nothing elsewhere."""
    if selection.mode != "grids":
        return None
    with services.store.read() as session:
        return grid_sizes_list(grid_sizes(session, principal), words_for(language))


def register(app: Dash, services: Services) -> None:
    """Bind the list to the module and, while it is in use, to changes of the register."""

    @app.callback(
        Output(ids.SIZES, "children"),
        Input(ids.MODULE_PLACE, "data"),
        Input(ids.SIZES_DUE, "data"),
        prevent_initial_call=True,
    )
    async def on_module(data: Any, _due: Any) -> Any:
        return await in_thread(
            show_sizes, read_selection(data), required_principal(), current_language(), services
        )
