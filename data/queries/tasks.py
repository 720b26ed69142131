"""Outstanding tasks of a building: what, where, whose, due when."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import Account, Dwelling, Task
from data.principal import Principal
from data.rules.work import OPEN_TASK_STATES, TaskState, TaskType


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One open task."""

    type: TaskType
    state: TaskState
    room: str
    dwelling_id: int | None
    owner: str
    created_on: date
    due_on: date


def open_tasks(session: Session, principal: Principal, building_id: int) -> list[TaskRow]:
    """Return a building's open tasks in scope, the one due first at the top."""
    statement = (
        select(
            Task.type,
            Task.state,
            Dwelling.room,
            Task.dwelling_id,
            Account.display_name,
            Task.created_on,
            Task.due_on,
        )
        .outerjoin(Dwelling, Dwelling.id == Task.dwelling_id)
        .outerjoin(Account, Account.id == Task.owner_id)
        .where(
            Task.building_id == building_id,
            Task.committee_id.in_(principal.committees),
            Task.state.in_(OPEN_TASK_STATES),
        )
        .order_by(Task.due_on, Task.id)
    )
    return [
        TaskRow(
            row.type, row.state, row.room or "", row.dwelling_id, row.display_name or "",
            row.created_on, row.due_on,
        )
        for row in session.execute(statement)
    ]  # fmt: skip
