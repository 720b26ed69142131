"""The `map` preset: nothing but footprints, for measuring the map.

Small houses at a pitch of 16.5 m, so that 100,000 lie in one view at z14 (about 31 square kilometres at
640 x 728 pixels). No dwelling stands behind them, so this preset alone writes statuses by hand.
"""

from datetime import date
from math import ceil, sqrt
from random import Random
from typing import Final

import shapely
from shapely import box
from shapely.geometry.base import BaseGeometry

from data.models import Building, BuildingCoverage, Committee, District, Subdistrict
from data.rules.areas import BuildingKind
from data.rules.coverage import CoverageStatus, LifeState
from data.rules.map_bytes import FILL
from data.seed.accounts import hire
from data.seed.ground import METRES, CommitteeGround
from data.seed.ledger import Ledger
from data.seed.plans import StreetPlan
from geo.crs import to_degrees, to_metres

PITCH_M: Final = 16.5
CENTRE: Final = (121.49, 31.17)
STATUSES: Final = (
    CoverageStatus.NOT_STARTED,
    CoverageStatus.LAGGING,
    CoverageStatus.PROGRESSING,
    CoverageStatus.NEAR_COMPLETE,
    CoverageStatus.COVERED,
    CoverageStatus.VERIFIED,
    CoverageStatus.EXCLUDED,
)


def lay_footprints(ledger: Ledger, buildings: int, since: date, rng: Random) -> None:
    """Lay out `buildings` houses of 9 to 12 by 7 to 9 metres under one committee."""
    side = ceil(sqrt(buildings))
    centre = to_metres(shapely.Point(*CENTRE), METRES)
    west, south = centre.x - side * PITCH_M / 2, centre.y - side * PITCH_M / 2
    frame = to_degrees(box(west, south, west + side * PITCH_M, south + side * PITCH_M), METRES)
    _area(ledger, frame, since)
    outlines = []
    for index in range(buildings):
        x, y = west + index % side * PITCH_M, south + index // side * PITCH_M
        outlines.append(box(x, y, x + rng.uniform(9, 12), y + rng.uniform(7, 9)))
    for index, outline in enumerate(to_degrees(outlines, METRES)):
        _building(ledger, index, outline, since)


def _area(ledger: Ledger, frame: BaseGeometry, since: date) -> None:
    span = {"outline": frame, "valid_from": since, "valid_to": None}
    subdistrict = ledger.add(
        Subdistrict,
        code="990000001",
        name="测绘样例",
        districts_expected=1,
        illustrative=True,
        attribution="",
        **span,
    )
    district = ledger.add(
        District, subdistrict_id=subdistrict, code="990000001P1", name="样例片区", number=1, **span
    )
    committee = ledger.add(
        Committee,
        subdistrict_id=subdistrict,
        district_id=district,
        code="990000001001",
        name="样例",
        form_order=1,
        **span,
    )
    ground = CommitteeGround(1, "样例", "990000001001", 1, frame)
    hire(ledger, StreetPlan(subdistrict, {committee: ground}, {1: district}, [], {}, {}))


def _building(ledger: Ledger, index: int, outline: shapely.Geometry, since: date) -> None:
    status = STATUSES[(index * 2654435761 >> 7) % len(STATUSES)]
    ledger.add(
        Building,
        ord=index,
        committee_id=1,
        compound_id=None,
        code=f"M{index + 1:06d}",
        name=f"{index + 1}",
        label=str(index % 999 + 1),
        address="",
        kind=BuildingKind.UNKNOWN,
        floors=None,
        life_state=LifeState.IN_USE,
        outline=outline,
        external_code=None,
        source="demo",
        valid_from=since,
        valid_to=None,
    )
    counts = dict.fromkeys(
        ("listed", "n", "resolved", "verified", "attempted", "collected", "conflicts", "stale",
         "households", "persons", "open_tasks", "overdue"), 0
    )  # fmt: skip
    ledger.rows[BuildingCoverage].append(
        {
            "building_id": index + 1,
            "ord": index,
            "committee_id": 1,
            "compound_id": None,
            **counts,
            "oldest_due_on": None,
            "status": status,
            "fill": FILL[status],
            "flags": 0,
            "flags_until": None,
        }
    )
