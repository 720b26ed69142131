import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashapp.web.callback_bodies import body_check
from served import CALLBACK, callback

JSON = {"content-type": "application/json"}
ROW = {"type": "row", "index": "1605"}


def rows(*found, outputs=None) -> dict:
    return {
        "output": "rows.children",
        "outputs": outputs or {"id": "rows", "property": "children"},
        "inputs": [list(found)],
        "changedPropIds": [],
    }


def row(id_=None, property_="data", **more) -> dict:
    return {"id": ROW if id_ is None else id_, "property": property_, "value": 1, **more}


def pair(**changes) -> dict:
    outputs = [{"id": "a", "property": "children"}, {"id": "b", "property": "children"}]
    body = callback("pair.children", outputs=outputs)
    return {**body, "output": "..a.children...b.children..", **changes}


BAD = {
    "null": b"null",
    "a list": b"[]",
    "nothing": b"",
    "a string": b'"x"',
    "a number that is none": b"NaN",
    "no text": b"\xff\xfe{}",
    "100,000 lists deep": b'{"output":"out.children","inputs":'
    + b"[" * 100_000
    + b"]" * 100_000
    + b"}",
    "100,000 objects deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "an unknown output": callback("nowhere.children"),
    "no inputs": {"output": "out.children", "outputs": {"id": "out", "property": "children"}},
    "no output": {"inputs": []},
    "an undeclared input": callback(inputs=[{"id": "what", "property": "data", "value": 1}]),
    "an undeclared property": callback(inputs=[{"id": "go", "property": "zzz", "value": 1}]),
    "an input too many": callback(inputs=callback()["inputs"] * 2),
    "a missing state": callback(state=[]),
    "a forged state": callback(state=[{"id": "nop", "property": "scope", "value": "B"}]),
    "other outputs": callback(outputs={"id": "zz", "property": "children"}),
    "outputs null": callback(outputs=None),
    "outputs empty": callback(outputs=[]),
    "an id that is a list": callback(inputs=[{"id": [1], "property": "data", "value": 1}]),
    "an id that is an object": callback(inputs=[{"id": {"a": 1}, "property": "data", "value": 1}]),
    "an input beside its shape": callback(
        inputs=[{"id": "go", "property": "data", "value": 1, "scope": "B"}]
    ),
    "changes that are numbers": callback(changedPropIds=[1]),
    "changes null": callback(changedPropIds=None),
    "an output that is a list": callback() | {"output": ["out.children"]},
    "an output that is a number": callback() | {"output": 1},
    "inputs that are an object": callback(inputs={}),
    "a value that is no JSON": json.dumps(callback()).replace(": 1", ": NaN", 1).encode(),
    "a row of another kind": rows(row({"type": "door", "index": "1"})),
    "a row without index": rows(row({"type": "row"})),
    "a row with more": rows(row({**ROW, "committee": 2})),
    "a row whose index is a list": rows(row({"type": "row", "index": [1]})),
    "a row of another property": rows(row(property_="children")),
    "rows that are one": {**rows(), "inputs": [row()]},
    "one output of two": pair(outputs=[{"id": "a", "property": "children"}]),
    "outputs exchanged": pair(
        outputs=[{"id": "b", "property": "children"}, {"id": "a", "property": "children"}]
    ),
}


def post(client, body, **headers):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(CALLBACK, content=raw, headers={**JSON, **headers})


@pytest.mark.parametrize("body", BAD.values(), ids=BAD.keys())
def test_a_body_dash_would_never_send_is_refused(house, body):
    with house.client() as ann:
        assert post(ann, body).status_code == 400


@pytest.mark.parametrize("body", [callback(), rows(), rows(row(), row()), pair()])
def test_what_dash_sends_passes(house, body):
    with house.client() as ann:
        assert post(ann, body).status_code == 200


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
             "application/jsonp", ""],
)  # fmt: skip
def test_only_json_is_taken(house, kind):
    with house.client() as ann:
        answer = post(ann, callback(), **{"content-type": kind})
    assert answer.status_code == 415


def test_a_body_of_three_megabytes_is_refused_announced_or_not(house):
    def unannounced():
        yield from (b"x" * 100_000 for _ in range(40))

    with house.client() as ann:
        assert post(ann, b"x" * (3 << 20)).status_code == 413
        assert ann.post(CALLBACK, content=unannounced(), headers=JSON).status_code == 413


DECLARED = {
    "out.children": {
        "inputs": [{"id": "go", "property": "data"}],
        "state": [{"id": '{"index":["ALL"],"type":"row"}', "property": "value"}],
    }
}
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.just("out.children"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["output", "outputs", "inputs", "state", "changedPropIds", "id",
                             "property", "value"]),
            inner, max_size=5,
        )
    ),
    max_leaves=12,
)  # fmt: skip


@given(anything)
def test_whatever_is_sent_the_answer_is_yes_or_no(body):
    assert body_check(DECLARED)(json.dumps(body).encode()) in (True, False)


@given(st.binary(max_size=200))
def test_bytes_that_are_nothing_are_no(raw):
    assert body_check(DECLARED)(raw) is False
