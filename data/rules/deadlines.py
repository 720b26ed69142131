"""When a task is due (5.5) and how late it is."""

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from data.rules.work import TaskType

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
# S1 §三: "块长2天内采集", "社工2天内录入、核销"; the rest are the product's own proposals (5.5, marked *).
DUE_DAYS: Final = {
    TaskType.DISCOVERY_FORWARD: 0,
    TaskType.COLLECT: 2,
    TaskType.ENTER: 2,
    TaskType.CANCEL: 2,
    TaskType.SUPPLEMENTARY_COLLECT: 7,
    TaskType.OWNER_CONTACT: 7,
    TaskType.COMMITTEE_CONTACT: 7,
    TaskType.VACANCY_RECHECK: 14,
    TaskType.DUPLICATE_RESOLUTION: 2,
    TaskType.DECLARATION_CHECK: 2,
    TaskType.SWEEP: 0,
}
# "重点地区当日": in a key area the plan's two-day work is due the same day.
SAME_DAY_IN_KEY_AREA: Final = frozenset(
    {TaskType.COLLECT, TaskType.ENTER, TaskType.CANCEL, TaskType.DECLARATION_CHECK}
)


def due_day(kind: TaskType, created_on: date, *, key_area: bool = False) -> date:
    """Return the last day on which a task is on time; calendar days, both engines alike."""
    if key_area and kind is TaskType.SUPPLEMENTARY_COLLECT:
        return created_on + timedelta(days=1)
    same_day = key_area and kind in SAME_DAY_IN_KEY_AREA
    return created_on + timedelta(days=0 if same_day else DUE_DAYS[kind])


class DueGroup(StrEnum):
    """How near the day is on which a task is due."""

    LATE = "late"
    TODAY = "today"
    WEEK = "week"
    LATER = "later"


WEEK: Final = timedelta(days=7)


def due_group(due: date, today: date) -> DueGroup:
    """Return whether a task is late, due today, within seven days from today, or later."""
    if due <= today:
        return DueGroup.LATE if due < today else DueGroup.TODAY
    return DueGroup.WEEK if due < today + WEEK else DueGroup.LATER


def due_moment(day: date) -> datetime:
    """Return 23:59:59 Asia/Shanghai of the day a task is due."""
    return datetime.combine(day, time(23, 59, 59), tzinfo=SHANGHAI)


def days_overdue(due: date, today: date) -> int:
    """Return how many days late an open task is; 0 on the day it is due and before."""
    return max(0, (today - due).days)
