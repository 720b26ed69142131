"""The demo's days: Wednesdays and Fridays, days and evenings."""

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from data.rules.deadlines import SHANGHAI
from data.rules.work import Window

# S1: door-to-door checks every Wednesday and Friday (周三、周五).
SWEEP_WEEKDAYS: Final = (2, 4)
DAY_WINDOW: Final = (time(9, 0), time(11, 30))
EVENING_WINDOW: Final = (time(18, 30), time(20, 30))


class DemoCalendar:
    """Draws days of work before and including the demo's day."""

    def __init__(self, today: date, rng: Random) -> None:
        self.today, self.rng = today, rng
        year_start = date(today.year, 1, 1)
        days = [year_start + timedelta(days=n) for n in range((today - year_start).days + 1)]
        self.sweeps = [day for day in days if day.weekday() in SWEEP_WEEKDAYS] or [today]

    def sweep_day(self, *, within_days: int | None = None) -> date:
        """Return a Wednesday or Friday of this year, of the last `within_days` when given."""
        if within_days is None:
            return self.rng.choice(self.sweeps)
        first = self.today - timedelta(days=within_days)
        return self.rng.choice([day for day in self.sweeps if day >= first] or self.sweeps[-1:])

    def past_day(self, low: int, high: int) -> date:
        """Return a day between `low` and `high` days ago."""
        return self.today - timedelta(days=self.rng.randint(low, high))

    def months(self) -> list[str]:
        """Return this year's months up to the demo's."""
        return [f"{self.today.year}-{month:02d}" for month in range(1, self.today.month + 1)]

    def sweeps_of(self, month: str) -> list[date]:
        """Return the Wednesdays and Fridays of a month that have come."""
        return [day for day in self.sweeps if f"{day:%Y-%m}" == month]

    def moment(self, day: date, window: Window) -> datetime:
        """Return a moment of that day within the window."""
        start, end = EVENING_WINDOW if window is Window.WEEKDAY_EVENING else DAY_WINDOW
        first = datetime.combine(day, start, tzinfo=SHANGHAI)
        minutes = (datetime.combine(day, end, tzinfo=SHANGHAI) - first).seconds // 60
        return first + timedelta(minutes=self.rng.randint(0, minutes))

    def window(self) -> Window:
        """Return day or evening, evenings a little less often."""
        return self.rng.choices((Window.WEEKDAY_DAY, Window.WEEKDAY_EVENING), (55, 45))[0]
