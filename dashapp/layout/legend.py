"""The legend: every class with its count, each row a filter."""

from dash import html
from dash.development.base_component import Component

from dashapp.layout.flat import flat
from dashapp.layout.marks import swatch
from dashapp.text.formats import count
from dashapp.text.palette import COVERAGE, SIZE, SIZE_BYTE
from dashapp.text.words import Words
from data.rules.coverage import CoverageStatus
from data.rules.grids import SEVERE_FROM, SizeStatus
from data.rules.map_bytes import FILL, MapFlag
from geo.feasibility import GRID_BAND

MARKS = (
    (MapFlag.OVERDUE, "overdue", "Overdue tasks"),
    (MapFlag.CONFLICT, "conflict", "To correct"),
    (MapFlag.PROBLEM_PLACE, "problem_place", "Problem place"),
    (MapFlag.KEY_AREA, "key_area", "Key area"),
    (MapFlag.STALE, "stale", "Not confirmed for a year"),
)
# Households of each class (domain 5.3).
BAND_OF = {
    SizeStatus.UNDERSIZE: f"< {count(GRID_BAND.lower)}",
    SizeStatus.IN_BAND: f"{count(GRID_BAND.lower)}–{count(GRID_BAND.upper)}",
    SizeStatus.OVERSIZE: f"> {count(GRID_BAND.upper)}",
    SizeStatus.SEVERELY_OVERSIZE: f"> {count(SEVERE_FROM)}",
}


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


def size_legend(w: Words) -> Component:
    """Return the legend of the map coloured by the size of grids, with the band beside each class."""
    return flat(
        html.Details(
            [
                html.Summary(
                    [html.B(w("Size of grid")), html.Span(className="total", **{"data-total": ""})]
                ),
                html.Div([_size_row(size, w) for size in SIZE]),
            ],
            className="legend by-size",
            open=True,
            **{"data-testid": "size-legend"},
        )
    )


def _size_row(size: SizeStatus, w: Words) -> Component:
    return html.Div(
        [
            swatch(SIZE[size]),
            html.Span(w(f"size {size.value}"), className="word"),
            html.Small(BAND_OF[size]),
            html.Span("", className="count"),
        ],
        className="line",
        **{"data-size": str(SIZE_BYTE[size])},
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
