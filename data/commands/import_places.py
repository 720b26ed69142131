"""Write imported subdistricts, compounds and buildings; what is to be written has been decided before."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy.typing as npt
import shapely
from shapely import GeometryCollection
from shapely.geometry.base import BaseGeometry
from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from data.commands.access import show_to_demo_office
from data.commands.derive import derive_new, follow_places
from data.commands.import_compare import Change
from data.commands.record import append_event, append_events
from data.commands.versions import redraw
from data.models import Building, Committee, Compound, District, Subdistrict
from data.principal import Principal
from data.queries.present_places import PresentPlace
from data.rules.areas import BuildingKind, CompoundKind
from data.rules.coverage import LifeState
from geo.crs import degrees_centre, metres_code, to_degrees, to_metres
from geo.footprints import content_hash

HULL_MARGIN_M: Final = 30.0
# Codes of subdistricts that begin here: under an area code that nobody has.
FIRST_CODE: Final = 990_100_001
# What may stand in a code of ours: it travels in addresses and on paper.
UNFIT: Final = re.compile(r"[^\w.\-]")
LONGEST_CODE: Final = 40


def code_of(prefix: str, identity: str) -> str:
    """Return a code of at most 40 plain characters for a file's identity; different ones differ."""
    code = f"{prefix}-{UNFIT.sub('_', identity)}"
    if code == f"{prefix}-{identity}" and len(code) <= LONGEST_CODE:
        return code
    mark = content_hash(identity.encode())[:8]
    return f"{code[: LONGEST_CODE - len(mark) - 1]}~{mark}"


def begin_subdistrict(
    session: Session,
    principal: Principal,
    name: str,
    outline: BaseGeometry | None,
    day: date,
    *,
    districts: int,
) -> Subdistrict:
    """Begin a subdistrict; in a demo the demo's office and administrator see it at once."""
    taken = session.scalar(select(func.max(Subdistrict.code)).where(Subdistrict.code.like("9901%")))
    whole = Subdistrict(
        code=str(int(taken) + 1 if taken else FIRST_CODE),
        name=name,
        outline=outline,
        districts_expected=districts,
        illustrative=districts == 1,
        valid_from=day,
    )
    session.add(whole)
    session.flush()
    append_event(
        session, principal, kind="subdistrict_begun", subject=("subdistrict", whole.id),
        happened_on=day, after={"code": whole.code, "name": whole.name},
    )  # fmt: skip
    show_to_demo_office(session, whole.id)
    return whole


def name_source(session: Session, code: str, attribution: str) -> None:
    """Let the map name whom the subdistrict's shapes come from, beside those it names already."""
    whole = session.scalars(
        select(Subdistrict).where(Subdistrict.code == code, Subdistrict.valid_to.is_(None))
    ).one()
    if attribution and attribution not in whole.attribution:
        whole.attribution = " · ".join(filter(None, (whole.attribution, attribution)))[:200]


def hull(shapes: npt.NDArray[Any]) -> BaseGeometry:
    """Return the convex area around buildings, 30 m wider than they reach."""
    boxes: Any = shapely.envelope(shapes)
    everything = shapely.convex_hull(GeometryCollection(list(boxes)))
    code = metres_code(*degrees_centre(everything))
    grown: BaseGeometry = to_degrees(
        shapely.buffer(to_metres(everything, code), HULL_MARGIN_M), code
    )
    return grown


def one_committee(session: Session, whole: Subdistrict, day: date) -> int:
    """Give a subdistrict that begins one illustrative district and committee; return the latter's id."""
    district = District(
        subdistrict_id=whole.id, code=f"{whole.code}P1", name=whole.name, number=1,
        outline=whole.outline, valid_from=day,
    )  # fmt: skip
    session.add(district)
    session.flush()
    committee = Committee(
        subdistrict_id=whole.id, district_id=district.id, code=f"{whole.code}001", name=whole.name,
        form_order=1, outline=whole.outline, valid_from=day,
    )  # fmt: skip
    session.add(committee)
    session.flush()
    return committee.id


