"""Plans that cut places into grids: drafted, proposed, approved by another person, taken back.

What becomes of an approved plan on its day is in `data.commands.grids_in_force`.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from data.clock import hold_day
from data.commands.grid_checks import (
    LONGEST_TEXT,
    refuse_incomplete,
    refuse_outdated,
    refuse_overlap,
    refuse_past,
    refuse_unexplained,
    units_of,
    valid_band,
)
from data.commands.record import append_event
from data.errors import Conflict, Forbidden, InvalidInput, NotFound
from data.models import Committee, GridPlan, GridPlanPart, GridPlanUnit
from data.principal import SYSTEM_ACCOUNT, Principal
from data.queries.grid_entrances import PlacedEntrance, entrances_of
from data.queries.grid_plans import is_author
from data.queries.grids import Place, find_place
from data.rules.areas import AreaLevel
from data.rules.grids import (
    APPROVING_ROLES,
    DECISIONS,
    DRAFTING_ROLES,
    PlanAct,
    PlanState,
    allowed,
)
from geo.balance_problem import Preset
from geo.feasibility import Band

AFTER: Final = {
    PlanAct.PROPOSE: PlanState.PROPOSED,
    PlanAct.APPROVE: PlanState.APPROVED,
    PlanAct.REJECT: PlanState.REJECTED,
    PlanAct.WITHDRAW: PlanState.WITHDRAWN,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """How a place is to be cut, from which day on; `assignment` maps each entrance id to its part.

    `broken` says which parts lie in pieces, as found by whoever knows the ground; like a part out of
    the band it needs a reason.
    """

    level: AreaLevel
    code: str
    preset: str
    lower: int
    upper: int
    effective_on: date
    reason: str
    assignment: Mapping[int, int]
    broken: str | None = None


def save_draft(
    session: Session,
    principal: Principal,
    draft: Draft,
    uid: str | None = None,
    version: int | None = None,
) -> str:
    """Keep a draft, a new one or another form of the plan `uid`; return its uid.

    Who saves answers for the plan from then on and cannot approve it. Refuses with NotFound a place
    out of scope, with InvalidInput naming the field what cannot be, with Conflict a plan that somebody
    changed or that is no draft any more.
    """
    today = hold_day(session)
    place = find_place(session, principal, draft.level, draft.code)
    if not principal.roles & DRAFTING_ROLES:
        raise Forbidden("this role draws no grids")
    _hold_committee(session, place.committee_id)
    plan = _held_plan(session, principal, PlanAct.SAVE, uid, version) if uid else None
    if plan is not None and (plan.level, plan.code) != (draft.level, draft.code):
        raise InvalidInput(f"plan {uid} is about {plan.name}, not {place.name}", field="code")
    entrances = entrances_of(session, draft.level, draft.code)
    band = _checked_band(draft, entrances, today)
    households = refuse_unexplained(
        session, place.committee_id, band, draft.assignment, draft.reason, draft.broken
    )
    before = None if plan is None else _as_event(plan)
    plan = plan or _new_plan(session, draft, place)
    _fill(plan, draft, principal)
    session.flush()
    _write_parts(session, plan, draft.assignment, entrances)
    found = {
        "households": [households[part] for part in sorted(households)],
        "broken": draft.broken,
    }
    _log(session, principal, plan, PlanAct.SAVE, before, found)
    return plan.uid


def _new_plan(session: Session, draft: Draft, place: Place) -> GridPlan:
    plan = GridPlan(
        uid=uuid.uuid4().hex, level=draft.level, code=draft.code, name=place.name,
        committee_id=place.committee_id, version=0,
    )  # fmt: skip
    session.add(plan)
    return plan


def propose(session: Session, principal: Principal, uid: str, version: int) -> None:
    """Hand a draft in for approval; it is examined once more as the register stands today."""
    plan = _held_plan(session, principal, PlanAct.PROPOSE, uid, version)
    refuse_past(plan.effective_on, hold_day(session))
    refuse_outdated(session, plan)
    assignment = {unit.entrance_id: unit.part for unit in units_of(session, plan)}
    band = Band(plan.lower, plan.upper)
    refuse_unexplained(session, plan.committee_id, band, assignment, plan.reason)
    _move_on(session, principal, plan, PlanAct.PROPOSE)


def approve(session: Session, principal: Principal, uid: str, version: int, note: str = "") -> None:
    """Approve another person's plan: it comes into force when its day begins."""
    plan = _held_plan(session, principal, PlanAct.APPROVE, uid, version)
    refuse_past(plan.effective_on, hold_day(session))
    refuse_outdated(session, plan)
    refuse_overlap(session, plan)
    _decide(session, principal, plan, PlanAct.APPROVE, note)


def reject(session: Session, principal: Principal, uid: str, version: int, note: str = "") -> None:
    """Send another person's plan back; `note` says why and cannot be empty."""
    plan = _held_plan(session, principal, PlanAct.REJECT, uid, version)
    if not note.strip():
        raise InvalidInput("say why the plan is sent back", field="note")
    _decide(session, principal, plan, PlanAct.REJECT, note)


