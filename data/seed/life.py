"""Households, visits, evidence and tasks behind each door, as its fate says."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Final

from data.models import Dwelling, Household, Task, VacancyEvidence
from data.rules.coverage import STALE_AFTER_DAYS, DwellingUse, LastOutcome
from data.rules.deadlines import due_day
from data.rules.register import HouseholdKind
from data.rules.vacancy import EVIDENCE_WINDOW_DAYS, EvidenceKind
from data.rules.work import TaskState, TaskType, VisitOutcome, Window
from data.seed.calendar import DemoCalendar
from data.seed.fates import Fate
from data.seed.journal import Journal, place_of
from data.seed.plans import DwellingPlan

# Persons a household, mean 2.6 as in the census of S2 (199,773 / 76,688 = 2.605).
SIZES: Final = (1, 2, 3, 4, 5, 6)
SIZE_WEIGHTS: Final = (20, 31, 28, 14, 5, 2)
BEDS: Final = (2, 3, 4, 4, 5, 6, 6, 8)
LARGEST: Final = 8
AWAY_SHARE: Final = 0.0015
BUSY_DAYS: Final = 45  # that a building's doors are registered in
SETTLED_DAYS: Final = 9  # what was collected longer ago has been entered
ON_TIME_SHARE: Final = 0.93  # of open tasks
PROMPT_SHARE: Final = 0.93  # of entries, within the two days of the plan
SECOND_VISIT_SHARE: Final = 0.35  # of vacancies; the others rest on somebody's statement
EXPIRED_SHARE: Final = 0.03  # of doors without contact: vacant once, not confirmed again
WITNESSES: Final = (
    EvidenceKind.PROPERTY_MANAGER, EvidenceKind.NEIGHBOUR, EvidenceKind.UTILITY, EvidenceKind.OWNER,
)  # fmt: skip
CLERKS_WORK: Final = (TaskType.ENTER, TaskType.CANCEL)
UNDER_WAY: Final = (TaskState.ASSIGNED, TaskState.ACCEPTED, TaskState.IN_PROGRESS)


@dataclass(slots=True)
class HouseholdPlan:
    """A household as made: its row in the ledger, its door, the number of persons it has.

    One that is `away` was registered long ago and never met again when its door was checked.
    """

    id: int
    door: DwellingPlan
    row: dict[str, Any]
    size: int
    away: bool = False

    @property
    def entered_on(self) -> date | None:
        """Return the day it was entered, None while it is not."""
        day: date | None = self.row["entered_on"]
        return day


class Life:
    """Turns fates into rows. `key_since` names the buildings that are key areas, and since when."""

    def __init__(
        self, journal: Journal, calendar: DemoCalendar, key_since: dict[int, date], rng: Random
    ) -> None:
        self.journal, self.calendar, self.key_since, self.rng = journal, calendar, key_since, rng
        self.ledger, self.staff = journal.ledger, journal.staff
        self.households: list[HouseholdPlan] = []
        self.asked: set[str] = set()

    def live(self, door: DwellingPlan, fate: Fate) -> None:
        """Write what happened behind one door."""
        {
            Fate.REGISTERED: self._registered,
            Fate.HALF_ENTERED: self._half_entered,
            Fate.COLLECTED: self._collected,
            Fate.VACANT: self._vacant,
            Fate.NO_CONTACT: self._no_contact,
            Fate.REFUSED: self._refused,
            Fate.UNCOLLECTED: self._uncollected,
            Fate.SHOP: self._shop,
        }[fate](door)

    def _registered(self, door: DwellingPlan) -> None:
        away, begun = self.rng.random() < AWAY_SHARE, door.building.begun_ago
        if away:
            begun += STALE_AFTER_DAYS
        met = self.calendar.sweep_day(max(SETTLED_DAYS, begun - BUSY_DAYS), begun)
        late = 0 if self.rng.random() < PROMPT_SHARE else self.rng.randint(3, 6)
        entered = self.calendar.workday(met, later=late or self.rng.randint(0, 2))
        self._visit(door, met, VisitOutcome.REGISTERED_ALL)
        household = self._household(door, 1, collected=met, entered=entered, away=away)
        self.journal.entered(door, household, entered)

    def _half_entered(self, door: DwellingPlan) -> None:
        self._registered(door)
        met = self._opened()
        self._visit(door, met, VisitOutcome.REGISTERED_PARTIAL)
        self._household(door, 2, collected=met)
        self.task(door, TaskType.ENTER, met)

    def _collected(self, door: DwellingPlan) -> None:
        met = self._opened()
        self._visit(door, met, VisitOutcome.REGISTERED_ALL)
        self._household(door, 1, collected=met)
        self.task(door, TaskType.ENTER, met)

    def _vacant(self, door: DwellingPlan) -> None:
        self._looks_vacant(door, self.calendar.sweep_day(0, 75))
        if self.rng.random() < 0.04:
            self.task(door, TaskType.VACANCY_RECHECK, self.calendar.sweep_day(0, 12))

    def _looks_vacant(self, door: DwellingPlan, seen: date) -> None:
        """Write two evidences within sixty days: a visit, and a second one or a statement (5.2.1)."""
        window = self.calendar.window()
        self._visit(door, seen, VisitOutcome.APPEARS_VACANT, window)
        self._evidence(door, EvidenceKind.VISIT, seen, window)
        ago = (self.calendar.today - seen).days
        if self.rng.random() < SECOND_VISIT_SHARE:
            again = self.calendar.sweep_day(ago + 2, ago + EVIDENCE_WINDOW_DAYS - 2)
            other = _other(window)
            self._visit(door, again, VisitOutcome.APPEARS_VACANT, other)
            self._evidence(door, EvidenceKind.VISIT, again, other)
        else:
            said = self.calendar.workday(seen - timedelta(days=self.rng.randint(0, 25)))
            self._evidence(door, self.rng.choice(WITNESSES), said)

    def _no_contact(self, door: DwellingPlan) -> None:
        self._dwelling(door)["last_outcome"] = LastOutcome.NO_CONTACT
        if self.rng.random() < EXPIRED_SHARE:
            self._looks_vacant(door, self.calendar.sweep_day(95, 104))
            self.task(door, TaskType.VACANCY_RECHECK, self.calendar.sweep_day(5, 14))
            return
        attempts = self.rng.choices((1, 2, 3, 4), (30, 38, 22, 10))[0]
        window = self.calendar.window()
        days = {self.calendar.sweep_day(0, 120) for _ in range(attempts)}
        for day in sorted(days):  # after a failure another window is tried (5.12)
            self._visit(door, day, VisitOutcome.NOT_HOME, window)
            window = _other(window)
        lot = self.rng.random()
        if len(days) >= 3 and lot < 0.28:
            kinds = (TaskType.OWNER_CONTACT, TaskType.SUPPLEMENTARY_COLLECT)
            self.task(door, self.rng.choice(kinds), self._opened(within=6))
        elif lot < 0.035:
            self.task(door, TaskType.COLLECT, self._opened())

    def _refused(self, door: DwellingPlan) -> None:
        day = self.calendar.sweep_day(0, 200)
        self._visit(door, day, self.rng.choice((VisitOutcome.REFUSED, VisitOutcome.NO_COOPERATION)))
        row = self._dwelling(door)
        row["last_outcome"], row["contrary_on"] = LastOutcome.REFUSED, day
        if self.rng.random() < 0.10:
            self.task(door, TaskType.COMMITTEE_CONTACT, self._opened(within=6))

    def _uncollected(self, door: DwellingPlan) -> None:
        if self.rng.random() < 0.025:
            self.task(door, TaskType.COLLECT, self._opened())

    def _shop(self, door: DwellingPlan) -> None:
        row = self._dwelling(door)
        row["use"], row["exclusion_approved"] = DwellingUse.NON_RESIDENTIAL, True
        day = self.calendar.workday(self.calendar.today - timedelta(days=self.rng.randint(30, 360)))
        self.journal.decided(door, day, "exclusion_approved", {"use": row["use"].value})

    def _opened(self, *, within: int = 2) -> date:
        """Return the sweep day on which a task was opened: most are still on time."""
        if self.rng.random() < ON_TIME_SHARE:
            return self.calendar.sweep_day(0, within)
        return self.calendar.sweep_day(within + 1, within + 14)

    def _dwelling(self, door: DwellingPlan) -> dict[str, Any]:
        return self.ledger.rows[Dwelling][door.id - 1]

    def _household(
        self,
        door: DwellingPlan,
        number: int,
        *,
        collected: date,
        entered: date | None = None,
        away: bool = False,
    ) -> int:
        identity = self.ledger.add(
            Household,
            **place_of(door),
            household_no=number,
            kind=HouseholdKind.COLLECTIVE if door.collective else HouseholdKind.FAMILY,
            state="active",
            size_declared=None,
            collected_on=collected,
            entered_on=entered,
            verified_on=None,
            version=1,
            valid_from=collected,
            valid_to=None,
        )
        lone = (
            self.rng.choice(BEDS) if door.collective else self.rng.choices(SIZES, SIZE_WEIGHTS)[0]
        )
        row = self.ledger.rows[Household][-1]
        self.households.append(HouseholdPlan(identity, door, row, lone, away))
        return identity

    def _evidence(
        self, door: DwellingPlan, kind: EvidenceKind, day: date, window: Window | None = None
    ) -> None:
        self.ledger.add(
            VacancyEvidence,
            **place_of(door),
            kind=kind,
            window=window.value if window else "",
            observed_on=day,
        )

    def _visit(
        self, door: DwellingPlan, day: date, outcome: VisitOutcome, window: Window | None = None
    ) -> None:
        chosen = window or self.calendar.window()
        by = self.staff.assistant(door.building.committee_id)
        self.journal.visit(door, self.calendar.moment(day, chosen), chosen, outcome, by)

    def task(self, door: DwellingPlan, kind: TaskType, opened: date) -> None:
        """Keep an open task about a door, once a month; in a key area it is due the same day."""
        key = f"{kind.value}:dwelling:{door.id}:{opened:%Y-%m}"
        if key in self.asked:
            return
        self.asked.add(key)
        committee_id = door.building.committee_id
        by_clerk = kind in CLERKS_WORK
        owner = self.staff.worker(committee_id) if by_clerk else self.staff.assistant(committee_id)
        since = self.key_since.get(door.building.id)
        key_area = since is not None and since <= opened
        self.ledger.add(
            Task,
            type=kind,
            state=self.rng.choice(UNDER_WAY),
            **place_of(door),
            owner_id=owner,
            key_area=key_area,
            created_on=opened,
            due_on=due_day(kind, opened, key_area=key_area),
            closed_on=None,
            reason="",
            idempotency_key=key,
            version=1,
        )

    def settle_sizes(self, persons: int) -> None:
        """Change the sizes of households until they hold exactly so many persons."""
        present = sum(plan.size for plan in self.households)
        step = 1 if present < persons else -1
        while present != persons:
            plan = self.rng.choice(self.households)
            if 1 <= plan.size + step <= LARGEST:
                plan.size += step
                present += step


def _other(window: Window) -> Window:
    evening = window is Window.WEEKDAY_EVENING
    return Window.WEEKDAY_DAY if evening else Window.WEEKDAY_EVENING
