"""The only definition of a coverage status (覆盖状态), of a dwelling and of everything above it.

Source: the plan's status tables as kept in docs/rules.md. Statuses are true *for a day*:
the caller says which.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

# "自上次确认超过365天": a registration older than this shows a clock, it is no status of its own.
STALE_AFTER_DAYS: Final = 365
# The seed's plateau: 20 to 30 % of doors cannot be collected, so 0.70 and 0.90 bracket it.
PROGRESSING_SHARE: Final = 0.70
NEAR_COMPLETE_SHARE: Final = 0.90


class DwellingStatus(StrEnum):
    """How far a dwelling (户室) has come; 5.2, first match wins."""

    EXCLUDED = "excluded"
    CONFLICT = "conflict"
    VERIFIED = "verified"
    VACANT = "vacant"
    REGISTERED = "registered"
    COLLECTED = "collected"
    REFUSED = "refused"
    NO_CONTACT = "no_contact"
    UNCOLLECTED = "uncollected"


class CoverageStatus(StrEnum):
    """How far a building (楼栋), compound, grid or area has come; 5.3, first match wins."""

    NOT_STARTED = "not_started"
    LAGGING = "lagging"
    PROGRESSING = "progressing"
    NEAR_COMPLETE = "near_complete"
    COVERED = "covered"
    VERIFIED = "verified"
    EXCLUDED = "excluded"
    UNLISTED = "unlisted"


class LifeState(StrEnum):
    """Where a dwelling or building stands in its own life."""

    PLANNED = "planned"
    UNDELIVERED = "undelivered"
    IN_USE = "in_use"
    MERGED = "merged"
    DEMOLISHED = "demolished"


class DwellingUse(StrEnum):
    """What a dwelling is used for."""

    RESIDENTIAL = "residential"
    COLLECTIVE = "collective"
    COMMERCIAL_RESIDENTIAL = "commercial_residential"
    NON_RESIDENTIAL = "non_residential"


class LastOutcome(StrEnum):
    """What the attempts at a door without a record amount to."""

    NONE = "none"
    NO_CONTACT = "no_contact"
    REFUSED = "refused"


OUTSIDE_LIFE: Final = frozenset(
    {LifeState.PLANNED, LifeState.UNDELIVERED, LifeState.MERGED, LifeState.DEMOLISHED}
)


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """What the rule needs of one current household (户): the days of its three steps, or None."""

    collected_on: date | None = None
    entered_on: date | None = None
    verified_on: date | None = None


@dataclass(frozen=True, slots=True)
class DwellingFacts:
    """What the rule needs of one dwelling on a day.

    `vacant_until` is the first day on which its vacancy evidence no longer counts (rules.vacancy),
    None without evidence. `exclusion_approved` stands for the office's decision.
    """

    life_state: LifeState = LifeState.IN_USE
    use: DwellingUse = DwellingUse.RESIDENTIAL
    exclusion_approved: bool = False
    households: Sequence[HouseholdFacts] = ()
    open_discrepancies: int = 0
    vacant_until: date | None = None
    last_outcome: LastOutcome = LastOutcome.NONE


@dataclass(frozen=True, slots=True)
class DwellingVerdict:
    """A dwelling's status, and what the sums above it need.

    `until` is the first day on which the status may change without anybody doing anything.
    """

    status: DwellingStatus
    until: date | None
    resolved: bool
    verified: bool
    attempted: bool
    in_scope: bool


def dwelling_verdict(facts: DwellingFacts, day: date) -> DwellingVerdict:
    """Return the status of a dwelling on `day` (5.2 with the calendar year as cycle)."""
    status = _dwelling_status(facts, day)
    entered = any(_entered(household) for household in facts.households)
    excluded = status is DwellingStatus.EXCLUDED
    return DwellingVerdict(
        status=status,
        until=None if excluded else _until(facts, status, day),
        resolved=status in RESOLVED or (status is DwellingStatus.CONFLICT and entered),
        verified=status in (DwellingStatus.VERIFIED, DwellingStatus.VACANT),
        attempted=not excluded and status is not DwellingStatus.UNCOLLECTED,
        in_scope=not excluded,
    )


RESOLVED: Final = frozenset(
    {DwellingStatus.VERIFIED, DwellingStatus.VACANT, DwellingStatus.REGISTERED}
)


def _dwelling_status(facts: DwellingFacts, day: date) -> DwellingStatus:
    if _excluded(facts):
        return DwellingStatus.EXCLUDED
    if facts.open_discrepancies or _half_entered(facts.households):
        return DwellingStatus.CONFLICT
    if facts.households and all(_entered(household) for household in facts.households):
        clean = all(_verified_in_cycle(household, day) for household in facts.households)
        return DwellingStatus.VERIFIED if clean else DwellingStatus.REGISTERED
    return _status_without_register(facts, day)


def _status_without_register(facts: DwellingFacts, day: date) -> DwellingStatus:
    if not facts.households and facts.vacant_until is not None and day < facts.vacant_until:
        return DwellingStatus.VACANT
    if any(household.collected_on is not None for household in facts.households):
        return DwellingStatus.COLLECTED
    if facts.last_outcome is LastOutcome.REFUSED:
        return DwellingStatus.REFUSED
    if facts.last_outcome is LastOutcome.NO_CONTACT or facts.vacant_until is not None:
        return DwellingStatus.NO_CONTACT
    return DwellingStatus.UNCOLLECTED


def _excluded(facts: DwellingFacts) -> bool:
    if facts.life_state in OUTSIDE_LIFE:
        return True
    unused = facts.use is DwellingUse.NON_RESIDENTIAL and not facts.households
    return unused and facts.exclusion_approved


def _entered(household: HouseholdFacts) -> bool:
    return household.entered_on is not None


def _half_entered(households: Sequence[HouseholdFacts]) -> bool:
    entered = sum(_entered(household) for household in households)
    return 0 < entered < len(households)


def _verified_in_cycle(household: HouseholdFacts, day: date) -> bool:
    return household.verified_on is not None and household.verified_on.year == day.year


def _until(facts: DwellingFacts, status: DwellingStatus, day: date) -> date | None:
    if status is DwellingStatus.VERIFIED:
        return date(day.year + 1, 1, 1)
    if status is DwellingStatus.VACANT:
        return facts.vacant_until
    return None


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over dwellings: n in scope, resolved, verified (vacant included), attempted."""

    n: int = 0
    resolved: int = 0
    verified: int = 0
    attempted: int = 0
    listed: int = 0

    def __post_init__(self) -> None:
        """Refuse sums that cannot be: they would hide a broken counter."""
        counts = (self.verified, self.resolved, self.n, self.listed)
        if any(low > high for low, high in pairwise(counts)) or min(counts) < 0:
            raise ValueError(f"counts out of order: {self}")
        if not 0 <= self.attempted <= self.n:
            raise ValueError(f"more attempts than dwellings: {self}")

    def __add__(self, other: "Tally") -> "Tally":
        """Add the sums of two areas; rates are never averaged."""
        return Tally(
            self.n + other.n,
            self.resolved + other.resolved,
            self.verified + other.verified,
            self.attempted + other.attempted,
            self.listed + other.listed,
        )


def coverage_status(tally: Tally) -> CoverageStatus:
    """Return the status of a building or of any area above it, from its sums (5.3)."""
    if tally.listed == 0:
        return CoverageStatus.UNLISTED
    if tally.n == 0:
        return CoverageStatus.EXCLUDED
    if tally.attempted == 0:
        return CoverageStatus.NOT_STARTED
    if tally.resolved == tally.n:
        whole = tally.verified == tally.n
        return CoverageStatus.VERIFIED if whole else CoverageStatus.COVERED
    return _partly_covered(tally.resolved / tally.n)


def _partly_covered(share: float) -> CoverageStatus:
    if share >= NEAR_COMPLETE_SHARE:
        return CoverageStatus.NEAR_COMPLETE
    return CoverageStatus.PROGRESSING if share >= PROGRESSING_SHARE else CoverageStatus.LAGGING


def is_stale(confirmed_on: date | None, day: date) -> bool:
    """Tell whether a registration has not been confirmed for more than a year (5.2.2)."""
    return confirmed_on is not None and (day - confirmed_on) > timedelta(days=STALE_AFTER_DAYS)
