from random import Random

import pytest
import shapely
from shapely import MultiPoint, Polygon, box, union_all
from shapely.affinity import rotate

from data.rules.areas import BuildingKind, CompoundKind
from data.seed.houses import SLABS, TOWERS, dormitory, office, terrace
from data.seed.site import RING_M, WALL_M, lay_out

BLOCK = box(1_000, 1_000, 1_240, 1_200)
BLOCKS = {
    "square": BLOCK,
    "turned": rotate(BLOCK, 20),
    "diamond": rotate(BLOCK, 45),
    "wedge": Polygon([(0, 0), (300, 40), (180, 260)]),
    "bent": Polygon([(0, 0), (320, 0), (320, 130), (150, 130), (150, 260), (0, 260)]),
}
KINDS = [
    CompoundKind.ESTATE,
    CompoundKind.OLD_ESTATE,
    CompoundKind.TERRACES,
    CompoundKind.DORMITORY,
]
SITES = [
    pytest.param(BLOCKS[shape], kind, seed, id=f"{shape}-{kind.value}-{seed}")
    for shape in BLOCKS
    for kind in KINDS
    for seed in (1, 2)
]


@pytest.mark.parametrize(("block", "kind", "seed"), SITES)
def test_an_estate_stands_apart_within_its_wall_and_every_door_has_a_way_to_a_gate(
    block, kind, seed
):
    site = lay_out(block, kind, Random(seed))
    outlines = [house.outline for house in site.houses]
    assert outlines
    assert shapely.is_valid(outlines).all()
    first, second = shapely.STRtree(outlines).query(outlines, predicate="dwithin", distance=4.0)
    assert [(a, b) for a, b in zip(first, second, strict=True) if a < b] == []
    assert all(block.buffer(-WALL_M + 0.001).covers(outline) for outline in outlines)
    assert all(gate.distance(block.exterior) < 1e-6 for gate in site.gates)
    for house in site.houses:
        assert all(door.distance(house.outline.exterior) < 1e-6 for door in house.doors)
        assert not any(path.intersects(house.outline.buffer(-0.2)) for path in site.paths)
    ways = union_all(site.paths)
    assert shapely.get_num_geometries(shapely.node(ways)) > len(site.houses)
    whole = ways.buffer(0.01)
    assert whole.geom_type == "Polygon", "the paths hang together"
    doors = [door for house in site.houses for door in house.doors]
    assert whole.covers(MultiPoint([*doors, *site.gates]))


def test_rows_face_south_even_in_a_block_that_stands_on_its_corner():
    site = lay_out(BLOCKS["diamond"], CompoundKind.OLD_ESTATE, Random(3))
    for house in site.houses:
        west, south, east, north = house.outline.bounds
        assert east - west > north - south


def test_the_same_seed_lays_the_same_estate():
    first, again = (lay_out(BLOCK, CompoundKind.ESTATE, Random(5)) for _ in range(2))
    assert [h.outline.wkt for h in first.houses] == [h.outline.wkt for h in again.houses]
    assert [p.wkt for p in first.paths] == [p.wkt for p in again.paths]


def test_a_giant_estate_has_towers_in_the_north_and_slabs_in_the_south():
    site = lay_out(box(0, 0, 330, 300), CompoundKind.ESTATE, Random(1), giant=True)
    lowest_tower = min(h.outline.centroid.y for h in site.houses if h.kind is BuildingKind.TOWER)
    highest_slab = max(h.outline.centroid.y for h in site.houses if h.kind is BuildingKind.SLAB)
    assert lowest_tower > highest_slab


@pytest.mark.parametrize(
    "plan",
    [
        *(slab(bays, 14.0, 12.0) for slab in SLABS for bays in (1, 4)),
        *(tower(28.0) for tower in TOWERS),
        terrace(44.0, 9.0),
        dormitory(56.0, 26.0),
        office(24.0, 15.0),
    ],
)
def test_a_plan_is_one_sound_outline_with_its_doors_on_it(plan):
    assert plan.outline.is_valid
    assert plan.doors
    assert all(door.distance(plan.outline.exterior) < 1e-9 for door in plan.doors)
    west = [door.x for door in plan.doors]
    assert west == sorted(west)


def test_the_ring_runs_between_the_wall_and_the_buildings():
    assert 0 < RING_M < WALL_M
