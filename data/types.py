"""Column types of our own: geometries, moments, and closed vocabularies."""

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, DateTime, Dialect, String, TypeDecorator
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import UserDefinedType

SRID = 4490  # CGCS2000 degrees, longitude first; everything stored and sent is in it


class Geometry(UserDefinedType[BaseGeometry]):
    """A shapely geometry in EPSG:4490 degrees.

    SQLite keeps WKB in a BLOB; PostgreSQL keeps `geometry(kind, 4490)` and speaks WKB with us, so
    that both engines hand the same bytes to shapely.
    """

    cache_ok = True

    def __init__(self, kind: str = "GEOMETRY") -> None:
        self.kind = kind

    def get_col_spec(self, **_: object) -> str:
        """Name the PostGIS column type."""
        return f"geometry({self.kind},{SRID})"

    def bind_expression(self, bindvalue: Any) -> ColumnElement[Any]:
        """Wrap what is written."""
        return _FromWkb(bindvalue)

    def column_expression(self, colexpr: Any) -> ColumnElement[Any]:
        """Wrap what is read."""
        return _AsWkb(colexpr, type_=self)

    def bind_processor(self, dialect: Dialect) -> Callable[[BaseGeometry | None], bytes | None]:
        """Encode for the database."""
        return _to_wkb

    def result_processor(
        self, dialect: Dialect, coltype: object
    ) -> Callable[[bytes | None], BaseGeometry | None]:
        """Decode from the database."""
        return _from_wkb


def _to_wkb(shape: BaseGeometry | None) -> bytes | None:
    return None if shape is None else shapely.to_wkb(shape)


def _from_wkb(raw: bytes | None) -> BaseGeometry | None:
    return None if raw is None else shapely.from_wkb(bytes(raw))


class _FromWkb(FunctionElement[Any]):
    inherit_cache = True
    name = "from_wkb"


class _AsWkb(FunctionElement[Any]):
    inherit_cache = True
    name = "as_wkb"

    def __init__(self, column: Any, type_: Geometry | None = None) -> None:
        super().__init__(column)
        self.type = type_ or Geometry()


@compiles(_FromWkb)
@compiles(_AsWkb)
def _as_it_is(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(_FromWkb, "postgresql")
def _from_wkb_postgis(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
    return f"ST_GeomFromWKB({compiler.process(element.clauses, **kw)}, {SRID})"


@compiles(_AsWkb, "postgresql")
def _as_wkb_postgis(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> str:
    return f"ST_AsBinary({compiler.process(element.clauses, **kw)})"


@compiles(Geometry, "sqlite")
def _blob(type_: Geometry, compiler: SQLCompiler, **kw: Any) -> str:
    return "BLOB"


class Moment(TypeDecorator[datetime]):
    """A moment in UTC. SQLite forgets time zones, so the zone is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone: it would mean another one on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs a time zone: {value!r}")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Put the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Vocabulary(TypeDecorator[StrEnum]):
    """A closed vocabulary (StrEnum) kept as its text; an unknown word read back is an error."""

    impl = String(32)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | None, dialect: Dialect) -> str | None:
        """Refuse a word outside the vocabulary."""
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:
        """Give the word back as a member."""
        return None if value is None else self.words(value)
