import pytest
from shapely import box
from sqlalchemy import select

from conftest import TODAY
from data.models import Building, Compound
from data.queries.search import MOST, find_places
from data.rules.areas import AreaLevel, BuildingKind
from places import FROM, SOUTH, WEST, build_street, worker


@pytest.fixture
def street(store):
    return build_street(store, TODAY)


@pytest.fixture
def find(store, street):
    def asked(words, *committees):
        with store.read() as session:
            return find_places(session, worker(street, *committees), words)

    return asked


def add_building(store, street, number, *, compound="C1", name=None, address=""):
    with store.write() as session:
        estate = session.scalars(select(Compound).where(Compound.code == compound)).first()
        session.add(
            Building(
                ord=100 + number, committee_id=street.committees[0],
                compound_id=estate.id if estate else None, code=f"X-{number:03}",
                name=name or f"{number}号楼", label=str(number), address=address,
                kind=BuildingKind.SLAB, valid_from=FROM,
                outline=box(WEST + 0.002, SOUTH + 0.004, WEST + 0.0025, SOUTH + 0.0042),
            )
        )  # fmt: skip


def codes(places):
    return [place.code for place in places]


def test_one_chinese_character_finds_committees_compounds_and_then_buildings(find):
    found = find("高")
    assert [(place.level, place.code) for place in found] == [
        (AreaLevel.COMMITTEE, "310115009001"),
        (AreaLevel.COMPOUND, "C1"),
        (AreaLevel.BUILDING, "C1-001"),
        (AreaLevel.BUILDING, "C1-002"),
    ]
    assert found[1].within == "高城路1弄"
    assert found[2].within == "高城苑"


@pytest.mark.parametrize(
    "words",
    [
        "2号楼",
        "２号楼",
        " 2号 楼 ",
        "2幢",
        "2栋",
        "2#",
        "2＃",
        "2号",
        "高城苑2号楼",
        "高城苑 2",
        "高城苑2",
        "高城路1弄2号",
        "高城路１弄２号",
        "c1-002",
        "C1-002",
    ],
)
def test_a_building_is_found_however_its_number_is_written(find, words):
    assert codes(find(words))[:1] == ["C1-002"]


def test_a_house_number_alone_prefers_the_building_of_that_very_number(store, street, find):
    add_building(store, street, 12)
    add_building(store, street, 22)
    assert codes(find("2号")) == ["C1-002", "X-012", "X-022"]


def test_a_building_outside_any_compound_is_found_by_its_address(store, street, find):
    add_building(store, street, 88, compound="none", name="88号", address="高城路88号")
    assert codes(find("高城路88号")) == ["X-088"]
    assert find("高城路88")[0].within == "高城路88号"


def test_latin_letters_match_in_either_case(store, street, find):
    add_building(store, street, 7, name="B座", address="高城路7弄B座")
    assert codes(find("b座")) == ["X-007"]
    assert codes(find("Ｂ座")) == ["X-007"]


def test_what_lies_outside_the_scope_is_not_found(find):
    assert find("高城苑", 2) == []
    assert codes(find("高", 2)) == ["310115009002"]


@pytest.mark.parametrize("words", ["", "   ", "%", "_", "\\", "'", "不存在的地方", "号" * 500])
def test_words_that_name_nothing_find_nothing(find, words):
    assert find(words) == []


def test_at_most_a_dozen_places_come_back_and_buildings_are_not_crowded_out(store, street, find):
    for number in range(3, 40):
        add_building(store, street, number)
    assert len(find("高城")) == MOST


def test_an_ended_building_is_not_found(store, find):
    with store.write() as session:
        session.scalars(select(Building).where(Building.code == "C1-002")).one().valid_to = TODAY
    assert find("高城苑2号楼") == []


@pytest.mark.parametrize("words", ["\x00", "\ud800", "\u202e", "x\x00\udfff"])
def test_what_cannot_be_printed_finds_nothing(find, words):
    assert find(words) == []


def test_what_cannot_be_printed_is_not_searched_for(find):
    assert codes(find("2\x00号\ud800楼")) == ["C1-002"]
