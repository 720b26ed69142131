"""Closed tasks of the demo's last weeks, and the marks on a few of its places."""

from datetime import date, timedelta
from random import Random
from typing import Final

from data.models import AreaFlag, Task
from data.rules.areas import FlagKind
from data.rules.deadlines import due_day
from data.rules.work import TaskState, TaskType
from data.seed.accounts import Staff
from data.seed.calendar import DemoCalendar
from data.seed.journal import OFFICE_ACCOUNT, place_of
from data.seed.ledger import Ledger
from data.seed.life import HouseholdPlan
from data.seed.plans import BuildingPlan

KEY_AREAS, PROBLEM_PLACES = 5, 2
FLAG_DAYS: Final = 180
CLOSED_DAYS: Final = 60


def flag_places(
    ledger: Ledger, buildings: list[BuildingPlan], calendar: DemoCalendar, rng: Random
) -> dict[int, date]:
    """Mark a few buildings, each with reason and end; return since when which are key areas."""
    lived_in = [plan for plan in buildings if plan.dwellings and not plan.unlived]
    chosen = rng.sample(lived_in, min(len(lived_in), KEY_AREAS + PROBLEM_PLACES))
    since: dict[int, date] = {}
    for index, building in enumerate(chosen):
        key = index < KEY_AREAS
        begun = calendar.workday(calendar.today - timedelta(days=rng.randint(10, 60)))
        if key:
            since[building.id] = begun
        ledger.add(
            AreaFlag,
            kind=FlagKind.KEY_AREA if key else FlagKind.PROBLEM_PLACE,
            committee_id=building.committee_id,
            building_id=building.id,
            reason="人员变动集中,当日采集" if key else "楼道堆物,限期整改",
            expires_on=begun + timedelta(days=FLAG_DAYS),
            approved_by_id=OFFICE_ACCOUNT,
            valid_from=begun,
            valid_to=None,
        )
    return since


def close_tasks(ledger: Ledger, households: list[HouseholdPlan], staff: Staff, today: date) -> None:
    """Write the tasks that the last sixty days' entries have answered, late ones among them."""
    first = today - timedelta(days=CLOSED_DAYS)
    for household in households:
        if household.entered_on is None or household.entered_on < first:
            continue
        opened = household.row["collected_on"]
        ledger.add(
            Task,
            type=TaskType.ENTER,
            state=TaskState.CLOSED,
            **place_of(household.door),
            owner_id=staff.worker(household.door.building.committee_id),
            key_area=False,
            created_on=opened,
            due_on=due_day(TaskType.ENTER, opened),
            closed_on=household.entered_on,
            reason="",
            idempotency_key=f"enter:household:{household.id}",
            version=2,
        )
