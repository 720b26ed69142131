"""The list beside the map of grid sizes: who serves too many households, and what is planned about it."""

from collections.abc import Sequence
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from dashapp.layout.flat import flat
from dashapp.layout.marks import link_to, swatch
from dashapp.text.formats import count
from dashapp.text.palette import SIZE
from dashapp.text.words import Words
from data.queries.grid_sizes import SizeRow
from data.rules.areas import AreaLevel
from data.rules.grids import SizeStatus
from geo.feasibility import GRID_BAND

# Of compounds only those are told that one person cannot serve: a small one shares a grid with others.
TOLD_OF_COMPOUNDS = (SizeStatus.OVERSIZE, SizeStatus.SEVERELY_OVERSIZE)
BAR_FULL = 2 * GRID_BAND.upper
"""Households at which a row's bar is full."""


def grid_sizes_list(rows: Sequence[SizeRow], w: Words) -> Component:
    """Return the oversize compounds and all grids, worst class first, each a way into its cut."""
    compounds = [
        row for row in rows if row.level is AreaLevel.COMPOUND and row.size in TOLD_OF_COMPOUNDS
    ]
    grids = [row for row in rows if row.level is AreaLevel.GRID]
    return flat(
        html.Div(
            [
                html.Header(
                    [
                        html.B(w("Size of grid")),
                        html.Span(
                            w(
                                "{lower}–{upper} households a grid",
                                lower=count(GRID_BAND.lower),
                                upper=count(GRID_BAND.upper),
                            ),
                            className="quiet",
                        ),
                    ]
                ),
                *_section(w("Oversize compounds"), compounds, w),
                *_section(w("Grids"), grids, w),
            ],
            className="sizes",
        )
    )


def _section(title: str, rows: Sequence[SizeRow], w: Words) -> list[Component]:
    if not rows:
        return [html.H3([title, html.Small("0")]), html.P(w("None in your area"))]
    parts: list[Component] = [html.H3([title, html.Small(count(len(rows)))])]
    for size, group in groupby(rows, key=lambda row: row.size):
        members = list(group)
        head = [swatch(SIZE[size]), html.Span(w(f"size {size.value}")), html.Small(len(members))]
        parts.append(html.H4(head))
        parts.extend(_row(row, w) for row in members)
    return parts


def _row(row: SizeRow, w: Words) -> Component:
    name = row.name if row.level is AreaLevel.COMPOUND else w("grid {name}", name=row.name)
    told = w("{buildings} buildings, {persons} persons, {tasks} open tasks",
             buildings=count(row.buildings), persons=count(row.persons),
             tasks=count(row.open_tasks))  # fmt: skip
    return link_to(
        f"area:{row.code}",
        [
            html.Span([html.B(name), html.Small(row.committee_name)], className="name"),
            _bar(row.households),
            html.B(count(row.households), className="num"),
            html.Span(w(f"plan {row.plan.value}") if row.plan else "", className="plan"),
        ],
        "size-row",
        title=f"{row.committee_name} {name}: {told}",
    )


def _bar(households: int) -> Component:
    """Return the households against the band: where they stand, the band as a tint."""
    share = min(1.0, households / BAR_FULL)
    lower, upper = GRID_BAND.lower / BAR_FULL, GRID_BAND.upper / BAR_FULL
    return html.Span(
        [
            html.Span(
                className="band",
                style={"left": f"{lower:.1%}", "width": f"{upper - lower:.1%}"},
            ),
            html.Span(className="at", style={"left": f"calc({share:.1%} - 1px)"}),
        ],
        className="size-bar",
    )
