"""A year of verification in the demo: local rounds each month, cross-district ones in March and September.

What a round finds is what makes a household verified, or leaves a discrepancy open.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Final

from data.models import Discrepancy, VerificationMonth, VerificationRecord, VerificationRound
from data.rules.register import DiscrepancyKind
from data.rules.work import MonthState, RoundKind, TaskType, VisitOutcome, Window
from data.seed.calendar import DemoCalendar
from data.seed.journal import place_of
from data.seed.life import HouseholdPlan, Life
from data.seed.plans import StreetPlan

# S1: cross-district checks in March and September; district 1 checks 2, 2 checks 3, 3 checks 1.
CROSS_MONTHS: Final = (3, 9)
CHECKED_BY: Final = {2: 1, 3: 2, 1: 3}
CROSS_HOUSEHOLDS: Final = 20
# S1: at least 80 persons a committee and month; most do more, in one month of twelve fewer.
PERSONS_A_MONTH: Final = (92, 200)
FEWER: Final = (52, 79)
FEWER_SHARE: Final = 0.07
WHOLE_ENTRANCE: Final = 12  # doors: what is left of an entrance is finished when it is no more
# Persons found present and not registered, registered and gone, a household; it gets better by the month.
MISSED, GONE = (0.105, 0.05), (0.085, 0.04)
OPEN_DAYS: Final = 14  # an error older than this has been corrected
OPEN_NOW, OPEN_LATE = 0.9, 0.12


@dataclass(slots=True)
class GridDoors:
    """The households of one grid in the order in which a sweep meets them, and how far it has come."""

    grid_id: int
    committee_id: int
    district: int
    households: list[HouseholdPlan] = field(default_factory=list)
    place: int = 0

    def next_doors(self, persons: int, day: date) -> list[HouseholdPlan]:
        """Return households from where the last sweep ended, until they hold so many persons.

        Whole entrances, nobody picks the easy doors; what is not yet entered on that day is passed by.
        """
        found: list[HouseholdPlan] = []
        for _ in range(len(self.households)):
            household = self.households[self.place]
            enough = sum(each.size for each in found) >= persons
            if enough and (self._entrance(household) != self._entrance(found[-1])):
                break
            if sum(each.size for each in found) >= persons + 3 * WHOLE_ENTRANCE:
                break
            self.place = (self.place + 1) % len(self.households)
            if _can_be_met(household, day):
                found.append(household)
        return found

    @staticmethod
    def _entrance(household: HouseholdPlan) -> int:
        return household.door.entrance_id


def _can_be_met(household: HouseholdPlan, day: date) -> bool:
    entered = household.entered_on
    return not household.away and entered is not None and entered < day


class Rounds:
    """Writes rounds, their records, the visits they were, and what they left open."""

    def __init__(self, life: Life, calendar: DemoCalendar, rng: Random) -> None:
        self.life, self.calendar, self.rng = life, calendar, rng
        self.ledger, self.journal, self.staff = life.ledger, life.journal, life.staff
        self.gain = 0.0

    def write(self, plan: StreetPlan) -> None:
        """Write the last twelve months; only the demo's own month is still open."""
        grids = _by_committee(plan, self.life.households)
        for committee_id, own in grids.items():
            usual = self.rng.uniform(*PERSONS_A_MONTH)
            months = self.calendar.months()
            for index, month in enumerate(months):
                self.gain = index / len(months) + self.rng.uniform(-0.25, 0.25)
                self._local(own, month, self._persons(usual))
                if int(month[5:]) in CROSS_MONTHS:
                    for grid in own:
                        self._cross(grid, month)
                self._month(committee_id, month, locked=month != months[-1])

    def _persons(self, usual: float) -> int:
        if self.rng.random() < FEWER_SHARE:
            return self.rng.randint(*FEWER)
        return round(max(84.0, usual * self.rng.uniform(0.8, 1.25)))

    def _local(self, grids: list[GridDoors], month: str, persons: int) -> None:
        days = self.calendar.sweeps_of(month)
        total = sum(len(grid.households) for grid in grids)
        for grid in grids if days else ():
            share = persons * len(grid.households) / total
            held = sorted(self.rng.sample(days, min(len(days), self.rng.choice((1, 1, 2)))))
            for day in held:
                households = grid.next_doors(round(share / len(held)), day)
                if not households:
                    continue
                verifier = self.staff.assistant(grid.committee_id)
                window = self.calendar.window()
                self._round(grid, RoundKind.MONTHLY_LOCAL, day, window, verifier, households)

    def _cross(self, grid: GridDoors, month: str) -> None:
        days = self.calendar.sweeps_of(month)
        if not days:
            return
        day, seed = self.rng.choice(days), self.rng.randrange(1, 10**6)
        known = [household for household in grid.households if _can_be_met(household, day)]
        sample = Random(seed).sample(known, min(CROSS_HOUSEHOLDS, len(known)))
        verifier = self.staff.assistant_of_district(CHECKED_BY[grid.district], grid.grid_id)
        self._round(
            grid, RoundKind.CROSS_DISTRICT, day, Window.WEEKDAY_DAY, verifier, sample, seed=seed
        )

    def _round(  # noqa: PLR0913
        self,
        grid: GridDoors,
        kind: RoundKind,
        day: date,
        window: Window,
        verifier: int,
        households: Iterable[HouseholdPlan],
        *,
        seed: int | None = None,
    ) -> None:
        round_id = self.ledger.add(
            VerificationRound,
            grid_id=grid.grid_id,
            committee_id=grid.committee_id,
            kind=kind,
            month=f"{day:%Y-%m}",
            held_on=day,
            window=window,
            verifier_id=verifier,
            sample_seed=seed,
        )
        for household in households:
            clean = self._check(round_id, household, day)
            outcome = VisitOutcome.VERIFIED_NO_CHANGE if clean else VisitOutcome.VERIFIED_CHANGED
            at = self.calendar.moment(day, window)
            self.journal.visit(household.door, at, window, outcome, verifier)

    def _check(self, round_id: int, household: HouseholdPlan, day: date) -> bool:
        """Write what was found behind one door; tell whether register and reality agreed."""
        missed, gone = (
            int(self.rng.random() < high - (high - low) * self.gain) for high, low in (MISSED, GONE)
        )
        ago = (self.calendar.today - day).days
        lasting = ago <= OPEN_DAYS and self.rng.random() < (OPEN_NOW if ago <= 2 else OPEN_LATE)
        left_open = bool(missed or gone) and lasting
        # Corrected since: who was missed is among the household now, who was gone no longer is.
        correct = household.size - (gone if left_open else missed)
        self.ledger.add(
            VerificationRecord,
            round_id=round_id,
            **place_of(household.door),
            unregistered=missed,
            unremoved=gone,
            correct=correct,
        )
        if left_open:
            self._leave_open(household, missed, gone, day)
        else:
            household.row["verified_on"] = max(day, household.row["verified_on"] or day)
        return not missed and not gone

    def _leave_open(self, household: HouseholdPlan, missed: int, gone: int, day: date) -> None:
        found = (
            (missed, DiscrepancyKind.UNREGISTERED, TaskType.ENTER),
            (gone, DiscrepancyKind.UNREMOVED, TaskType.CANCEL),
        )
        for persons, kind, work in found:
            if persons:
                self.ledger.add(
                    Discrepancy,
                    **place_of(household.door),
                    kind=kind,
                    persons=persons,
                    opened_on=day,
                    closed_on=None,
                )
                self.life.task(household.door, work, day)

    def _month(self, committee_id: int, month: str, *, locked: bool) -> None:
        self.ledger.add(
            VerificationMonth,
            committee_id=committee_id,
            month=month,
            state=MonthState.LOCKED if locked else MonthState.OPEN,
            version=1,
        )


def _by_committee(plan: StreetPlan, households: list[HouseholdPlan]) -> dict[int, list[GridDoors]]:
    grids = {
        grid_id: GridDoors(grid_id, committee_id, plan.committees[committee_id].district)
        for grid_id, committee_id in plan.grids.items()
    }
    # Verification follows registration: what was begun first is checked first.
    for household in sorted(
        households, key=lambda e: (-e.door.building.begun_ago, e.door.id, e.id)
    ):
        if household.entered_on is not None:
            grids[plan.grid_of_entrance[household.door.entrance_id]].households.append(household)
    found: dict[int, list[GridDoors]] = {committee_id: [] for committee_id in plan.committees}
    for grid in grids.values():
        if grid.households:
            found[grid.committee_id].append(grid)
    return found
