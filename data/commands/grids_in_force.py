"""On its day a plan comes into force: grids begin and end, entrances change hands, history stays."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from data.commands.grid_checks import units_of, what_has_changed
from data.commands.grid_owners import Move, hand_over
from data.commands.record import append_event
from data.models import Committee, Grid, GridMembership, GridPlan, GridPlanPart, GridPlanUnit
from data.principal import Principal
from data.rules.areas import GridType
from data.rules.grids import NOT_IN_FORCE, PlanState

SEQUENCE_DIGITS: Final = 3
"""A grid's code is its committee's with three digits more (grid codes of domain 2: 12 + 3)."""

LAST: Final = 10**SEQUENCE_DIGITS - 1


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
    units = units_of(session, plan)
    kept, codes = _kept_grids(session, units), _free_codes(session, plan.committee_id)
    parts = {unit.part for unit in units}
    obstacle = what_has_changed(session, plan)
    if obstacle is None and len(parts - kept.keys()) > len(codes):
        obstacle = "the committee has no code left for another grid"
    if obstacle is not None:
        _send_back(session, principal, plan, day, obstacle)
        return False
    type_ = _type_before(session, units)
    begun = {
        part: _new_grid(session, plan, codes.pop(0), type_, day)
        for part in sorted(parts - kept.keys())
    }
    after = _cut(session, plan, units, kept | begun, day)
    plan.state, plan.version = PlanState.IN_FORCE, plan.version + 1
    begun_codes = _codes_of(session, begun.values())
    _log(session, principal, plan, day, {"state": plan.state.value, "begun": begun_codes, **after})
    return True


def _cut(
    session: Session,
    plan: GridPlan,
    units: Collection[GridPlanUnit],
    grids: Mapping[int, int],
    day: date,
) -> dict[str, Any]:
    """Give every entrance to the grid of its part; return what came of it, for the event."""
    moves = [
        Move(unit.entrance_id, unit.from_grid_id, grids[unit.part])
        for unit in units
        if unit.from_grid_id != grids[unit.part]
    ]
    _note_grids(session, plan, grids)
    _change_hands(session, plan, moves, day)
    ended = _end_empty(session, {move.before for move in moves if move.before is not None}, day)
    handed = hand_over(session, plan, moves, ended, day)
    return {
        "entrances": len(moves),
        "ended": _codes_of(session, ended),
        "tasks_given": [list(each) for each in handed.given],
        "tasks_kept": handed.kept,
    }


def _send_back(
    session: Session, principal: Principal, plan: GridPlan, day: date, obstacle: str
) -> None:
    plan.state, plan.version = PlanState.REJECTED, plan.version + 1
    plan.note = f"{NOT_IN_FORCE}: {obstacle}"
    _log(session, principal, plan, day, {"state": plan.state.value, "note": plan.note})


def _kept_grids(session: Session, units: Collection[GridPlanUnit]) -> dict[int, int]:
    """Return the present grid of each part that holds exactly what the grid holds already."""
    by_part: dict[int, list[GridPlanUnit]] = defaultdict(list)
    for unit in units:
        by_part[unit.part].append(unit)
    kept: dict[int, int] = {}
    for part, members in by_part.items():
        grids = {unit.from_grid_id for unit in members}
        grid_id = grids.pop()
        if grid_id is not None and not grids and _size(session, grid_id) == len(members):
            kept[part] = grid_id
    return kept


def _size(session: Session, grid_id: int) -> int:
    return session.scalars(
        select(func.count())
        .select_from(GridMembership)
        .where(GridMembership.grid_id == grid_id, GridMembership.valid_to.is_(None))
    ).one()


def _free_codes(session: Session, committee_id: int) -> list[str]:
    """Return the codes above every one the committee's number ever had: codes never return."""
    committee = session.scalars(select(Committee.code).where(Committee.id == committee_id)).one()
    used = session.scalars(
        select(Grid.code).where(Grid.code.startswith(committee, autoescape=True))
    )
    ends = [code.removeprefix(committee) for code in used]
    highest = max((int(end) for end in ends if end.isascii() and end.isdigit()), default=0)
    return [f"{committee}{number:0{SEQUENCE_DIGITS}d}" for number in range(highest + 1, LAST + 1)]


def _type_before(session: Session, units: Collection[GridPlanUnit]) -> GridType:
    """Return what the committee calls the grids it had here (A12)."""
    before = {unit.from_grid_id for unit in units if unit.from_grid_id is not None}
    types = session.scalars(select(Grid.type).where(Grid.id.in_(before)).order_by(Grid.id))
    return next(iter(types), GridType.GRID)


def _new_grid(session: Session, plan: GridPlan, code: str, type_: GridType, day: date) -> int:
    """Begin a grid, called by its number within the committee."""
    grid = Grid(
        committee_id=plan.committee_id, code=code, name=f"{int(code[-SEQUENCE_DIGITS:]):02d}",
        type=type_, valid_from=day,
    )  # fmt: skip
    session.add(grid)
    session.flush()
    return grid.id


def _note_grids(session: Session, plan: GridPlan, grids: Mapping[int, int]) -> None:
    for row in session.scalars(select(GridPlanPart).where(GridPlanPart.plan_id == plan.id)):
        row.grid_id = grids[row.part]


def _change_hands(session: Session, plan: GridPlan, moves: Collection[Move], day: date) -> None:
    session.execute(
        update(GridMembership)
        .where(
            GridMembership.entrance_id.in_([move.entrance_id for move in moves]),
            GridMembership.valid_to.is_(None),
        )
        .values(valid_to=day)
    )
    session.add_all(
        GridMembership(
            grid_id=move.after,
            entrance_id=move.entrance_id,
            committee_id=plan.committee_id,
            valid_from=day,
        )
        for move in moves
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


def _codes_of(session: Session, grids: Iterable[int]) -> list[str]:
    return list(session.scalars(select(Grid.code).where(Grid.id.in_(grids)).order_by(Grid.code)))


def _log(
    session: Session, principal: Principal, plan: GridPlan, day: date, after: dict[str, Any]
) -> None:
    session.flush()
    append_event(
        session,
        principal,
        kind=f"grid_plan_{plan.state.value}",
        subject=("grid_plan", plan.id),
        happened_on=day,
        committee_id=plan.committee_id,
        before={"state": PlanState.APPROVED.value},
        after=after,
    )
