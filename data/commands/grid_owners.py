"""Who answers for a grid answers for the one that takes its place, and for the open tasks there."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.models import Account, Committee, Dwelling, Entrance, Grant, GridPlan, Task
from data.queries.grid_sizes import Load, entrance_loads
from data.rules.areas import AreaLevel
from data.rules.work import OPEN_TASK_STATES


@dataclass(frozen=True, slots=True)
class Move:
    """An entrance that goes from one grid, if it was in one, to another."""

    entrance_id: int
    before: int | None
    after: int


@dataclass(frozen=True, slots=True)
class Handed:
    """Open tasks behind the doors that moved: given to others (task id, owner before, after), or kept."""

    given: tuple[tuple[int, int | None, int], ...]
    kept: int


def hand_over(
    session: Session, plan: GridPlan, moves: Collection[Move], ended: Collection[int], day: date
) -> Handed:
    """Let whoever holds an ended grid hold, from `day` on, the new one with most of its households.

    An open task goes with its door. It gets the new grid's holder if nobody had it or a holder of the
    old grid did; everybody else keeps it, as does everybody where a grid has no holder.
    """
    before = _holders(session, {move.before for move in moves if move.before is not None})
    heirs = _heirs(session, plan, moves, ended)
    _pass_on(session, heirs, day)
    after = _holders(session, {move.after for move in moves})
    given, kept = [], 0
    by_entrance = {move.entrance_id: move for move in moves}
    for task, entrance_id in _open_tasks(session, list(by_entrance)):
        move = by_entrance[entrance_id]
        former = {None, *before.get(move.before or 0, ())}
        holders = after.get(move.after, [])
        if not holders or task.owner_id in holders or task.owner_id not in former:
            kept += 1
            continue
        given.append((task.id, task.owner_id, holders[0]))
        task.owner_id, task.version = holders[0], task.version + 1
    session.flush()
    return Handed(tuple(given), kept)


def _holders(session: Session, grids: Collection[int]) -> dict[int, list[int]]:
    """Return the accounts that answer for each grid, the oldest first."""
    rows = session.execute(
        select(Grant.area_id, Grant.account_id)
        .join(Account, Account.id == Grant.account_id)
        .where(
            Grant.level == AreaLevel.GRID,
            Grant.area_id.in_(grids),
            Grant.valid_to.is_(None),
            ~Account.disabled,
        )
        .order_by(Grant.account_id)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for grid_id, account_id in rows:
        found[grid_id].append(account_id)
    return found


def _heirs(
    session: Session, plan: GridPlan, moves: Iterable[Move], ended: Collection[int]
) -> dict[int, int]:
    """Return for each ended grid the one that takes most of its households (of equals, the first)."""
    loads = entrance_loads(session, Committee.id == plan.committee_id)
    shares: dict[int, Counter[int]] = defaultdict(Counter)
    for move in moves:
        if move.before is not None and move.before in ended:
            shares[move.before][move.after] += loads.get(move.entrance_id, Load()).households
    return {
        grid: min(share, key=lambda heir: (-share[heir], heir)) for grid, share in shares.items()
    }


def _pass_on(session: Session, heirs: Mapping[int, int], day: date) -> None:
    grants = session.scalars(
        select(Grant).where(
            Grant.level == AreaLevel.GRID, Grant.area_id.in_(heirs), Grant.valid_to.is_(None)
        )
    ).all()
    for grant in grants:
        grant.valid_to = day
        session.add(
            Grant(
                account_id=grant.account_id,
                role=grant.role,
                level=AreaLevel.GRID,
                area_id=heirs[grant.area_id],
                valid_from=day,
            )
        )
    session.flush()


def _open_tasks(session: Session, entrances: Collection[int]) -> list[tuple[Task, int]]:
    """Return the open tasks behind these entrances; one of a whole building is at its first entrance."""
    is_open = Task.state.in_(OPEN_TASK_STATES)
    behind_doors = session.execute(
        select(Task, Dwelling.entrance_id)
        .join(Dwelling, Dwelling.id == Task.dwelling_id)
        .where(Dwelling.entrance_id.in_(entrances), is_open)
    )
    first = (
        select(Entrance.building_id, func.min(Entrance.id).label("entrance_id"))
        .where(Entrance.valid_to.is_(None))
        .group_by(Entrance.building_id)
        .subquery()
    )
    of_buildings = session.execute(
        select(Task, first.c.entrance_id)
        .join(first, first.c.building_id == Task.building_id)
        .where(Task.dwelling_id.is_(None), first.c.entrance_id.in_(entrances), is_open)
    )
    return [(task, id_) for rows in (behind_doors, of_buildings) for task, id_ in rows]
