"""How numbers, rates and days are written in either language."""

from datetime import date
from typing import Final

from babel.dates import format_date

from dashapp.text.words import Words
from data.rules.rates import Interval, Rate

NOTHING: Final = "—"


def count(value: int) -> str:
    """Write a count with separators: 4,126."""
    return f"{value:,}"


def percent(rate: Rate) -> str:
    """Write a share with one decimal and its sign; a dash without a denominator."""
    return NOTHING if rate.share is None else f"{100 * rate.share:.1f}%"


def percent_bare(rate: Rate) -> str:
    """Write a share with one decimal, without the sign."""
    return NOTHING if rate.share is None else f"{100 * rate.share:.1f}"


def interval(bounds: Interval | None) -> str:
    """Write an interval in percent: [88.4, 97.8]."""
    return "" if bounds is None else f"[{100 * bounds.low:.1f}, {100 * bounds.high:.1f}]"


def day_in_year(day: date | None, today: date, w: Words) -> str:
    """Write a day as 11-20 within the year, else 2025-11-20; in English 20 Nov, 20 Nov 2025."""
    if day is None:
        return NOTHING
    this_year = day.year == today.year
    if w.language == "en":
        return format_date(day, "d MMM" if this_year else "d MMM y", locale="en")
    return f"{day:%m-%d}" if this_year else day.isoformat()


def due(day: date, today: date, w: Words) -> str:
    """Write when something is due: late by days, today, or days left."""
    days = (day - today).days
    if days < 0:
        return w("Late {n}d", n=-days)
    return w("Today 23:59") if days == 0 else w("{n}d left", n=days)
