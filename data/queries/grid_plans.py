"""Plans that cut places into grids, as their readers see them, and who serves a committee."""

import string
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from data.errors import NotFound
from data.models import Account, Committee, Grant, Grid, GridPlan, GridPlanPart, GridPlanUnit, Task
from data.principal import SYSTEM_ACCOUNT, Principal
from data.queries.grid_sizes import Load, entrance_loads
from data.queries.grids import find_place
from data.rules.areas import AreaLevel, Role
from data.rules.grids import PlanAct, PlanState, allowed
from data.rules.work import OPEN_TASK_STATES

LETTERS: Final = string.ascii_uppercase
# Who goes from door to door for a committee: its work is shared out among them.
COLLECTORS: Final = (Role.SOCIAL_WORKER, Role.ASSISTANT, Role.GRID_MANAGER)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan and what its reader may do with it; `codes` are its grids' once it is in force."""

    uid: str
    level: AreaLevel
    code: str
    name: str
    committee_code: str
    state: PlanState
    preset: str
    lower: int
    upper: int
    reason: str
    effective_on: date
    author: str
    author_id: int | None
    decided_by: str
    decided_on: date | None
    version: int
    note: str
    assignment: Mapping[int, int]
    part_names: tuple[str, ...]
    codes: tuple[str | None, ...]
    acts: frozenset[PlanAct]


@dataclass(frozen=True, slots=True)
class StaffRow:
    """Somebody who goes from door to door: an even share of the doors, and the own open tasks."""

    name: str
    role: Role
    households: int
    persons: int
    open_tasks: int


def part_name(part: int) -> str:
    """Return what a part is called before it has a code: A, B ... Z, A2, B2 ..."""
    turn, letter = divmod(part, len(LETTERS))
    return LETTERS[letter] + (str(turn + 1) if turn else "")


def plan_by_uid(session: Session, principal: Principal, uid: str) -> PlanRow:
    """Return a plan in scope; NotFound outside it."""
    found = _plans(session, principal, GridPlan.uid == uid)
    if not found:
        raise NotFound("no such plan within your area")
    return found[0]


def plans_of(
    session: Session, principal: Principal, level: AreaLevel, code: str
) -> tuple[PlanRow, ...]:
    """Return the plans of a place in scope, the newest first."""
    return tuple(_plans(session, principal, GridPlan.level == level, GridPlan.code == code))


def _plans(session: Session, principal: Principal, *where: ColumnElement[bool]) -> list[PlanRow]:
    author, decider = aliased(Account), aliased(Account)
    rows = session.execute(
        select(
            GridPlan,
            Committee.code.label("committee"),
            author.display_name.label("author"),
            decider.display_name.label("decided_by"),
        )
        .join(Committee, Committee.id == GridPlan.committee_id)
        .outerjoin(author, author.id == GridPlan.author_id)
        .outerjoin(decider, decider.id == GridPlan.decided_by_id)
        .where(GridPlan.committee_id.in_(principal.committees), *where)
        .order_by(GridPlan.id.desc())
    ).all()
    ids = [row.GridPlan.id for row in rows]
    units, codes = _plan_units(session, ids), _plan_codes(session, ids)
    return [
        _plan_row(row, principal, units[row.GridPlan.id], codes[row.GridPlan.id]) for row in rows
    ]


def _plan_units(session: Session, ids: Sequence[int]) -> dict[int, dict[int, int]]:
    units: dict[int, dict[int, int]] = defaultdict(dict)
    statement = select(GridPlanUnit.plan_id, GridPlanUnit.entrance_id, GridPlanUnit.part)
    for plan_id, entrance_id, part in session.execute(
        statement.where(GridPlanUnit.plan_id.in_(ids))
    ):
        units[plan_id][entrance_id] = part
    return units


def _plan_codes(session: Session, ids: Sequence[int]) -> dict[int, list[str | None]]:
    codes: dict[int, list[str | None]] = defaultdict(list)
    statement = (
        select(GridPlanPart.plan_id, Grid.code)
        .outerjoin(Grid, Grid.id == GridPlanPart.grid_id)
        .where(GridPlanPart.plan_id.in_(ids))
        .order_by(GridPlanPart.part)
    )
    for plan_id, code in session.execute(statement):
        codes[plan_id].append(code)
    return codes


def _plan_row(
    row: Any, principal: Principal, assignment: Mapping[int, int], codes: Sequence[str | None]
) -> PlanRow:
    plan = row.GridPlan
    return PlanRow(
        uid=plan.uid, level=plan.level, code=plan.code, name=plan.name, committee_code=row.committee,
        state=plan.state, preset=plan.preset, lower=plan.lower, upper=plan.upper,
        reason=plan.reason, effective_on=plan.effective_on, author=row.author or "",
        author_id=plan.author_id, decided_by=row.decided_by or "", decided_on=plan.decided_on,
        version=plan.version, note=plan.note, assignment=assignment,
        part_names=tuple(part_name(part) for part in range(len(codes))), codes=tuple(codes),
        acts=allowed(plan.state, principal.roles, author=is_author(plan, principal)),
    )  # fmt: skip


def is_author(plan: GridPlan, principal: Principal) -> bool:
    """Tell whether the plan as it stands is this principal's: who saved it last answers for it."""
    return (plan.author_id or SYSTEM_ACCOUNT) == principal.account_id


def staffing(session: Session, principal: Principal, committee_code: str) -> list[StaffRow]:
    """Return who goes from door to door for a committee in scope, with what each serves now.

    Doors are nobody's own: each has an even share of the committee's; tasks are those each owns.
    """
    place = find_place(session, principal, AreaLevel.COMMITTEE, committee_code)
    loads = entrance_loads(session, Committee.id == place.committee_id).values()
    people = session.execute(
        select(Account.id, Account.display_name, func.min(Grant.role).label("role"))
        .join(Grant, Grant.account_id == Account.id)
        .where(
            Grant.role.in_(COLLECTORS),
            Grant.level == AreaLevel.COMMITTEE,
            Grant.area_id == place.committee_id,
            Grant.valid_to.is_(None),
            Account.disabled.is_(False),
        )
        .group_by(Account.id, Account.display_name)
        .order_by(Account.display_name, Account.id)
    ).all()
    owned = dict.fromkeys((row.id for row in people), 0)
    tasks = session.execute(
        select(Task.owner_id, func.count())
        .where(
            Task.committee_id == place.committee_id,
            Task.state.in_(OPEN_TASK_STATES),
            Task.owner_id.in_(owned),
        )
        .group_by(Task.owner_id)
    )
    for owner, found in tasks:
        owned[owner] = found
    total = sum(loads, Load())
    shares = max(1, len(people))
    return [
        StaffRow(
            row.display_name,
            Role(row.role),
            round(total.households / shares),
            round(total.persons / shares),
            owned[row.id],
        )
        for row in people
    ]
