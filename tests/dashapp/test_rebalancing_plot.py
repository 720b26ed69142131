"""A place laid out in metres: what touches, what is shut off, what was wrong with the map."""

from dataclasses import replace

import pytest
import shapely
from shapely import LineString, Point, box

from dashapp.rebalancing.plot import lay_out
from data.errors import InvalidInput
from geo.adjacency import GATE_M
from geo.adjacency_input import Trouble
from geo.balance_problem import find_groups
from grounds import degrees, ground, is_near, two_compounds


def groups(plot):
    return find_groups(len(plot.cells), plot.links)


def test_a_compound_lies_in_metres_from_its_south_west_corner():
    plot = lay_out(ground())
    west, south, east, north = plot.compounds[0].bounds
    assert (west, south) == pytest.approx((0, 0), abs=1.01)
    assert (east - west, north - south) == pytest.approx((360, 150), abs=0.1)
    assert is_near(plot.in_degrees(plot.buildings[7]), ground().buildings[7].outline)


def test_cells_of_entrances_share_the_whole_ground_and_lie_around_their_doors():
    plot = lay_out(ground())
    assert shapely.union_all(plot.cells).area == pytest.approx(360 * 150, rel=0.01)
    assert sum(cell.area for cell in plot.cells) == pytest.approx(360 * 150, rel=0.01)
    assert all(cell.distance(door) < 1 for cell, door in zip(plot.cells, plot.doors, strict=True))


def test_entrances_of_one_compound_hang_together():
    plot = lay_out(ground())
    assert len(groups(plot)) == 1
    assert (plot.notes, plot.closed, plot.doorless) == ((), (), ())


def test_compounds_are_joined_from_gate_to_gate_across_a_street():
    plot = lay_out(two_compounds())
    across = [link for link in plot.links if link[0] < 90 <= link[1]]
    assert [metres for _, _, metres in across] == [GATE_M]
    assert len(groups(plot)) == 1


@pytest.mark.parametrize("changes", [{"apart_m": 300.0}, {"gates": ()}])
def test_compounds_whose_gates_are_far_apart_or_missing_stay_apart_and_are_named(changes):
    plot = lay_out(two_compounds(**changes))
    assert len(groups(plot)) == 2
    assert plot.closed == (0, 1)


def test_a_barrier_cuts_and_the_part_shut_off_is_named():
    wall = degrees(LineString([(120, -5), (120, 155)]))
    plot = lay_out(ground(barriers=(wall,)))
    assert len(groups(plot)) == 2
    assert [note.trouble for note in plot.notes] == [Trouble.APART]
    assert {plot.ground.units[u].building % 6 for u in plot.notes[0].units} == {0, 1}


def test_buildings_in_no_compound_share_the_open_ground_around_them():
    place = ground()
    loose = tuple(replace(building, compound=None) for building in place.buildings)
    plot = lay_out(replace(place, buildings=loose, compounds=(), gates=()))
    assert len(groups(plot)) == 1
    assert plot.notes == ()


def test_a_row_of_shops_before_the_wall_is_joined_to_the_compound_at_its_gate():
    place = ground()
    shop = replace(place.buildings[0], outline=degrees(box(160, -30, 200, -18)), compound=None)
    door = replace(place.units[0], point=degrees(Point(180, -18)))
    plot = lay_out(
        replace(place, buildings=(shop, *place.buildings[1:]), units=(door, *place.units[3:]))
    )
    assert len(groups(plot)) == 1
    assert plot.closed == ()


def test_a_building_without_entrance_is_drawn_and_named_but_not_divided():
    place = ground()
    plot = lay_out(replace(place, units=place.units[3:]))
    assert plot.doorless == (0,)
    assert len(plot.cells) == 87
    assert len(plot.buildings) == 30


def test_an_entrance_that_was_never_placed_stands_in_its_building():
    place = ground()
    lost = replace(place.units[0], point=Point())
    plot = lay_out(replace(place, units=(lost, *place.units[1:])))
    assert plot.buildings[0].covers(plot.doors[0])


def test_twin_and_overlapping_footprints_are_named_by_their_entrances():
    place = ground()
    twin = replace(place.buildings[1], outline=place.buildings[0].outline)
    plot = lay_out(replace(place, buildings=(place.buildings[0], twin, *place.buildings[2:])))
    assert [(note.trouble, note.units) for note in plot.notes] == [
        (Trouble.DUPLICATE, (0, 1, 2, 3, 4, 5))
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"units": ()}, "锦绣花园 has no entrance to divide"),
        ({"compounds": (replace(ground().compounds[0], outline=Point(121.5, 31.2)),)}, "no area"),
    ],
)
def test_a_place_that_cannot_be_laid_out_is_refused_by_name(changes, message):
    with pytest.raises(InvalidInput, match=message):
        lay_out(ground(**changes))
