"""The data dictionary, written from the models themselves: `python -m data.dictionary`."""

import sys
from inspect import cleandoc
from pathlib import Path
from typing import Any, Final

from data.models import Base
from data.types import Geometry, Vocabulary

PAGE: Final = Path(__file__).parent.parent / "docs" / "data-dictionary.md"
HEAD: Final = """# Data dictionary

Written by `python -m data.dictionary` from `data/models`; a test keeps it current. Geometries are
EPSG:4490 degrees, days are Asia/Shanghai, moments UTC. `→` is a foreign key, `?` may be empty.
"""


def data_dictionary() -> str:
    """Return the page: every table with its reason, its columns and their closed vocabularies."""
    mappers: list[Any] = list(Base.registry.mappers)
    mappers.sort(key=lambda mapper: str(mapper.local_table.name))
    return HEAD + "".join(_section(mapper) for mapper in mappers)


def _section(mapper: Any) -> str:
    rows = "".join(_row(column) for column in mapper.local_table.columns)
    about = cleandoc(mapper.class_.__doc__).replace("\n", " ")
    return f"\n## {mapper.local_table.name}\n\n{about}\n\n| column | type |\n|---|---|\n{rows}"


def _row(column: Any) -> str:
    keys = "".join(f" → {key.target_fullname}" for key in column.foreign_keys)
    return f"| {column.name}{'?' if column.nullable else ''} | {_type(column.type)}{keys} |\n"


def _type(type_: Any) -> str:
    if isinstance(type_, Vocabulary):
        return " · ".join(type_.words)
    if isinstance(type_, Geometry):
        return f"geometry({type_.kind.lower()})"
    return str(getattr(type_, "impl", type_)).lower()


if __name__ == "__main__":
    PAGE.write_text(data_dictionary(), encoding="utf8")
    sys.stdout.write(f"wrote {PAGE.name}\n")
