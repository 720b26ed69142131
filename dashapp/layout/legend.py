"""The legend: every class with its count, each row a filter."""

from dash import html
from dash.development.base_component import Component

from dashapp.layout.flat import flat
from dashapp.layout.marks import swatch
from dashapp.text.palette import COVERAGE
from dashapp.text.words import Words
from data.rules.coverage import CoverageStatus
from data.rules.map_bytes import FILL, MapFlag

MARKS = (
    (MapFlag.OVERDUE, "overdue", "Overdue tasks"),
    (MapFlag.CONFLICT, "conflict", "To correct"),
    (MapFlag.PROBLEM_PLACE, "problem_place", "Problem place"),
    (MapFlag.KEY_AREA, "key_area", "Key area"),
    (MapFlag.STALE, "stale", "Not confirmed for a year"),
)


def legend(w: Words) -> Component:
    """Return the legend; its counts are filled in by the map's script from the status bytes."""
    return flat(
        html.Details(
            [
                html.Summary(
                    [
                        html.B(w("Coverage status")),
                        html.Span(className="total", **{"data-total": ""}),
                    ]
                ),
                html.Div(
                    [_class_row(status, w) for status in COVERAGE],
                    role="group",
                    **{"aria-label": w("Coverage status")},
                ),
                html.Div(
                    [_mark_row(flag, code, word, w) for flag, code, word in MARKS],
                    className="marks",
                    role="group",
                    **{"aria-label": w("Marks")},
                ),
                html.P(className="hits", **{"aria-live": "polite"}),
            ],
            className="legend",
            open=True,
            **{"data-testid": "legend"},
        )
    )


def _class_row(status: CoverageStatus, w: Words) -> Component:
    return html.Button(
        [
            swatch(COVERAGE[status]),
            html.Span(w(f"status {status.value}"), className="word"),
            html.Span("", className="count"),
        ],
        type="button",
        # Freshly imported footprints alone are unlisted: the row shows when there are any.
        hidden=status is CoverageStatus.UNLISTED,
        **{"data-filter": status.value, "data-fill": str(FILL[status]), "aria-pressed": "false"},
    )


def _mark_row(flag: MapFlag, code: str, word: str, w: Words) -> Component:
    return html.Button(
        [
            html.Span(className=f"badge {code}", **{"aria-hidden": "true"}),
            html.Span(w(word), className="word"),
            html.Span("", className="count"),
        ],
        type="button",
        **{"data-filter": code, "data-flag": str(int(flag)), "aria-pressed": "false"},
    )
