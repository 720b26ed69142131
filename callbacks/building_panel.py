"""A chosen building opens its household list, its tasks and the verification history of its grid."""

from typing import Any, Final

from dash import ClientsideFunction, Dash, Input, Output
from dash.development.base_component import Component

from callbacks.services import Services, in_thread
from dashapp import ids
from dashapp.layout.building_panel import (
    building_panel,
    households_tab,
    no_such_building,
    nothing_chosen,
)
from dashapp.layout.grid_history import history_tab
from dashapp.layout.household_list import room_detail
from dashapp.layout.task_list import tasks_tab
from dashapp.text.words import words_for
from dashapp.url import Selection, read_selection
from dashapp.web.identity import current_language, required_principal
from data.errors import NotFound
from data.principal import Principal
from data.queries.access import scope_name
from data.queries.areas import area_node
from data.queries.buildings import (
    BuildingHead,
    building_doors,
    building_head,
    household_files,
    register_day,
)
from data.queries.tasks import open_tasks
from data.queries.verification import grid_history, round_count

LARGEST_KEY: Final = 2**63  # of a bigint column: what is larger is nobody's


def show_building(
    selection: Selection, principal: Principal, language: str, services: Services
) -> Component:
    """Return the panel of the chosen building, with the chosen tab open."""
    w = words_for(language)
    if selection.building is None:
        return nothing_chosen(w)
    with services.store.read() as session:
        try:
            head = building_head(session, principal, selection.building)
        except NotFound:
            return no_such_building(w, scope_name(session, principal))
        today = register_day(session)
        rounds = round_count(session, principal, _grid(head, selection)) if head.grids else 0
        body = _BODIES[selection.tab](session, principal, head, selection, today, language)
    return building_panel(head, selection.tab, rounds, body, today, w)


def _households(
    session: Any,
    principal: Principal,
    head: BuildingHead,
    selection: Selection,
    today: Any,
    language: str,
) -> Component:
    doors = building_doors(session, principal, head.id)
    return households_tab(head, doors, selection.view, today, words_for(language))


def _tasks(
    session: Any, principal: Principal, head: BuildingHead, _: Selection, today: Any, language: str
) -> Component:
    return tasks_tab(open_tasks(session, principal, head.id), today, words_for(language))


def _history(
    session: Any,
    principal: Principal,
    head: BuildingHead,
    selection: Selection,
    today: Any,
    language: str,
) -> Component:
    w = words_for(language)
    if not head.grids:
        return history_tab(None, None, head.grids, selection.period, today, w)
    code = _grid(head, selection)
    found = grid_history(session, principal, code, head.id)
    node = area_node(session, principal, code)
    return history_tab(found, node, head.grids, selection.period, today, w)


_BODIES = {"households": _households, "tasks": _tasks, "history": _history}


def _grid(head: BuildingHead, selection: Selection) -> str:
    """Return the grid that is asked for if the building has it, else its first."""
    codes = [grid.code for grid in head.grids]
    return selection.grid if selection.grid in codes else codes[0]


def show_room(
    dwelling: Any, principal: Principal, language: str, services: Services
) -> Component | None:
    """Return the households behind one door; nothing when none is chosen or it is out of scope."""
    if type(dwelling) is not int or not 0 < dwelling < LARGEST_KEY:
        return None
    with services.store.read() as session:
        try:
            room, files = household_files(session, principal, services.ring, dwelling)
        except NotFound:
            return None
        return room_detail(room, files, register_day(session), words_for(language))


def register(app: Dash, services: Services) -> None:
    """Bind the panel to what is chosen and to a room; both come anew when the building has changed."""

    @app.callback(
        Output(ids.PANEL, "children"),
        Input(ids.SELECTION, "data"),
        Input(ids.TOUCHED, "data"),
        prevent_initial_call=True,
    )
    async def on_selection(data: Any, _touched: Any) -> Any:
        return await in_thread(
            show_building, read_selection(data), required_principal(), current_language(), services
        )

    @app.callback(
        Output(ids.ROOM_DETAIL, "children"),
        Input(ids.ROOM, "data"),
        Input(ids.TOUCHED, "data"),
        prevent_initial_call=True,
    )
    async def on_room(dwelling: Any, _touched: Any) -> Any:
        return await in_thread(
            show_room, dwelling, required_principal(), current_language(), services
        )

    app.clientside_callback(
        ClientsideFunction("shiyou", "chooseView"),
        Output(ids.VIEW_CHOSEN, "data"),
        Input(ids.HOUSEHOLD_VIEW, "value"),
        prevent_initial_call=True,
    )
