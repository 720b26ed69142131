"""What happened in the demo, each with its event: visits, entries, decisions (I7)."""

from datetime import UTC, date, datetime, time
from typing import Any, Final

from data.models import Event, Visit
from data.rules.deadlines import SHANGHAI
from data.rules.work import VisitOutcome, Window
from data.seed.accounts import Staff
from data.seed.ledger import Ledger
from data.seed.plans import DwellingPlan

OFFICE_HOUR: Final = time(16)
OFFICE_ACCOUNT: Final = 1


class Journal:
    """Keeps visits and events in the ledger."""

    def __init__(self, ledger: Ledger, staff: Staff) -> None:
        self.ledger, self.staff = ledger, staff

    def visit(
        self, door: DwellingPlan, at: datetime, window: Window, outcome: VisitOutcome, by: int
    ) -> None:
        """Keep one knock at a door and its event."""
        self.ledger.add(
            Visit,
            **place_of(door),
            visited_at=at,
            happened_on=at.date(),
            window=window,
            outcome=outcome,
            account_id=by,
        )
        self._event(door, "door_recorded", ("dwelling", door.id), at, by, {"result": outcome.value})

    def entered(self, door: DwellingPlan, household_id: int, day: date) -> None:
        """Keep that a social worker entered a household."""
        worker = self.staff.worker(door.building.committee_id)
        at = datetime.combine(day, OFFICE_HOUR, tzinfo=SHANGHAI)
        self._event(
            door, "household_entered", ("household", household_id), at, worker, {"room": door.room}
        )

    def decided(self, door: DwellingPlan, day: date, kind: str, after: dict[str, Any]) -> None:
        """Keep a decision of the population office about a door."""
        at = datetime.combine(day, OFFICE_HOUR, tzinfo=SHANGHAI)
        self._event(door, kind, ("dwelling", door.id), at, OFFICE_ACCOUNT, after)

    def _event(
        self,
        door: DwellingPlan,
        kind: str,
        subject: tuple[str, int],
        at: datetime,
        by: int,
        after: dict[str, Any],
    ) -> None:
        self.ledger.add(
            Event,
            kind=kind,
            subject_type=subject[0],
            subject_id=subject[1],
            committee_id=door.building.committee_id,
            building_id=door.building.id,
            account_id=by,
            source="demo",
            happened_on=at.date(),
            recorded_at=at.astimezone(UTC),
            before=None,
            after=after,
        )

    def close(self) -> None:
        """Give visits and events their numbers and events in the order in which they happened."""
        self.ledger.renumber(Visit, "visited_at")
        self.ledger.renumber(Event, "recorded_at")


def place_of(door: DwellingPlan) -> dict[str, int]:
    """Return the ids that every row about a door carries."""
    return {
        "dwelling_id": door.id,
        "building_id": door.building.id,
        "committee_id": door.building.committee_id,
    }
