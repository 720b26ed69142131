"""Prove that what is derived equals what it is derived from (`shiyou check`)."""

from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.clock import read_clock, watermark
from data.errors import InvalidInput
from data.models import (
    AreaFlag,
    Building,
    BuildingCoverage,
    Discrepancy,
    Dwelling,
    Entrance,
    Household,
    Residence,
    Task,
)
from data.principal import Principal
from data.queries.derivation import Stored, expected_counters, expected_dwellings
from data.rules.coverage import DwellingVerdict
from data.rules.work import OPEN_TASK_STATES

# What carries its building's committee (scope is one comparison), while it is in force: what is over
# stays with the committee it happened in.
CARRIES_COMMITTEE: Final[tuple[tuple[Any, ColumnElement[bool]], ...]] = (
    (Entrance, Entrance.valid_to.is_(None)),
    (Dwelling, Dwelling.valid_to.is_(None)),
    (Household, Household.valid_to.is_(None)),
    (Residence, Residence.ended_on.is_(None)),
    (Task, Task.state.in_(OPEN_TASK_STATES)),
    (Discrepancy, Discrepancy.closed_on.is_(None)),
    (AreaFlag, AreaFlag.valid_to.is_(None)),
)
FOOTPRINTS_ONLY: Final = "map"  # the preset of the demo that has no dwellings


@dataclass(frozen=True, slots=True)
class Drift:
    """One derived value that is not what it should be."""

    building: str
    where: str
    column: str
    stored: str
    expected: str


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was looked at, and every drift found."""

    day: str
    dwellings: int
    buildings: int
    drifts: tuple[Drift, ...]


def check_derived(session: Session, principal: Principal) -> CheckReport:
    """Recompute every status and counter in scope for the watermark day and compare.

    Refuses with InvalidInput the demo of mere footprints, whose colours stand for nothing.
    """
    if read_clock(session).preset == FOOTPRINTS_ONLY:
        raise InvalidInput(
            "this database holds footprints for measuring: its colours are invented, nothing is derived",
            field="database",
        )
    day = watermark(session)
    codes = _codes(session, principal)
    dwellings, drifts = 0, []
    for stored, verdict in expected_dwellings(session, day):
        if stored.building_id not in codes:
            continue
        dwellings += 1
        if not stored.agrees(verdict):
            drifts += _dwelling_drifts(codes[stored.building_id], stored, verdict)
    drifts += _counter_drifts(session, codes)
    drifts += _rows_too_many(session, principal)
    drifts += _carried_drifts(session, codes)
    return CheckReport(day.isoformat(), dwellings, len(codes), tuple(drifts))


def _dwelling_drifts(code: str, stored: Stored, verdict: DwellingVerdict) -> list[Drift]:
    pairs = {
        "status": (stored.status, verdict.status),
        "status_until": (stored.status_until, verdict.until),
        "resolved": (stored.resolved, verdict.resolved),
        "attempted": (stored.attempted, verdict.attempted),
    }
    return [
        Drift(code, stored.room, column, str(found), str(expected))
        for column, (found, expected) in pairs.items()
        if found != expected
    ]


def _codes(session: Session, principal: Principal) -> dict[int, str]:
    statement = select(Building.id, Building.code).where(
        Building.valid_to.is_(None), Building.committee_id.in_(principal.committees)
    )
    return {row.id: row.code for row in session.execute(statement)}


def _counter_drifts(session: Session, codes: dict[int, str]) -> list[Drift]:
    rows = session.execute(select(BuildingCoverage.__table__)).mappings()
    stored = {row["building_id"]: row for row in rows}
    drifts = []
    for counters in expected_counters(session, watermark(session)):
        code = codes.get(counters.building_id)
        if code is None:
            continue
        row = stored.get(counters.building_id)
        for column, value in asdict(counters).items():
            found = None if row is None else row[column]
            if row is None or found != value:
                drifts.append(Drift(code, "building", column, str(found), str(value)))
    return drifts


def _rows_too_many(session: Session, principal: Principal) -> list[Drift]:
    """Find counters of buildings that are no longer there: they would still be summed."""
    statement = (
        select(Building.code)
        .join(BuildingCoverage, BuildingCoverage.building_id == Building.id)
        .where(Building.valid_to.is_not(None), Building.committee_id.in_(principal.committees))
    )
    return [Drift(code, "building", "row", "there", "none") for code in session.scalars(statement)]


def _carried_drifts(session: Session, codes: dict[int, str]) -> list[Drift]:
    """Find rows in force whose committee is not their building's: whoever sees that one would see them."""
    drifts = []
    for model, in_force in CARRIES_COMMITTEE:
        statement = (
            select(model.building_id, func.count().label("rows"))
            .join(Building, Building.id == model.building_id)
            .where(
                Building.valid_to.is_(None), in_force, model.committee_id != Building.committee_id
            )
            .group_by(model.building_id)
        )
        for row in session.execute(statement):
            if row.building_id in codes:
                code = codes[row.building_id]
                drifts.append(
                    Drift(
                        code,
                        model.__tablename__,
                        "committee_id",
                        f"wrong in {row.rows}",
                        "its building's",
                    )
                )
    return drifts
