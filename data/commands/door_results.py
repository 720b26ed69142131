"""What each result changes about a dwelling: households, evidence, discrepancies.

Pure bookkeeping of rows; `data.commands.dwellings` adds the visit, the event and what is derived.
"""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.errors import InvalidInput
from data.models import Discrepancy, Dwelling, Household, VacancyEvidence
from data.rules.coverage import LastOutcome
from data.rules.deadlines import SHANGHAI
from data.rules.register import HouseholdState
from data.rules.vacancy import EvidenceKind
from data.rules.work import TaskType, VisitOutcome, Window


class DoorResult(StrEnum):
    """What can be recorded of a door in one word."""

    COLLECTED = "collected"
    REGISTERED = "registered"
    VERIFIED = "verified"
    NO_CONTACT = "no_contact"
    REFUSED = "refused"
    VACANT = "vacant"


OUTCOME: Final = {
    DoorResult.REGISTERED: VisitOutcome.REGISTERED_ALL,
    DoorResult.COLLECTED: VisitOutcome.REGISTERED_ALL,
    DoorResult.VERIFIED: VisitOutcome.VERIFIED_NO_CHANGE,
    DoorResult.NO_CONTACT: VisitOutcome.NOT_HOME,
    DoorResult.REFUSED: VisitOutcome.REFUSED,
    DoorResult.VACANT: VisitOutcome.APPEARS_VACANT,
}
# Which open tasks a result answers; the rest stay open.
ANSWERED: Final = {
    DoorResult.COLLECTED: {TaskType.COLLECT, TaskType.SUPPLEMENTARY_COLLECT},
    DoorResult.REGISTERED: {
        TaskType.COLLECT,
        TaskType.SUPPLEMENTARY_COLLECT,
        TaskType.ENTER,
        TaskType.OWNER_CONTACT,
        TaskType.COMMITTEE_CONTACT,
    },
    DoorResult.VERIFIED: {TaskType.SWEEP, TaskType.DECLARATION_CHECK},
    DoorResult.VACANT: {TaskType.VACANCY_RECHECK},
}
DAY_START: Final = 9  # 5.12: day visits from 09:00, evenings from 18:30
EVENING_START: Final = 18


def window_of(moment: datetime) -> Window:
    """Return the contact window a moment falls into (5.12)."""
    local = moment.astimezone(SHANGHAI)
    if local.hour < DAY_START:
        return Window.EARLY_MORNING
    if local.weekday() >= 5:
        return Window.WEEKEND_DAY
    return Window.WEEKDAY_EVENING if local.hour >= EVENING_START else Window.WEEKDAY_DAY


def _current_households(session: Session, dwelling: Dwelling) -> list[Household]:
    return list(
        session.scalars(
            select(Household).where(
                Household.dwelling_id == dwelling.id,
                Household.state == HouseholdState.ACTIVE,
                Household.valid_to.is_(None),
            )
        )
    )


def _households_or_new(session: Session, dwelling: Dwelling, day: date) -> list[Household]:
    known = _current_households(session, dwelling)
    if known:
        return known
    household = Household(
        dwelling_id=dwelling.id,
        building_id=dwelling.building_id,
        committee_id=dwelling.committee_id,
        household_no=1,
        valid_from=day,
    )
    session.add(household)
    return [household]


def _collected(session: Session, dwelling: Dwelling, at: datetime) -> None:
    day = at.astimezone(SHANGHAI).date()
    for household in _households_or_new(session, dwelling, day):
        household.collected_on = min(household.collected_on or day, day)
        household.version = (household.version or 0) + 1
    dwelling.last_outcome = LastOutcome.NONE
    _speaks_against_vacancy(dwelling, day)


def _speaks_against_vacancy(dwelling: Dwelling, day: date) -> None:
    """Keep the last such day: what is entered late does not revive evidence that is void."""
    dwelling.contrary_on = max(day, dwelling.contrary_on or day)


def _registered(session: Session, dwelling: Dwelling, at: datetime) -> None:
    day = at.astimezone(SHANGHAI).date()
    _collected(session, dwelling, at)
    session.flush()
    for household in _current_households(session, dwelling):
        household.entered_on = household.entered_on or day
    _close_discrepancies(session, dwelling, day)


def _verified(session: Session, dwelling: Dwelling, at: datetime) -> None:
    day = at.astimezone(SHANGHAI).date()
    households = _current_households(session, dwelling)
    if not households or any(household.entered_on is None for household in households):
        raise InvalidInput(
            f"room {dwelling.room} has nobody entered: register it before verifying", field="result"
        )
    for household in households:
        if household.entered_on is not None and day < household.entered_on:
            raise InvalidInput(
                f"room {dwelling.room} was entered on {household.entered_on}: "
                "it cannot have been verified before",
                field="at",
            )
        household.verified_on = max(day, household.verified_on or day)
        household.version += 1
    _close_discrepancies(session, dwelling, day)


def _not_met(session: Session, dwelling: Dwelling, at: datetime) -> None:
    if dwelling.last_outcome is not LastOutcome.REFUSED:
        dwelling.last_outcome = LastOutcome.NO_CONTACT


def _refused(session: Session, dwelling: Dwelling, at: datetime) -> None:
    dwelling.last_outcome = LastOutcome.REFUSED
    _speaks_against_vacancy(dwelling, at.astimezone(SHANGHAI).date())


def _vacant(session: Session, dwelling: Dwelling, at: datetime) -> None:
    if _current_households(session, dwelling):
        raise InvalidInput(
            f"room {dwelling.room} has a household on the register: cancel it first", field="result"
        )
    session.add(
        VacancyEvidence(
            dwelling_id=dwelling.id,
            building_id=dwelling.building_id,
            committee_id=dwelling.committee_id,
            kind=EvidenceKind.VISIT,
            window=window_of(at).value,
            observed_on=at.astimezone(SHANGHAI).date(),
        )
    )
    _not_met(session, dwelling, at)


def _close_discrepancies(session: Session, dwelling: Dwelling, day: date) -> None:
    for found in session.scalars(
        select(Discrepancy).where(
            Discrepancy.dwelling_id == dwelling.id, Discrepancy.closed_on.is_(None)
        )
    ):
        found.closed_on = day


APPLY: Final[dict[DoorResult, Callable[[Session, Dwelling, datetime], None]]] = {
    DoorResult.COLLECTED: _collected,
    DoorResult.REGISTERED: _registered,
    DoorResult.VERIFIED: _verified,
    DoorResult.NO_CONTACT: _not_met,
    DoorResult.REFUSED: _refused,
    DoorResult.VACANT: _vacant,
}
