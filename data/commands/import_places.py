"""Write imported places as versions: what changed ends and opens anew, what is new begins."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from data.clock import read_clock
from data.commands.access import show_to_demo_office
from data.commands.clock import raise_epoch
from data.commands.derive import derive_buildings
from data.commands.record import append_event
from data.models import (
    AreaFlag,
    Building,
    BuildingCoverage,
    Committee,
    Compound,
    Discrepancy,
    District,
    Dwelling,
    Entrance,
    Household,
    Residence,
    Subdistrict,
    Task,
    VacancyEvidence,
    VerificationRecord,
    Visit,
)
from data.principal import Principal
from data.rules.areas import BuildingKind, CompoundKind
from geo.boundaries import place
from geo.crs import degrees_centre, metres_code, to_degrees, to_metres

HULL_MARGIN_M: Final = 30.0
# Codes of subdistricts that begin here: under an area code that nobody has.
FIRST_CODE: Final = 990_100_001
ATTRIBUTION: Final = "© OpenStreetMap contributors"
PALE: Final = ("name", "addr_housename", "addr:housename")


@dataclass(frozen=True, slots=True)
class Change:
    """One place that is new or has changed; `area` is its committee's code, or its name for a district."""

    identity: str
    properties: dict[str, Any]
    shape: BaseGeometry
    area: str


def new_subdistrict(
    session: Session,
    principal: Principal,
    name: str,
    shapes: Sequence[BaseGeometry],
    day: date,
    kind: str,
) -> Subdistrict:
    """Begin a subdistrict around its first shapes.

    From boundaries it takes their union; from buildings the hull around them with one illustrative
    district and one committee, so that what is known can be drawn at once.
    """
    taken = session.scalar(select(func.max(Subdistrict.code)).where(Subdistrict.code.like("9901%")))
    code = str(int(taken) + 1 if taken else FIRST_CODE)
    outline = shapely.union_all(shapes) if kind == "boundaries" else _hull(shapes)
    whole = Subdistrict(
        code=code,
        name=name[:80],
        outline=outline,
        districts_expected=3 if kind == "boundaries" else 1,
        illustrative=kind != "boundaries",
        attribution=ATTRIBUTION,
        valid_from=day,
    )
    session.add(whole)
    session.flush()
    show_to_demo_office(session, whole.id)
    if kind == "buildings":
        _one_committee(session, whole, day)
    append_event(
        session, principal, kind="subdistrict_begun", subject=("subdistrict", whole.id),
        happened_on=day, after={"code": code, "name": whole.name},
    )  # fmt: skip
    return whole


def _hull(shapes: Sequence[BaseGeometry]) -> BaseGeometry:
    everything = shapely.convex_hull(
        shapely.union_all(shapely.envelope(np.array(shapes, dtype=object)))
    )
    code = metres_code(*degrees_centre(everything))
    grown: BaseGeometry = to_degrees(
        shapely.buffer(to_metres(everything, code), HULL_MARGIN_M), code
    )
    return grown


def _one_committee(session: Session, whole: Subdistrict, day: date) -> None:
    district = District(
        subdistrict_id=whole.id, code=f"{whole.code}P1", name=whole.name, number=1,
        outline=whole.outline, valid_from=day,
    )  # fmt: skip
    session.add(district)
    session.flush()
    session.add(
        Committee(
            subdistrict_id=whole.id,
            district_id=district.id,
            code=f"{whole.code}001",
            name=whole.name,
            form_order=1,
            outline=whole.outline,
            valid_from=day,
        )
    )
    session.flush()


