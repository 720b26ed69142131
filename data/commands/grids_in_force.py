"""On its day a plan comes into force: grids begin and end, entrances change hands, history stays."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from data.commands.grid_checks import units_of, what_has_changed
from data.commands.record import append_event
from data.models import (
    Committee,
    Dwelling,
    Grid,
    GridMembership,
    GridPlan,
    GridPlanPart,
    GridPlanUnit,
    Task,
)
from data.principal import Principal
from data.rules.grids import PlanState
from data.rules.work import OPEN_TASK_STATES

SEQUENCE_DIGITS: Final = 3
"""A grid's code is its committee's with three digits more (grid codes of domain 2: 12 + 3)."""


def put_plans_in_force(session: Session, principal: Principal, day: date) -> int:
    """Put every approved plan whose day has come into force from `day` on; return how many.

    A plan whose place has changed since is sent back with a note, never half done.
    """
    due = session.scalars(
        select(GridPlan)
        .where(GridPlan.state == PlanState.APPROVED, GridPlan.effective_on <= day)
        .order_by(GridPlan.effective_on, GridPlan.id)
        .with_for_update()
    ).all()
    return sum(_put_in_force(session, principal, plan, day) for plan in due)


def _put_in_force(session: Session, principal: Principal, plan: GridPlan, day: date) -> bool:
    changed = what_has_changed(session, plan)
    if changed:
        plan.state, plan.note = PlanState.REJECTED, f"not put into force: {changed}"
        plan.version += 1
        _log(session, principal, plan, day, {"state": plan.state.value, "note": plan.note})
        return False
    units = units_of(session, plan)
    before = {unit.from_grid_id for unit in units if unit.from_grid_id is not None}
    grids = _grids_of_parts(session, plan, units, day)
    moved = [unit for unit in units if unit.from_grid_id != grids[unit.part]]
    _change_hands(session, plan, moved, grids, day)
    ended = _end_empty(session, before, day)
    plan.state = PlanState.IN_FORCE
    plan.version += 1
    handed = _open_tasks(session, [unit.entrance_id for unit in moved])
    _log(
        session, principal, plan, day,
        {"state": plan.state.value, "entrances": len(moved), "tasks": handed, "ended": len(ended)},
    )  # fmt: skip
    return True


def _grids_of_parts(
    session: Session, plan: GridPlan, units: Collection[GridPlanUnit], day: date
) -> dict[int, int]:
    """Return the grid of each part: one that stays as it is keeps its own, the others get new ones."""
    members: dict[int, list[GridPlanUnit]] = defaultdict(list)
    for unit in units:
        members[unit.part].append(unit)
    grids: dict[int, int] = {}
    for row in session.scalars(
        select(GridPlanPart).where(GridPlanPart.plan_id == plan.id).order_by(GridPlanPart.part)
    ):
        kept = _same_grid(session, members[row.part])
        row.grid_id = grids[row.part] = kept or _new_grid(session, plan.committee_id, day)
    return grids


def _same_grid(session: Session, units: Collection[GridPlanUnit]) -> int | None:
    """Return the present grid that holds exactly these entrances, if there is one."""
    grids = {unit.from_grid_id for unit in units}
    if len(grids) != 1:
        return None
    (grid,) = grids
    held = session.scalars(
        select(GridMembership.entrance_id).where(
            GridMembership.grid_id == grid, GridMembership.valid_to.is_(None)
        )
    )
    return grid if set(held) == {unit.entrance_id for unit in units} else None


def _new_grid(session: Session, committee_id: int, day: date) -> int:
    """Begin a grid with the committee's next number, which no grid ever had (codes never return)."""
    committee = session.scalars(select(Committee.code).where(Committee.id == committee_id)).one()
    used = [0]
    for code in session.scalars(select(Grid.code).where(Grid.committee_id == committee_id)):
        end = code.removeprefix(committee)
        used.append(int(end) if end.isascii() and end.isdigit() else 0)
    number = max(used) + 1
    grid = Grid(
        committee_id=committee_id,
        code=f"{committee}{number:0{SEQUENCE_DIGITS}d}",
        name=f"{number:02d}",
        valid_from=day,
    )
    session.add(grid)
    session.flush()
    return grid.id


def _change_hands(
    session: Session,
    plan: GridPlan,
    moved: Collection[GridPlanUnit],
    grids: Mapping[int, int],
    day: date,
) -> None:
    session.execute(
        update(GridMembership)
        .where(
            GridMembership.entrance_id.in_([unit.entrance_id for unit in moved]),
            GridMembership.valid_to.is_(None),
        )
        .values(valid_to=day)
    )
    session.add_all(
        GridMembership(
            grid_id=grids[unit.part],
            entrance_id=unit.entrance_id,
            committee_id=plan.committee_id,
            valid_from=day,
        )
        for unit in moved
    )
    session.flush()


def _end_empty(session: Session, grids: Collection[int], day: date) -> list[int]:
    """End the grids that hold nothing any more; their rounds stay theirs."""
    alive = set(
        session.scalars(
            select(GridMembership.grid_id).where(
                GridMembership.grid_id.in_(grids), GridMembership.valid_to.is_(None)
            )
        )
    )
    ended = sorted(set(grids) - alive)
    session.execute(update(Grid).where(Grid.id.in_(ended)).values(valid_to=day))
    return ended


def _open_tasks(session: Session, entrances: Collection[int]) -> int:
    """Count the open tasks behind these doors: they go with them, their owners stay."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Task)
            .join(Dwelling, Dwelling.id == Task.dwelling_id)
            .where(Dwelling.entrance_id.in_(entrances), Task.state.in_(OPEN_TASK_STATES))
        )
        or 0
    )


def _log(
    session: Session, principal: Principal, plan: GridPlan, day: date, after: dict[str, object]
) -> None:
    session.flush()
    append_event(
        session,
        principal,
        kind="grid_plan_in_force",
        subject=("grid_plan", plan.id),
        happened_on=day,
        committee_id=plan.committee_id,
        before={"state": PlanState.APPROVED.value},
        after=after,
    )
