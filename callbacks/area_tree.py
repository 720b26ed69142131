"""What is chosen decides the figures, the tree and the breadcrumb on the left and above."""

from typing import Any

from dash import Dash, Input, Output
from dash.development.base_component import Component

from callbacks.services import Services, in_thread
from dashapp import ids
from dashapp.layout.area_tree import area_tree_rows, breadcrumb, scope_figures
from dashapp.text.words import words_for
from dashapp.url import Selection, read_selection
from dashapp.web.identity import current_language, required_principal
from data.errors import NotFound
from data.principal import Principal
from data.queries.areas import AreaNode, accuracy_of, area_node, area_tree, crumbs_of, grids_of
from data.queries.buildings import building_head
from data.rules.areas import AreaLevel

Parts = tuple[Component, Component, Component]


def show_areas(
    selection: Selection, principal: Principal, language: str, services: Services
) -> Parts:
    """Return the headline figures, the tree's lines and the breadcrumb of what is chosen."""
    w = words_for(language)
    with services.store.read() as session:
        nodes = area_tree(session, principal)
        building, area = _building(session, principal, selection)
        node = _chosen(session, principal, nodes, area)
        if node is None:
            return (
                scope_figures(None, None, w),
                area_tree_rows([], [], None, w),
                breadcrumb([], None, w),
            )
        committee = _committee(node)
        grids = grids_of(session, principal, committee) if committee else []
        return (
            scope_figures(node, accuracy_of(session, principal, node), w),
            area_tree_rows(nodes, grids, node.code, w),
            breadcrumb(crumbs_of(session, principal, node), building, w),
        )


def _building(
    session: Any, principal: Principal, selection: Selection
) -> tuple[str | None, str | None]:
    """Return the chosen building's name, and the area to show: the chosen one or the building's."""
    if selection.building is None:
        return None, selection.area
    try:
        head = building_head(session, principal, selection.building)
    except NotFound:
        return None, selection.area
    return head.name, head.compound_code or head.committee_code


def _chosen(
    session: Any, principal: Principal, nodes: list[AreaNode], area: str | None
) -> AreaNode | None:
    """Return the chosen area, else the widest there is that is wholly the reader's."""
    found = area_node(session, principal, area) if area else None
    if found is not None:
        return found
    committees = [node for node in nodes if node.level is AreaLevel.COMMITTEE]
    if len(committees) == 1:
        return committees[0]
    districts = [node for node in nodes if node.level is AreaLevel.DISTRICT]
    return districts[0] if len(districts) == 1 else next(iter(nodes), None)


def _committee(node: AreaNode) -> str | None:
    if node.level is AreaLevel.COMMITTEE:
        return node.code
    return node.parent if node.level in (AreaLevel.GRID, AreaLevel.COMPOUND) else None


def register(app: Dash, services: Services) -> None:
    """Bind the left side and the breadcrumb to what is chosen and to the feed's tick.

    `ids.PLACE` is the selection again, told once the building's panel stands: who clicks a building waits
    for the panel and not for the tree.
    """

    @app.callback(
        Output(ids.SCOPE, "children"),
        Output(ids.TREE, "children"),
        Output(ids.BREADCRUMB, "children"),
        Input(ids.PLACE, "data"),
        Input(ids.TICK, "data"),
    )
    async def on_place(data: Any, _tick: Any) -> Any:
        return await in_thread(
            show_areas, read_selection(data), required_principal(), current_language(), services
        )
