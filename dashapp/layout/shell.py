"""The page: top bar, context bar, areas on the left, the map, the building on the right."""

import json
from typing import Any

import dash_mantine_components as dmc
from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.layout.building_panel import nothing_chosen
from dashapp.layout.coverage_map import coverage_map
from dashapp.layout.flat import flat
from dashapp.layout.legend import legend, size_legend
from dashapp.page_context import PageContext
from dashapp.text.js_words import JS_WORDS
from dashapp.text.palette import map_palette, size_palette
from dashapp.text.words import Words, words_for
from data.principal import Principal

# ux: Mantine at its densest, one blue for "you can act" and "you are here".
THEME: Any = {
    "primaryColor": "blue",
    "primaryShade": 8,
    "defaultRadius": "sm",
    "fontFamily": "inherit",
}


def page(principal: Principal | None, language: str, context: PageContext) -> Component:
    """Return the whole page; without a principal (at start) the same ids with nothing in them."""
    w = words_for(language)
    return dmc.MantineProvider(
        html.Div(
            [
                _top_bar(principal, w, context),
                _context_bar(w, context),
                _left(w),
                _map(w, context),
                _panel(w),
                html.Div(id=ids.MODULE, className="workspace"),
                _splitter("left", w),
                _splitter("right", w),
                _phone_bar(w),
                _shortcuts(w),
                *_stores(w, context),
            ],
            className="shell",
            lang=w.tag,
        ),
        theme=THEME,
        forceColorScheme="light",
    )


def _map(w: Words, context: PageContext) -> Component:
    return html.Main(
        [
            coverage_map(context, w),
            legend(w),
            size_legend(w),
            _map_tools(w),
            _print_title(w, context),
        ],
        className="map",
        **{"data-testid": "map"},
    )


def _panel(w: Words) -> Component:
    """Return the right side: a building's panel, or what the module in use lists there."""
    return html.Aside(
        [
            html.Div(nothing_chosen(w), id=ids.PANEL),
            html.Div(id=ids.SIZES),
            html.Div(id=ids.ROOM_DETAIL, className="room-detail", **{"aria-live": "polite"}),
        ],
        className="panel",
        **{"data-testid": "building-panel", "aria-label": w("Building")},
    )


def _top_bar(principal: Principal | None, w: Words, context: PageContext) -> Component:
    return html.Header(
        [
            html.Span(className="mark", **{"aria-hidden": "true"}),
            html.B(w("Shiyou")),
            html.Span(context.subdistrict, className="subdistrict", title=context.subdistrict),
            flat(_modules(w)),
            _search(w),
            _language(w),
            _account(w, principal),
        ],
        className="topbar",
    )


def _modules(w: Words) -> Component:
    modules = (("map", "/", "Map"), ("grids", "/?mode=grids", "Grids"))
    return html.Nav(
        [
            html.A(
                w(word),
                href=address,
                # The map's script marks another one when the address names it.
                className="module here" if name == "map" else "module",
                **{"data-module": name},
            )
            for name, address, word in modules
        ],
        **{"aria-label": w("Modules")},
    )


def _search(w: Words) -> Component:
    return html.Div(
        [
            html.Label(
                w("Search address, compound, committee"), htmlFor=ids.SEARCH, className="unseen"
            ),
            dcc.Input(
                id=ids.SEARCH,
                type="search",
                placeholder=w("Search address, compound, committee"),
                debounce=0.2,
                maxLength=60,
                autoComplete="off",
            ),
            html.Kbd("/"),
            html.Div(id=ids.SEARCH_RESULTS, className="results", role="listbox"),
        ],
        className="search",
        role="search",
    )


def _language(w: Words) -> Component:
    other = "en" if w.language == "zh" else "zh"
    return html.Button(
        w("other language"),
        type="button",
        className="plain language",
        lang="en" if other == "en" else "zh-CN",
        **{"data-testid": "language", "data-act": "language", "data-language": other},
    )


def _account(w: Words, principal: Principal | None) -> Component:
    name = principal.display_name if principal else ""
    roles = (
        " · ".join(w(f"role {role.value}") for role in sorted(principal.roles)) if principal else ""
    )
    return flat(
        html.Details(
            [
                html.Summary(
                    [html.Span(name[:1], className="avatar"), html.Span(name), html.Small(roles)],
                    title=f"{name} {roles}",
                ),
                html.Button(
                    w("Sign out"), type="button", className="plain", **{"data-act": "sign-out"}
                ),
            ],
            className="account",
        )
    )


