import gzip
import math
import struct

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.footprints import BADGE_REACH, EXTENT, ZOOM, pack_names, pack_tiles

WEST, SOUTH = 121.49, 31.18  # well within a tile
METRE = 1 / 96_000  # of longitude here, near enough


def house(x=0.0, y=0.0, size=20):
    west, south = WEST + x * METRE, SOUTH + y * METRE
    return shapely.box(west, south, west + size * METRE, south + size * METRE)


def decode(key, body):
    """Read a tile with nothing but struct: ord -> rings in tile numbers."""
    raw = gzip.decompress(body)
    n, ring_total, vertices, zero = struct.unpack_from("<4I", raw)
    assert zero == 0
    at = 16
    ords = struct.unpack_from(f"<{n}I", raw, at)
    at += 4 * n
    counts = struct.unpack_from(f"<{n}B", raw, at)
    at += n + (-n) % 4
    sizes = struct.unpack_from(f"<{ring_total}H", raw, at)
    at += 2 * ring_total + (-2 * ring_total) % 4
    numbers = struct.unpack_from(f"<{2 * vertices}h", raw, at)
    assert at + 4 * vertices == len(raw)
    x, y = map(int, key.split("_"))
    points = [
        (x + a / EXTENT, y + b / EXTENT) for a, b in zip(numbers[::2], numbers[1::2], strict=True)
    ]
    found, ring_at, point_at = {}, 0, 0
    for ord_, count in zip(ords, counts, strict=True):
        rings = []
        for size in sizes[ring_at : ring_at + count]:
            rings.append(points[point_at : point_at + size])
            point_at += size
        found[ord_], ring_at = rings, ring_at + count
    return found


def tile_number(lon, lat):
    y = 0.5 - math.log(math.tan(math.pi / 4 + math.radians(lat) / 2)) / (2 * math.pi)
    return (lon + 180) / 360 * 2**ZOOM, y * 2**ZOOM


def decoded(tiles):
    return {key: decode(key, tiles.bodies[name]) for key, name in tiles.names.items()}


def only_tile(tiles):
    ((_, buildings),) = decoded(tiles).items()
    return buildings


def test_a_footprint_comes_back_within_a_quarter_of_a_metre():
    rings = only_tile(pack_tiles([7], [house()]))[7]
    wanted = {tile_number(*point) for point in house().exterior.coords}
    worst = max(min(math.dist(a, b) for b in wanted) for a in rings[0])
    assert len(rings[0]) == 4
    assert worst * 40_075_000 / 2**ZOOM < 0.25


def test_a_hole_and_the_parts_of_a_multipolygon_are_further_rings():
    court = house(size=40).difference(house(10, 10, 10))
    pair = shapely.multipolygons([house(100), house(140)])
    buildings = only_tile(pack_tiles([0, 1], [court, pair]))
    assert [len(buildings[0]), len(buildings[1])] == [2, 2]


def test_a_building_on_a_tile_edge_is_in_both_tiles():
    edge = math.ceil(tile_number(WEST, SOUTH)[0]) / 2**ZOOM * 360 - 180
    shape = shapely.box(edge - 0.0002, SOUTH, edge + 0.0002, SOUTH + 0.0002)
    tiles = decoded(pack_tiles([3], [shape]))
    assert len(tiles) == 2
    assert all(list(buildings) == [3] for buildings in tiles.values())


def test_a_building_whose_badge_reaches_over_a_tile_edge_is_in_both_tiles():
    edge = math.ceil(tile_number(WEST, SOUTH)[0]) / 2**ZOOM * 360 - 180
    pixel = 360 / 2**ZOOM / 512  # of z15, where badges begin
    near = shapely.box(edge - 40 * pixel, SOUTH, edge - 6 * pixel, SOUTH + 0.0002)
    far = shapely.box(edge - 40 * pixel, SOUTH, edge - 10 * pixel, SOUTH + 0.0002)
    assert len(decoded(pack_tiles([3], [near]))) == 2
    assert len(decoded(pack_tiles([3], [far]))) == 1


def test_the_same_footprints_give_the_same_bytes_in_any_order():
    shapes = [house(30 * i) for i in range(5)]
    one, other = pack_tiles(range(5), shapes), pack_tiles(range(4, -1, -1), shapes[::-1])
    assert one.bodies == other.bodies


def test_one_new_building_changes_one_tile():
    shapes = [house(3_000 * i) for i in range(4)]
    before = pack_tiles(range(4), shapes)
    after = pack_tiles(range(5), [*shapes, house(3_030)])
    changed = [key for key in after.names if after.names[key] != before.names.get(key)]
    assert len(before.names) >= 3
    assert len(changed) == 1


def test_what_is_larger_than_a_tile_is_cut_and_still_covers_each_tile_it_touches():
    wide = shapely.box(WEST, SOUTH, WEST + 0.2, SOUTH + 0.1)
    for buildings in decoded(pack_tiles([9], [wide])).values():
        assert len(buildings[9][0]) >= 4


def test_a_building_of_too_many_rings_keeps_its_largest():
    parts = shapely.multipolygons([house(4 * i, 0, 2 + i % 2) for i in range(300)])
    counts = [len(b[0]) for b in decoded(pack_tiles([0], [parts])).values()]
    assert max(counts) == 255


@pytest.mark.parametrize("shape", [shapely.Point(WEST, SOUTH), shapely.Polygon()])
def test_a_footprint_without_area_is_refused_by_its_ord(shape):
    with pytest.raises(ValueError, match="building 5 has no area"):
        pack_tiles([5], [shape])


def test_no_footprints_make_no_tiles():
    assert pack_tiles([], []).names == {}


def test_names_are_in_the_order_of_the_tile():
    digest, body = pack_names([("C1-001", "1"), ("C1-002", "甲")])
    assert gzip.decompress(body).decode() == '[["C1-001","1"],["C1-002","甲"]]'
    assert digest == pack_names([("C1-001", "1"), ("C1-002", "甲")])[0]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-4000, 4000), st.integers(-4000, 4000)), min_size=1, max_size=30)
)
def test_every_building_is_in_exactly_the_tiles_its_box_or_badge_touches(places):
    shapes = [house(x, y) for x, y in places]
    tiles = pack_tiles(range(len(shapes)), shapes)
    for key, members in tiles.members.items():
        x, y = map(int, key.split("_"))
        touching = []
        for ord_, shape in enumerate(shapes):
            west, south, east, north = shape.bounds
            (left, bottom), (right, top) = tile_number(west, south), tile_number(east, north)
            across = math.floor(left - BADGE_REACH) <= x <= math.floor(right + BADGE_REACH)
            if across and math.floor(top - BADGE_REACH) <= y <= math.floor(bottom + BADGE_REACH):
                touching.append(ord_)
        assert list(members) == touching
    assert set(np.concatenate(list(tiles.members.values()))) == set(range(len(shapes)))
