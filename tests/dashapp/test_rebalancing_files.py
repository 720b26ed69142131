"""A cut as files: what a map program and a table program read from them."""

import json
from dataclasses import replace
from io import BytesIO

import pytest
import shapely
from openpyxl import load_workbook

from dashapp.rebalancing import judge
from dashapp.rebalancing.files import as_geojson, as_xlsx
from dashapp.rebalancing.plot import lay_out
from dashapp.rebalancing.tables import compactness, rows_after, rows_before
from dashapp.text.words import words_for
from geo.feasibility import GRID_BAND
from grounds import FIRST_ID, ground

STRIPES = [building % 6 // 2 for building in range(30) for _ in range(3)]


@pytest.fixture(scope="module")
def plot():
    return lay_out(ground(grids=2))


def sheets(plot, parts=STRIPES, language="en"):
    """Return the cells of both sheets of the workbook, row by row."""
    ids = [unit.entrance_id for unit in plot.ground.units]
    figures = judge(plot, GRID_BAND, dict(zip(ids, parts, strict=True)), 3)
    book = load_workbook(BytesIO(as_xlsx(plot, parts, figures, GRID_BAND, words_for(language))))
    return [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]


def test_rows_before_and_after_add_up_to_the_place(plot):
    before, after = rows_before(plot), rows_after(plot, STRIPES, 3)
    assert [(row.name, row.households) for row in before] == [("01", 1_350), ("02", 1_350)]
    assert [(row.name, row.households, row.buildings) for row in after] == [
        ("A", 900, 10), ("B", 900, 10), ("C", 900, 10),
    ]  # fmt: skip
    for column in ("households", "persons", "open_tasks"):
        assert sum(getattr(row, column) for row in before) == sum(
            getattr(row, column) for row in after
        )


def test_a_square_is_rounder_than_a_lane():
    square, lane = shapely.box(0, 0, 30, 30), shapely.box(0, 0, 300, 3)
    assert compactness(square) == pytest.approx(0.79)
    assert compactness(lane) < 0.1
    assert compactness(shapely.Polygon()) == 0.0


def test_a_map_program_gets_the_grids_as_areas_and_the_entrances_as_points(plot):
    read = json.loads(as_geojson(plot, STRIPES, ["甲", "乙", "丙"]))
    areas = [f for f in read["features"] if f["properties"]["kind"] == "grid"]
    doors = [f for f in read["features"] if f["properties"]["kind"] == "entrance"]
    assert read["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::4490"
    assert [(f["properties"]["grid"], f["properties"]["households"]) for f in areas] == [
        ("甲", 900), ("乙", 900), ("丙", 900),
    ]  # fmt: skip
    assert doors[0]["properties"] == {
        "kind": "entrance", "entrance_id": FIRST_ID, "building": "B1", "number": "1",
        "households": 30, "grid": "甲", "grid_before": "990100001001001",
    }  # fmt: skip
    for door in doors:
        inside = areas["甲乙丙".index(door["properties"]["grid"])]["geometry"]
        assert shape(inside).buffer(1e-6).covers(shape(door["geometry"]))
    assert len(doors) == 90


def shape(geometry):
    return shapely.from_geojson(json.dumps(geometry))


def test_a_table_program_gets_before_after_and_every_entrance(plot):
    summary, entrances = sheets(plot)
    assert summary[0][:4] == ("锦绣花园", "990100001001C01", "云中", "800–1000")
    assert summary[2] == ("Grid", "Households", "Buildings", "Persons", "Open tasks", "Compactness")
    names = [row[0] for row in summary]
    assert summary[names.index("01")][:5] == ("01", 1_350, 15, 3_510, 45)
    assert summary[names.index("B")][:5] == ("B", 900, 10, 2_340, 30)
    assert summary[names.index("Total")][:5] == ("Total", 2_700, 30, 7_020, 90)
    assert entrances[1] == ("1", "B1", "1", 30, 78, 0, "990100001001001", "A")
    assert len(entrances) == 91


def test_broken_rules_stand_in_the_table(plot):
    summary, _ = sheets(plot, [0] * 3 + STRIPES[3:][::-1])
    broken = [row[1:4] for row in summary if row[0] == "Breaks a rule"]
    assert broken
    assert all(name in "ABC" and fault and by > 0 for name, fault, by in broken)


def test_the_table_speaks_chinese_too(plot):
    summary, entrances = sheets(plot, language="zh")
    assert summary[2][1] == "户数"
    assert entrances[0][2] == "门号"


def test_a_name_that_looks_like_a_formula_is_text():
    place = ground()
    trap = replace(place.buildings[0], label='=HYPERLINK("http://x")', code="＝1")
    plot = lay_out(replace(place, name="+1", buildings=(trap, *place.buildings[1:])))
    summary, entrances = sheets(plot)
    assert summary[0][0] == "'+1"
    assert entrances[1][:2] == ('\'=HYPERLINK("http://x")', "'＝1")
