"""Write imported subdistricts, compounds and buildings; what is to be written has been decided before."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import numpy.typing as npt
import shapely
from shapely import GeometryCollection
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from data.commands.access import show_to_demo_office
from data.commands.derive import derive_buildings, derive_new
from data.commands.import_compare import Change
from data.commands.record import append_building_events, append_event
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
ATTRIBUTION: Final = "© OpenStreetMap contributors"
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
        attribution=ATTRIBUTION,
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
    redrawn = [_redrawn(c, c.present) for c in changes if c.present is not None]
    redraw(session, Compound, redrawn, day)
    for change in changes:
        present = change.present
        compound_id = present.id if present else _new_compound(session, whole_code, change, day)
        _adopt(session, compound_id, change.adopts)
        append_event(
            session, principal, kind="compound_drawn", subject=("compound", compound_id),
            committee_id=change.committee_id, happened_on=day,
            after={"name": change.texts["name"], "adopted": len(change.adopts)},
        )  # fmt: skip
    derive_buildings(session, [id_ for change in changes for id_ in change.adopts])


def _adopt(session: Session, compound_id: int, building_ids: Sequence[int]) -> None:
    if building_ids:
        session.execute(
            update(Building).where(Building.id.in_(building_ids)).values(compound_id=compound_id)
        )


def _new_compound(session: Session, whole_code: str, change: Change, day: date) -> int:
    compound = Compound(
        committee_id=change.committee_id,
        code=code_of(f"{whole_code}C", change.identity),
        kind=CompoundKind.ESTATE,
        outline=change.shape,
        external_code=change.identity,
        valid_from=day,
        **change.texts,
    )
    session.add(compound)
    session.flush()
    return int(compound.id)


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
    derive_buildings(session, moved)
    append_building_events(
        session, principal, "building_redrawn", [_event(c, p, day) for c, p in redrawn]
    )
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
