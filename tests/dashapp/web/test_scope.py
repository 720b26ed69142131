"""The built server with its real screens, asked by people about what is not theirs.

Everything that can be asked is asked with codes and ids of other committees; each answer must be the one
that is given for a thing that does not exist.
"""

import json
import random
import re

import httpx
import pytest
from sqlalchemy import func, select

from dashapp.main import build
from dashapp.settings import Settings
from data.commands.access import add_account
from data.models import (
    Account,
    Building,
    Committee,
    Compound,
    District,
    Dwelling,
    Entrance,
    Grid,
)
from data.queries.access import account_principal, system_principal
from data.rules.areas import Role
from data.session import open_store
from served import CALLBACK, DEADLINE_S, running

# Who asks: a role over so many of the committees that have most buildings, or over their district.
PEOPLE = {
    Role.DISTRICT_LEAD: "district", Role.COMMUNITY_POLICE: 2, Role.GRID_MANAGER: 1,
    Role.COMMITTEE_DIRECTOR: 1, Role.SOCIAL_WORKER: 1, Role.ASSISTANT: 1,
}  # fmt: skip
NOWHERE = "NOWHERE-1"
NO_ID = 10**9
EACH = 8


@pytest.fixture(scope="module")
def store(street_url):
    store = open_store(street_url)
    yield store
    store.dispose()


@pytest.fixture(scope="module")
def address(store):
    with running(build(Settings(database_url=store.url), store).gate) as url:
        yield url


@pytest.fixture(scope="module", params=PEOPLE)
def person(request, address, store):
    """A signed-in client and what lies outside its scope."""
    name = request.param.value
    with store.write() as session:
        areas = _areas(session, PEOPLE[request.param])
        system = system_principal(session)
        password = add_account(session, system, name, request.param, areas)
    with httpx.Client(base_url=address, timeout=DEADLINE_S) as client:
        fields = {"username": name, "password": password}
        assert client.post("/login", data=fields).status_code == 303
        client.headers["X-CSRFToken"] = client.cookies["_csrf_token"]
        yield client, Outside(store, name)


def _areas(session, reach):
    rows = session.execute(
        select(Committee.code, District.code)
        .join(Building, Building.committee_id == Committee.id)
        .join(District, District.id == Committee.district_id)
        .group_by(Committee.code, District.code)
        .order_by(func.count().desc(), Committee.code)
    ).all()
    return [rows[0][1]] if reach == "district" else [code for code, _ in rows[:reach]]


class Outside:
    """What somebody must not see: of each kind of thing a sample, the same one every time."""

    def __init__(self, store, username):
        with store.read() as session:
            account = session.scalars(select(Account.id).where(Account.username == username)).one()
            self.principal = account_principal(session, account, "test")
            self.committees = self._all(session, Committee, Committee.code, Committee.id)
            self.committee_names = self._all(session, Committee, Committee.name, Committee.id)
            self.buildings = self._all(session, Building, Building.code)
            self.ords = self._all(session, Building, Building.ord)
            self.compounds = self._all(session, Compound, Compound.code)
            self.compound_names = self._all(session, Compound, Compound.name)
            self.addresses = self._all(session, Building, Building.address)
            self.grids = self._all(session, Grid, Grid.code)
            self.dwellings = self._all(session, Dwelling, Dwelling.id)
            self.entrances = self._all(session, Entrance, Entrance.id)
            own = select(Committee.district_id).where(Committee.id.in_(self.principal.committees))
            self.districts = list(
                session.scalars(select(District.code).where(District.id.not_in(own)))
            )
            inside = Building.committee_id.in_(self.principal.committees)
            self.own = list(session.scalars(select(Building.code).where(inside)))

    def _all(self, session, model, column, committee=None):
        owner = model.committee_id if committee is None else committee
        return list(session.scalars(select(column).where(owner.not_in(self.principal.committees))))

    @property
    def areas(self):
        return [*self.committees, *self.compounds, *self.grids, *self.districts]


def some(things):
    return random.Random(7).sample(things, min(EACH, len(things)))


def server_callbacks(client):
    return [
        each
        for each in client.get("/_dash-dependencies").json()
        if not each.get("clientside_function")
    ]


