"""The verification history of a building's grid: chart, sums, rounds."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from dash import html
from dash.development.base_component import Component

from dashapp.layout.flat import flat
from dashapp.text.formats import count, day_in_year, interval, percent, percent_bare
from dashapp.text.words import Words
from data.queries.areas import AreaNode
from data.queries.buildings import GridOf
from data.queries.verification import GridHistory, RoundRow
from data.rules.rates import Checked, Rate, total

HALF_YEAR = timedelta(days=183)


def history_tab(
    history: GridHistory | None,
    grid: AreaNode | None,
    grids: Sequence[GridOf],
    period: str,
    today: date,
    w: Words,
) -> Component:
    """Return one grid's rounds in a period, with a switch when the building has several grids."""
    if history is None:
        return flat(html.Div([html.H3(w("This building is in no grid yet."))], className="empty"))
    rounds = in_period(history.rounds, period, today)
    sums = total(row.checked for row in rounds)
    return flat(html.Div(
        [
            html.Div([*_switch(history, grid, grids, w), html.Span(className="space"), _periods(period, w)],
                     className="tools"),
            html.Div(
                [
                    html.B(w("Accuracy by month")),
                    html.Small(w("bars: 95% interval; hollow: month not locked")),
                ],
                className="chart-title",
            ),
            _chart(rounds, w),
            _sums(sums, grid, w),
            _table(rounds, sums, today, w),
            html.P(w("Marked: rounds that checked this building"), className="quiet"),
        ]
    ))  # fmt: skip


def in_period(rounds: Sequence[RoundRow], period: str, today: date) -> list[RoundRow]:
    """Return the rounds of the last half year, of this year, or all."""
    first = {"half": today - HALF_YEAR, "year": date(today.year, 1, 1)}.get(period, date.min)
    return [row for row in rounds if row.held_on >= first]


def _switch(
    history: GridHistory, grid: AreaNode | None, grids: Sequence[GridOf], w: Words
) -> list[Component]:
    if len(grids) < 2:
        size = html.Small(w("{n} hh", n=count(grid.households)) if grid else "")
        return [html.B(w("grid {name}", name=history.name)), size]
    return [
        html.Button(
            _grid_name(each, w),
            type="button",
            className="chip here" if each.code == history.code else "chip",
            **{"data-grid": each.code},
        )
        for each in grids
    ]


def _grid_name(grid: GridOf, w: Words) -> str:
    if grid.until is None:
        return w("grid {name}", name=grid.name)
    return w("grid {name} until {day}", name=grid.name, day=grid.until.isoformat())


def _periods(period: str, w: Words) -> Component:
    names = (("half", "Half a year"), ("year", "This year"), ("all", "All"))
    return html.Div(
        [
            html.Button(
                w(word),
                type="button",
                className="chip here" if code == period else "chip",
                **{"data-period": code, "aria-pressed": str(code == period).lower()},
            )
            for code, word in names
        ],
        className="chips",
        role="group",
    )


def _chart(rounds: Sequence[RoundRow], w: Words) -> Component:
    """Return the data of the chart; assets/chart.js draws it as the table's twin."""
    months: dict[str, list[RoundRow]] = defaultdict(list)
    for row in rounds:
        months[row.month].append(row)
    points = []
    for month, rows in sorted(months.items()):
        rate = total(row.checked for row in rows).accuracy
        if rate.share is not None and rate.interval is not None:
            label = w("month {n}", n=int(month[5:]))
            points.append(
                [
                    label,
                    rate.share,
                    rate.interval.low,
                    rate.interval.high,
                    rows[0].locked,
                    rate.denominator,
                ]
            )
    return html.Div(
        className="chart",
        role="img",
        **{
            "data-points": json.dumps(points, ensure_ascii=False),
            "aria-label": w("Accuracy by month"),
        },
    )


def _sums(sums: Checked, grid: AreaNode | None, w: Words) -> Component:
    """Return the four sums; a grid that has ended holds no doors to check this year."""
    yearly = Rate(grid.tally.verified, grid.tally.n) if grid else Rate(0, 0)
    cells = (
        (w("Accuracy"), percent(sums.accuracy), f"{interval(sums.accuracy.interval)} n={count(sums.n)}"),
        (w("Unregistered"), w("{n} persons", n=count(sums.unregistered)),
         f"{w('completeness')} {percent(sums.completeness)}"),
        (w("Unremoved"), w("{n} persons", n=count(sums.unremoved)),
         f"{w('soundness')} {percent(sums.soundness)}"),
        (w("Checked this year"), percent(yearly), w("n = {n} doors", n=count(yearly.denominator))),
    )  # fmt: skip
    return html.Div(
        [
            html.Div([html.Span(name), html.B(value), html.Small(note)])
            for name, value, note in cells
        ],
        className="sums",
    )


def _table(rounds: Sequence[RoundRow], sums: Checked, today: date, w: Words) -> Component:
    heads = ("Date", "Kind", "Verifier", "Col checked", "Col unregistered", "Col unremoved", "Col correct",
             "Col accuracy")  # fmt: skip
    return html.Table(
        [
            html.Thead(html.Tr([html.Th(w(head)) for head in heads])),
            html.Tbody([_row(row, today, w) for row in rounds]),
            html.Tfoot(_sum_row(rounds, sums, w)),
        ],
        className="round-list",
    )


def _row(row: RoundRow, today: date, w: Words) -> Component:
    rate = row.checked.accuracy
    kind = f"{w(f'round {row.kind.value}')} · {w(f'window {row.window.value}')}"
    return html.Tr(
        [
            html.Td(day_in_year(row.held_on, today, w)),
            html.Td(kind),
            html.Td(row.verifier or "—"),
            html.Td(count(row.checked.n), className="num"),
            html.Td(count(row.checked.unregistered), className="num"),
            html.Td(count(row.checked.unremoved), className="num"),
            html.Td(count(row.checked.correct), className="num"),
            html.Td(html.B(percent_bare(rate)), className="num", title=interval(rate.interval)),
        ],
        className="of-building" if row.of_building else "",
    )


def _sum_row(rounds: Sequence[RoundRow], sums: Checked, w: Words) -> Component:
    numbers = (sums.n, sums.unregistered, sums.unremoved, sums.correct)
    return html.Tr(
        [
            html.Td(w("Total")),
            html.Td(w("{n} rounds", n=len(rounds)), colSpan=2),
            *(html.Td(count(number), className="num") for number in numbers),
            html.Td(percent_bare(sums.accuracy), className="num"),
        ]
    )
