"""What a map file holds before it is judged: features as they came, and the text beside them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from shapely.geometry.base import BaseGeometry

from data.errors import RegisterError
from geo.cleaning import Fault
from geo.crs import SourceCrs

# Names under which files carry the identity of a feature, the most particular first.
IDENTITIES: Final = (
    "external_code",
    "code",
    "nbs_code12",
    "osm_way",
    "osm_id",
    "osm_relation",
    "id",
    "fid",
    "gid",
)
NAMES: Final = ("name", "NAME", "pianqu", "district", "addr_housename", "addr:housename")
NUMBERS: Final = ("addr_housenumber", "addr:housenumber")
STREETS: Final = ("addr_street", "addr:street")
ADDRESSES: Final = ("address",)
LEVELS: Final = ("building:levels", "levels", "floors")
# Nothing else of a file is read: what is not read cannot be kept by mistake.
READ: Final = frozenset((*IDENTITIES, *NAMES, *NUMBERS, *STREETS, *ADDRESSES, *LEVELS))
LONGEST_TEXT: Final = 200
LONGEST_CODE: Final = 4_000
# Controls, surrogates, and what changes the look of a line without being seen.
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
WIDE_SPACE: Final = re.compile(r"\s+")


class MapFileRefused(RegisterError):
    """The file cannot be imported; nothing has changed."""

    code = "map_file"


@dataclass(frozen=True, slots=True)
class RawFeature:
    """One feature as it came: its row from 1, its texts, and its shape or why it has none.

    `feature_id` is GeoJSON's own `id`, which many programs number afresh: the last resort.
    """

    row: int
    properties: dict[str, str]
    shape: BaseGeometry | None
    fault: str | None = None
    flaws: frozenset[Fault] = frozenset()
    feature_id: str = ""


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as read; `crs` is the system it names, None when it names none.

    `crs_fault` says what is wrong with the name it gives, for whoever does not say a better one.
    """

    features: Sequence[RawFeature]
    crs: SourceCrs | None
    layer: str = ""
    crs_fault: str = ""
    columns: frozenset[str] = field(default=frozenset())


def plain_text(value: Any, longest: int = LONGEST_TEXT) -> str:
    """Return a value as one line that may be shown: no controls, nothing unseen, one blank at a time.

    Whole floats lose their point (GDAL writes integers with gaps as floats); other values are text.
    """
    if value is None or isinstance(value, dict | list | bytes | bool):
        return ""
    if isinstance(value, float):
        value = int(value) if value.is_integer() else value
        if value != value:
            return ""
    seen = "".join(" " if c.isspace() else c for c in str(value)[: 4 * longest])
    kept = "".join(c for c in seen if unicodedata.category(c) not in UNSEEN)
    return WIDE_SPACE.sub(" ", kept).strip()[:longest]


def read_texts(given: dict[str, Any]) -> dict[str, str]:
    """Return the texts that an import reads, by the names of their columns."""
    texts = {
        name: plain_text(value, LONGEST_CODE if name in IDENTITIES else LONGEST_TEXT)
        for name, value in given.items()
        if name in READ
    }
    return {name: text for name, text in texts.items() if text}


def first_of(properties: dict[str, str], names: Sequence[str]) -> str:
    """Return the first text that a feature has under one of these names."""
    return next((properties[name] for name in names if name in properties), "")
