"""Collects the rows of the demo with ids of their own, and writes them in bulk."""

import hashlib
from collections import defaultdict
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from data.models import Base

CHUNK: Final = 20_000
# What differs from one build to the next although the street is the same: keys, nonces, salts.
UNSTABLE: Final = frozenset(
    {"data_key", "name_sealed", "id_number_sealed", "phone_sealed", "password"}
)


class Ledger:
    """Rows by table, in the order in which their tables may be filled."""

    def __init__(self) -> None:
        self.rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)

    def add(self, model: type[Base], **values: Any) -> int:
        """Keep a row and return the id it will have."""
        rows = self.rows[model]
        identity = len(rows) + 1
        rows.append({"id": identity, **values})
        return identity

    def count(self, model: type[Base]) -> int:
        """Return how many rows of a table there are."""
        return len(self.rows[model])

    def renumber(self, model: type[Base], column: str) -> None:
        """Give the rows of a table that nothing refers to new ids in the order of a column."""
        self.rows[model].sort(key=itemgetter(column))
        for identity, row in enumerate(self.rows[model], start=1):
            row["id"] = identity

    def digest(self) -> str:
        """Return a hash of everything but keys and sealed bytes: the same seed, the same digest."""
        sha = hashlib.sha256()
        for model in sorted(self.rows, key=lambda each: each.__tablename__):
            columns = [name for name in sorted(self.rows[model][0]) if name not in UNSTABLE]
            values = itemgetter(*columns)
            for row in self.rows[model]:
                sha.update("|".join(map(str, values(row))).encode())
        return sha.hexdigest()

    def write(self, session: Session) -> None:
        """Insert all rows, parents first, and set PostgreSQL's sequences behind them."""
        by_table = {model.__tablename__: model for model in self.rows}
        for table in Base.metadata.sorted_tables:
            model = by_table.get(table.name)
            if model is None:
                continue
            rows = self.rows[model]
            for start in range(0, len(rows), CHUNK):
                session.connection().execute(insert(table), rows[start : start + CHUNK])
            if session.get_bind().dialect.name == "postgresql" and "id" in table.columns:
                _set_sequence(session, table.name)


def _set_sequence(session: Session, table: str) -> None:
    owned = session.execute(
        select(func.pg_get_serial_sequence(f'"{table}"', "id"))
    ).scalar_one_or_none()
    if owned:
        session.execute(text(f"SELECT setval('{owned}', (SELECT max(id) FROM \"{table}\"))"))
