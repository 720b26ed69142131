"""The map itself: dash-leaflet for everything but the buildings, which our own layer draws."""

from typing import Final

import dash_leaflet as dl
from dash.development.base_component import Component

from dashapp import ids
from dashapp.page_context import PageContext
from dashapp.text.words import Words

SCRIPTS: Final = "dashExtensions.shiyou"
CENTRE: Final = (31.175, 121.485)
# Below z14 areas only; compounds get their colour at z14 and z15; from z14 buildings.
LOWEST_ZOOM, HIGHEST_ZOOM = 10, 20


def coverage_map(context: PageContext, w: Words) -> Component:
    """Return the map with its layers, bottom up: compounds, ground, buildings, committees, districts."""
    return dl.Map(
        [
            *_areas(context),
            dl.Pane(
                dl.LayerGroup(
                    id=ids.BUILDINGS, eventHandlers={"add": {"variable": f"{SCRIPTS}.attach"}}
                ),
                name="buildings",
                style={"zIndex": 350},
            ),
            dl.ScaleControl(imperial=False, position="bottomleft"),
            dl.AttributionControl(prefix=_attribution(context, w), position="bottomright"),
        ],
        id=ids.MAP,
        center=CENTRE,
        zoom=14,
        minZoom=LOWEST_ZOOM,
        maxZoom=HIGHEST_ZOOM,
        zoomControl=False,
        attributionControl=False,
        preferCanvas=True,
        trackViewport=False,
        fadeAnimation=False,
        zoomSnap=1,
        style={"height": "100%"},
    )


def _areas(context: PageContext) -> list[Component]:
    """Return the area layers, still empty: the glue script gives each its address after the buildings.

    Drawn beside them they would hold up the first paint by a tenth of a second.
    """
    order = (("compounds", 300), ("ground", 310), ("committees", 360), ("districts", 370))
    return [
        dl.Pane(
            dl.GeoJSON(
                id=ids.LAYERS[kind],
                format="geojson",
                style={"variable": f"{SCRIPTS}.style_{kind}"},
                pointToLayer={"variable": f"{SCRIPTS}.point"},
                interactive=False,
                eventHandlers={
                    event: {"variable": f"{SCRIPTS}.added_{kind}"} for event in ("add", "layeradd")
                },
            ),
            name=kind,
            style={"zIndex": z, "pointerEvents": "none"},
        )
        for kind, z in order
        if kind in context.layers
    ]


def _attribution(context: PageContext, w: Words) -> str:
    parts = [w("Internal use")]
    if context.illustrative:
        parts.append(w("Illustrative areas"))
    if context.attribution:
        parts.append(context.attribution)
    return " · ".join([*parts, "CGCS2000"])
