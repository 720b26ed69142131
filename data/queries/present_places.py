"""What a map file is compared with: the places of one subdistrict as they stand, in EPSG:4490."""

from dataclasses import dataclass, field
from typing import Any, Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, select, union
from sqlalchemy.orm import Session

from data.errors import Forbidden, NotFound
from data.models import (
    AreaFlag,
    Building,
    Clock,
    Committee,
    Compound,
    District,
    Dwelling,
    Entrance,
    Subdistrict,
    Task,
)
from data.principal import Principal

BUILDING_TEXTS: Final = ("name", "label", "address", "floors")
COMPOUND_TEXTS: Final = ("name", "address")


@dataclass(frozen=True, slots=True)
class PresentArea:
    """A subdistrict, district or committee in force; `within` is the id of the district around it."""

    id: int
    code: str
    name: str
    number: int
    outline: BaseGeometry
    within: int = 0


@dataclass(frozen=True, slots=True)
class PresentPlace:
    """A compound or building in force, known to files by its identity.

    `is_settled` tells whether something in the register depends on where it is: rooms, tasks, buildings.
    """

    id: int
    code: str
    identity: str
    committee_id: int
    compound_id: int | None
    outline: BaseGeometry
    texts: dict[str, Any]
    is_settled: bool


@dataclass(frozen=True, slots=True)
class PresentPlaces:
    """The places of a subdistrict, none for one that is to begin, and the map's revision they stand for."""

    revision: int
    subdistrict: PresentArea | None = None
    districts_expected: int = 3
    districts: tuple[PresentArea, ...] = ()
    committees: tuple[PresentArea, ...] = ()
    compounds: tuple[PresentPlace, ...] = field(default=(), repr=False)
    buildings: tuple[PresentPlace, ...] = field(default=(), repr=False)


def no_places(session: Session, name: str) -> PresentPlaces:
    """Return what a subdistrict begins with; Forbidden when one of this name is there already."""
    known = session.scalars(
        select(Subdistrict.code).where(Subdistrict.name == name, Subdistrict.valid_to.is_(None))
    ).first()
    if known is not None:
        raise Forbidden(
            f"there is a subdistrict {name} already: import into it with --into {known}"
        )
    return PresentPlaces(_revision(session))


def present_places(session: Session, principal: Principal, code: str) -> PresentPlaces:
    """Return the places of a subdistrict; NotFound out of scope, Forbidden when it is only partly in."""
    whole = session.scalars(
        select(Subdistrict).where(
            Subdistrict.code == code,
            Subdistrict.valid_to.is_(None),
            Subdistrict.id.in_(principal.subdistricts),
        )
    ).one_or_none()
    if whole is None:
        raise NotFound(f"no subdistrict {code} within your area")
    committees = _committees(session, whole.id)
    ids = [committee.id for committee in committees]
    if not principal.committees.issuperset(ids):
        raise Forbidden(f"importing into {whole.name} needs the right over all of its committees")
    return PresentPlaces(
        _revision(session),
        PresentArea(whole.id, whole.code, whole.name, 0, whole.outline),
        whole.districts_expected,
        _districts(session, whole.id),
        committees,
        _compounds(session, ids),
        _buildings(session, ids),
    )


def _revision(session: Session) -> int:
    """Return the number that grows with every change of the map; 0 in a register that has none yet."""
    return session.scalars(select(Clock.tiles_rev)).one_or_none() or 0


def _districts(session: Session, subdistrict_id: int) -> tuple[PresentArea, ...]:
    rows = session.scalars(
        select(District)
        .where(District.subdistrict_id == subdistrict_id, District.valid_to.is_(None))
        .order_by(District.number)
    )
    return tuple(PresentArea(r.id, r.code, r.name, r.number, r.outline) for r in rows)


def _committees(session: Session, subdistrict_id: int) -> tuple[PresentArea, ...]:
    rows = session.scalars(
        select(Committee)
        .where(Committee.subdistrict_id == subdistrict_id, Committee.valid_to.is_(None))
        .order_by(Committee.code)
    )
    return tuple(
        PresentArea(r.id, r.code, r.name, r.form_order, r.outline, r.district_id) for r in rows
    )


def _compounds(session: Session, committee_ids: list[int]) -> tuple[PresentPlace, ...]:
    settled = _ids(session, select(Building.compound_id).where(Building.valid_to.is_(None)))
    columns = (Compound.id, Compound.code, Compound.external_code, Compound.committee_id,
               Compound.outline, Compound.name, Compound.address)  # fmt: skip
    rows = session.execute(
        select(*columns)
        .where(Compound.committee_id.in_(committee_ids), Compound.valid_to.is_(None))
        .order_by(Compound.id)
    )
    return tuple(
        PresentPlace(
            row.id, row.code, row.external_code or row.code, row.committee_id, None, row.outline,
            {name: getattr(row, name) for name in COMPOUND_TEXTS}, row.id in settled,
        )
        for row in rows
    )  # fmt: skip


def _buildings(session: Session, committee_ids: list[int]) -> tuple[PresentPlace, ...]:
    behind = union(*(select(model.building_id) for model in (Dwelling, Entrance, Task, AreaFlag)))
    settled = _ids(session, select(behind.subquery().c.building_id))
    columns = (Building.id, Building.code, Building.external_code, Building.committee_id,
               Building.compound_id, Building.outline, Building.name, Building.label,
               Building.address, Building.floors)  # fmt: skip
    rows = session.execute(
        select(*columns)
        .where(Building.committee_id.in_(committee_ids), Building.valid_to.is_(None))
        .order_by(Building.id)
    )
    return tuple(
        PresentPlace(
            row.id, row.code, row.external_code or row.code, row.committee_id, row.compound_id,
            row.outline, {name: getattr(row, name) for name in BUILDING_TEXTS}, row.id in settled,
        )
        for row in rows
    )  # fmt: skip


def _ids(session: Session, statement: Select[Any]) -> frozenset[int]:
    return frozenset(value for value in session.scalars(statement) if value is not None)
