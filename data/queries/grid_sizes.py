"""How large grids and compounds are, counted from the doors of their entrances."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from data.models import (
    Building,
    Committee,
    Compound,
    Dwelling,
    Entrance,
    Grid,
    GridMembership,
    GridPlan,
    Household,
    Residence,
    Task,
)
from data.principal import Principal
from data.queries.derivation import ON_REGISTER
from data.rules.areas import AreaLevel
from data.rules.grids import OPEN_PLANS, PlanState, SizeStatus, size_status
from data.rules.register import HouseholdState
from data.rules.work import OPEN_TASK_STATES


@dataclass(frozen=True, slots=True)
class Load:
    """What somebody has to serve: households, persons on the register, open tasks."""

    households: int = 0
    persons: int = 0
    open_tasks: int = 0

    def __add__(self, other: "Load") -> "Load":
        """Return both together."""
        return Load(
            self.households + other.households,
            self.persons + other.persons,
            self.open_tasks + other.open_tasks,
        )


@dataclass(frozen=True, slots=True)
class SizeRow:
    """One grid or compound in scope and how large it is; `plan` is where its newest plan stands."""

    level: AreaLevel
    code: str
    name: str
    committee_code: str
    committee_name: str
    households: int
    persons: int
    buildings: int
    open_tasks: int
    size: SizeStatus
    plan: PlanState | None = None


@dataclass(frozen=True, slots=True)
class _Door:
    entrance_id: int
    building_id: int
    ord: int
    compound_id: int | None
    grid_id: int | None


def grid_sizes(session: Session, principal: Principal) -> list[SizeRow]:
    """Return every current grid and compound in scope, worst class first, the largest of it first.

    Households are those on the register today (active, current) behind current dwellings, counted at
    their entrance: the sums are those of the area tree. A task of a whole building counts at its first
    entrance.
    """
    within = Committee.id.in_(principal.committees)
    doors, loads = _doors(session, within), entrance_loads(session, within)
    rows = [
        *_size_rows(AreaLevel.GRID, _grids(session, principal), doors, loads, "grid_id"),
        *_size_rows(
            AreaLevel.COMPOUND, _compounds(session, principal), doors, loads, "compound_id"
        ),
    ]
    plans = _open_plans(session, principal)
    rows = [replace(row, plan=plans.get((row.level, row.code))) for row in rows]
    worst = list(SizeStatus)
    return sorted(rows, key=lambda row: (-worst.index(row.size), -row.households, row.code))


def _open_plans(session: Session, principal: Principal) -> dict[tuple[AreaLevel, str], PlanState]:
    """Return where the newest open plan of each place stands."""
    statement = (
        select(GridPlan.level, GridPlan.code, GridPlan.state)
        .where(GridPlan.committee_id.in_(principal.committees), GridPlan.state.in_(OPEN_PLANS))
        .order_by(GridPlan.id)
    )
    return {(row.level, row.code): row.state for row in session.execute(statement)}


@dataclass(frozen=True, slots=True)
class MapSizes:
    """The classes that colour the map: of buildings by their ord, of compounds by their code."""

    buildings: dict[int, SizeStatus]
    compounds: dict[str, SizeStatus]


def map_sizes(session: Session, principal: Principal) -> MapSizes:
    """Return the classes in scope; a building has that of the largest grid with one of its entrances."""
    within = Committee.id.in_(principal.committees)
    doors, behind = _doors(session, within), _households(session, within)
    grids, compounds = Counter[int | None](), Counter[int | None]()
    for door in doors:
        grids[door.grid_id] += behind[door.entrance_id]
        compounds[door.compound_id] += behind[door.entrance_id]
    largest: dict[int, int] = {}
    for door in doors:
        if door.grid_id is not None:
            largest[door.ord] = max(largest.get(door.ord, 0), grids[door.grid_id])
    return MapSizes(
        {ord_: size_status(size) for ord_, size in sorted(largest.items())},
        {row[1]: size_status(compounds[row[0]]) for row in _compounds(session, principal)},
    )


def entrance_loads(session: Session, within: ColumnElement[bool]) -> dict[int, Load]:
    """Return what is to be served behind each entrance of the committees named by `within`."""
    households = _households(session, within)
    persons = _by_entrance(session, within, Residence, Residence.state.in_(ON_REGISTER))
    tasks = _by_entrance(session, within, Task, Task.state.in_(OPEN_TASK_STATES))
    tasks.update(_building_tasks(session, within))
    return {
        entrance: Load(households[entrance], persons[entrance], tasks[entrance])
        for entrance in {*households, *persons, *tasks}
    }


def _households(session: Session, within: ColumnElement[bool]) -> Counter[int]:
    current = Household.state == HouseholdState.ACTIVE, Household.valid_to.is_(None)
    return _by_entrance(session, within, Household, *current)


def _by_entrance(
    session: Session, within: ColumnElement[bool], of: Any, *where: ColumnElement[bool]
) -> Counter[int]:
    statement = (
        select(Dwelling.entrance_id, func.count())
        .join(of, of.dwelling_id == Dwelling.id)
        .join(Committee, Committee.id == Dwelling.committee_id)
        .where(within, Dwelling.valid_to.is_(None), *where)
        .group_by(Dwelling.entrance_id)
    )
    return _counted(session, statement)


def _counted(session: Session, statement: Select[int, int]) -> Counter[int]:
    counted: Counter[int] = Counter()
    for entrance, found in session.execute(statement):
        counted[entrance] = found
    return counted


def _building_tasks(session: Session, within: ColumnElement[bool]) -> Counter[int]:
    """Count the tasks of whole buildings at their first entrances."""
    first = (
        select(Entrance.building_id, func.min(Entrance.id).label("entrance_id"))
        .where(Entrance.valid_to.is_(None))
        .group_by(Entrance.building_id)
        .subquery()
    )
    statement = (
        select(first.c.entrance_id, func.count())
        .join(Task, Task.building_id == first.c.building_id)
        .join(Committee, Committee.id == Task.committee_id)
        .where(within, Task.dwelling_id.is_(None), Task.state.in_(OPEN_TASK_STATES))
        .group_by(first.c.entrance_id)
    )
    return _counted(session, statement)


def _doors(session: Session, within: ColumnElement[bool]) -> list[_Door]:
    statement = (
        select(Entrance.id, Building.id, Building.ord, Building.compound_id, GridMembership.grid_id)
        .join(Building, Building.id == Entrance.building_id)
        .join(Committee, Committee.id == Entrance.committee_id)
        .outerjoin(
            GridMembership,
            (GridMembership.entrance_id == Entrance.id) & GridMembership.valid_to.is_(None),
        )
        .where(within, Entrance.valid_to.is_(None), Building.valid_to.is_(None))
    )
    return [_Door(*row) for row in session.execute(statement)]


def _grids(session: Session, principal: Principal) -> Iterable[Any]:
    return session.execute(_named(Grid, principal))


def _compounds(session: Session, principal: Principal) -> Iterable[Any]:
    return session.execute(_named(Compound, principal))


def _named(of: Any, principal: Principal) -> Select[*tuple[Any, ...]]:
    return (
        select(of.id, of.code, of.name, Committee.code, Committee.name)
        .join(Committee, Committee.id == of.committee_id)
        .where(of.committee_id.in_(principal.committees), of.valid_to.is_(None))
    )


def _size_rows(
    level: AreaLevel,
    named: Iterable[Any],
    doors: list[_Door],
    loads: dict[int, Load],
    key: str,
) -> Iterable[SizeRow]:
    sums: dict[int, Load] = defaultdict(Load)
    buildings: dict[int, set[int]] = defaultdict(set)
    for door in doors:
        place = getattr(door, key)
        sums[place] += loads.get(door.entrance_id, Load())
        buildings[place].add(door.building_id)
    for id_, code, name, committee_code, committee_name in named:
        load = sums[id_]
        yield SizeRow(
            level, code, name, committee_code, committee_name, load.households, load.persons,
            len(buildings[id_]), load.open_tasks, size_status(load.households),
        )  # fmt: skip
