"""The entrances of a place that is cut into grids: for queries and commands that asked who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from shapely import Point
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from data.models import Building, Committee, Compound, Entrance, Grid, GridMembership
from data.rules.areas import AreaLevel

PLACES: Final[Mapping[AreaLevel, Any]] = {
    AreaLevel.COMPOUND: Compound,
    AreaLevel.GRID: Grid,
    AreaLevel.COMMITTEE: Committee,
}


@dataclass(frozen=True, slots=True)
class PlacedEntrance:
    """An entrance in force and the grid it is in today; `point` EPSG:4490."""

    id: int
    number: str
    point: Point
    building_id: int
    grid_id: int | None


def entrances_of(session: Session, level: AreaLevel, code: str) -> list[PlacedEntrance]:
    """Return the entrances of a compound, grid or committee in force, building by building.

    Of a place that is no longer there, nothing. Entrances of another committee are never its own.
    """
    statement = (
        select(
            Entrance.id,
            Entrance.number,
            Entrance.point,
            Entrance.building_id,
            GridMembership.grid_id,
        )
        .join(Building, Building.id == Entrance.building_id)
        .outerjoin(
            GridMembership,
            (GridMembership.entrance_id == Entrance.id) & GridMembership.valid_to.is_(None),
        )
        .where(*_within(level, code), Entrance.valid_to.is_(None), Building.valid_to.is_(None))
        .order_by(Building.ord, Entrance.position, Entrance.id)
    )
    rows: Any = session.execute(
        statement
    )  # what lies in `point` is a Point, whatever the column says
    return [PlacedEntrance(*row) for row in rows]


def _within(level: AreaLevel, code: str) -> tuple[ColumnElement[bool], ...]:
    model = PLACES[level]
    committee_id = _in_force(level, code, model.id if model is Committee else model.committee_id)
    of_committee = Entrance.committee_id == committee_id.scalar_subquery()
    place_id = _in_force(level, code, model.id).scalar_subquery()
    narrower: dict[AreaLevel, ColumnElement[bool]] = {
        AreaLevel.COMPOUND: Building.compound_id == place_id,
        AreaLevel.GRID: GridMembership.grid_id == place_id,
    }
    return (of_committee, *([narrower[level]] if level in narrower else []))


def _in_force(level: AreaLevel, code: str, column: Any) -> Select[int]:
    model = PLACES[level]
    return select(column).where(model.code == code, model.valid_to.is_(None))
