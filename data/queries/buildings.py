"""One building: its head line, its doors, and who lives behind one of them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.clock import watermark
from data.errors import NotFound
from data.models import (
    Building,
    BuildingCoverage,
    Committee,
    Compound,
    Dwelling,
    Entrance,
    Grid,
    GridMembership,
    Household,
    Person,
    Residence,
    Task,
    Visit,
)
from data.principal import Principal
from data.queries.derivation import ON_REGISTER
from data.rules.coverage import CoverageStatus, DwellingStatus
from data.rules.identity import mask_id, mask_name
from data.rules.rates import Rate
from data.rules.register import HouseholdKind, HouseholdState, PersonCategory
from data.rules.work import OPEN_TASK_STATES, TaskType, Window
from data.sealing import KeyRing


@dataclass(frozen=True, slots=True)
class GridOf:
    """A grid that a building's entrances are in, or were in until a day (its rounds stay its own)."""

    code: str
    name: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class BuildingHead:
    """What stands above the panel's tabs."""

    id: int
    code: str
    name: str
    compound: str
    compound_code: str | None
    committee_code: str
    status: CoverageStatus
    coverage: Rate
    listed: int
    floors: int | None
    entrances: int
    persons: int
    open_tasks: int
    overdue: int
    grids: tuple[GridOf, ...]
    last_visit: datetime | None
    last_window: Window | None


@dataclass(frozen=True, slots=True)
class DoorRow:
    """One door of the matrix and of the list; `overdue_on` is the oldest day a task was due."""

    id: int
    entrance: str
    floor: int
    room: str
    position: int
    status: DwellingStatus
    resolved: bool
    persons: int
    last_visit: date | None
    attempts: int
    task: TaskType | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Member:
    """A person of an opened household: masked, and nothing that describes them further."""

    name: str
    id_number: str
    relation: int
    category: PersonCategory


@dataclass(frozen=True, slots=True)
class HouseholdFile:
    """One household's file (一户一档); `members` is empty for roles that see counts only."""

    number: int
    kind: HouseholdKind
    persons: int
    collected_on: date | None
    entered_on: date | None
    verified_on: date | None
    members: tuple[Member, ...]


def building_head(session: Session, principal: Principal, code: str) -> BuildingHead:
    """Return a building's head line; NotFound outside the scope as when there is none."""
    statement = (
        select(Building, BuildingCoverage, Compound.name, Compound.code, Committee.code)
        .join(BuildingCoverage, BuildingCoverage.building_id == Building.id)
        .join(Committee, Committee.id == Building.committee_id)
        .outerjoin(Compound, Compound.id == Building.compound_id)
        .where(
            Building.code == code,
            Building.valid_to.is_(None),
            Building.committee_id.in_(principal.committees),
        )
    )
    row = session.execute(statement).first()
    if row is None:
        raise NotFound("no such building within your area")
    building, counters, compound, compound_code, committee_code = row
    visited_at, window = _last_visit(session, building.id)
    entrances, grids = _entrances(session, building.id)
    return BuildingHead(
        id=building.id,
        code=building.code,
        name=building.name,
        compound=compound or "",
        compound_code=compound_code,
        committee_code=committee_code,
        status=counters.status,
        coverage=Rate(counters.resolved, counters.n),
        listed=counters.listed,
        floors=building.floors,
        entrances=entrances,
        persons=counters.persons,
        open_tasks=counters.open_tasks,
        overdue=counters.overdue,
        grids=grids,
        last_visit=visited_at,
        last_window=window,
    )


def _last_visit(session: Session, building_id: int) -> tuple[datetime | None, Window | None]:
    visit = session.execute(
        select(Visit.visited_at, Visit.window)
        .where(Visit.building_id == building_id)
        .order_by(Visit.visited_at.desc())
        .limit(1)
    ).first()
    return (visit.visited_at, visit.window) if visit else (None, None)


def _entrances(session: Session, building_id: int) -> tuple[int, tuple[GridOf, ...]]:
    """Return how many entrances there are and all their grids, those of today first."""
    rows = session.execute(
        select(Entrance.id, Grid.code, Grid.name, GridMembership.valid_to)
        .outerjoin(GridMembership, GridMembership.entrance_id == Entrance.id)
        .outerjoin(Grid, Grid.id == GridMembership.grid_id)
        .where(Entrance.building_id == building_id, Entrance.valid_to.is_(None))
        .order_by(
            GridMembership.valid_to.is_not(None), GridMembership.valid_to.desc(), Entrance.position
        )
    ).all()
    grids: dict[str, GridOf] = {}
    for row in rows:
        if row.code:
            grids.setdefault(row.code, GridOf(row.code, row.name, row.valid_to))
    return len({row.id for row in rows}), tuple(grids.values())


