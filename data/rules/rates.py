"""Rates of the plan (5.4), each with its n; totals come from sums, never from means of rates (I9)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from math import sqrt
from statistics import NormalDist, median
from typing import Final

from data.rules.coverage import Tally

Z_95: Final = NormalDist().inv_cdf(0.975)
# "estimated_population only with n >= 400": below it the interval is wider than the answer.
ESTIMATE_MIN_CHECKED: Final = 400


@dataclass(frozen=True, slots=True)
class Interval:
    """A closed interval of shares, 0..1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Rate:
    """A share with its n; `share` is None when nothing was counted (shown as a dash)."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        """Refuse a share outside 0..1 (I8)."""
        if not 0 <= self.numerator <= self.denominator:
            raise ValueError(f"not a rate: {self.numerator} of {self.denominator}")

    @property
    def share(self) -> float | None:
        """Return the share, None without a denominator."""
        return self.numerator / self.denominator if self.denominator else None

    @property
    def interval(self) -> Interval | None:
        """Return the Wilson interval at 95 %, None without a denominator."""
        return wilson_interval(self.numerator, self.denominator) if self.denominator else None


def coverage_rate(tally: Tally) -> Rate:
    """覆盖率: dwellings resolved of those in scope."""
    return Rate(tally.resolved, tally.n)


def collection_rate(tally: Tally, collected: int) -> Rate:
    """采集率: dwellings resolved or with a form in hand (`collected`) of those in scope."""
    return Rate(tally.resolved + collected, tally.n)


def verification_coverage(tally: Tally) -> Rate:
    """年内核查覆盖率: dwellings verified this year, vacant ones included, of those in scope."""
    return Rate(tally.verified, tally.n)


def contact_rate(contacts: int, visits: int) -> Rate:
    """Visits at which somebody was met, of all visits."""
    return Rate(contacts, visits)


def doors_per_success(visits: int, registrations: int) -> float | None:
    """Return how many doors were knocked at for one registration, None without any."""
    return visits / registrations if registrations else None


def timeliness_rate(on_time: int, due: int) -> Rate:
    """及时率: tasks closed by their day, of those due in the period."""
    return Rate(on_time, due)


def closure_rate(closed: int, received: int) -> Rate:
    """结案率: cases closed of those received (S4: 1,136 of 1,144); the variant divides by those due."""
    return Rate(closed, received)


def freshness_days(confirmed: Iterable[date], day: date) -> float | None:
    """Return the median days since registered dwellings were confirmed, None without any."""
    ages = [(day - each).days for each in confirmed]
    return median(ages) if ages else None


def wilson_interval(successes: int, n: int, z: float = Z_95) -> Interval:
    """Return the Wilson score interval (Wilson 1927); n = 80 and 76 right gives 87.8 to 98.0 %."""
    if not 0 <= successes <= n or n == 0:
        raise ValueError(f"cannot estimate from {successes} of {n}")
    share = successes / n
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    centre, scale = share + z * z / (2 * n), 1 + z * z / n
    return Interval(max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale))


@dataclass(frozen=True, slots=True)
class Checked:
    """Persons checked: U 应登未登 (present, not registered), D 应销未销 (registered, gone), C 正确."""

    unregistered: int = 0
    unremoved: int = 0
    correct: int = 0

    def __post_init__(self) -> None:
        """Refuse negative counts."""
        if min(self.unregistered, self.unremoved, self.correct) < 0:
            raise ValueError(f"negative count: {self}")

    def __add__(self, other: "Checked") -> "Checked":
        """Add two checks; the 合计 row of the monthly form is this sum."""
        return Checked(
            self.unregistered + other.unregistered,
            self.unremoved + other.unremoved,
            self.correct + other.correct,
        )

    @property
    def n(self) -> int:
        """N = U + D + C, the persons registered or present (I5)."""
        return self.unregistered + self.unremoved + self.correct

    @property
    def accuracy(self) -> Rate:
        """正确率 = C / N, a Jaccard index."""
        return Rate(self.correct, self.n)

    @property
    def completeness(self) -> Rate:
        """登记率 = C / (C + U): how much of what is there is on the register."""
        return Rate(self.correct, self.correct + self.unregistered)

    @property
    def soundness(self) -> Rate:
        """在册准确率 = C / (C + D): how much of the register is there."""
        return Rate(self.correct, self.correct + self.unremoved)


def total(checks: Iterable[Checked]) -> Checked:
    """Return the sum of many checks."""
    return sum(checks, Checked())


def estimated_population(registered: int, checked: Checked) -> float | None:
    """Return registered x (C + U) / (C + D), None when fewer than 400 were checked."""
    found, held = checked.correct + checked.unregistered, checked.correct + checked.unremoved
    if checked.n < ESTIMATE_MIN_CHECKED or held == 0:
        return None
    return registered * found / held
