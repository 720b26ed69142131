"""The persons of each household of the demo, with the registration of their residence."""

from datetime import date
from random import Random
from typing import Final

from data.models import Person, Residence
from data.rules.register import PersonCategory, ResidenceKind, ResidenceState
from data.seed.families import PARENT, SPOUSE, household_of
from data.seed.journal import place_of
from data.seed.ledger import Ledger
from data.seed.life import HouseholdPlan
from data.seed.people import PersonMaker

# Where a household comes from: registered here, registered elsewhere in the city, from elsewhere, abroad.
ORIGINS: Final = (
    (PersonCategory.LOCAL_HUKOU, ResidenceKind.HUKOU_AT_HOME),
    (PersonCategory.LOCAL_HUKOU, ResidenceKind.SEPARATED),
    (PersonCategory.DOMESTIC_MIGRANT, ResidenceKind.MIGRANT),
    (PersonCategory.OVERSEAS, ResidenceKind.SHORT_STAY),
)
ORIGIN_WEIGHTS: Final = (47, 17, 35, 1)


class ResidentWriter:
    """Fills households with persons."""

    def __init__(self, ledger: Ledger, maker: PersonMaker, today: date, rng: Random) -> None:
        self.ledger, self.maker, self.today, self.rng = ledger, maker, today, rng

    def fill(self, household: HouseholdPlan) -> None:
        """Give a household its persons; all of one come from the same place."""
        door = household.door
        category, kind = self.rng.choices(ORIGINS, ORIGIN_WEIGHTS)[0]
        members = household_of(household.size, self.today, self.rng, collective=door.collective)
        own = self.maker.surname()
        for member in members:
            relative = member.relation not in (SPOUSE, PARENT) and not door.collective
            surname = own if relative else self.maker.surname()
            person_id = self.ledger.add(
                Person, **self.maker.row(door.building.committee_id, member, surname, category)
            )
            self._residence(household, person_id, member.relation, kind)

    def _residence(
        self, household: HouseholdPlan, person_id: int, relation: int, kind: ResidenceKind
    ) -> None:
        row = household.row
        entered = household.entered_on is not None
        self.ledger.add(
            Residence,
            person_id=person_id,
            household_id=household.id,
            **place_of(household.door),
            relation=relation,
            kind=kind,
            state=ResidenceState.ACTIVE if entered else ResidenceState.COLLECTED,
            main_residence=True,
            started_on=row["collected_on"],
            confirmed_on=row["verified_on"] or row["entered_on"],
            ended_on=None,
            end_reason=None,
            source="door",
            version=1,
        )
