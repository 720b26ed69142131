"""What the browser gets of a place: plain JSON in metres, with the words that go beside it."""

import json
import re
from dataclasses import replace

import pytest
import shapely
from shapely import MultiPolygon, Polygon, box
from shapely.geometry import LineString

from dashapp.rebalancing import ask, payload
from dashapp.rebalancing.wording import part_name
from geo.feasibility import GRID_BAND
from grounds import FIRST_ID, degrees, ground, two_compounds

QUICK_S = 0.2


def sent(place, band=GRID_BAND, **question):
    """Return what arrives in the browser."""
    cuts = ask(place, band, seconds=QUICK_S, **question)
    return json.loads(json.dumps(payload(place, cuts), allow_nan=False))


def said(place, **question):
    return {
        word["key"].removeprefix("finding "): word["args"]
        for word in sent(place, **question)["words"]
    }


def test_the_place_comes_with_its_committee_its_sums_and_its_present_grids():
    drawn = sent(ground(grids=2, committee_households=4_480))
    assert (drawn["code"], drawn["name"], drawn["level"]) == (
        "990100001001C01",
        "锦绣花园",
        "compound",
    )
    assert drawn["committee"] == {"code": "990100001001", "name": "云中", "households": 4_480}
    assert (drawn["households"], drawn["tasks"], drawn["size"]) == (2_700, 90, "severely_oversize")
    assert (drawn["band"], drawn["counts"], drawn["parts"], drawn["ways"]) == (
        [800, 1000],
        [3],
        3,
        [],
    )
    assert drawn["continues"] == [0, 1, None]
    assert [(now["name"], now["hh"], now["buildings"]) for now in drawn["now"]] == [
        ("01", 1_350, 15), ("02", 1_350, 15),
    ]  # fmt: skip


def test_units_links_and_plans_speak_of_each_other_by_index():
    drawn = sent(ground())
    assert [unit["id"] for unit in drawn["units"][:2]] == [FIRST_ID, FIRST_ID + 1]
    assert {key: drawn["units"][4][key] for key in ("b", "no", "hh", "pp", "tasks", "now")} == {
        "b": 1, "no": "5", "hh": 30, "pp": 78, "tasks": 1, "now": 0,
    }  # fmt: skip
    assert [plan["preset"] for plan in drawn["plans"]] == [
        "compact",
        "fewest_moves",
        "balanced_work",
    ]
    for plan in drawn["plans"]:
        cut = sum(
            m
            for one, other, m in drawn["links"]
            if plan["assignment"][one] != plan["assignment"][other]
        )
        households = [0, 0, 0]
        for unit, part in zip(drawn["units"], plan["assignment"], strict=True):
            households[part] += unit["hh"]
        moved = sum(
            u["hh"] for u, part in zip(drawn["units"], plan["assignment"], strict=True) if part
        )
        assert plan["boundary_m"] == pytest.approx(cut, abs=0.5)
        assert plan["households"] == households
        assert (plan["moved"], plan["moved_share"]) == (moved, round(moved / 2_700, 4))
        assert plan["violations"] == []
        assert all(0 < share <= 1 for share in plan["compactness"])


def test_shapes_are_in_metres_with_a_decimal_and_y_up():
    lane = degrees(LineString([(0, 75), (360, 75)]))
    drawn = sent(ground(barriers=(lane,)))
    ring = Polygon(drawn["buildings"][7]["rings"][0])
    assert ring.area == pytest.approx(480, abs=5)
    assert drawn["buildings"][29]["rings"][0][0][1] > drawn["buildings"][0]["rings"][0][0][1]
    assert Polygon(drawn["compounds"][0]["rings"][0]).area == pytest.approx(54_000, rel=0.01)
    assert LineString(drawn["paths"][0]).length == pytest.approx(360, abs=1)
    rings = json.dumps([row["rings"] for row in drawn["buildings"]])
    assert re.search(r"\.\d\d", rings) is None


def test_holes_and_second_outlines_are_rings_of_the_same_building():
    court = box(10, 9, 50, 21).difference(box(20, 12, 30, 18))
    place = ground()
    yard = replace(place.buildings[0], outline=degrees(MultiPolygon([court, box(2, 2, 6, 6)])))
    drawn = sent(replace(place, buildings=(yard, *place.buildings[1:])))
    assert len(drawn["buildings"][0]["rings"]) == 3


def test_cells_fill_the_compound():
    cells = [Polygon(unit["cell"]) for unit in sent(ground())["units"]]
    assert shapely.union_all(cells).area == pytest.approx(54_000, rel=0.01)


def test_a_compound_of_2700_households_weighs_little():
    place = ground()
    cuts = ask(place, GRID_BAND, seconds=QUICK_S)
    assert len(json.dumps(payload(place, cuts))) < 60_000


def test_1200_households_are_told_what_is_missing_and_which_band_works():
    place = ground(columns=4, households=20)
    drawn = sent(place)
    assert drawn["counts"] == []
    assert drawn["ways"] == [[600, 1000], [800, 1200]]
    words = {word["key"]: word["args"] for word in drawn["words"]}
    assert words["finding too_few"] == {
        "total": "1,200", "lower": "800", "upper": "1,000", "parts": "2", "size": "600", "by": "200",
    }  # fmt: skip
    assert words["finding too_many"]["by"] == "200"


def test_several_feasible_counts_are_named_and_another_wish_is_answered():
    assert said(ground(5, 5, 4, households=40))["counts"]["counts"] == "4 / 5"
    words = said(ground(households=50), parts=4)
    assert words["other_count"] == {"parts": "4"}


def test_what_stands_in_the_way_is_named_by_building_and_entrance():
    sizes = [1_100] + [10] * 89
    assert said(ground(households=sizes))["unit_too_big"] == {"by": "100", "places": "1 (1)"}
    locked = dict.fromkeys(range(FIRST_ID, FIRST_ID + 40), 1)
    assert said(ground(), locked=locked)["locked_too_big"]["part"] == "B"


def test_what_is_wrong_with_the_map_is_named():
    words = said(two_compounds(gates=()))
    assert words["closed"] == {"compound": "绣衣里"}
    place = ground()
    assert said(replace(place, units=place.units[3:]))["doorless"] == {"places": "1"}


def test_parts_go_by_letters():
    assert [part_name(part) for part in (0, 2, 25, 26, 53)] == ["A", "C", "Z", "A2", "B3"]
