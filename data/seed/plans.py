"""Buildings and doors of the demo as planned, before anything has happened behind them."""

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from data.rules.areas import BuildingKind
from data.seed.ground import CommitteeGround

SINCE: Final = date(2020, 4, 13)  # the day of the plan


@dataclass(slots=True)
class DwellingPlan:
    """One door as planned, before anything has happened behind it."""

    id: int
    building: "BuildingPlan"
    entrance_id: int
    room: str
    floor: int
    collective: bool


@dataclass(slots=True)
class BuildingPlan:
    """One building as planned, with its doors; `unlisted` ones have none, `unlived` ones no households.

    `begun_ago` is how many days ago people began to register it.
    """

    id: int
    committee_id: int
    compound_id: int
    kind: BuildingKind
    giant: bool = False
    unlisted: bool = False
    unlived: bool = False
    begun_ago: int = 0
    entrances: list[int] = field(default_factory=list)
    dwellings: list[DwellingPlan] = field(default_factory=list)
    by_entrance: dict[int, list[DwellingPlan]] = field(default_factory=dict)


@dataclass(slots=True)
class StreetPlan:
    """The places of the street, and which grid each entrance is in."""

    subdistrict_id: int
    committees: dict[int, CommitteeGround]
    districts: dict[int, int]
    buildings: list[BuildingPlan]
    grid_of_entrance: dict[int, int]
    grids: dict[int, int]
