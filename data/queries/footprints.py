"""The ground of the map: footprints, the outlines of areas, and what is written on them.

Footprints are visible to all staff of a subdistrict; codes, labels and the names of compounds, which
together are addresses, only in scope.
"""

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiLineString
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from data.models import (
    Building,
    Committee,
    Compound,
    District,
    Footpath,
    Landmark,
    Subdistrict,
)
from data.principal import Principal

READ_AT_ONCE: Final = 5_000


@dataclass(frozen=True, slots=True)
class Footprints:
    """Every building as the map draws it, in columns: 100,000 shapes would be 100 MB, their WKB is 10.

    `bounds` are west, south, east, north in EPSG:4490 degrees, one row a building.
    """

    ords: npt.NDArray[np.int64]
    outlines: list[bytes] = field(repr=False)
    bounds: npt.NDArray[np.float64]

    def shapes(self, rows: npt.NDArray[np.int64]) -> npt.NDArray[Any]:
        """Return the shapes of these rows."""
        return np.asarray(shapely.from_wkb([self.outlines[row] for row in rows]), dtype=object)


@dataclass(frozen=True, slots=True)
class Outline:
    """One area or piece of ground with what the map writes on it."""

    code: str
    name: str
    kind: str
    number: int
    shape: BaseGeometry


def footprints(session: Session, principal: Principal) -> Footprints:
    """Return every current footprint of the principal's subdistricts, by ord."""
    table: Any = Building.__table__
    statement = (
        select(table.c.ord, table.c.outline)
        .where(
            table.c.valid_to.is_(None),
            table.c.committee_id.in_(_committees_around(principal)),
        )
        .order_by(table.c.ord)
        .execution_options(yield_per=READ_AT_ONCE)
    )
    ords: list[int] = []
    found = Footprints(np.empty(0, np.int64), [], np.empty((0, 4)))
    bounds = [found.bounds]
    for rows in session.execute(statement).partitions():
        numbers, shapes = zip(*rows, strict=True)
        ords.extend(numbers)
        found.outlines.extend(shapely.to_wkb(shapes))
        bounds.append(shapely.bounds(shapes))
    return replace(found, ords=np.array(ords, dtype=np.int64), bounds=np.concatenate(bounds))


def building_names(session: Session, principal: Principal) -> dict[int, tuple[str, str]]:
    """Return code and label of every current building in scope, by ord: half of an address."""
    table: Any = Building.__table__
    statement = select(table.c.ord, table.c.code, table.c.label).where(
        table.c.valid_to.is_(None), table.c.committee_id.in_(principal.committees)
    )
    return {ord_: (code, label) for ord_, code, label in session.execute(statement)}


def ground(session: Session, principal: Principal) -> dict[str, list[Outline]]:
    """Return the layers that all staff of a subdistrict see alike."""
    return {
        "subdistricts": _subdistricts(session, principal),
        "districts": _districts(session, principal),
        "committees": _committees(session, principal),
        "ground": _ground(session, principal),
    }


def compounds(session: Session, principal: Principal) -> list[Outline]:
    """Return the compounds of the principal's subdistricts; out of scope without code and name."""
    rows = session.scalars(
        select(Compound)
        .where(
            Compound.valid_to.is_(None), Compound.committee_id.in_(_committees_around(principal))
        )
        .order_by(Compound.code)
    )
    return [
        Outline(row.code, row.name, row.kind.value, 0, row.outline)
        if row.committee_id in principal.committees
        else Outline("", "", row.kind.value, 0, row.outline)
        for row in rows
    ]


def _committees_around(principal: Principal) -> Select[int]:
    return select(Committee.id).where(Committee.subdistrict_id.in_(principal.subdistricts))


def _subdistricts(session: Session, principal: Principal) -> list[Outline]:
    rows = session.scalars(
        select(Subdistrict).where(
            Subdistrict.valid_to.is_(None), Subdistrict.id.in_(principal.subdistricts)
        )
    )
    return [Outline(row.code, row.name, "subdistrict", 0, row.outline) for row in rows]


def _districts(session: Session, principal: Principal) -> list[Outline]:
    rows = session.scalars(
        select(District)
        .where(District.valid_to.is_(None), District.subdistrict_id.in_(principal.subdistricts))
        .order_by(District.number)
    )
    return [Outline(row.code, row.name, "district", row.number, row.outline) for row in rows]


def _committees(session: Session, principal: Principal) -> list[Outline]:
    rows = session.scalars(
        select(Committee)
        .where(Committee.valid_to.is_(None), Committee.subdistrict_id.in_(principal.subdistricts))
        .order_by(Committee.form_order)
    )
    return [Outline(row.code, row.name, "committee", row.form_order, row.outline) for row in rows]


def _ground(session: Session, principal: Principal) -> list[Outline]:
    ways = session.scalars(
        select(Footpath)
        .where(Footpath.valid_to.is_(None), Footpath.subdistrict_id.in_(principal.subdistricts))
        .order_by(Footpath.id)
    ).all()
    marks = session.scalars(
        select(Landmark)
        .where(Landmark.valid_to.is_(None), Landmark.subdistrict_id.in_(principal.subdistricts))
        .order_by(Landmark.id)
    )
    # Thousands of paths within compounds are one thing to the map: it styles and redraws them together.
    lines: list[Any] = [way.line for way in ways if not way.is_street]
    paths = MultiLineString(lines)
    return [
        *(Outline("", mark.name, mark.kind, 0, mark.shape) for mark in marks),
        *(Outline("", way.name, "street", 0, way.line) for way in ways if way.is_street),
        *([] if paths.is_empty else [Outline("", "", "footpath", 0, paths)]),
    ]


@dataclass(frozen=True, slots=True)
class Ground:
    """What the page says about the whole map."""

    subdistrict: str
    illustrative: bool
    attribution: str


def ground_of(session: Session, principal: Principal) -> Ground:
    """Return the names of the principal's subdistricts and whose data the map is drawn from."""
    rows = session.scalars(
        select(Subdistrict)
        .where(Subdistrict.id.in_(principal.subdistricts))
        .order_by(Subdistrict.code)
    ).all()
    return Ground(
        subdistrict="、".join(row.name for row in rows),
        illustrative=any(row.illustrative for row in rows),
        attribution=" · ".join(sorted({row.attribution for row in rows if row.attribution})),
    )
