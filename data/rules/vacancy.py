"""When a dwelling counts as vacant (空置): two evidences, never the mere lack of a record (5.2.1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from typing import Final

# "60日内两个独立证据", "90日后失效".
EVIDENCE_WINDOW_DAYS: Final = 60
VACANCY_DAYS: Final = 90


class EvidenceKind(StrEnum):
    """What speaks for a dwelling being empty."""

    VISIT = "visit"
    PROPERTY_MANAGER = "property_manager"
    NEIGHBOUR = "neighbour"
    UTILITY = "utility"
    OWNER = "owner"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One evidence: its kind, its day, and the time window of a visit (a second visit must differ)."""

    kind: EvidenceKind
    observed_on: date
    window: str = ""


def vacant_until(evidences: Iterable[Evidence], contrary_on: date | None = None) -> date | None:
    """Return the first day on which the dwelling no longer counts as vacant, None if it never did.

    Two independent evidences within 60 days, one of them a visit; they expire 90 days after the later
    one. Evidence up to and including the day of a contrary signal (`contrary_on`) is void.
    """
    live = [e for e in evidences if contrary_on is None or e.observed_on > contrary_on]
    days = [max(a.observed_on, b.observed_on) for a, b in combinations(live, 2) if _agree(a, b)]
    return max(days) + timedelta(days=VACANCY_DAYS) if days else None


def _agree(a: Evidence, b: Evidence) -> bool:
    if EvidenceKind.VISIT not in (a.kind, b.kind):
        return False
    if abs((a.observed_on - b.observed_on).days) > EVIDENCE_WINDOW_DAYS:
        return False
    return a.kind is not b.kind or a.window != b.window
