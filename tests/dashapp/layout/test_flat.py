import json

import pytest
from dash import dcc, html

from dashapp.layout.flat import flat


def inside(component):
    return json.loads(component.to_plotly_json()["props"]["data-flat"])


def test_what_is_inside_becomes_data_and_the_outer_element_stays():
    panel = flat(html.Section([html.B("601"), " 室"], className="room", **{"data-code": "A"}))
    props = panel.to_plotly_json()["props"]
    assert (props["className"], props["data-code"]) == ("room", "A")
    assert props["children"] is None
    assert inside(panel) == [["b", {}, ["601"]], " 室"]


def test_attributes_get_the_names_that_html_has_for_them():
    cell = html.Td(
        "合计", className="num", colSpan=2, hidden=True, tabIndex=0, **{"aria-label": "n"}
    )
    assert inside(flat(html.Tr(cell))) == [
        [
            "td",
            {"class": "num", "colspan": "2", "hidden": "", "tabindex": "0", "aria-label": "n"},
            ["合计"],
        ]
    ]


def test_what_is_off_or_missing_leaves_no_attribute_and_no_child():
    row = html.Tr([None, html.Td(3, hidden=False, title=None)])
    assert inside(flat(row)) == [["td", {}, ["3"]]]


def test_a_style_stays_a_mapping():
    swatch = html.Span(style={"backgroundColor": "#A50026"})
    assert inside(flat(html.Div(swatch))) == [
        ["span", {"style": {"backgroundColor": "#A50026"}}, []]
    ]


@pytest.mark.parametrize("needed", [html.B("601", id="room"), dcc.Store(id="s")])
def test_what_a_callback_or_another_library_needs_cannot_be_flat(needed):
    with pytest.raises(ValueError, match="cannot be flat"):
        flat(html.Div(needed))
