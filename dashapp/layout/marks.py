"""Small signs used everywhere: swatches, overdue pills, district lines, links to places."""

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashapp.text.palette import Shade
from dashapp.text.words import Words
from data.rules.coverage import CoverageStatus


def swatch(shade: Shade) -> Component:
    """Return the little square of a class, outlined like the shape on the map."""
    hatch = f" hatch-{shade.hatch}" if shade.hatch else ""
    return html.Span(
        className=f"swatch{hatch}", style={"backgroundColor": shade.fill or "transparent"}
    )


def overdue_pill(count: int, w: Words) -> Component | None:
    """Return the red pill of overdue tasks; nothing when there are none."""
    if not count:
        return None
    return html.Span(w("Late {n}", n=count), className="pill late")


def link_to(target: str, children: Any, class_name: str = "", **more: Any) -> Component:
    """Return a button that goes to a place: `area:CODE` or `building:CODE`."""
    return html.Button(
        children, className=f"go {class_name}".strip(), type="button", **{"data-go": target, **more}
    )


def status_word(status: CoverageStatus, w: Words) -> str:
    """Return the name of a class."""
    return w(f"status {status.value}")
