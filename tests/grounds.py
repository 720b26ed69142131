"""Places to divide, drawn by hand: rows of slab blocks (板楼) with entrances, as a query returns them."""

from dataclasses import replace

import numpy as np
import shapely
from shapely import Point, box
from shapely.affinity import translate

from data.queries.grids import (
    GridGround,
    GroundBuilding,
    GroundCompound,
    GroundGrid,
    GroundUnit,
)
from data.rules.areas import AreaLevel
from data.rules.grids import size_status
from geo.crs import to_degrees, to_metres

ZONE = 4549
EAST, NORTH = to_metres(Point(121.45, 31.18), ZONE).coords[0]
COLUMN_M, ROW_M = 60.0, 30.0
FIRST_ID = 1001


def degrees(shape):
    """Return a shape drawn in metres from the place's corner as the register keeps it."""
    return to_degrees(translate(shape, EAST, NORTH), ZONE)


def ground(columns=6, rows=5, doors=3, households=30, grids=1, **changes) -> GridGround:
    """One compound, walled, of columns x rows blocks; its grids are stripes from west to east.

    `households` is a number for each entrance or a list of them.
    """
    labels = [(column, row) for row in range(rows) for column in range(columns)]
    drawn = [_building(place, *at) for place, at in enumerate(labels)]
    counts = np.broadcast_to(households, len(labels) * doors).tolist()
    units = tuple(
        _unit(place * doors + door, place, door, at, grids * at[0] // columns, counts[place * doors + door])
        for place, at in enumerate(labels) for door in range(doors)
    )  # fmt: skip
    wall = box(0, 0, columns * COLUMN_M, rows * ROW_M)
    made = GridGround(
        level=AreaLevel.COMPOUND, code="990100001001C01", name="锦绣花园", committee_code="990100001001",
        committee_name="云中", committee_households=sum(counts), households=sum(counts),
        persons=sum(unit.persons for unit in units), open_tasks=sum(unit.open_tasks for unit in units),
        size=size_status(sum(counts)), units=units, buildings=tuple(drawn),
        compounds=(GroundCompound("990100001001C01", "锦绣花园", degrees(wall)),),
        grids=tuple(_grid(number, units) for number in range(grids)),
        gates=(degrees(Point(columns * COLUMN_M / 2, 0)),), barriers=(),
    )  # fmt: skip
    return replace(made, **changes)


def two_compounds(apart_m=20.0, **changes) -> GridGround:
    """Two compounds side by side with a street between; each has a gate on it."""
    west = ground()
    step = 6 * COLUMN_M + apart_m
    moved = [replace(b, code=f"E{b.label}", label=str(30 + int(b.label)), outline=_east(b.outline, step),
                     compound=1) for b in west.buildings]  # fmt: skip
    units = [replace(u, entrance_id=u.entrance_id + 1000, building=u.building + 30,
                     point=_east(u.point, step)) for u in west.units]  # fmt: skip
    wall = GroundCompound("990100001001C02", "绣衣里", _east(west.compounds[0].outline, step))
    gates = (degrees(Point(6 * COLUMN_M, 70)), degrees(Point(step, 70)))
    both = replace(
        west, level=AreaLevel.COMMITTEE, code="990100001001", name="云中", units=(*west.units, *units),
        buildings=(*west.buildings, *moved), compounds=(*west.compounds, wall), gates=gates,
        households=2 * west.households, persons=2 * west.persons, open_tasks=2 * west.open_tasks,
    )  # fmt: skip
    return replace(both, **changes)


def _east(shape, metres):
    return to_degrees(translate(to_metres(shape, ZONE), metres, 0), ZONE)


def _building(place, column, row) -> GroundBuilding:
    x, y = column * COLUMN_M + 10, row * ROW_M + 9
    return GroundBuilding(f"B{place + 1}", str(place + 1), degrees(box(x, y, x + 40, y + 12)), 0)


def _unit(index, building, door, at, grid, households) -> GroundUnit:
    x, y = at[0] * COLUMN_M + 15 + 15 * door, at[1] * ROW_M + 9
    return GroundUnit(
        entrance_id=FIRST_ID + index, number=str(index + 1), building=building, households=households,
        persons=int(2.6 * households), open_tasks=index % 3, grid=grid, point=degrees(Point(x, y)),
    )  # fmt: skip


def _grid(number, units) -> GroundGrid:
    own = [unit for unit in units if unit.grid == number]
    return GroundGrid(
        code=f"9901000010010{number + 1:02d}", name=f"{number + 1:02d}",
        households=sum(unit.households for unit in own), buildings=len({unit.building for unit in own}),
        persons=sum(unit.persons for unit in own), open_tasks=sum(unit.open_tasks for unit in own),
    )  # fmt: skip


def is_near(shape, other) -> bool:
    """Tell whether two outlines in degrees are the same to a few centimetres."""
    return shapely.hausdorff_distance(shape, other) < 1e-6
