"""The demo's days: Wednesdays and Fridays that are no holidays, days and evenings, working days."""

from bisect import bisect_left, bisect_right
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

import holidays

from data.rules.deadlines import SHANGHAI
from data.rules.work import Window

# S1: door-to-door checks every Wednesday and Friday (周三、周五); none on public holidays.
SWEEP_WEEKDAYS: Final = (2, 4)
DAY_WINDOWS: Final = ((time(9, 0), time(11, 30)), (time(14, 0), time(17, 0)))
EVENING_WINDOWS: Final = ((time(18, 30), time(20, 30)),)
REMEMBERED_DAYS: Final = 850
MONTHS: Final = 12


class DemoCalendar:
    """Draws days of work before and including the demo's day."""

    def __init__(self, today: date, rng: Random) -> None:
        self.today, self.rng = today, rng
        free = holidays.country_holidays("CN", years=range(today.year - 3, today.year + 1))
        days = [today - timedelta(days=ago) for ago in range(REMEMBERED_DAYS, -1, -1)]
        self.workdays = [day for day in days if day.weekday() < 5 and day not in free]
        self.sweeps = [day for day in self.workdays if day.weekday() in SWEEP_WEEKDAYS]

    def sweep_day(self, nearest: int, farthest: int) -> date:
        """Return a sweep day between so many days ago, or the last one before when there is none."""
        first = bisect_left(self.sweeps, self.today - timedelta(days=farthest))
        last = bisect_right(self.sweeps, self.today - timedelta(days=nearest))
        return self.sweeps[self.rng.randrange(first, last) if first < last else last - 1]

    def workday(self, day: date, *, later: int = 0) -> date:
        """Return the first working day at least so much later, but never after the demo's."""
        at = bisect_left(self.workdays, day + timedelta(days=later))
        return self.workdays[min(at, len(self.workdays) - 1)]

    def months(self) -> list[str]:
        """Return the last twelve months up to the demo's."""
        now = self.today.year * 12 + self.today.month - 1
        return [f"{at // 12}-{at % 12 + 1:02d}" for at in range(now - MONTHS + 1, now + 1)]

    def sweeps_of(self, month: str) -> list[date]:
        """Return the sweep days of a month that have come."""
        return [day for day in self.sweeps if f"{day:%Y-%m}" == month]

    def moment(self, day: date, window: Window) -> datetime:
        """Return a moment of that day within the window."""
        evening = window is Window.WEEKDAY_EVENING
        start, end = self.rng.choice(EVENING_WINDOWS if evening else DAY_WINDOWS)
        first = datetime.combine(day, start, tzinfo=SHANGHAI)
        minutes = (datetime.combine(day, end, tzinfo=SHANGHAI) - first).seconds // 60
        return first + timedelta(minutes=self.rng.randrange(minutes))

    def window(self) -> Window:
        """Return day or evening, evenings a little less often."""
        return self.rng.choices((Window.WEEKDAY_DAY, Window.WEEKDAY_EVENING), (55, 45))[0]