def _context_bar(w: Words, context: PageContext) -> Component:
    return html.Div(
        [
            html.Button(
                w("Areas"), type="button", className="plain drawer", **{"data-act": "areas"}
            ),
            html.Nav(id=ids.BREADCRUMB, className="crumbs", **{"data-testid": "breadcrumb"}),
            html.Span(
                w("Connecting"),
                className="feed-state",
                **{"data-testid": "feed-state", "data-state": "connecting", "aria-live": "polite"},
            ),
            html.Span(_day(w, context), className="day"),
            html.Button(w("Print"), type="button", className="plain", **{"data-act": "print"}),
        ],
        className="contextbar",
    )


def _day(w: Words, context: PageContext) -> list[Component | str]:
    if context.day is None:
        return []
    day: list[Component | str] = [html.Span(context.day.isoformat())]
    if context.frozen:
        day.insert(0, html.Span(w("Invented data, day stands still"), className="demo-note"))
    return day


def _left(w: Words) -> Component:
    return html.Div(
        [
            html.Section(
                id=ids.SCOPE, className="scope", **{"aria-label": w("Figures of the area")}
            ),
            flat(
                html.Div(
                    [
                        html.Span(w("Area")),
                        html.Span(w("Coverage")),
                        html.Span("%"),
                        html.Span(w("Late")),
                    ],
                    className="tree-head",
                )
            ),
            html.Div(
                id=ids.TREE,
                className="tree",
                role="tree",
                **{"data-testid": "area-tree", "aria-label": w("Areas")},
            ),
        ],
        className="left",
    )


def _map_tools(w: Words) -> Component:
    tools = (
        ("zoom-in", "+", "Zoom in"),
        ("zoom-out", "−", "Zoom out"),
        ("home", "⌂", "Whole area"),
        ("alone", "□", "Map alone"),
    )
    return flat(
        html.Div(
            [
                html.Button(
                    sign, type="button", title=w(word), **{"data-act": act, "aria-label": w(word)}
                )
                for act, sign, word in tools
            ],
            className="map-tools",
        )
    )


def _print_title(w: Words, context: PageContext) -> Component:
    day = context.day.isoformat() if context.day else ""
    return flat(
        html.Div(
            [
                html.H1(f"{context.subdistrict} {w('Coverage status')}"),
                html.P(f"{w('As of')} {day} · {w('Internal use')}"),
                html.Div("N", className="north", **{"aria-hidden": "true"}),
            ],
            className="print-title",
        )
    )


def _splitter(side: str, w: Words) -> Component:
    """Return the edge between map and panel, to be dragged or moved by arrow keys."""
    return html.Div(
        className="splitter",
        role="separator",
        tabIndex=0,
        **{"data-split": side, "aria-orientation": "vertical", "aria-label": w("Width")},
    )


def _phone_bar(w: Words) -> Component:
    return flat(
        html.Div(
            html.Button(w("Show map"), type="button", **{"data-act": "show-map"}),
            className="phone-bar",
        )
    )


def _shortcuts(w: Words) -> Component:
    keys = (
        ("/", "Search"),
        ("← → ↑ ↓ + −", "Move the map"),
        ("Enter", "Building under the cross"),
        ("n p", "Next or previous overdue building"),
        ("1–7 0", "Filter a status, all"),
        ("[ ]", "Fold left or right"),
        ("t", "Next tab"),
        ("Esc", "Close"),
        ("Ctrl P", "Print view"),
    )
    rows = [html.Tr([html.Td(html.Kbd(key)), html.Td(w(word))]) for key, word in keys]
    return flat(
        html.Div(
            [html.H2(w("Keyboard")), html.Table(html.Tbody(rows))],
            className="shortcuts",
            hidden=True,
            role="dialog",
            **{"aria-label": w("Keyboard")},
        )
    )


def _stores(w: Words, context: PageContext) -> list[Component]:
    words = {msgid: w(msgid) for msgid in JS_WORDS}
    told = {
        "words": words,
        "palette": map_palette(),
        "sizes": size_palette(),
        "bounds": context.bounds,
        "layers": {
            id_: context.layers[kind] for kind, id_ in ids.LAYERS.items() if kind in context.layers
        },
        "worker": context.feed_worker,
        "grid": context.grid_script,
        "language": w.language,
    }
    return [
        dcc.Store(id=ids.SELECTION),
        dcc.Store(id=ids.PLACE),
        dcc.Store(id=ids.MODULE_PLACE),
        dcc.Store(id=ids.SIZES_DUE),
        dcc.Store(id=ids.TICK),
        dcc.Store(id=ids.TOUCHED),
        dcc.Store(id=ids.ROOM),
        dcc.Store(id=ids.VIEW_CHOSEN),
        html.Div(id="told", hidden=True, **{"data-told": json.dumps(told, ensure_ascii=False)}),
    ]
