"""What a search found, each line a way to go there."""

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashapp.layout.flat import flat
from dashapp.layout.marks import link_to
from dashapp.text.words import Words
from data.queries.search import Place
from data.rules.areas import AreaLevel


def search_results(places: Sequence[Place], asked: str, w: Words) -> Component | None:
    """Return the places found; say so when there is none, and nothing while nothing is asked."""
    if not asked.strip():
        return None
    if not places:
        return flat(html.Div(html.P(w("Nothing of that name within your area"))))
    return flat(
        html.Div(
            [
                link_to(
                    f"{'building' if place.level is AreaLevel.BUILDING else 'area'}:{place.code}",
                    [
                        html.Span(place.name),
                        html.Small(place.within or w(f"level {place.level.value}")),
                    ],
                    "result",
                    role="option",
                    **{"data-fit": "1"},
                )
                for place in places
            ]
        )
    )