def write_boundaries(
    session: Session, principal: Principal, whole: Subdistrict, changes: Sequence[Change], day: date
) -> None:
    """Replace the districts: their committees follow by the largest share of their ground."""
    present = {
        row.name: row
        for row in session.scalars(
            select(District).where(District.subdistrict_id == whole.id, District.valid_to.is_(None))
        )
    }
    fresh = []
    for number, change in enumerate(changes, start=1):
        old = present.pop(change.area, None)
        if old is not None:
            old.valid_to = day
            session.flush()
        fresh.append(
            District(
                subdistrict_id=whole.id,
                code=old.code if old else f"{whole.code}P{number}",
                name=change.area,
                number=old.number if old else number,
                outline=change.shape,
                valid_from=day,
            )
        )
    for gone in present.values():
        gone.valid_to = day
    session.flush()
    session.add_all(fresh)
    session.flush()
    _move_committees(session, whole, fresh, day)
    for district in fresh:
        append_event(
            session, principal, kind="district_drawn", subject=("district", district.id),
            happened_on=day, after={"code": district.code, "name": district.name},
        )  # fmt: skip
    _map_changed(session)


def _move_committees(
    session: Session, whole: Subdistrict, districts: Sequence[District], day: date
) -> None:
    committees = session.scalars(
        select(Committee).where(Committee.subdistrict_id == whole.id, Committee.valid_to.is_(None))
    ).all()
    if not committees:
        # A street of districts alone: one committee each, until its committees are imported.
        for order, district in enumerate(districts, start=1):
            session.add(
                Committee(
                    subdistrict_id=whole.id,
                    district_id=district.id,
                    code=f"{whole.code}{order:03d}",
                    name=district.name,
                    form_order=order,
                    outline=district.outline,
                    valid_from=day,
                )
            )
        return
    code = metres_code(*degrees_centre(whole.outline))
    ground = to_metres(np.array([d.outline for d in districts], dtype=object), code)
    shapes = to_metres(np.array([c.outline for c in committees], dtype=object), code)
    for committee, found in zip(committees, place(shapes, ground), strict=True):
        if found is not None:
            committee.district_id = districts[found.area].id


def write_compounds(
    session: Session, principal: Principal, whole: Subdistrict, changes: Sequence[Change], day: date
) -> None:
    """Write compounds; buildings that stand inside one and belong to none become its own."""
    committees = _committee_ids(session, whole)
    for change in changes:
        old = session.scalars(
            select(Compound).where(
                Compound.external_code == change.identity,
                Compound.committee_id.in_(committees.values()),
                Compound.valid_to.is_(None),
            )
        ).one_or_none()
        if old is not None:
            old.valid_to = day
            session.flush()
        compound = Compound(
            committee_id=committees[change.area],
            code=old.code if old else f"{change.area}C-{change.identity}"[:40],
            name=str(change.properties.get("name") or change.identity)[:80],
            address=str(change.properties.get("address") or "")[:120],
            kind=CompoundKind.ESTATE,
            outline=change.shape,
            external_code=change.identity,
            valid_from=day,
        )
        session.add(compound)
        session.flush()
        _adopt(session, compound, old)
        append_event(
            session, principal, kind="compound_drawn", subject=("compound", compound.id),
            committee_id=compound.committee_id, happened_on=day, after={"code": compound.code},
        )  # fmt: skip
    _map_changed(session)


def _adopt(session: Session, compound: Compound, old: Compound | None) -> None:
    rows = session.execute(
        select(Building.id, Building.outline, Building.compound_id).where(
            Building.committee_id == compound.committee_id, Building.valid_to.is_(None)
        )
    ).all()
    inside = [
        row.id
        for row in rows
        if (
            row.compound_id is None
            and compound.outline.contains(shapely.point_on_surface(row.outline))
        )
        or (old is not None and row.compound_id == old.id)
    ]
    if inside:
        session.execute(
            update(Building).where(Building.id.in_(inside)).values(compound_id=compound.id)
        )
        derive_buildings(session, inside)


