"""The demo: an invented street inside a real outline, deterministic by its seed."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
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
from data.seed.calendar import REMEMBERED_DAYS, DemoCalendar
from data.seed.fates import GIANT_HOUSEHOLDS, FateMaker, Fates
from data.seed.footprints_only import lay_footprints
from data.seed.history import close_tasks, flag_places
from data.seed.journal import Journal
from data.seed.land import Scale
from data.seed.ledger import Ledger
from data.seed.life import Life
from data.seed.people import PersonMaker
from data.seed.places import StreetBuilder
from data.seed.plans import SINCE, StreetPlan
from data.seed.residents import ResidentWriter
from data.seed.rounds import Rounds
from data.session import Store

DEMO_DAY: Final = date(2026, 11, 20)
PRESETS: Final = ("street", "longquan", "map")
MAP_BUILDINGS: Final = 100_000
MOST_BUILDINGS: Final = 1_000_000
FIRST_DAY: Final = SINCE + timedelta(days=REMEMBERED_DAYS)
LAST_DAY: Final = date(2099, 12, 31)
# S2, the census report: 123 compounds, 76,688 households, 199,773 persons.
CENSUS_HOUSEHOLDS: Final = 76_688
CENSUS_PERSONS: Final = 199_773
SCALES: Final = {
    "street": Scale("上钢新村街道", "310115009", compounds=68, block_m2=46_000),
    "longquan": Scale(
        "龙泉街道", "990000002", compounds=123, block_m2=52_000, giant=False, dwellings=106_000
    ),
}
# The share of doors resolved that a street tends to: 20 to 30 % cannot be had, whatever is tried (S0).
LEVELS: Final = {"street": 0.725, "longquan": 0.74}
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
    _require_sense(preset, buildings, as_of)
    tell = progress or (lambda done, total: None)
    rng = Random(seed)
    ledger = Ledger()
    with _without_collector(), store.write() as session:
        _require_empty(session)
        if preset == "map":
            lay_footprints(ledger, MAP_BUILDINGS if buildings is None else buildings, as_of, rng)
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


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep Python's collector from going through millions of rows that all stay: a quarter of the time."""
    ran = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if ran:
            gc.enable()


def _require_sense(preset: str, buildings: int | None, as_of: date) -> None:
    if preset not in PRESETS:
        raise InvalidInput(f"{preset!r} is none of {', '.join(PRESETS)}", field="preset")
    if buildings is not None and preset != "map":
        raise InvalidInput("--buildings is for --preset map", field="buildings")
    if buildings is not None and not 1 <= buildings <= MOST_BUILDINGS:
        raise InvalidInput(f"--buildings must be 1 to {MOST_BUILDINGS:,}", field="buildings")
    if not FIRST_DAY <= as_of <= LAST_DAY:
        raise InvalidInput(
            f"--as-of must lie between {FIRST_DAY} and {LAST_DAY}: the plan is of {SINCE}, and the "
            "demo remembers the time before",
            field="as_of",
        )


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
        scale = replace(scale, compounds=compounds, giant=False, dwellings=None)
    plan = StreetBuilder(ledger, scale, rng).build()
    tell(10, 100)
    calendar, journal = DemoCalendar(as_of, rng), Journal(ledger, hire(ledger, plan))
    life = Life(journal, calendar, flag_places(ledger, plan.buildings, calendar, rng), rng)
    census = preset == "longquan" and compounds is None
    fates = _fates(plan, LEVELS[preset], rng, census=census)
    for building in plan.buildings:
        for door in building.dwellings:
            life.live(door, fates.of[door.id])
    if census:
        life.settle_sizes(CENSUS_PERSONS)
    tell(30, 100)
    Rounds(life, calendar, rng).write(plan)
    close_tasks(ledger, life.households, journal.staff, as_of)
    journal.close()
    writer = ResidentWriter(ledger, PersonMaker(ring, rng), as_of, rng)
    for household in life.households:
        writer.fill(household)


def _fates(plan: StreetPlan, level: float, rng: Random, *, census: bool) -> Fates:
    fates = FateMaker(level, rng).draw(plan.buildings)
    giant = [door.id for each in plan.buildings if each.giant for door in each.dwellings]
    if giant:
        fates.reach(giant, GIANT_HOUSEHOLDS, rng)
    if census:
        fates.fill(CENSUS_HOUSEHOLDS, rng)
    return fates
