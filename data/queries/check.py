"""Prove that what is derived equals what it is derived from (`shiyou check`)."""

from dataclasses import asdict, dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.clock import read_clock, watermark
from data.errors import InvalidInput
from data.models import Building, BuildingCoverage
from data.principal import Principal
from data.queries.derivation import expected_counters, expected_dwellings

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
            drifts.append(
                Drift(
                    codes[stored.building_id], stored.room, "status",
                    f"{stored.status} until {stored.status_until}",
                    f"{verdict.status} until {verdict.until}",
                )
            )  # fmt: skip
    drifts += _counter_drifts(session, codes)
    return CheckReport(day.isoformat(), dwellings, len(codes), tuple(drifts))


def _codes(session: Session, principal: Principal) -> dict[int, str]:
    statement = select(Building.id, Building.code).where(
        Building.valid_to.is_(None), Building.committee_id.in_(principal.committees)
    )
    return {row.id: row.code for row in session.execute(statement)}


def _counter_drifts(session: Session, codes: dict[int, str]) -> list[Drift]:
    table = BuildingCoverage.__table__
    stored = {row["building_id"]: row for row in session.execute(select(table)).mappings()}
    drifts = []
    for counters in expected_counters(session, watermark(session)):
        code = codes.get(counters.building_id)
        row = stored.get(counters.building_id)
        if code is None:
            continue
        for column, value in asdict(counters).items():
            found = None if row is None else row[column]
            if found != value:
                drifts.append(Drift(code, "building", column, str(found), str(value)))
    return drifts