def ask(client, declared, value):
    """Call a callback as Dash's renderer does, with the same value in every input and state."""
    names = declared["output"].strip(".").split("...")
    outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
    parts = {
        kind: [{"id": part["id"], "property": part["property"], "value": value} for part in found]
        for kind, found in (("inputs", declared["inputs"]), ("state", declared["state"]))
    }
    body = {
        "output": declared["output"],
        "outputs": outputs if declared["output"].startswith("..") else outputs[0],
        "changedPropIds": [],
        **parts,
    }
    answer = client.post(CALLBACK, json=body)
    assert answer.status_code in (200, 204), (declared["output"], value, answer.status_code)
    return answer.text


def forged(outside):
    """Yield what somebody sends, and the same for a thing that does not exist."""
    for tab in ("households", "tasks", "history"):
        for building in some(outside.buildings):
            yield {"building": building, "tab": tab}, {"building": NOWHERE, "tab": tab}
    kinds = (outside.committees, outside.compounds, outside.grids, outside.districts)
    for area in [each for kind in kinds for each in some(kind)]:
        yield {"area": area}, {"area": NOWHERE}
    for grid in some(outside.grids):
        own = {"building": outside.own[0], "tab": "history"}
        yield {**own, "grid": grid}, {**own, "grid": NOWHERE}
    for dwelling in some(outside.dwellings):
        yield dwelling, NO_ID
    for entrance in some(outside.entrances):
        yield {"entrance": entrance}, {"entrance": NO_ID}
    names = [*some(outside.compound_names), *some(outside.committee_names), *outside.addresses[:1]]
    for text in [*names, *outside.buildings[:1]]:
        yield text, "没有这样的地方"


def without_the_question(answer, asked):
    """Leave out what an answer repeats of the question: it is the reader's own word."""
    for word in asked.values() if isinstance(asked, dict) else (asked,):
        if isinstance(word, str):
            answer = answer.replace(json.dumps(word)[1:-1], "?").replace(word, "?")
    return answer


def test_forged_arguments_of_every_callback_answer_as_if_nothing_was_there(person):
    client, outside = person
    callbacks, missing, tried = server_callbacks(client), {}, 0
    for theirs, nothing in forged(outside):
        for declared in callbacks:
            key = (declared["output"], json.dumps(nothing))
            if key not in missing:
                missing[key] = without_the_question(ask(client, declared, nothing), nothing)
            found = without_the_question(ask(client, declared, theirs), theirs)
            assert found == missing[key], (declared["output"], theirs)
            tried += 1
    assert tried > 200


def test_the_map_shows_no_status_out_of_scope(person):
    client, outside = person
    status = client.get("/status").content
    half = len(status) // 2
    assert outside.ords
    assert all(status[ord_] == status[half + ord_] == 0 for ord_ in outside.ords)
    assert any(status)


def test_no_figure_of_an_area_out_of_scope_is_told(person):
    client, outside = person
    assert not client.get("/areas").json()["areas"].keys() & set(outside.areas)


def test_the_card_of_a_building_out_of_scope_is_that_of_none(person):
    client, outside = person
    nothing = client.get(f"/card/{NO_ID - 1}")
    for ord_ in some(outside.ords):
        answer = client.get(f"/card/{ord_}")
        assert (answer.status_code, answer.content) == (404, nothing.content)


def test_nothing_the_page_fetches_holds_an_address_out_of_scope(person):
    client, outside = person
    layout = client.get("/_dash-layout").text.replace("\\u002f", "/")
    fetched = [layout, client.get("/").text]
    for _, names in client.get("/manifest").json()["tiles"].values():
        fetched.append(client.get(f"/names/{names}").text)
    layers = set(re.findall(r"/layers/[0-9a-f]{16}", layout))
    assert layers
    fetched += [client.get(layer).text for layer in layers]
    hidden = {*outside.buildings, *outside.compounds, *outside.compound_names, *outside.addresses}
    hidden -= {""}
    assert not [word for word in hidden for text in fetched if f'"{word}"' in text]


def test_footprints_are_the_same_for_all_staff(address, person):
    client, _ = person
    with httpx.Client(base_url=address, timeout=DEADLINE_S) as office:
        office.post("/login", data={"username": "office", "password": "shiyou-demo"})
        theirs = office.get("/manifest").json()["tiles"]
    mine = client.get("/manifest").json()["tiles"]
    assert {key: tile for key, (tile, _) in mine.items()} == {
        key: tile for key, (tile, _) in theirs.items()
    }
