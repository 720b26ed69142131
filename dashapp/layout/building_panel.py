"""The building panel: head line and three tabs, the way people ask about a building."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.layout.flat import flat
from dashapp.layout.household_list import door_grid, door_list, matrix, status_counts, view_switch
from dashapp.layout.marks import overdue_pill, status_word, swatch
from dashapp.text.formats import count, day_in_year, percent
from dashapp.text.palette import COVERAGE
from dashapp.text.words import Words
from data.queries.buildings import BuildingHead, DoorRow
from data.rules.coverage import CoverageStatus
from data.rules.deadlines import SHANGHAI


def nothing_chosen(w: Words) -> Component:
    """Say what the panel is for while no building is chosen."""
    return flat(
        html.Div(
            [
                html.H2(w("No building chosen")),
                html.P(w("Click a building on the map, or search an address.")),
            ],
            className="empty",
        )
    )


def no_such_building(w: Words, scope: str) -> Component:
    """Say the same of what does not exist and of what lies outside the area."""
    return flat(
        html.Div(
            [
                html.H2(w("No such building within your area")),
                html.P(w("You see {scope}.", scope=scope)),
                html.Button(w("Close"), type="button", className="plain", **{"data-act": "close"}),
            ],
            className="empty",
            **{"data-code": "none"},
        )
    )


def building_panel(
    head: BuildingHead, tab: str, rounds: int, body: Component, today: date, w: Words
) -> Component:
    """Return the whole panel with one tab open."""
    return html.Div(
        [
            flat(
                html.Div(
                    [_head(head, today, w), _tabs(head, tab, rounds, w)], className="panel-top"
                )
            ),
            html.Div(body, className=f"tab-body {tab}", role="tabpanel"),
        ],
        className="building",
        **{"data-code": head.code, "data-tab-open": tab},
    )


def _head(head: BuildingHead, today: date, w: Words) -> Component:
    return html.Header(
        [
            html.Div(
                [
                    html.Button(
                        "‹",
                        type="button",
                        className="back",
                        **{"data-act": "close", "aria-label": w("Back")},
                    ),
                    html.H2(head.name),
                    swatch(COVERAGE[head.status]),
                    html.Span(status_word(head.status, w)),
                    _late(head, w),
                    html.Span(className="space"),
                    html.Button(
                        w("Copy link"), type="button", className="plain", **{"data-act": "link"}
                    ),
                    html.Button(
                        "×",
                        type="button",
                        className="plain",
                        **{"data-act": "close", "aria-label": w("Close")},
                    ),
                ],
                className="title",
            ),
            html.Div(_facts(head, today, w), className="facts"),
        ]
    )


def _late(head: BuildingHead, w: Words) -> Component | None:
    pill = overdue_pill(head.overdue, w)
    if pill is None:
        return None
    return html.Button(pill, type="button", className="bare", **{"data-tab": "tasks"})


def _facts(head: BuildingHead, today: date, w: Words) -> list[Component]:
    facts = [
        (w("Coverage"), percent(head.coverage), f"n={count(head.coverage.denominator)}"),
        (w("Floors"), str(head.floors) if head.floors else "—", ""),
        (w("Entrances"), str(head.entrances), ""),
        (w("On register"), w("{n} persons", n=count(head.persons)), ""),
        (w("Last visit"), _last_visit(head, today, w), ""),
    ]
    return [html.Span([name, " ", html.B(value), html.Small(note)]) for name, value, note in facts]


def _last_visit(head: BuildingHead, today: date, w: Words) -> str:
    if head.last_visit is None or head.last_window is None:
        return "—"
    day = day_in_year(head.last_visit.astimezone(SHANGHAI).date(), today, w)
    return f"{day} {w(f'window {head.last_window.value}')}"


def _tabs(head: BuildingHead, tab: str, rounds: int, w: Words) -> Component:
    late = overdue_pill(head.overdue, w)
    titles: tuple[tuple[str, str, list[Any]], ...] = (
        ("households", "tab-households", [w("Dwellings"), html.Small(count(head.listed))]),
        ("tasks", "tab-tasks", [w("Open tasks"), html.Small(count(head.open_tasks)), late]),
        ("history", "tab-grid-history", [w("Grid's checks"), html.Small(count(rounds))]),
    )
    return html.Div(
        [
            html.Button(
                children,
                type="button",
                role="tab",
                className="tab here" if name == tab else "tab",
                **{
                    "data-tab": name,
                    "data-testid": testid,
                    "aria-selected": str(name == tab).lower(),
                },
            )
            for name, testid, children in titles
        ],
        className="tabs",
        role="tablist",
    )


def households_tab(
    head: BuildingHead, doors: Sequence[DoorRow], view: str, today: date, w: Words
) -> Component:
    """Return the counts and the chosen view; or what to do when no dwelling is known."""
    if head.status is CoverageStatus.UNLISTED:
        return flat(
            html.Div(
                [
                    html.H3(w("status unlisted")),
                    html.P(w("No dwelling of this building is known yet.")),
                ],
                className="empty",
            )
        )
    counts = Counter(door.status for door in doors)
    return html.Div(
        [
            html.Div(
                [view_switch(view, w), flat(_open_doors(doors, w))],
                className="tools",
            ),
            flat(status_counts(counts, w)),
            *_view(doors, view, today, w),
        ],
        className="households-view",
        **{"data-view": view},
    )


def _view(doors: Sequence[DoorRow], view: str, today: date, w: Words) -> list[Component]:
    """Return matrix and list together, the matrix alone, or the list as a grid that sorts and filters."""
    if view == "list":
        return [html.Div(door_grid(doors, today, w), className="grid-slot")]
    return [matrix(doors, today, w), *([door_list(doors, today, w)] if view == "both" else [])]


def _open_doors(doors: Sequence[DoorRow], w: Words) -> Component:
    still_open = sum(1 for door in doors if not door.resolved and door.status.value != "excluded")
    return html.Span(w("{n} doors still open", n=still_open), className="still-open")
