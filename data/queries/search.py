"""Find a place by its address or name. There is no search for persons."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from data.models import Building, Committee, Compound
from data.principal import Principal
from data.rules.areas import AreaLevel

MOST: Final = 12
LONGEST: Final = 60
# A place, if any, and a number in it, as in 望江苑18号楼 or 望江苑18#.
NUMBERED: Final = re.compile(r"(?P<place>.*?)(?P<number>\d{1,4})(?:号楼|号|幢|栋|#)?")
# Chinese is written without blanks; between Latin words they stay.
BLANK: Final = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


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
    """Return the words as places are compared: half-width, small letters, no needless blanks.

    What cannot be printed (NUL, half a surrogate pair) is in no address, and no database takes it.
    """
    printed = "".join(each for each in words[:LONGEST] if each.isprintable() or each.isspace())
    return BLANK.sub("", unicodedata.normalize("NFKC", printed).strip().lower())


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
    exact, fits = _building_tests(asked)
    statement = (
        select(Building.code, Building.name, func.coalesce(Compound.name, Building.address))
        .outerjoin(Compound, Compound.id == Building.compound_id)
        .where(
            Building.committee_id.in_(principal.committees),
            Building.valid_to.is_(None),
            or_(exact, fits),
        )
        .order_by(
            case((exact, 0), else_=1),
            Compound.name,
            func.length(Building.label),
            Building.label,
            Building.code,
        )
        .limit(most)
    )
    return [Place(AreaLevel.BUILDING, *row) for row in session.execute(statement)]


def _building_tests(asked: str) -> tuple[Any, Any]:
    """Return what makes a building the very one that is meant, and what makes it fit at all."""
    exact = [func.lower(Building.code) == asked, func.lower(Building.address) == asked]
    spellings, parts = {asked}, NUMBERED.fullmatch(asked)
    if parts is not None:
        place, number = parts["place"], parts["number"]
        spellings.add(f"{place}{number}号楼")
        within = or_(_holds(Compound.name, place), _holds(Compound.address, place))
        exact.append((Building.label == number) & within if place else Building.label == number)
    columns = (Building.name, Building.address, Compound.name)
    return or_(*exact), or_(*(_holds(column, each) for column in columns for each in spellings))


def _holds(column: Any, asked: str) -> Any:
    return func.lower(column).contains(asked, autoescape=True)
