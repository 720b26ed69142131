"""The declarative base, and the columns that many tables share."""

from datetime import date
from typing import Annotated

from sqlalchemy import BigInteger, Integer, MetaData, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

# SQLite counts rows by itself only when the key column is spelled INTEGER.
BigKey = BigInteger().with_variant(Integer, "sqlite")

Key = Annotated[int, mapped_column(BigKey, primary_key=True)]
Code = Annotated[str, mapped_column(String(40))]
Name = Annotated[str, mapped_column(String(80))]


class Base(DeclarativeBase):
    """Gives every constraint a stable name, so that errors and migrations can refer to it."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


class Temporal:
    """A version of something that changes: nothing is deleted, a change ends one and opens another.

    Days are whole days in Asia/Shanghai; `valid_to` is the first day on which it is no longer true,
    None while it is.
    """

    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
