"""The demo: an invented street inside a real outline, deterministic by its seed."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from random import Random
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.commands.derive import derive_all
from data.errors import InvalidInput
from data.models import (
    Account,
    Building,
    Clock,
    Committee,
    Compound,
    District,
    Dwelling,
    Entrance,
    Event,
    Grid,
    Household,
    Person,
    Subdistrict,
    Task,
    VerificationRound,
    Visit,
)
from data.sealing import KeyRing
from data.seed.accounts import hire
from data.seed.calendar import DemoCalendar
from data.seed.fates import draw_fates, reach_households, settle_giant
from data.seed.footprints_only import lay_footprints
from data.seed.history import History
from data.seed.ledger import Ledger
from data.seed.life import Life
from data.seed.people import PersonMaker
from data.seed.places import Scale, StreetBuilder, StreetPlan
from data.session import Store

DEMO_DAY: Final = date(2026, 11, 20)
PRESETS: Final = ("street", "longquan", "map")
MAP_BUILDINGS: Final = 100_000
# S2, the census report: 123 compounds, 76,688 households, 199,773 persons.
CENSUS_HOUSEHOLDS: Final = 76_688
CENSUS_PERSONS: Final = 199_773
SCALES: Final = {
    "street": Scale("上钢新村街道", "310115009", compounds=64, block_m2=46_000),
    "longquan": Scale(
        "龙泉街道", "990000002", compounds=123, block_m2=46_000, giant=False, floors_factor=1.4
    ),
}
LEVELS: Final = {"street": 0.88, "longquan": 0.80}
COUNTED: Final = (
    Subdistrict, District, Committee, Compound, Grid, Building, Entrance, Dwelling, Household, Person,
    Task, Visit, VerificationRound, Event, Account,
)  # fmt: skip

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What was built: counts by table, and a digest that the same seed gives again."""

    preset: str
    seed: int
    day: str
    counts: dict[str, int]
    digest: str

    def to_json(self) -> dict[str, object]:
        """Return the report as plain values."""
        flat = asdict(self)
        return {**{k: v for k, v in flat.items() if k != "counts"}, **self.counts}


def build_demo(  # noqa: PLR0913 - what the command asks, word for word
    store: Store,
    ring: KeyRing,
    *,
    preset: str = "street",
    buildings: int | None = None,
    seed: int = 7,
    as_of: date = DEMO_DAY,
    compounds: int | None = None,
    progress: Progress | None = None,
) -> DemoReport:
    """Fill an empty, migrated register with an invented street, in one transaction.

    `buildings` counts the footprints of `map`, `compounds` makes a smaller street for tests. Refuses a
    register that already holds something: a demo never mixes with anybody's data.
    """
    if buildings is not None and preset != "map":
        raise InvalidInput("--buildings is for --preset map", field="buildings")
    tell = progress or (lambda done, total: None)
    rng = Random(seed)
    ledger = Ledger()
    with store.write() as session:
        _require_empty(session)
        if preset == "map":
            lay_footprints(ledger, buildings or MAP_BUILDINGS, as_of, rng)
        else:
            _build_street(ledger, ring, preset, as_of, rng, compounds, tell)
        tell(60, 100)
        digest = ledger.digest()
        ledger.write(session)
        session.add(Clock(today=as_of, frozen=True, demo=True, preset=preset))
        session.flush()
        tell(85, 100)
        if preset != "map":
            derive_all(session)
        tell(100, 100)
    counts = {model.__tablename__: ledger.count(model) for model in COUNTED}
    return DemoReport(preset, seed, as_of.isoformat(), counts, digest)


def _require_empty(session: Session) -> None:
    for model in (Clock, Subdistrict, Building):
        if session.scalars(select(model.id).limit(1)).first() is not None:
            raise InvalidInput(
                "this database already holds a register: give SHIYOU_DATABASE_URL another, empty one",
                field="database",
            )


def _build_street(  # noqa: PLR0913, PLR0917
    ledger: Ledger,
    ring: KeyRing,
    preset: str,
    as_of: date,
    rng: Random,
    compounds: int | None,
    tell: Progress,
) -> None:
    scale = SCALES[preset]
    if compounds is not None:
        scale = Scale(scale.name, scale.code, compounds, scale.block_m2, scale.spread, giant=False)
    plan = StreetBuilder(ledger, scale, rng).build()
    tell(10, 100)
    calendar, staff = DemoCalendar(as_of, rng), hire(ledger, plan)
    life = Life(ledger, calendar, staff, rng)
    _live(life, plan, preset, rng)
    tell(30, 100)
    census = preset == "longquan" and compounds is None
    life.fill_households(PersonMaker(ring, rng, as_of), CENSUS_PERSONS if census else None)
    tell(50, 100)
    history = History(ledger, calendar, staff, rng)
    history.verify(plan, life.households)
    history.close_tasks(life.households)
    history.flag_places(plan.buildings)


def _live(life: Life, plan: StreetPlan, preset: str, rng: Random) -> None:
    fates = draw_fates(plan.buildings, rng, LEVELS[preset])
    settle_giant(plan.buildings, fates, rng)
    if preset == "longquan" and len(fates) > CENSUS_HOUSEHOLDS:
        reach_households(fates, list(fates), CENSUS_HOUSEHOLDS, rng)
    for building in plan.buildings:
        for door in building.dwellings:
            life.live(door, fates[door.id])
