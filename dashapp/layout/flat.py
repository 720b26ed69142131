"""Plain elements as data: one Dash component instead of a hundred, drawn by assets/drawn.js.

Every component on a page is wrapped, stored and asked at each change of any other; what no callback
reads or writes needs none of that. A panel of 150 components takes a fifth of a second to show, the same
panel as data a few milliseconds.
"""

import json
from typing import Any, Final

from dash.development.base_component import Component

# Where HTML and React disagree about a name; what stands in neither list keeps its own.
ATTRIBUTE: Final = {
    "className": "class",
    "htmlFor": "for",
    "colSpan": "colspan",
    "tabIndex": "tabindex",
}
PLAIN: Final = "dash_html_components"


def flat(component: Component) -> Component:
    """Return the component with everything inside it as data; it must be made of `html` without ids.

    Raises ValueError for a component that a callback or another library needs to find.
    """
    inside = _children(component)
    data = json.dumps([_node(child) for child in inside], ensure_ascii=False, separators=(",", ":"))
    outer = {name: value for name, value in _props(component).items() if name != "children"}
    return type(component)(**{**outer, "data-flat": data})


def _node(given: Any) -> Any:
    if not isinstance(given, Component):
        return str(given)
    props = _props(given)
    if given._namespace != PLAIN or "id" in props:
        raise ValueError(f"{given._type} cannot be flat: it is no plain element, or has an id")
    attributes = {
        ATTRIBUTE.get(name, name): _value(value)
        for name, value in props.items()
        if name != "children" and value is not False and value is not None
    }
    return [given._type.lower(), attributes, [_node(child) for child in _children(given)]]


def _value(value: Any) -> Any:
    """Return an attribute as HTML writes it; a style stays a mapping of its camel-cased names."""
    if value is True:
        return ""
    return value if isinstance(value, dict) else str(value)


def _props(component: Component) -> dict[str, Any]:
    return dict(component.to_plotly_json()["props"])


def _children(component: Component) -> list[Any]:
    """Return what is inside, as a list without the gaps that conditions leave."""
    inside = getattr(component, "children", None)
    several = inside if isinstance(inside, list | tuple) else [inside]
    return [child for child in several if child is not None]
