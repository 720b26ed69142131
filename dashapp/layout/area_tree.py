"""The left side: what is chosen with its two rates, and the tree of areas."""

import json
from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.layout.flat import flat
from dashapp.layout.marks import link_to
from dashapp.text.formats import count, interval, percent, percent_bare
from dashapp.text.palette import COVERAGE
from dashapp.text.words import Words
from data.queries.areas import Accuracy, AreaNode, Crumb
from data.rules.areas import AreaLevel


def scope_figures(node: AreaNode | None, accuracy: Accuracy | None, w: Words) -> Component:
    """Return the chosen area's name and its two headline rates, each with its n."""
    if node is None or accuracy is None:
        return flat(
            html.Div(html.P(w("Nothing within your area. Ask the population office for an area.")))
        )
    month = int(accuracy.month[5:])
    when = w("month {n}, provisional", n=month) if accuracy.provisional else w("month {n}", n=month)
    rate = accuracy.checked.accuracy
    return flat(
        html.Div(
            [
                html.Div(
                    [html.B(area_name(node, w)), html.Span(w("whole area"))],
                    className="scope-title",
                ),
                html.Div(
                    [
                        _figure(
                            w("Coverage"),
                            "",
                            percent(node.coverage),
                            w("n = {n} doors", n=count(node.tally.n)),
                        ),
                        _figure(
                            w("Accuracy"),
                            when,
                            percent(rate),
                            [
                                interval(rate.interval),
                                " ",
                                html.Span(w("n = {n} persons", n=count(rate.denominator))),
                            ],
                        ),
                    ],
                    className="rates",
                ),
            ]
        )
    )


def _figure(name: str, note: str, value: str, below: Any) -> Component:
    return html.Div(
        [
            html.Div([html.Span(name), html.Small(note)]),
            html.Strong(value),
            html.Div(below, className="n"),
        ],
        className="rate",
    )


def area_tree_rows(
    nodes: Sequence[AreaNode], grids: Sequence[AreaNode], chosen: str | None, w: Words
) -> Component:
    """Return the tree's lines as one component, drawn by assets/lists.js.

    Grids stand under their committee when it is the chosen one.
    """
    if not nodes:
        return flat(html.P(w("Nothing within your area. Ask the population office for an area.")))
    rows = []
    for node in nodes:
        own = [grid for grid in grids if grid.parent == node.code]
        rows.append(_row(node, chosen, w, has_grids=bool(own)))
        rows += [_row(grid, chosen, w) for grid in own]
    return html.Div(role="presentation", **{"data-tree": json.dumps(rows, ensure_ascii=False)})


def _row(
    node: AreaNode, chosen: str | None, w: Words, *, has_grids: bool = False
) -> dict[str, Any]:
    name = area_name(node, w)
    return {
        "code": node.code,
        "level": node.level.value,
        "depth": _DEPTH[node.level],
        "name": name,
        "line": node.number if node.level is AreaLevel.DISTRICT else 0,
        "share": round(100 * (node.coverage.share or 0.0), 1),
        "fill": COVERAGE[node.status].fill or "transparent",
        "percent": percent_bare(node.coverage),
        "late": count(node.overdue),
        "alarm": node.overdue > ALARMING,
        "here": node.code == chosen,
        "open": has_grids or node.level in _ALWAYS_OPEN,
        "opens": node.level in _ALWAYS_OPEN or node.level is AreaLevel.COMMITTEE,
        "title": f"{name} {percent(node.coverage)} n = {count(node.tally.n)}",
    }


_ALWAYS_OPEN = (AreaLevel.SUBDISTRICT, AreaLevel.DISTRICT)
ALARMING = 9  # overdue tasks from which a line's pill is red
_DEPTH = {
    AreaLevel.SUBDISTRICT: 1,
    AreaLevel.DISTRICT: 2,
    AreaLevel.COMMITTEE: 3,
    AreaLevel.GRID: 4,
    AreaLevel.COMPOUND: 4,
}


def area_name(node: AreaNode | Crumb, w: Words) -> str:
    """Return what an area is called on screen."""
    if node.level is AreaLevel.GRID:
        return w("grid {name}", name=node.name)
    return node.name


def breadcrumb(crumbs: Sequence[Crumb], building: str | None, w: Words) -> Component:
    """Return the steps down to what is chosen; each but the last leads back."""
    steps = [
        link_to(
            f"area:{crumb.code}",
            [area_name(crumb, w), html.Small(_crumb_count(crumb, w))],
            "crumb",
        )
        for crumb in crumbs
    ]
    if building is not None:
        steps.append(html.Span(building, className="crumb here"))
    return flat(html.Div(steps))


def _crumb_count(crumb: Crumb, w: Words) -> str:
    if crumb.level in (AreaLevel.SUBDISTRICT, AreaLevel.DISTRICT):
        return count(crumb.count)
    return w("{n} hh", n=count(crumb.count))
