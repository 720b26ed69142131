"""Record what happened at a door: visit, household, task, event, status, counters, feed in one go."""

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.clock import hold_day, utc_now
from data.commands.derive import lock_counters
from data.commands.door_results import ANSWERED, APPLY, OUTCOME, DoorResult, window_of
from data.commands.record import append_event, settle
from data.errors import InvalidInput, NotFound
from data.models import (
    Building,
    BuildingCoverage,
    Dwelling,
    Entrance,
    Task,
    Visit,
)
from data.principal import SYSTEM_ACCOUNT, Principal
from data.rules.coverage import CoverageStatus, DwellingStatus
from data.rules.deadlines import SHANGHAI
from data.rules.work import OPEN_TASK_STATES, TaskState, VisitOutcome


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a record changed, as the writer sees it before anybody else."""

    building: str
    room: str
    before: DwellingStatus
    status: DwellingStatus
    building_status: CoverageStatus
    tasks_closed: int


@dataclass(frozen=True, slots=True)
class Door:
    """Which door: a building's code, a room, and its entrance when rooms repeat."""

    building: str
    room: str
    entrance: str | None = None


def record_door(
    session: Session,
    principal: Principal,
    door: Door,
    result: DoorResult,
    at: datetime | None = None,
) -> Recorded:
    """Record one result at one door; the derived status follows in the same transaction.

    `at` is the moment of the visit (default: now on the watermark day). Refuses with NotFound a door
    that does not exist or is out of scope, with InvalidInput one that the result cannot be true of.
    """
    today = hold_day(session)
    dwelling, building = find_door(session, principal, door)
    principal.require_recording()
    moment = at or visit_moment(today)
    _refuse_future(moment, today)
    lock_counters(session, [building.id])
    session.refresh(dwelling)
    before = dwelling.status
    APPLY[result](session, dwelling, moment)
    _add_visit(session, principal, dwelling, OUTCOME[result], moment)
    closed = _close_answered(session, dwelling, result, moment.astimezone(SHANGHAI).date())
    dwelling.version += 1
    settle(session, [building.id], [dwelling.id])
    session.refresh(dwelling)
    append_event(
        session,
        principal,
        kind="door_recorded",
        subject=("dwelling", dwelling.id),
        committee_id=dwelling.committee_id,
        building_id=building.id,
        happened_on=moment.astimezone(SHANGHAI).date(),
        before={"status": before.value},
        after={"status": dwelling.status.value, "result": result.value, "tasks_closed": closed},
    )
    counters = session.get_one(BuildingCoverage, building.id)
    session.refresh(counters)
    return Recorded(building.code, dwelling.room, before, dwelling.status, counters.status, closed)


def find_door(session: Session, principal: Principal, door: Door) -> tuple[Dwelling, Building]:
    """Return the one current dwelling behind a door within the principal's scope."""
    statement = (
        select(Dwelling, Building, Entrance.number)
        .join(Building, Building.id == Dwelling.building_id)
        .join(Entrance, Entrance.id == Dwelling.entrance_id)
        .where(
            Building.code == door.building,
            Building.valid_to.is_(None),
            Building.committee_id.in_(principal.committees),
            Dwelling.room == door.room,
            Dwelling.valid_to.is_(None),
        )
    )
    found = session.execute(statement).all()
    if door.entrance is not None:
        found = [row for row in found if row.number == door.entrance]
    if not found:
        raise NotFound(f"no room {door.room} in building {door.building} within your area")
    if len(found) > 1:
        numbers = ", ".join(sorted(row.number for row in found))
        raise InvalidInput(
            f"room {door.room} of {door.building} exists at entrances {numbers}: name one",
            field="entrance",
        )
    return found[0][0], found[0][1]


def visit_moment(day: date) -> datetime:
    """Return now when `day` is today in Shanghai, else ten o'clock of that day (a frozen demo day)."""
    now = utc_now().astimezone(SHANGHAI)
    return now if now.date() == day else datetime.combine(day, time(10), tzinfo=SHANGHAI)


def _refuse_future(moment: datetime, today: date) -> None:
    day = moment.astimezone(SHANGHAI).date()
    if day > today:
        raise InvalidInput(f"{day} has not come yet: the register stands at {today}", field="at")


def _add_visit(
    session: Session, principal: Principal, dwelling: Dwelling, outcome: VisitOutcome, at: datetime
) -> None:
    session.add(
        Visit(
            dwelling_id=dwelling.id,
            building_id=dwelling.building_id,
            committee_id=dwelling.committee_id,
            visited_at=at,
            happened_on=at.astimezone(SHANGHAI).date(),
            window=window_of(at),
            outcome=outcome,
            account_id=None if principal.account_id == SYSTEM_ACCOUNT else principal.account_id,
        )
    )


def _close_answered(session: Session, dwelling: Dwelling, result: DoorResult, day: date) -> int:
    tasks = session.scalars(
        select(Task).where(
            Task.dwelling_id == dwelling.id,
            Task.state.in_(OPEN_TASK_STATES),
            Task.type.in_(ANSWERED.get(result, set())),
        )
    ).all()
    for task in tasks:
        task.state, task.closed_on, task.version = TaskState.CLOSED, day, task.version + 1
    return len(tasks)