def withdraw(session: Session, principal: Principal, uid: str, version: int) -> None:
    """Take a plan back, approved or not, as long as its day has not come."""
    plan = _held_plan(session, principal, PlanAct.WITHDRAW, uid, version)
    _move_on(session, principal, plan, PlanAct.WITHDRAW)


def _held_plan(
    session: Session, principal: Principal, act: PlanAct, uid: str, version: int | None
) -> GridPlan:
    """Return a plan in scope that this principal may do this to now; nobody else changes it meanwhile."""
    hold_day(session)
    plan = session.scalars(
        select(GridPlan).where(GridPlan.uid == uid, GridPlan.committee_id.in_(principal.committees))
    ).one_or_none()
    if plan is None:
        raise NotFound("no such plan within your area")
    _hold_committee(session, plan.committee_id)
    session.refresh(plan)
    _refuse_person(plan, principal, act)
    if version != plan.version:
        raise Conflict(
            f"somebody changed the plan of {plan.name} meanwhile: look at it again",
            theirs=plan.version,
            ours=version,
        )
    acts = allowed(plan.state, principal.roles, author=is_author(plan, principal))
    if act not in acts:
        possible = ", ".join(sorted(acts)) or "nothing"
        raise Conflict(
            f"the plan of {plan.name} is {plan.state.value}; possible now: {possible}",
            theirs=plan.state.value,
            ours=act.value,
        )
    return plan


def _refuse_person(plan: GridPlan, principal: Principal, act: PlanAct) -> None:
    if not principal.roles & (APPROVING_ROLES if act in DECISIONS else DRAFTING_ROLES):
        raise Forbidden(f"this role does not {act.value} plans of grids")
    if act in DECISIONS and is_author(plan, principal):
        raise Forbidden("nobody decides on their own plan: ask another person to")


def _hold_committee(session: Session, committee_id: int) -> None:
    """Let nobody else touch the plans of a committee until this transaction ends."""
    session.execute(
        select(Committee.id).where(Committee.id == committee_id).with_for_update(key_share=True)
    )


def _checked_band(draft: Draft, entrances: Collection[PlacedEntrance], today: date) -> Band:
    if draft.preset not in tuple(Preset):
        raise InvalidInput(f"{draft.preset!r} is no way of cutting", field="preset")
    if len(draft.reason) > LONGEST_TEXT:
        raise InvalidInput(f"a reason has at most {LONGEST_TEXT} characters", field="reason")
    refuse_past(draft.effective_on, today)
    refuse_incomplete(draft.assignment, {entrance.id for entrance in entrances})
    return valid_band(draft.lower, draft.upper)


def _fill(plan: GridPlan, draft: Draft, principal: Principal) -> None:
    plan.preset, plan.lower, plan.upper = draft.preset, draft.lower, draft.upper
    plan.effective_on, plan.reason = draft.effective_on, draft.reason
    plan.author_id = _account(principal)
    plan.state, plan.version = PlanState.DRAFT, plan.version + 1
    plan.decided_by_id, plan.decided_on, plan.note = None, None, ""


def _write_parts(
    session: Session,
    plan: GridPlan,
    assignment: Mapping[int, int],
    entrances: Collection[PlacedEntrance],
) -> None:
    for model in (GridPlanUnit, GridPlanPart):
        session.execute(delete(model).where(model.plan_id == plan.id))
    units = [
        {
            "plan_id": plan.id,
            "entrance_id": entrance.id,
            "part": assignment[entrance.id],
            "from_grid_id": entrance.grid_id,
        }
        for entrance in entrances
    ]
    session.execute(insert(GridPlanUnit), units)
    parts = [{"plan_id": plan.id, "part": part} for part in sorted(set(assignment.values()))]
    session.execute(insert(GridPlanPart), parts)


def _decide(
    session: Session, principal: Principal, plan: GridPlan, act: PlanAct, note: str
) -> None:
    if len(note) > LONGEST_TEXT:
        raise InvalidInput(f"a note has at most {LONGEST_TEXT} characters", field="note")
    plan.decided_by_id, plan.decided_on = _account(principal), hold_day(session)
    plan.note = note
    _move_on(session, principal, plan, act)


def _account(principal: Principal) -> int | None:
    return None if principal.account_id == SYSTEM_ACCOUNT else principal.account_id


def _move_on(session: Session, principal: Principal, plan: GridPlan, act: PlanAct) -> None:
    before = _as_event(plan)
    plan.state, plan.version = AFTER[act], plan.version + 1
    _log(session, principal, plan, act, before)


def _as_event(plan: GridPlan) -> dict[str, Any]:
    return {
        "state": plan.state.value,
        "version": plan.version,
        "band": [plan.lower, plan.upper],
        "effective_on": plan.effective_on.isoformat(),
    }


def _log(
    session: Session,
    principal: Principal,
    plan: GridPlan,
    act: PlanAct,
    before: dict[str, Any] | None,
    found: Mapping[str, Any] | None = None,
) -> None:
    session.flush()
    append_event(
        session,
        principal,
        kind=f"grid_plan_{act.value}",
        subject=("grid_plan", plan.id),
        committee_id=plan.committee_id,
        happened_on=hold_day(session),
        before=before,
        after=_as_event(plan) | dict(found or {}),
    )
