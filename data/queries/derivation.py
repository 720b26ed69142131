"""What the derived columns must be on a day, recomputed from the rows they come from.

`data.commands.derive` writes these values, `shiyou check` compares them: both ask here, so that there
is one definition. A selection of None means the whole register.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.models import (
    AreaFlag,
    Building,
    Discrepancy,
    Dwelling,
    Household,
    Residence,
    Task,
    VacancyEvidence,
)
from data.rules.areas import FlagKind
from data.rules.coverage import (
    STALE_AFTER_DAYS,
    CoverageStatus,
    DwellingFacts,
    DwellingStatus,
    DwellingVerdict,
    HouseholdFacts,
    Tally,
    coverage_status,
    dwelling_verdict,
)
from data.rules.map_bytes import FILL, MapFlag
from data.rules.register import HouseholdState, ResidenceState
from data.rules.vacancy import Evidence, vacant_until
from data.rules.work import OPEN_TASK_STATES

Rows = Select[*tuple[Any, ...]]
ON_REGISTER = (ResidenceState.ACTIVE, ResidenceState.STALE)


@dataclass(frozen=True, slots=True)
class Stored:
    """The derived columns of a dwelling as they stand."""

    dwelling_id: int
    building_id: int
    room: str
    status: DwellingStatus
    status_until: date | None
    resolved: bool
    attempted: bool

    def agrees(self, verdict: DwellingVerdict) -> bool:
        """Tell whether they are what the rule says."""
        return (self.status, self.status_until, self.resolved, self.attempted) == (
            verdict.status,
            verdict.until,
            verdict.resolved,
            verdict.attempted,
        )


@dataclass(frozen=True, slots=True)
class Counters:
    """The row of `building_coverage` that a building must have; field names are its columns."""

    building_id: int
    ord: int
    committee_id: int
    compound_id: int | None
    listed: int
    n: int
    resolved: int
    verified: int
    attempted: int
    collected: int
    conflicts: int
    stale: int
    households: int
    persons: int
    open_tasks: int
    overdue: int
    oldest_due_on: date | None
    status: CoverageStatus
    fill: int
    flags: int
    flags_until: date | None


def expected_dwellings(
    session: Session, day: date, dwelling_ids: Collection[int] | None = None
) -> Iterator[tuple[Stored, DwellingVerdict]]:
    """Yield each current dwelling as stored, with the verdict of the rule on `day`."""
    households = _households(session, dwelling_ids)
    discrepancies = _discrepancies(session, dwelling_ids)
    evidence = _evidence(session, dwelling_ids)
    for row in session.execute(_dwellings(dwelling_ids)):
        facts = DwellingFacts(
            life_state=row.life_state,
            use=row.use,
            exclusion_approved=row.exclusion_approved,
            households=households.get(row.id, ()),
            open_discrepancies=discrepancies.get(row.id, 0),
            vacant_until=vacant_until(evidence.get(row.id, ()), row.contrary_on),
            last_outcome=row.last_outcome,
        )
        stored = Stored(
            row.id,
            row.building_id,
            row.room,
            row.status,
            row.status_until,
            row.resolved,
            row.attempted,
        )
        yield stored, dwelling_verdict(facts, day)


def _dwellings(ids: Collection[int] | None) -> Rows:
    columns = (
        Dwelling.id,
        Dwelling.building_id,
        Dwelling.room,
        Dwelling.life_state,
        Dwelling.use,
        Dwelling.exclusion_approved,
        Dwelling.contrary_on,
        Dwelling.last_outcome,
        Dwelling.status,
        Dwelling.status_until,
        Dwelling.resolved,
        Dwelling.attempted,
    )
    return select(*columns).where(Dwelling.valid_to.is_(None), _among(Dwelling.id, ids))


def _households(
    session: Session, ids: Collection[int] | None
) -> dict[int, Sequence[HouseholdFacts]]:
    found = defaultdict(list)
    statement = select(
        Household.dwelling_id, Household.collected_on, Household.entered_on, Household.verified_on
    ).where(_CURRENT_HOUSEHOLD, _among(Household.dwelling_id, ids))
    for dwelling_id, *days in session.execute(statement):
        found[dwelling_id].append(HouseholdFacts(*days))
    return dict(found)


def _discrepancies(session: Session, ids: Collection[int] | None) -> dict[int, int]:
    statement = (
        select(Discrepancy.dwelling_id, func.count().label("open"))
        .where(Discrepancy.closed_on.is_(None), _among(Discrepancy.dwelling_id, ids))
        .group_by(Discrepancy.dwelling_id)
    )
    return {row.dwelling_id: row.open for row in session.execute(statement)}


def _evidence(session: Session, ids: Collection[int] | None) -> dict[int, list[Evidence]]:
    found = defaultdict(list)
    statement = select(
        VacancyEvidence.dwelling_id,
        VacancyEvidence.kind,
        VacancyEvidence.observed_on,
        VacancyEvidence.window,
    ).where(_among(VacancyEvidence.dwelling_id, ids))
    for row in session.execute(statement):
        found[row.dwelling_id].append(Evidence(row.kind, row.observed_on, row.window))
    return dict(found)


def expected_counters(
    session: Session, day: date, building_ids: Collection[int] | None = None
) -> Iterator[Counters]:
    """Yield the counters of each current building on `day`, from its dwellings as they stand."""
    sums = _by_building(session, _dwelling_sums(building_ids))
    homes = _by_building(session, _household_sums(day, building_ids))
    persons = _by_building(session, _person_sums(building_ids))
    tasks = _by_building(session, _task_sums(day, building_ids))
    marks = _flags(session, day, building_ids)
    buildings = select(
        Building.id, Building.ord, Building.committee_id, Building.compound_id
    ).where(Building.valid_to.is_(None), _among(Building.id, building_ids))
    for row in session.execute(buildings):
        yield _counters(
            row,
            sums.get(row.id),
            homes.get(row.id),
            persons.get(row.id),
            tasks.get(row.id),
            marks.get(row.id, (MapFlag.NONE, None)),
        )


def _counters(
    building: Any,
    sums: Any,
    homes: Any,
    persons: Any,
    tasks: Any,
    marked: tuple[MapFlag, date | None],
) -> Counters:
    mark, mark_until = marked
    tally = (
        Tally(sums.n, sums.resolved, sums.verified, sums.attempted, sums.listed)
        if sums
        else Tally()
    )
    conflicts = sums.conflicts if sums else 0
    stale, overdue = (homes.stale if homes else 0), (tasks.overdue if tasks else 0)
    flags = mark
    flags |= MapFlag.OVERDUE if overdue else MapFlag.NONE
    flags |= MapFlag.CONFLICT if conflicts else MapFlag.NONE
    flags |= MapFlag.STALE if stale else MapFlag.NONE
    status = coverage_status(tally)
    return Counters(
        building_id=building.id,
        ord=building.ord,
        committee_id=building.committee_id,
        compound_id=building.compound_id,
        listed=tally.listed,
        n=tally.n,
        resolved=tally.resolved,
        verified=tally.verified,
        attempted=tally.attempted,
        collected=sums.collected if sums else 0,
        conflicts=conflicts,
        stale=stale,
        households=homes.households if homes else 0,
        persons=persons.persons if persons else 0,
        open_tasks=tasks.open_tasks if tasks else 0,
        overdue=overdue,
        oldest_due_on=tasks.oldest if tasks else None,
        status=status,
        fill=FILL[status],
        flags=int(flags),
        flags_until=_flags_until(homes, tasks, mark_until),
    )


def _flags_until(homes: Any, tasks: Any, mark_until: date | None) -> date | None:
    """Return the first day on which a mark or a sum may change with nobody doing anything."""
    days = [mark_until]
    if homes and homes.next_stale:
        days.append(homes.next_stale + timedelta(days=STALE_AFTER_DAYS + 1))
    if tasks and tasks.next_due:
        days.append(tasks.next_due + timedelta(days=1))
    return min((day for day in days if day is not None), default=None)


def _dwelling_sums(ids: Collection[int] | None) -> Rows:
    # Each sum lies within the next wider one whatever stands in the rows, so that a status spoilt by
    # hand shows up as a drift and not as a crash of the check.
    in_scope = Dwelling.status != DwellingStatus.EXCLUDED
    resolved = and_(in_scope, Dwelling.resolved)
    verified = and_(resolved, Dwelling.status.in_([DwellingStatus.VERIFIED, DwellingStatus.VACANT]))
    return (
        select(
            Dwelling.building_id,
            func.count().label("listed"),
            _count(in_scope).label("n"),
            _count(resolved).label("resolved"),
            _count(verified).label("verified"),
            _count(and_(in_scope, Dwelling.attempted)).label("attempted"),
            _count(Dwelling.status == DwellingStatus.COLLECTED).label("collected"),
            _count(Dwelling.status == DwellingStatus.CONFLICT).label("conflicts"),
        )
        .where(Dwelling.valid_to.is_(None), _among(Dwelling.building_id, ids))
        .group_by(Dwelling.building_id)
    )


def _household_sums(day: date, ids: Collection[int] | None) -> Rows:
    # A household is confirmed when it is entered and each time it is verified.
    confirmed = func.coalesce(Household.verified_on, Household.entered_on)
    limit = day - timedelta(days=STALE_AFTER_DAYS)
    return (
        select(
            Household.building_id,
            func.count().label("households"),
            _count(confirmed < limit).label("stale"),
            func.min(case((confirmed >= limit, confirmed))).label("next_stale"),
        )
        .where(_CURRENT_HOUSEHOLD, _among(Household.building_id, ids))
        .group_by(Household.building_id)
    )


def _person_sums(ids: Collection[int] | None) -> Rows:
    return (
        select(Residence.building_id, func.count().label("persons"))
        .where(Residence.state.in_(ON_REGISTER), _among(Residence.building_id, ids))
        .group_by(Residence.building_id)
    )


def _task_sums(day: date, ids: Collection[int] | None) -> Rows:
    late = Task.due_on < day
    return (
        select(
            Task.building_id,
            func.count().label("open_tasks"),
            _count(late).label("overdue"),
            func.min(case((late, Task.due_on))).label("oldest"),
            func.min(case((Task.due_on >= day, Task.due_on))).label("next_due"),
        )
        .where(Task.state.in_(OPEN_TASK_STATES), _among(Task.building_id, ids))
        .group_by(Task.building_id)
    )


def _flags(
    session: Session, day: date, ids: Collection[int] | None
) -> dict[int, tuple[MapFlag, date | None]]:
    """Return the marks of each building, and the first day on which one begins or ends."""
    found: dict[int, tuple[MapFlag, date | None]] = {}
    statement = select(AreaFlag).where(
        or_(AreaFlag.valid_to.is_(None), AreaFlag.valid_to > day),
        AreaFlag.expires_on > day,
        _among(AreaFlag.building_id, ids),
    )
    for flag in session.scalars(statement):
        marks, until = found.get(flag.building_id, (MapFlag.NONE, None))
        if flag.valid_from <= day:
            marks |= _MARKS[flag.kind]
            turn = min(d for d in (flag.expires_on, flag.valid_to) if d is not None)
        else:
            turn = flag.valid_from
        found[flag.building_id] = (marks, turn if until is None else min(until, turn))
    return found


_MARKS = {FlagKind.KEY_AREA: MapFlag.KEY_AREA, FlagKind.PROBLEM_PLACE: MapFlag.PROBLEM_PLACE}
_CURRENT_HOUSEHOLD = and_(Household.state == HouseholdState.ACTIVE, Household.valid_to.is_(None))


def _by_building(session: Session, statement: Rows) -> dict[int, Any]:
    return {row.building_id: row for row in session.execute(statement)}


def _count(condition: ColumnElement[bool] | Any) -> ColumnElement[int]:
    return func.coalesce(func.sum(cast(case((condition, 1), else_=0), Integer)), 0)


def _among(column: InstrumentedAttribute[int], ids: Collection[int] | None) -> ColumnElement[bool]:
    return true() if ids is None else column.in_(ids)