def building_doors(session: Session, principal: Principal, building_id: int) -> list[DoorRow]:
    """Return every door of a building in scope, by entrance, top floor first, along the landing."""
    statement = (
        select(
            Dwelling.id,
            Entrance.number,
            Dwelling.floor,
            Dwelling.room,
            Dwelling.position,
            Dwelling.status,
            Dwelling.resolved,
        )
        .join(Entrance, Entrance.id == Dwelling.entrance_id)
        .where(
            Dwelling.building_id == building_id,
            Dwelling.committee_id.in_(principal.committees),
            Dwelling.valid_to.is_(None),
        )
        .order_by(Entrance.position, Dwelling.floor.desc(), Dwelling.position)
    )
    persons = _persons_by_door(session, building_id)
    visits = _visits_by_door(session, building_id)
    tasks = _tasks_by_door(session, building_id)
    return [
        DoorRow(
            *row,
            persons.get(row.id, 0),
            *visits.get(row.id, (None, 0)),
            *tasks.get(row.id, (None, None)),
        )
        for row in session.execute(statement)
    ]


def _persons_by_door(session: Session, building_id: int) -> dict[int, int]:
    rows = session.execute(
        select(Residence.dwelling_id, func.count().label("persons"))
        .where(Residence.building_id == building_id, Residence.state.in_(ON_REGISTER))
        .group_by(Residence.dwelling_id)
    )
    return {row.dwelling_id: row.persons for row in rows}


def _visits_by_door(session: Session, building_id: int) -> dict[int, tuple[date | None, int]]:
    rows = session.execute(
        select(Visit.dwelling_id, func.max(Visit.happened_on), func.count())
        .where(Visit.building_id == building_id)
        .group_by(Visit.dwelling_id)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _tasks_by_door(
    session: Session, building_id: int
) -> dict[int, tuple[TaskType | None, date | None]]:
    """Return the task of each door that is due first."""
    rows = session.execute(
        select(Task.dwelling_id, Task.type, Task.due_on)
        .where(Task.building_id == building_id, Task.state.in_(OPEN_TASK_STATES))
        .order_by(Task.due_on.desc())
    )
    return {row.dwelling_id: (row.type, row.due_on) for row in rows if row.dwelling_id}


def household_files(
    session: Session, principal: Principal, ring: KeyRing, dwelling_id: int
) -> tuple[str, list[HouseholdFile]]:
    """Return the room and its households; members masked, and only for roles that may see persons.

    NotFound outside the scope as when there is none.
    """
    room = session.execute(
        select(Dwelling.room).where(
            Dwelling.id == dwelling_id,
            Dwelling.committee_id.in_(principal.committees),
            Dwelling.valid_to.is_(None),
        )
    ).scalar_one_or_none()
    if room is None:
        raise NotFound("no such room within your area")
    households = session.scalars(
        select(Household)
        .where(
            Household.dwelling_id == dwelling_id,
            Household.state == HouseholdState.ACTIVE,
            Household.valid_to.is_(None),
        )
        .order_by(Household.household_no)
    ).all()
    people = _people(session, dwelling_id)
    return room, [
        _file(household, people[household.id], principal, ring) for household in households
    ]


def _people(session: Session, dwelling_id: int) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    rows = session.execute(
        select(Residence, Person)
        .join(Person, Person.id == Residence.person_id)
        .where(Residence.dwelling_id == dwelling_id, Residence.ended_on.is_(None))
        .order_by(Residence.relation, Residence.id)
    )
    for row in rows:
        found[row.Residence.household_id].append(row)
    return found


def _file(
    household: Household, rows: Sequence[Any], principal: Principal, ring: KeyRing
) -> HouseholdFile:
    members = (
        tuple(_member(row.Residence, row.Person, ring) for row in rows)
        if principal.sees_persons
        else ()
    )
    return HouseholdFile(
        household.household_no,
        household.kind,
        len(rows),
        household.collected_on,
        household.entered_on,
        household.verified_on,
        members,
    )


def _member(residence: Residence, person: Person, ring: KeyRing) -> Member:
    """Open the two fields that are shown, and mask them before they leave this module."""
    if person.data_key is None:
        return Member("", "", residence.relation, person.category)
    key = ring.open_data_key(person.uid, person.key_id, person.data_key)
    name = key.open("name", person.name_sealed) if person.name_sealed else ""
    number = key.open("id_number", person.id_number_sealed) if person.id_number_sealed else ""
    return Member(mask_name(name), mask_id(number), residence.relation, person.category)


def register_day(session: Session) -> date:
    """Return the day that what is shown is true for."""
    return watermark(session)
