"""Versions of places: what changes keeps its row, and how it was until today goes into one of its own.

So everything that refers to a place (rooms, visits, grants, events) goes on referring to it.
"""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy import bindparam, column, insert, literal, select, update
from sqlalchemy.orm import Session

CHUNK: Final = 5_000


def redraw(session: Session, model: Any, rows: Sequence[dict[str, Any]], day: date) -> None:
    """Give places in force new values from `day` on; each row has `id` and the columns that change."""
    if not rows:
        return
    _keep_as_they_were(session, model, [row["id"] for row in rows], day)
    table = model.__table__
    names = [name for name in rows[0] if name != "id"]
    statement = (
        update(table)
        .where(table.c.id == bindparam("key"))
        .values({name: bindparam(f"new_{name}") for name in names} | {"valid_from": day})
    )
    values = [{"key": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    session.connection().execute(statement, values)


def end(session: Session, model: Any, ids: Sequence[int], day: date) -> None:
    """End places: from `day` on they are no longer in force."""
    table = model.__table__
    for part in _chunks(ids):
        session.execute(update(table).where(table.c.id.in_(part)).values(valid_to=day))


def _keep_as_they_were(session: Session, model: Any, ids: Sequence[int], day: date) -> None:
    table = model.__table__
    names = [each.name for each in table.columns if each.name not in ("id", "valid_to")]
    # Columns without a type: the bytes of a shape go over as they are.
    as_stored: Any = select(*(column(name) for name in names), literal(day)).select_from(table)
    for part in _chunks(ids):
        session.execute(
            insert(table).from_select([*names, "valid_to"], as_stored.where(table.c.id.in_(part)))
        )


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
