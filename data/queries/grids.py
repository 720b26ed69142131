"""A place that is to be cut into grids, as it is now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from data.errors import NotFound
from data.models import (
    Building,
    Committee,
    Compound,
    Footpath,
    Gate,
    Grid,
)
from data.principal import Principal
from data.queries.grid_entrances import PLACES, PlacedEntrance, entrances_of
from data.queries.grid_sizes import Load, entrance_loads
from data.rules.areas import AreaLevel
from data.rules.grids import SizeStatus, size_status


@dataclass(frozen=True, slots=True)
class GroundUnit:
    """An entrance: what is never cut. `building` and `grid` index the ground's; `point` EPSG:4326."""

    entrance_id: int
    number: str
    building: int
    households: int
    persons: int
    open_tasks: int
    grid: int | None
    point: Point


@dataclass(frozen=True, slots=True)
class GroundBuilding:
    """A building of the place; `compound` indexes the ground's compounds, `outline` EPSG:4326."""

    code: str
    label: str
    outline: BaseGeometry
    compound: int | None


@dataclass(frozen=True, slots=True)
class GroundGrid:
    """A present grid, with what of it lies within the place."""

    code: str
    name: str
    households: int
    buildings: int
    persons: int
    open_tasks: int


@dataclass(frozen=True, slots=True)
class GroundCompound:
    """A compound of the place; `outline` EPSG:4326."""

    code: str
    name: str
    outline: BaseGeometry