def write_buildings(
    session: Session, principal: Principal, whole: Subdistrict, changes: Sequence[Change], day: date
) -> None:
    """Write footprints: a changed one keeps code, ord, entrances and everything behind its doors."""
    committees = _committee_ids(session, whole)
    only = next(iter(committees))
    present = {
        row.external_code: row
        for row in session.scalars(
            select(Building).where(
                Building.committee_id.in_(committees.values()),
                Building.valid_to.is_(None),
                Building.external_code.is_not(None),
            )
        )
    }
    ord_ = int(session.scalars(select(func.coalesce(func.max(Building.ord), -1))).one())
    fresh: list[dict[str, Any]] = []
    for change in changes:
        old = present.get(change.identity)
        if old is not None:
            _redraw(session, old, change, day)
            continue
        ord_ += 1
        fresh.append(_row(change, committees[change.area or only], whole, ord_, day))
    if fresh:
        session.execute(insert(Building), fresh)
    session.flush()
    touched = session.scalars(
        select(Building.id).where(
            Building.committee_id.in_(committees.values()),
            Building.valid_to.is_(None),
            Building.external_code.in_([change.identity for change in changes]),
        )
    ).all()
    derive_buildings(session, touched)
    append_event(
        session, principal, kind="buildings_imported", subject=("subdistrict", whole.id),
        happened_on=day, after={"added": len(fresh), "redrawn": len(changes) - len(fresh)},
    )  # fmt: skip
    _map_changed(session)


def _row(
    change: Change, committee_id: int, whole: Subdistrict, ord_: int, day: date
) -> dict[str, Any]:
    properties = change.properties
    number = str(properties.get("addr_housenumber") or properties.get("addr:housenumber") or "")[
        :12
    ]
    street = str(properties.get("addr_street") or properties.get("addr:street") or "")
    name = next((str(properties[field]) for field in PALE if properties.get(field)), "")
    return {
        "ord": ord_,
        "committee_id": committee_id,
        "compound_id": None,
        "code": f"{whole.code}-{change.identity}"[:40],
        "name": (name or f"{street}{number}" or change.identity)[:80],
        "label": number,
        "address": f"{street}{number}"[:160],
        "kind": BuildingKind.UNKNOWN,
        "floors": _floors(properties),
        "outline": change.shape,
        "external_code": change.identity,
        "source": "import",
        "valid_from": day,
        "valid_to": None,
    }


def _floors(properties: dict[str, Any]) -> int | None:
    given = str(properties.get("building:levels") or "")
    return int(given) if given.isdigit() and len(given) < 4 else None


def _redraw(session: Session, old: Building, change: Change, day: date) -> None:
    """End a version and open the next; rows that belong to the building follow it."""
    values = {
        column.name: getattr(old, column.name)
        for column in Building.__table__.columns
        if column.name not in ("id", "outline", "valid_from", "valid_to")
    }
    old.valid_to = day
    session.flush()
    fresh = Building(**values, outline=change.shape, valid_from=day)
    session.add(fresh)
    session.flush()
    for model in FOLLOWING:
        session.execute(
            update(model).where(model.building_id == old.id).values(building_id=fresh.id)
        )
    session.execute(
        update(BuildingCoverage)
        .where(BuildingCoverage.building_id == old.id)
        .values(building_id=fresh.id)
    )


FOLLOWING: Final[tuple[Any, ...]] = (
    AreaFlag, Discrepancy, Dwelling, Entrance, Household, Residence, Task, VacancyEvidence,
    VerificationRecord, Visit,
)  # fmt: skip


def _committee_ids(session: Session, whole: Subdistrict) -> dict[str, int]:
    rows = session.execute(
        select(Committee.code, Committee.id)
        .where(Committee.subdistrict_id == whole.id, Committee.valid_to.is_(None))
        .order_by(Committee.code)
    )
    return {row.code: row.id for row in rows}


def _map_changed(session: Session) -> None:
    """Let every process pack its tiles anew and every browser fetch its statuses."""
    read_clock(session).tiles_rev += 1
    raise_epoch(session)
