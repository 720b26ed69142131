"""A year of verification, closed tasks and flags of the demo street."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from data.models import (
    AreaFlag,
    Task,
    VerificationMonth,
    VerificationRecord,
    VerificationRound,
)
from data.rules.areas import FlagKind
from data.rules.deadlines import due_day
from data.rules.work import MonthState, RoundKind, TaskState, TaskType, Window
from data.seed.accounts import Staff
from data.seed.calendar import DemoCalendar
from data.seed.ledger import Ledger
from data.seed.life import HouseholdPlan
from data.seed.places import StreetPlan
from data.seed.plans import BuildingPlan

# S1: cross-district checks in March and September; district 1 checks 2, 2 checks 3, 3 checks 1.
CROSS_MONTHS: Final = (3, 9)
CHECKS: Final = {1: 2, 2: 3, 3: 1}
DOORS_A_ROUND: Final = (10, 18)
KEY_AREAS, PROBLEM_PLACES = 5, 2


@dataclass(frozen=True, slots=True)
class GridDoors:
    """The households of one grid, in the order in which a sweep meets them."""

    grid_id: int
    committee_id: int
    district: int
    households: list[HouseholdPlan]


class History:
    """Writes what has been checked and done this year."""

    def __init__(self, ledger: Ledger, calendar: DemoCalendar, staff: Staff, rng: Random) -> None:
        self.ledger, self.calendar, self.staff, self.rng = ledger, calendar, staff, rng

    def verify(self, plan: StreetPlan, households: list[HouseholdPlan]) -> None:
        """Write this year's rounds: local ones each month, cross-district in March and September."""
        for grid in _by_grid(plan, households):
            quality = self.rng.uniform(0.84, 0.94)
            for index, month in enumerate(self.calendar.months()):
                self._local(grid, month, min(0.985, quality + 0.006 * index))
                if int(month[5:]) in CROSS_MONTHS:
                    self._cross(grid, month, quality - 0.02)
        for committee_id in plan.committees:
            self._months(committee_id)

    def _local(self, grid: GridDoors, month: str, quality: float) -> None:
        days = self.calendar.sweeps_of(month)
        for day in self.rng.sample(days, min(len(days), self.rng.choice((1, 1, 2)))):
            verifier = self.staff.assistant(grid.committee_id)
            round_id = self._round(grid, RoundKind.MONTHLY_LOCAL, day, verifier, None)
            # Whole entrances, one after another: nobody picks the easy doors.
            size = self.rng.randint(*DOORS_A_ROUND)
            start = self.rng.randrange(max(1, len(grid.households) - size))
            self._records(round_id, grid.households[start : start + size], quality)

    def _cross(self, grid: GridDoors, month: str, quality: float) -> None:
        days = self.calendar.sweeps_of(month)
        if not days:
            return
        checker = next(own for own, checked in CHECKS.items() if checked == grid.district)
        verifier = self.staff.assistant_of_district(checker, grid.grid_id)
        seed = self.rng.randrange(1, 10**6)
        round_id = self._round(
            grid, RoundKind.CROSS_DISTRICT, self.rng.choice(days), verifier, seed
        )
        sample = Random(seed).sample(grid.households, min(20, len(grid.households)))
        self._records(round_id, sample, quality)

    def _round(
        self, grid: GridDoors, kind: RoundKind, day: date, verifier: int, seed: int | None
    ) -> int:
        return self.ledger.add(
            VerificationRound,
            grid_id=grid.grid_id,
            committee_id=grid.committee_id,
            kind=kind,
            month=f"{day:%Y-%m}",
            held_on=day,
            window=Window.WEEKDAY_DAY
            if kind is RoundKind.CROSS_DISTRICT
            else self.calendar.window(),
            verifier_id=verifier,
            sample_seed=seed,
        )

    def _records(self, round_id: int, households: list[HouseholdPlan], quality: float) -> None:
        for household in households:
            found = [self.rng.random() for _ in range(household.size)]
            wrong = [lot for lot in found if lot >= quality]
            unregistered = sum(1 for lot in wrong if lot * 1000 % 1 < 0.45)
            self.ledger.add(
                VerificationRecord,
                round_id=round_id,
                dwelling_id=household.door.id,
                building_id=household.door.building.id,
                committee_id=household.door.building.committee_id,
                unregistered=unregistered,
                unremoved=len(wrong) - unregistered,
                correct=household.size - len(wrong),
            )

    def _months(self, committee_id: int) -> None:
        months = self.calendar.months()
        for month in months:
            state = MonthState.OPEN if month == months[-1] else MonthState.LOCKED
            self.ledger.add(
                VerificationMonth, committee_id=committee_id, month=month, state=state, version=1
            )

    def close_tasks(self, households: list[HouseholdPlan]) -> None:
        """Write the tasks that the last sixty days' entries have answered."""
        first = self.calendar.today - timedelta(days=60)
        recent = [h for h in households if h.entered_on and h.entered_on >= first]
        for household in recent:
            opened = household.collected_on
            self.ledger.add(
                Task,
                type=TaskType.ENTER,
                state=TaskState.CLOSED,
                building_id=household.door.building.id,
                dwelling_id=household.door.id,
                committee_id=household.door.building.committee_id,
                owner_id=self.staff.worker(household.door.building.committee_id),
                key_area=False,
                created_on=opened,
                due_on=due_day(TaskType.ENTER, opened),
                closed_on=household.entered_on,
                reason="",
                idempotency_key=f"enter:household:{household.id}",
                version=2,
            )

    def flag_places(self, buildings: list[BuildingPlan]) -> None:
        """Mark a few buildings as key areas and problem places, each with reason and end."""
        chosen = self.rng.sample(buildings, min(len(buildings), KEY_AREAS + PROBLEM_PLACES))
        for index, building in enumerate(chosen):
            key = index < KEY_AREAS
            begun = self.calendar.past_day(5, 40)
            self.ledger.add(
                AreaFlag,
                kind=FlagKind.KEY_AREA if key else FlagKind.PROBLEM_PLACE,
                committee_id=building.committee_id,
                building_id=building.id,
                reason="人员变动集中,当日采集" if key else "楼道堆物,限期整改",
                expires_on=begun + timedelta(days=180),
                approved_by_id=1,
                valid_from=begun,
                valid_to=None,
            )


def _by_grid(plan: StreetPlan, households: list[HouseholdPlan]) -> list[GridDoors]:
    entrance_of = {
        door.id: entrance
        for building in plan.buildings
        for entrance, doors in building.by_entrance.items()
        for door in doors
    }
    found: dict[int, list[HouseholdPlan]] = {grid_id: [] for grid_id in plan.grids}
    for household in sorted(households, key=lambda each: each.door.id):
        if household.entered_on is not None:
            found[plan.grid_of_entrance[entrance_of[household.door.id]]].append(household)
    return [
        GridDoors(grid_id, plan.grids[grid_id], plan.committees[plan.grids[grid_id]].district, own)
        for grid_id, own in found.items()
        if own
    ]
