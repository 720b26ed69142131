"""The few words a tip shows of a building under the pointer."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.errors import NotFound
from data.models import Building, BuildingCoverage, Compound
from data.principal import Principal


@dataclass(frozen=True, slots=True)
class BuildingCard:
    """A building in one glance; no person, no name of one."""

    code: str
    name: str
    compound: str
    fill: int
    flags: int
    n: int
    resolved: int
    overdue: int
    oldest_due_on: date | None


def building_card(session: Session, principal: Principal, ord_: int) -> BuildingCard:
    """Return the card of the building with this ord; NotFound outside the scope as when there is none."""
    statement = (
        select(
            Building.code,
            Building.name,
            Compound.name.label("compound"),
            BuildingCoverage.fill,
            BuildingCoverage.flags,
            BuildingCoverage.n,
            BuildingCoverage.resolved,
            BuildingCoverage.overdue,
            BuildingCoverage.oldest_due_on,
        )
        .join(BuildingCoverage, BuildingCoverage.building_id == Building.id)
        .outerjoin(Compound, Compound.id == Building.compound_id)
        .where(
            Building.ord == ord_,
            Building.valid_to.is_(None),
            Building.committee_id.in_(principal.committees),
        )
    )
    row = session.execute(statement).first()
    if row is None:
        raise NotFound("no such building within your area")
    return BuildingCard(
        code=row.code,
        name=row.name,
        compound=row.compound or "",
        fill=row.fill,
        flags=row.flags,
        n=row.n,
        resolved=row.resolved,
        overdue=row.overdue,
        oldest_due_on=row.oldest_due_on,
    )
