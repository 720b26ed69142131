"""Buildings and doors of the demo as planned, before anything has happened behind them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from data.rules.areas import BuildingKind

SINCE: Final = date(2020, 4, 13)  # the day of the plan


@dataclass(slots=True)
class DwellingPlan:
    """One door as planned, before anything has happened behind it."""

    id: int
    building: "BuildingPlan"
    room: str
    floor: int
    collective: bool


@dataclass(slots=True)
class BuildingPlan:
    """One building as planned, with its doors."""

    id: int
    committee_id: int
    compound_id: int
    code: str
    kind: BuildingKind
    giant: bool = False
    unlisted: bool = False
    shops: bool = False
    entrances: list[int] = field(default_factory=list)
    dwellings: list[DwellingPlan] = field(default_factory=list)
    by_entrance: dict[int, list[DwellingPlan]] = field(default_factory=dict)