@dataclass(frozen=True, slots=True)
class GridGround:
    """A compound, grid or committee with all its entrances, gates, and the streets that cross it."""

    level: AreaLevel
    code: str
    name: str
    committee_code: str
    committee_name: str
    committee_households: int
    households: int
    persons: int
    open_tasks: int
    size: SizeStatus
    units: tuple[GroundUnit, ...]
    buildings: tuple[GroundBuilding, ...]
    compounds: tuple[GroundCompound, ...]
    grids: tuple[GroundGrid, ...]
    gates: tuple[Point, ...] = ()
    barriers: tuple[LineString, ...] = ()
    committee_id: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A place by its code and level, with the committee it belongs to."""

    id: int
    code: str
    name: str
    committee_id: int
    committee_code: str
    committee_name: str


def grid_ground(session: Session, principal: Principal, level: AreaLevel, code: str) -> GridGround:
    """Return a compound, grid or committee in scope as it is today; NotFound outside it.

    Households, persons and open tasks are counted as in `data.queries.grid_sizes`.
    """
    place = find_place(session, principal, level, code)
    loads = entrance_loads(session, Committee.id == place.committee_id)
    rows = entrances_of(session, level, place.code)
    buildings, compounds = _drawn(session, rows)
    grids = [grid for grid in dict.fromkeys(row.grid_id for row in rows) if grid is not None]
    units = _units(rows, loads, {b: i for i, b in enumerate(buildings)}, grids)
    total = sum((_load(unit) for unit in units), Load())
    outlines = {id_: i for i, id_ in enumerate(compounds)}
    return GridGround(
        level=level,
        code=place.code,
        name=place.name,
        committee_code=place.committee_code,
        committee_name=place.committee_name,
        committee_households=sum(load.households for load in loads.values()),
        households=total.households,
        persons=total.persons,
        open_tasks=total.open_tasks,
        size=size_status(total.households),
        units=units,
        buildings=tuple(
            GroundBuilding(b.code, b.label, b.outline, outlines.get(b.compound_id))
            for b in buildings.values()
        ),
        compounds=tuple(GroundCompound(c.code, c.name, c.outline) for c in compounds.values()),
        grids=_ground_grids(session, grids, units),
        gates=_gates(session, compounds),
        barriers=_streets(session, place, compounds, buildings),
        committee_id=place.committee_id,
    )


def find_place(session: Session, principal: Principal, level: AreaLevel, code: str) -> Place:
    """Return a compound, grid or committee in scope; NotFound outside it."""
    model = PLACES.get(level)
    if model is None:
        raise NotFound("no such place within your area")
    committee = aliased(Committee)
    its_committee = model.id if model is Committee else model.committee_id
    row = session.execute(
        select(model.id, model.code, model.name, committee.id, committee.code, committee.name)
        .join(committee, committee.id == its_committee)
        .where(
            model.code == code,
            model.valid_to.is_(None),
            committee.id.in_(principal.committees),
        )
    ).first()
    if row is None:
        raise NotFound("no such place within your area")
    return Place(*row)


def _drawn(
    session: Session, rows: Sequence[PlacedEntrance]
) -> tuple[dict[int, Any], dict[int, Any]]:
    """Return the buildings with these entrances in their order, and the compounds around them."""
    ids = list(dict.fromkeys(row.building_id for row in rows))
    found = session.execute(
        select(Building.id, Building.code, Building.label, Building.outline, Building.compound_id)
        .where(Building.id.in_(ids))
        .order_by(Building.ord)
    ).all()
    around = {row.compound_id for row in found if row.compound_id is not None}
    compounds = session.execute(
        select(Compound.id, Compound.code, Compound.name, Compound.outline)
        .where(Compound.id.in_(around))
        .order_by(Compound.code)
    ).all()
    return {row.id: row for row in found}, {row.id: row for row in compounds}


def _units(
    rows: Sequence[PlacedEntrance],
    loads: Mapping[int, Load],
    buildings: Mapping[int, int],
    grids: list[int],
) -> tuple[GroundUnit, ...]:
    return tuple(
        GroundUnit(
            entrance_id=row.id,
            number=row.number,
            building=buildings[row.building_id],
            households=loads.get(row.id, Load()).households,
            persons=loads.get(row.id, Load()).persons,
            open_tasks=loads.get(row.id, Load()).open_tasks,
            grid=None if row.grid_id is None else grids.index(row.grid_id),
            point=row.point,
        )
        for row in rows
    )


def _load(unit: GroundUnit) -> Load:
    return Load(unit.households, unit.persons, unit.open_tasks)


def _ground_grids(
    session: Session, grids: list[int], units: Sequence[GroundUnit]
) -> tuple[GroundGrid, ...]:
    named = {
        row.id: row
        for row in session.execute(select(Grid.id, Grid.code, Grid.name).where(Grid.id.in_(grids)))
    }
    made = []
    for index, id_ in enumerate(grids):
        own = [unit for unit in units if unit.grid == index]
        load = sum((_load(unit) for unit in own), Load())
        made.append(
            GroundGrid(
                named[id_].code,
                named[id_].name,
                load.households,
                len({unit.building for unit in own}),
                load.persons,
                load.open_tasks,
            )
        )
    return tuple(made)


def _gates(session: Session, compounds: Mapping[int, Any]) -> tuple[Point, ...]:
    statement = select(Gate.point).where(Gate.compound_id.in_(compounds), Gate.valid_to.is_(None))
    return tuple(session.scalars(statement.order_by(Gate.id)))


def _streets(
    session: Session, place: Place, compounds: Mapping[int, Any], buildings: Mapping[int, Any]
) -> tuple[LineString, ...]:
    """Return the streets that touch the place: whoever serves a grid does not cross them."""
    around: list[BaseGeometry] = [row.outline for row in (*compounds.values(), *buildings.values())]
    if not around:
        return ()
    west, south, east, north = (
        function(box[side] for box in (shape.bounds for shape in around))
        for side, function in enumerate((min, min, max, max))
    )
    subdistrict = select(Committee.subdistrict_id).where(Committee.id == place.committee_id)
    lines = session.scalars(
        select(Footpath.line).where(
            Footpath.subdistrict_id.in_(subdistrict.scalar_subquery()),
            Footpath.is_street,
            Footpath.valid_to.is_(None),
        )
    )
    return tuple(
        line  # type: ignore[misc]
        for line in lines
        if line.bounds[0] <= east
        and line.bounds[2] >= west
        and line.bounds[1] <= north
        and line.bounds[3] >= south
    )
