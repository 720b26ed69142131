"""Grids of the demo: whole entrances, about 900 households each, the oversized compound in one."""

from itertools import count
from typing import Final

from data.models import Grid, GridMembership
from data.rules.areas import GridType
from data.seed.ground import CommitteeGround
from data.seed.ledger import Ledger
from data.seed.plans import SINCE, BuildingPlan

GRID_TARGET: Final = 900  # households; the band is 800 to 1,000


def lay_grids(
    ledger: Ledger,
    street: str,
    committees: dict[int, CommitteeGround],
    buildings: list[BuildingPlan],
) -> tuple[dict[int, int], dict[int, int]]:
    """Fill grids entrance by entrance up to about 900 dwellings' households; the giant is one."""
    grids: dict[int, int] = {}
    members: dict[int, int] = {}
    for committee_id, committee in committees.items():
        own = [plan for plan in buildings if plan.committee_id == committee_id]
        parts = [[p for p in own if p.giant], [p for p in own if not p.giant]]
        number = count(1)
        for part in parts:
            for chunk in _chunks(part, giant=bool(part) and part[0].giant):
                index = next(number)
                grid_id = ledger.add(
                    Grid,
                    committee_id=committee_id,
                    code=f"{street}{committee.code[9:]}{index:03d}",
                    name=f"{index:02d}",
                    type=GridType.GRID,
                    valid_from=SINCE,
                    valid_to=None,
                )
                grids[grid_id] = committee_id
                for entrance_id in chunk:
                    members[entrance_id] = grid_id
                    ledger.add(
                        GridMembership,
                        grid_id=grid_id,
                        entrance_id=entrance_id,
                        committee_id=committee_id,
                        valid_from=SINCE,
                        valid_to=None,
                    )
    return grids, members


def _chunks(buildings: list[BuildingPlan], *, giant: bool) -> list[list[int]]:
    """Split entrances, in the order of their buildings, into even runs of about the target."""
    entrances = [(e, len(plan.by_entrance[e])) for plan in buildings for e in plan.entrances]
    total = sum(size for _, size in entrances) * 0.88  # not every dwelling holds a household
    wanted = 1 if giant else max(1, round(total / GRID_TARGET))
    share = sum(size for _, size in entrances) / wanted
    chunks: list[list[int]] = []
    filled = 0.0
    for entrance, size in entrances:
        if not chunks or (filled >= share * len(chunks) and len(chunks) < wanted):
            chunks.append([])
        chunks[-1].append(entrance)
        filled += size
    return chunks
