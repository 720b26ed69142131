"""Write what is derived: the only place that sets `dwelling.status` and `building_coverage`.

Callers pass what may have changed; the values come from `data.queries.derivation`. Each command calls
`settle` in its own transaction, so a status and its cause are committed together or not at all.
"""

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from data.clock import utc_now, watermark
from data.models import Building, BuildingCoverage, Dwelling, StatusChange
from data.queries.derivation import Counters, expected_counters, expected_dwellings

FEED_CHANNEL: Final = "shiyou_feed"
CHUNK: Final = 5_000
COLUMNS: Final = tuple(field.name for field in fields(Counters))


def settle(session: Session, building_ids: Collection[int], dwelling_ids: Collection[int]) -> None:
    """Re-derive these dwellings and buildings for the watermark day and tell the live feed.

    Locks the buildings' counters first: on PostgreSQL two writers of one building must follow each
    other, or the second would count without the first.
    """
    day = watermark(session)
    lock_counters(session, building_ids)
    session.flush()
    _write_dwellings(session, day, dwelling_ids)
    _write_counters(session, day, building_ids, announce=True)


def lock_counters(session: Session, building_ids: Collection[int]) -> None:
    """Wait for other writers of these buildings; always in the order of ids, so nobody deadlocks.

    The building's row stands for its counters. NO KEY UPDATE lets others add rows that refer to it.
    """
    session.execute(
        select(Building.id)
        .where(Building.id.in_(building_ids))
        .order_by(Building.id)
        .with_for_update(key_share=True)
    )


def derive_all(session: Session) -> None:
    """Re-derive the whole register for the watermark day, without deltas (the epoch tells clients)."""
    day = watermark(session)
    session.flush()
    _write_dwellings(session, day, None)
    _write_counters(session, day, None, announce=False)


def derive_due(session: Session, day: date) -> int:
    """Re-derive what the calendar changes by `day`; return how many buildings that touched."""
    dwellings = session.execute(
        select(Dwelling.id, Dwelling.building_id).where(
            Dwelling.status_until <= day, Dwelling.valid_to.is_(None)
        )
    ).all()
    flagged = session.scalars(
        select(BuildingCoverage.building_id).where(BuildingCoverage.flags_until <= day)
    )
    buildings = {row.building_id for row in dwellings} | set(flagged)
    for part in _chunks(sorted(row.id for row in dwellings)):
        _write_dwellings(session, day, part)
    for part in _chunks(sorted(buildings)):
        _write_counters(session, day, part, announce=False)
    return len(buildings)


def derive_buildings(session: Session, building_ids: Sequence[int]) -> None:
    """Re-derive the counters of these buildings, without deltas (the map itself has changed)."""
    session.flush()
    for part in _chunks(building_ids):
        _write_counters(session, watermark(session), part, announce=False)


def derive_new(session: Session, first_ord: int) -> None:
    """Write the counters of the buildings from `first_ord` on, which are new and have nothing behind.

    They differ in where they are alone: the first is derived, the others are copied from it in one
    statement (100,000 come with one map).
    """
    first = session.scalars(select(Building.id).where(Building.ord == first_ord)).one()
    derive_buildings(session, [first])
    counters: Any = BuildingCoverage.__table__
    own = {"building_id": Building.id, "ord": Building.ord, "committee_id": Building.committee_id,
           "compound_id": Building.compound_id}  # fmt: skip
    alike = [name for name in COLUMNS if name not in own]
    rows = (
        select(*own.values(), *(counters.c[name] for name in alike))
        .join(counters, counters.c.building_id == first)
        .where(Building.ord > first_ord, Building.valid_to.is_(None))
    )
    session.execute(insert(counters).from_select([*own, *alike], rows))


def follow_places(session: Session, building_ids: Sequence[int]) -> None:
    """Let counters go where their buildings went: to another compound or committee, sums unchanged."""
    counters: Any = BuildingCoverage.__table__
    own = counters.c.building_id == Building.id
    for part in _chunks(building_ids):
        session.execute(
            update(counters)
            .where(counters.c.building_id.in_(part))
            .values(
                committee_id=select(Building.committee_id).where(own).scalar_subquery(),
                compound_id=select(Building.compound_id).where(own).scalar_subquery(),
            )
        )


def _write_dwellings(session: Session, day: date, ids: Collection[int] | None) -> None:
    changed = [
        {
            "key": stored.dwelling_id,
            "status": verdict.status,
            "status_until": verdict.until,
            "resolved": verdict.resolved,
            "attempted": verdict.attempted,
        }
        for stored, verdict in expected_dwellings(session, day, ids)
        if not stored.agrees(verdict)
    ]
    if changed:
        table: Any = Dwelling.__table__
        statement = update(table).where(table.c.id == bindparam("key"))
        session.connection().execute(statement.values(**_binds(changed[0])), changed)
        session.expire_all()


def _binds(row: dict[str, Any]) -> dict[str, Any]:
    return {name: bindparam(name) for name in row if name != "key"}


def _write_counters(
    session: Session, day: date, ids: Collection[int] | None, *, announce: bool
) -> None:
    stored = _stored_counters(session, ids)
    expected = list(expected_counters(session, day, ids))
    wrong = [row for row in expected if stored.get(row.building_id) != row]
    gone = sorted(stored.keys() - {row.building_id for row in expected})
    _write_rows(session, [row for row in wrong if row.building_id in stored], new=False)
    _write_rows(session, [row for row in wrong if row.building_id not in stored], new=True)
    _remove(session, gone)
    if announce:
        # Also where the colour stays: an open panel and the figures beside the map show the counts.
        announce_changes(session, wrong, utc_now())


def _stored_counters(session: Session, ids: Collection[int] | None) -> dict[int, Counters]:
    table: Any = BuildingCoverage.__table__
    statement = select(*(table.c[name] for name in COLUMNS))
    if ids is not None:
        statement = statement.where(table.c.building_id.in_(ids))
    return {row.building_id: Counters(*row) for row in session.execute(statement)}


def _write_rows(session: Session, rows: Sequence[Counters], *, new: bool) -> None:
    if not rows:
        return
    values = [asdict(row) for row in rows]
    if new:
        session.execute(insert(BuildingCoverage), values)
        return
    table: Any = BuildingCoverage.__table__
    statement = update(table).where(table.c.building_id == bindparam("key"))
    names: dict[str, Any] = {name: bindparam(name) for name in COLUMNS if name != "building_id"}
    keyed = [{"key": value.pop("building_id"), **value} for value in values]
    session.connection().execute(statement.values(**names), keyed)


def _remove(session: Session, building_ids: Sequence[int]) -> None:
    for part in _chunks(building_ids):
        session.execute(delete(BuildingCoverage).where(BuildingCoverage.building_id.in_(part)))


def announce_changes(session: Session, rows: Sequence[Counters], at: datetime) -> None:
    """Append a line to the live feed for each building and wake whoever listens."""
    if not rows:
        return
    lines = [
        {
            "committee_id": row.committee_id,
            "ord": row.ord,
            "fill": row.fill,
            "flags": row.flags,
            "changed_at": at,
        }
        for row in rows
    ]
    session.execute(insert(StatusChange), lines)
    notify(session)


def notify(session: Session) -> None:
    """Wake the feed of every process when this transaction commits (PostgreSQL; SQLite is watched)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(FEED_CHANNEL, "")))


def _chunks(ids: Sequence[int]) -> list[Sequence[int]]:
    return [ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK)]
