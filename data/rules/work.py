"""Vocabularies of the work: tasks, visits, verification rounds (5.5, 5.6, 5.8)."""

from enum import StrEnum
from typing import Final


class TaskType(StrEnum):
    """What is to be done (5.5)."""

    COLLECT = "collect"
    ENTER = "enter"
    CANCEL = "cancel"
    DISCOVERY_FORWARD = "discovery_forward"
    SUPPLEMENTARY_COLLECT = "supplementary_collect"
    OWNER_CONTACT = "owner_contact"
    COMMITTEE_CONTACT = "committee_contact"
    VACANCY_RECHECK = "vacancy_recheck"
    DUPLICATE_RESOLUTION = "duplicate_resolution"
    DECLARATION_CHECK = "declaration_check"
    SWEEP = "sweep"


class TaskState(StrEnum):
    """Where a task stands (5.5); overdue is derived and no state."""

    DRAFT = "draft"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    VOID = "void"


OPEN_TASK_STATES: Final = frozenset(set(TaskState) - {TaskState.CLOSED, TaskState.VOID})


class VisitOutcome(StrEnum):
    """What a visit at a door came to (5.6)."""

    REGISTERED_ALL = "registered_all"
    REGISTERED_PARTIAL = "registered_partial"
    VERIFIED_NO_CHANGE = "verified_no_change"
    VERIFIED_CHANGED = "verified_changed"
    NOT_HOME = "not_home"
    NO_COOPERATION = "no_cooperation"
    REFUSED = "refused"
    IDENTITY_DOUBTED = "identity_doubted"
    APPOINTMENT_MADE = "appointment_made"
    APPEARS_VACANT = "appears_vacant"
    OCCUPANT_MOVED_OUT = "occupant_moved_out"
    WRONG_ADDRESS = "wrong_address"
    NOT_RESIDENTIAL = "not_residential"
    BUILDING_GONE = "building_gone"
    ACCESS_DENIED = "access_denied"
    LANGUAGE_HELP_NEEDED = "language_help_needed"
    MINOR_ONLY = "minor_only"
    UNSAFE = "unsafe"


CONTACT_OUTCOMES: Final = frozenset(
    {
        VisitOutcome.REGISTERED_ALL,
        VisitOutcome.REGISTERED_PARTIAL,
        VisitOutcome.VERIFIED_NO_CHANGE,
        VisitOutcome.VERIFIED_CHANGED,
        VisitOutcome.NO_COOPERATION,
        VisitOutcome.REFUSED,
        VisitOutcome.IDENTITY_DOUBTED,
        VisitOutcome.APPOINTMENT_MADE,
        VisitOutcome.MINOR_ONLY,
    }
)
REFUSING_OUTCOMES: Final = frozenset({VisitOutcome.REFUSED, VisitOutcome.NO_COOPERATION})


class Window(StrEnum):
    """When somebody knocks (5.12)."""

    WEEKDAY_DAY = "weekday_day"
    WEEKDAY_EVENING = "weekday_evening"
    WEEKEND_DAY = "weekend_day"
    EARLY_MORNING = "early_morning"


class RoundKind(StrEnum):
    """Kinds of verification (5.8)."""

    MONTHLY_LOCAL = "monthly_local"
    CROSS_DISTRICT = "cross_district"
    SELF_DECLARATION = "self_declaration"
    COUNTER_PERMIT = "counter_permit"
    FLIGHT = "flight"
    POST_CORRECTION = "post_correction"


class MonthState(StrEnum):
    """Life of a committee's month (5.8)."""

    OPEN = "open"
    SUBMITTED = "submitted"
    SIGNED = "signed"
    LOCKED = "locked"


def is_contact(outcome: VisitOutcome) -> bool:
    """Tell whether somebody was met (5.6)."""
    return outcome in CONTACT_OUTCOMES
