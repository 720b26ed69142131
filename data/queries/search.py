"""Find a place by its address or name. There is no search for persons."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from data.models import Building, Committee, Compound
from data.principal import Principal
from data.rules.areas import AreaLevel

MOST: Final = 12
LONGEST: Final = 60
# 望江苑18号楼, 望江苑 18: a place and a number in it.
WITH_NUMBER: Final = re.compile(r"^(?P<place>.*?\D)\s*(?P<number>\d{1,4})\s*(?:号楼|幢|栋|#)?$")


@dataclass(frozen=True, slots=True)
class Place:
    """One thing found."""

    level: AreaLevel
    code: str
    name: str
    within: str


def find_places(session: Session, principal: Principal, words: str) -> list[Place]:
    """Return committees, compounds and buildings in scope that fit, the widest first, at most 12."""
    asked = normalised(words)
    if not asked:
        return []
    found = [*_committees(session, principal, asked), *_compounds(session, principal, asked)]
    if len(found) < MOST:
        found += _buildings(session, principal, asked, MOST - len(found))
    return found[:MOST]


def normalised(words: str) -> str:
    """Return the words as places are written: half-width, no blanks at the ends, 号楼 for ＃ and 幢."""
    text = unicodedata.normalize("NFKC", words)[:LONGEST].strip()
    return re.sub(r"(?<=\d)\s*(?:幢|栋|#|号)$", "号楼", text)


def _committees(session: Session, principal: Principal, asked: str) -> list[Place]:
    statement = (
        select(Committee.code, Committee.name)
        .where(
            Committee.id.in_(principal.committees),
            Committee.valid_to.is_(None),
            _holds(Committee.name, asked),
        )
        .order_by(Committee.form_order)
        .limit(MOST)
    )
    return [Place(AreaLevel.COMMITTEE, *row, "") for row in session.execute(statement)]


def _compounds(session: Session, principal: Principal, asked: str) -> list[Place]:
    statement = (
        select(Compound.code, Compound.name, Compound.address)
        .where(
            Compound.committee_id.in_(principal.committees),
            Compound.valid_to.is_(None),
            or_(_holds(Compound.name, asked), _holds(Compound.address, asked)),
        )
        .order_by(Compound.name)
        .limit(MOST)
    )
    return [Place(AreaLevel.COMPOUND, *row) for row in session.execute(statement)]


def _buildings(session: Session, principal: Principal, asked: str, most: int) -> list[Place]:
    statement = (
        select(Building.code, Building.name, func.coalesce(Compound.name, Building.address))
        .outerjoin(Compound, Compound.id == Building.compound_id)
        .where(
            Building.committee_id.in_(principal.committees),
            Building.valid_to.is_(None),
            _names_building(asked),
        )
        .order_by(Compound.name, func.length(Building.label), Building.label)
        .limit(most)
    )
    return [Place(AreaLevel.BUILDING, *row) for row in session.execute(statement)]


def _names_building(asked: str) -> Any:
    by_address = or_(_holds(Building.address, asked), Building.code == asked.upper())
    parts = WITH_NUMBER.match(asked)
    if parts is None:
        return by_address
    place = parts["place"].strip()
    numbered = (Building.label == parts["number"]) & or_(
        _holds(Compound.name, place), _holds(Compound.address, place)
    )
    return or_(by_address, numbered)


def _holds(column: Any, asked: str) -> Any:
    return column.contains(asked, autoescape=True)
