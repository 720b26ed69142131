"""Households, persons, visits, evidence and tasks behind each door, as its fate says."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Final

from data.models import (
    Discrepancy,
    Dwelling,
    Event,
    Household,
    Person,
    Residence,
    Task,
    VacancyEvidence,
    Visit,
)
from data.rules.coverage import DwellingUse, LastOutcome
from data.rules.deadlines import SHANGHAI, due_day
from data.rules.register import DiscrepancyKind, HouseholdKind, ResidenceKind, ResidenceState
from data.rules.vacancy import EvidenceKind
from data.rules.work import TaskState, TaskType, VisitOutcome, Window
from data.seed.accounts import Staff
from data.seed.calendar import DemoCalendar
from data.seed.fates import Fate
from data.seed.ledger import Ledger
from data.seed.people import RELATIONS, PersonMaker
from data.seed.plans import DwellingPlan

# Persons a household, mean 2.6 as in the census of S2 (199,773 / 76,688 = 2.605).
SIZES: Final = (1, 2, 3, 4, 5, 6)
SIZE_WEIGHTS: Final = (20, 31, 28, 14, 5, 2)
LARGEST: Final = 8


@dataclass(slots=True)
class HouseholdPlan:
    """A household as made, with the number of persons it will have."""

    id: int
    door: DwellingPlan
    entered_on: date | None
    verified_on: date | None
    collected_on: date
    size: int


class Life:
    """Turns fates into rows."""

    def __init__(self, ledger: Ledger, calendar: DemoCalendar, staff: Staff, rng: Random) -> None:
        self.ledger, self.calendar, self.staff, self.rng = ledger, calendar, staff, rng
        self.households: list[HouseholdPlan] = []

    def live(self, door: DwellingPlan, fate: Fate) -> None:
        """Write what happened behind one door."""
        {
            Fate.VERIFIED: self._verified,
            Fate.REGISTERED: self._registered,
            Fate.CONFLICT: self._conflict,
            Fate.HALF_ENTERED: self._half_entered,
            Fate.COLLECTED: self._collected,
            Fate.VACANT: self._vacant,
            Fate.NO_CONTACT: self._no_contact,
            Fate.REFUSED: self._refused,
            Fate.UNCOLLECTED: self._uncollected,
            Fate.SHOP: self._shop,
        }[fate](door)

    def _verified(self, door: DwellingPlan) -> None:
        day = self.calendar.sweep_day()
        entered = day - timedelta(days=self.rng.randint(20, 900))
        self._household(door, 1, entered=entered, verified=day)
        self._visit(door, day, VisitOutcome.VERIFIED_NO_CHANGE)

    def _registered(self, door: DwellingPlan) -> None:
        # Mostly of the last year; a few have not been confirmed for longer and show the clock.
        entered = self.calendar.past_day(3, 350 if self.rng.random() < 0.995 else 700)
        self._household(door, 1, entered=entered)
        self._visit(door, entered - timedelta(days=2), VisitOutcome.REGISTERED_ALL)

    def _conflict(self, door: DwellingPlan) -> None:
        self._household(door, 1, entered=self.calendar.past_day(30, 350))
        day = self.calendar.sweep_day(within_days=40)
        kind = self.rng.choice((DiscrepancyKind.UNREGISTERED, DiscrepancyKind.UNREMOVED))
        self.ledger.add(
            Discrepancy,
            **_place(door),
            kind=kind,
            persons=1,
            opened_on=day,
            closed_on=None,
        )
        self._visit(door, day, VisitOutcome.VERIFIED_CHANGED)
        work = TaskType.CANCEL if kind is DiscrepancyKind.UNREMOVED else TaskType.ENTER
        self._task(door, work, self._opened())

    def _half_entered(self, door: DwellingPlan) -> None:
        self._household(door, 1, entered=self.calendar.past_day(30, 300))
        self._household(door, 2, collected=self.calendar.past_day(1, 6))
        self._task(door, TaskType.ENTER, self._opened())

    def _collected(self, door: DwellingPlan) -> None:
        day = self._opened()
        self._household(door, 1, collected=day)
        self._task(door, TaskType.ENTER, day)

    def _vacant(self, door: DwellingPlan) -> None:
        seen = self.calendar.sweep_day(within_days=80)
        said = seen - timedelta(days=self.rng.randint(0, 25))
        windows = (Window.WEEKDAY_DAY.value, "")
        kinds = (
            EvidenceKind.VISIT,
            self.rng.choice((EvidenceKind.PROPERTY_MANAGER, EvidenceKind.NEIGHBOUR)),
        )
        for kind, window, day in zip(kinds, windows, (seen, said), strict=True):
            self.ledger.add(
                VacancyEvidence, **_place(door), kind=kind, window=window, observed_on=day
            )
        self._visit(door, seen, VisitOutcome.APPEARS_VACANT)
        if self.rng.random() < 0.04:
            self._task(door, TaskType.VACANCY_RECHECK, self.calendar.past_day(1, 12))

    def _no_contact(self, door: DwellingPlan) -> None:
        attempts = self.rng.choices((1, 2, 3, 4), (30, 38, 22, 10))[0]
        for _ in range(attempts):
            self._visit(door, self.calendar.sweep_day(within_days=120), VisitOutcome.NOT_HOME)
        self._dwelling(door)["last_outcome"] = LastOutcome.NO_CONTACT
        if attempts >= 3 and self.rng.random() < 0.25:
            self._task(door, TaskType.OWNER_CONTACT, self._opened())
        elif self.rng.random() < 0.06:
            self._task(door, TaskType.COLLECT, self._opened())

    def _refused(self, door: DwellingPlan) -> None:
        day = self.calendar.sweep_day(within_days=200)
        self._visit(door, day, self.rng.choice((VisitOutcome.REFUSED, VisitOutcome.NO_COOPERATION)))
        row = self._dwelling(door)
        row["last_outcome"], row["contrary_on"] = LastOutcome.REFUSED, day
        if self.rng.random() < 0.12:
            self._task(door, TaskType.COMMITTEE_CONTACT, self._opened())

    def _uncollected(self, door: DwellingPlan) -> None:
        if self.rng.random() < 0.04:
            self._task(door, TaskType.COLLECT, self._opened())

    def _shop(self, door: DwellingPlan) -> None:
        row = self._dwelling(door)
        row["use"], row["exclusion_approved"] = DwellingUse.NON_RESIDENTIAL, True

    def _opened(self) -> date:
        """Return the day a task was opened: most are still on time."""
        return (
            self.calendar.past_day(0, 2)
            if self.rng.random() < 0.9
            else self.calendar.past_day(3, 14)
        )

    def _dwelling(self, door: DwellingPlan) -> dict[str, object]:
        return self.ledger.rows[Dwelling][door.id - 1]

    def _household(
        self,
        door: DwellingPlan,
        number: int,
        *,
        entered: date | None = None,
        verified: date | None = None,
        collected: date | None = None,
    ) -> None:
        taken = collected or (entered or self.calendar.today) - timedelta(days=1)
        size = self.rng.choices(SIZES, SIZE_WEIGHTS)[0] + (2 if door.collective else 0)
        identity = self.ledger.add(
            Household,
            **_place(door),
            household_no=number,
            kind=HouseholdKind.COLLECTIVE if door.collective else HouseholdKind.FAMILY,
            state="active",
            size_declared=None,
            collected_on=taken,
            entered_on=entered,
            verified_on=verified,
            version=1,
            valid_from=taken,
            valid_to=None,
        )
        self.households.append(HouseholdPlan(identity, door, entered, verified, taken, size))
        for kind, day in (("household_entered", entered), ("household_verified", verified)):
            if day is not None and day.year == self.calendar.today.year:
                self._event(door, kind, identity, day)

    def _event(self, door: DwellingPlan, kind: str, household_id: int, day: date) -> None:
        self.ledger.add(
            Event,
            kind=kind,
            subject_type="household",
            subject_id=household_id,
            committee_id=door.building.committee_id,
            building_id=door.building.id,
            account_id=self.staff.worker(door.building.committee_id),
            source="demo",
            happened_on=day,
            recorded_at=datetime.combine(day, time(16), tzinfo=SHANGHAI).astimezone(UTC),
            before=None,
            after={"room": door.room},
        )

    def _visit(self, door: DwellingPlan, day: date, outcome: VisitOutcome) -> None:
        window = self.calendar.window()
        self.ledger.add(
            Visit,
            **_place(door),
            visited_at=self.calendar.moment(day, window),
            happened_on=day,
            window=window,
            outcome=outcome,
            account_id=self.staff.assistant(door.building.committee_id),
        )

    def _task(self, door: DwellingPlan, kind: TaskType, opened: date) -> None:
        entering = kind in (TaskType.ENTER, TaskType.CANCEL)
        committee_id = door.building.committee_id
        owner = self.staff.worker(committee_id) if entering else self.staff.assistant(committee_id)
        self.ledger.add(
            Task,
            type=kind,
            state=self.rng.choice((TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.IN_PROGRESS)),
            **_place(door),
            owner_id=owner,
            key_area=False,
            created_on=opened,
            due_on=due_day(kind, opened),
            closed_on=None,
            reason="",
            idempotency_key=f"{kind.value}:dwelling:{door.id}:{opened:%Y-%m}",
            version=1,
        )

    def fill_households(self, maker: PersonMaker, persons: int | None = None) -> None:
        """Give each household its persons; with `persons` exactly that many in all."""
        if persons is not None:
            self._reach(persons)
        for plan in self.households:
            self._persons(plan, maker)

    def _reach(self, wanted: int) -> None:
        present = sum(plan.size for plan in self.households)
        step = 1 if present < wanted else -1
        while present != wanted:
            plan = self.rng.choice(self.households)
            if 1 <= plan.size + step <= LARGEST:
                plan.size += step
                present += step

    def _persons(self, plan: HouseholdPlan, maker: PersonMaker) -> None:
        committee_id = plan.door.building.committee_id
        state = ResidenceState.ACTIVE if plan.entered_on else ResidenceState.COLLECTED
        for index in range(plan.size):
            relation = RELATIONS[min(index, len(RELATIONS) - 1)]
            person_id = self.ledger.add(Person, **maker.row(committee_id, relation))
            self.ledger.add(
                Residence,
                person_id=person_id,
                household_id=plan.id,
                **_place(plan.door),
                relation=relation,
                kind=self.rng.choices(
                    (ResidenceKind.HUKOU_AT_HOME, ResidenceKind.SEPARATED, ResidenceKind.MIGRANT),
                    (50, 18, 32),
                )[0],
                state=state,
                main_residence=True,
                started_on=plan.collected_on,
                confirmed_on=plan.verified_on or plan.entered_on,
                ended_on=None,
                end_reason=None,
                source="door",
                version=1,
            )


def _place(door: DwellingPlan) -> dict[str, int]:
    return {
        "dwelling_id": door.id,
        "building_id": door.building.id,
        "committee_id": door.building.committee_id,
    }
