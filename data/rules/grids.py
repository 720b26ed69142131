"""Grids (网格): how large they may be, and the way of a plan that cuts them anew. Pure.

Source: the plan's advice of 800 to 1,000 households a unit, domain 5.3 (size status) and 5.14.
"""

from enum import StrEnum
from typing import Final

from data.rules.areas import Role
from geo.feasibility import GRID_BAND, Band

# "severely_oversize (> 2,000)": domain 5.3.
SEVERE_FROM: Final = 2_000
# Households one full-time member serves: the reference of the staffing view.
MEMBER_HOUSEHOLDS: Final = 807


class SizeStatus(StrEnum):
    """The size of a grid or compound, counted in households."""

    UNDERSIZE = "undersize"
    IN_BAND = "in_band"
    OVERSIZE = "oversize"
    SEVERELY_OVERSIZE = "severely_oversize"


def size_status(households: int, band: Band = GRID_BAND) -> SizeStatus:
    """Return the class of so many households; both ends of the band lie within it."""
    if households > max(SEVERE_FROM, band.upper):
        return SizeStatus.SEVERELY_OVERSIZE
    if households > band.upper:
        return SizeStatus.OVERSIZE
    return SizeStatus.IN_BAND if households >= band.lower else SizeStatus.UNDERSIZE


class PlanState(StrEnum):
    """Where a plan stands between its draft and the day it comes into force."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


class PlanAct(StrEnum):
    """What a person can do with a plan."""

    SAVE = "save"
    PROPOSE = "propose"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


# A plan can be taken back until its day; in force it is history (issue of the plan, part 3).
ACTS: Final = {
    PlanState.DRAFT: frozenset({PlanAct.SAVE, PlanAct.PROPOSE, PlanAct.WITHDRAW}),
    PlanState.PROPOSED: frozenset({PlanAct.APPROVE, PlanAct.REJECT, PlanAct.WITHDRAW}),
    PlanState.APPROVED: frozenset({PlanAct.WITHDRAW}),
    PlanState.IN_FORCE: frozenset[PlanAct](),
    PlanState.WITHDRAWN: frozenset[PlanAct](),
    PlanState.REJECTED: frozenset({PlanAct.SAVE, PlanAct.PROPOSE, PlanAct.WITHDRAW}),
}
OPEN_PLANS: Final = frozenset({PlanState.DRAFT, PlanState.PROPOSED, PlanState.APPROVED})
DRAFTING_ROLES: Final = frozenset(
    {Role.GRID_MANAGER, Role.COMMITTEE_DIRECTOR, Role.POPULATION_OFFICE}
)
APPROVING_ROLES: Final = frozenset({Role.POPULATION_OFFICE, Role.DISTRICT_LEAD})
# How the note of a plan begins that could not come into force on its day; screens say it in words.
NOT_IN_FORCE: Final = "not put into force"
DECISIONS: Final = frozenset({PlanAct.APPROVE, PlanAct.REJECT})


def allowed(state: PlanState, roles: frozenset[Role], *, author: bool) -> frozenset[PlanAct]:
    """Return what somebody with these roles may do now; an author never decides on the own plan."""
    acts = ACTS[state]
    mine = acts - DECISIONS if roles & DRAFTING_ROLES else frozenset[PlanAct]()
    decided = acts & DECISIONS if roles & APPROVING_ROLES and not author else frozenset[PlanAct]()
    return mine | decided