def write_compounds(
    session: Session, principal: Principal, whole_code: str, changes: Sequence[Change], day: date
) -> None:
    """Write compounds; a redrawn one keeps its code and everything in it."""
    redraw(session, Compound, [_redrawn(c, c.present) for c in changes if c.present], day)
    fresh = [_new_compound(whole_code, change, day) for change in changes if not change.present]
    if fresh:
        session.execute(insert(Compound), fresh)
    begun = dict(
        list(
            session.execute(
                select(Compound.code, Compound.id).where(
                    Compound.code.like(f"{whole_code}C-%"), Compound.valid_to.is_(None)
                )
            )
        )
    )
    ids = [c.present.id if c.present else begun[_compound_code(whole_code, c)] for c in changes]
    _adopt(session, dict(zip(ids, changes, strict=True)))
    events = [_compound_event(id_, change, day) for id_, change in zip(ids, changes, strict=True)]
    append_events(session, principal, "compound_drawn", "compound", events)


def _adopt(session: Session, adopting: dict[int, Change]) -> None:
    rows = [{"key": id_, "into": into} for into, c in adopting.items() for id_ in c.adopts]
    if rows:
        table: Any = Building.__table__
        statement = update(table).where(table.c.id == bindparam("key"))
        session.connection().execute(statement.values(compound_id=bindparam("into")), rows)
        follow_places(session, [row["key"] for row in rows])


def _compound_event(compound_id: int, change: Change, day: date) -> dict[str, Any]:
    return {
        "subject_id": compound_id,
        "committee_id": change.committee_id,
        "happened_on": day,
        "before": change.present.texts if change.present else None,
        "after": change.texts | {"adopted": len(change.adopts)},
    }


def _compound_code(whole_code: str, change: Change) -> str:
    return code_of(f"{whole_code}C", change.identity)


def _new_compound(whole_code: str, change: Change, day: date) -> dict[str, Any]:
    return {
        "committee_id": change.committee_id,
        "code": _compound_code(whole_code, change),
        "kind": CompoundKind.ESTATE,
        "outline": change.shape,
        "external_code": change.identity,
        "valid_from": day,
        "valid_to": None,
        **change.texts,
    }


def _redrawn(change: Change, present: PresentPlace) -> dict[str, Any]:
    return {
        "id": present.id,
        "committee_id": change.committee_id,
        "outline": change.shape,
        **change.texts,
    }


def write_buildings(
    session: Session,
    principal: Principal,
    whole: tuple[int, str],
    changes: Sequence[Change],
    day: date,
) -> None:
    """Write footprints of a subdistrict (id, code): new ones, and redrawn ones that keep code and ord."""
    fresh = [change for change in changes if change.present is None]
    redrawn = [(change, change.present) for change in changes if change.present is not None]
    first = 1 + int(session.scalars(select(func.coalesce(func.max(Building.ord), -1))).one())
    if fresh:
        rows = [_row(whole[1], c, ord_, day) for ord_, c in enumerate(fresh, start=first)]
        table: Any = Building.__table__
        session.connection().execute(insert(table), rows)
        derive_new(session, first)
    redraw(session, Building, [_redrawn(c, p) | _belongs(c) for c, p in redrawn], day)
    moved = [p.id for c, p in redrawn if (c.committee_id, c.compound_id) != _place_of(p)]
    follow_places(session, moved)
    events = [_event(change, present, day) for change, present in redrawn]
    append_events(session, principal, "building_redrawn", "building", events)
    append_event(
        session, principal, kind="buildings_imported", subject=("subdistrict", whole[0]),
        happened_on=day, after={"added": len(fresh), "redrawn": len(redrawn)},
    )  # fmt: skip


def _belongs(change: Change) -> dict[str, Any]:
    return {"compound_id": change.compound_id}


def _place_of(present: PresentPlace) -> tuple[int, int | None]:
    return present.committee_id, present.compound_id


def _event(change: Change, present: PresentPlace, day: date) -> dict[str, Any]:
    return {
        "subject_id": present.id,
        "building_id": present.id,
        "committee_id": change.committee_id,
        "happened_on": day,
        "before": present.texts,
        "after": change.texts,
    }


def _row(whole_code: str, change: Change, ord_: int, day: date) -> dict[str, Any]:
    return {
        "ord": ord_,
        "committee_id": change.committee_id,
        "compound_id": change.compound_id,
        "code": code_of(whole_code, change.identity),
        "kind": BuildingKind.UNKNOWN,
        "outline": change.shape,
        "external_code": change.identity,
        "source": "import",
        "life_state": LifeState.IN_USE,
        "valid_from": day,
        "valid_to": None,
        **change.texts,
    }
