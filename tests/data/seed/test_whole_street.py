"""The street as `make serve` shows it: big enough to look like life."""

import re
from collections import Counter
from datetime import timedelta

import holidays
import pytest
from sqlalchemy import Integer, cast, func, select

from conftest import TODAY
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.models import (
    AreaFlag,
    Building,
    BuildingCoverage,
    Committee,
    Discrepancy,
    District,
    Dwelling,
    Entrance,
    Event,
    Grant,
    GridMembership,
    Household,
    Person,
    Residence,
    Task,
    VacancyEvidence,
    VerificationMonth,
    VerificationRecord,
    VerificationRound,
    Visit,
)
from data.queries.access import system_principal
from data.rules.areas import AreaLevel, FlagKind
from data.rules.coverage import CoverageStatus, DwellingStatus
from data.rules.deadlines import SHANGHAI
from data.rules.rates import Checked
from data.rules.register import PersonCategory, ResidenceKind
from data.rules.vacancy import Evidence, EvidenceKind, vacant_until
from data.rules.work import OPEN_TASK_STATES, MonthState, RoundKind, TaskType, VisitOutcome
from data.sealing import demo_ring
from data.seed import build_demo
from data.seed.rounds import CHECKED_BY
from data.session import open_store
from live_server import ROOT

README = ROOT / "README.md"
FREE = holidays.country_holidays("CN", years=range(2024, 2027))


@pytest.fixture(scope="module")
def whole_street(databases):
    store = open_store(databases.copy("sqlite", "empty", lambda _store: None))
    build_demo(store, demo_ring(), as_of=TODAY)
    yield store
    store.dispose()
    databases.drop(store.url)


@pytest.fixture(scope="module")
def session(whole_street):
    """The whole street, read only."""
    with whole_street.read() as opened:
        yield opened


def counted(session, column, *where):
    rows = session.execute(select(column, func.count()).where(*where).group_by(column))
    return dict(rows.all())


def test_it_has_three_districts_23_committees_and_about_a_thousand_buildings(session):
    assert session.scalar(select(func.count()).select_from(District)) == 3
    assert session.scalar(select(func.count()).select_from(Committee)) == 23
    assert 900 <= session.scalar(select(func.count()).select_from(Building)) <= 1_150
    housed = session.scalars(select(Building.committee_id).distinct()).all()
    assert len(housed) == 23, "people live in every committee"


def test_it_holds_the_oversized_compound_and_the_tower(session):
    largest = session.execute(
        select(Building.compound_id, func.count())
        .join(Household, Household.building_id == Building.id)
        .group_by(Building.compound_id)
        .order_by(func.count().desc())
        .limit(1)
    ).one()
    tower = session.scalars(select(Building).where(Building.floors == 25)).one()
    doors = session.scalar(select(func.count()).where(Dwelling.building_id == tower.id))
    assert largest[1] == 2_700
    assert tower.compound_id == largest[0]
    assert doors == 150


def test_some_buildings_hold_entrances_of_two_grids(session):
    shared = session.execute(
        select(Entrance.building_id)
        .join(GridMembership, GridMembership.entrance_id == Entrance.id)
        .group_by(Entrance.building_id)
        .having(func.count(GridMembership.grid_id.distinct()) > 1)
    ).all()
    assert shared


def test_rooms_are_numbered_as_people_number_them(session):
    rooms = set(session.scalars(select(Dwelling.room).distinct()))
    assert {"601", "24A", "2501"} <= rooms
    floors = session.execute(
        select(
            Dwelling.entrance_id,
            func.max(Dwelling.floor),
            func.min((Dwelling.floor - 4) * (Dwelling.floor - 4)),
        ).group_by(Dwelling.entrance_id)
    ).all()
    without_fourth = [row for row in floors if row[1] > 4 and row[2] > 0]
    assert 0.01 < len(without_fourth) / len(floors) < 0.15, "no 4th floor here and there"


def test_a_fifth_to_three_tenths_of_the_dwellings_stay_uncollected(session):
    found = counted(session, Dwelling.status)
    in_scope = sum(found.values()) - found[DwellingStatus.EXCLUDED]
    open_doors = (DwellingStatus.NO_CONTACT, DwellingStatus.REFUSED, DwellingStatus.UNCOLLECTED)
    assert 0.20 <= sum(found[status] for status in open_doors) / in_scope <= 0.30
    assert found.keys() == set(DwellingStatus), "every status occurs"
    assert found[DwellingStatus.REFUSED] > 0.02 * in_scope
    assert found[DwellingStatus.CONFLICT] > 20


def test_the_map_shows_every_colour_and_committees_differ(session):
    colours = counted(session, BuildingCoverage.status)
    assert colours.keys() == set(CoverageStatus)
    for status in (CoverageStatus.LAGGING, CoverageStatus.PROGRESSING, CoverageStatus.NEAR_COMPLETE,
                   CoverageStatus.COVERED, CoverageStatus.VERIFIED):  # fmt: skip
        assert 0.03 < colours[status] / sum(colours.values()) < 0.55, status
    resolved, n = func.sum(BuildingCoverage.resolved), func.sum(BuildingCoverage.n)
    rates = [
        row.resolved / row.n
        for row in session.execute(
            select(resolved.label("resolved"), n.label("n")).group_by(BuildingCoverage.committee_id)
        )
    ]
    assert min(rates) < 0.70
    assert max(rates) > 0.85


def test_doors_are_knocked_at_on_wednesdays_and_fridays_only_and_never_on_holidays(session):
    days = session.scalars(select(Visit.happened_on).distinct()).all()
    assert {day.weekday() for day in days} == {2, 4}
    assert not [day for day in days if day in FREE]
    assert max(days) <= TODAY
    moments = session.execute(select(Visit.visited_at, Visit.happened_on)).all()
    assert all(at.astimezone(SHANGHAI).date() == day for at, day in moments)


def test_the_log_tells_a_year(session):
    months = counted(session, func.substr(Event.happened_on, 1, 7))
    assert all(months[f"2026-{month:02d}"] > 1_000 for month in range(1, 12))
    assert months["2025-12"] > 1_000


def test_every_status_has_its_event(session):
    """I7: who, when and from where of each door that is not untouched."""
    told = set(session.scalars(select(Event.subject_id).where(Event.subject_type == "dwelling")))
    touched = session.scalars(
        select(Dwelling.id).where(Dwelling.status != DwellingStatus.UNCOLLECTED)
    ).all()
    assert set(touched) <= told
    entered = session.scalars(select(Household.id).where(Household.entered_on.is_not(None))).all()
    households = select(Event.subject_id).where(Event.kind == "household_entered")
    assert set(entered) == set(session.scalars(households))


def test_a_vacant_dwelling_has_its_two_evidences_and_the_visits_they_came_from(session):
    evidence = {}
    for row in session.scalars(select(VacancyEvidence)):
        evidence.setdefault(row.dwelling_id, []).append(row)
    vacant = session.scalars(
        select(Dwelling.id).where(Dwelling.status == DwellingStatus.VACANT)
    ).all()
    assert len(vacant) > 500
    kinds = Counter()
    for dwelling_id in vacant:
        own = evidence[dwelling_id]
        until = vacant_until([Evidence(e.kind, e.observed_on, e.window) for e in own])
        assert until > TODAY
        kinds.update(e.kind for e in own)
    assert kinds.keys() == set(EvidenceKind), "visits, and what others say"
    seen = {
        (visit.dwelling_id, visit.happened_on, visit.window.value)
        for visit in session.scalars(
            select(Visit).where(Visit.outcome == VisitOutcome.APPEARS_VACANT)
        )
    }
    visits = [e for own in evidence.values() for e in own if e.kind is EvidenceKind.VISIT]
    assert all((e.dwelling_id, e.observed_on, e.window) in seen for e in visits)


def test_rounds_are_held_on_sweep_days_monthly_and_across_districts_in_march_and_september(session):
    rounds = session.scalars(select(VerificationRound)).all()
    assert {each.held_on.weekday() for each in rounds} == {2, 4}
    assert not [each for each in rounds if each.held_on in FREE]
    assert all(each.month == f"{each.held_on:%Y-%m}" for each in rounds)
    months = {kind: {r.month for r in rounds if r.kind is kind} for kind in RoundKind}
    assert len(months[RoundKind.MONTHLY_LOCAL]) == 12
    assert months[RoundKind.CROSS_DISTRICT] == {"2026-03", "2026-09"}
    assert all(r.sample_seed for r in rounds if r.kind is RoundKind.CROSS_DISTRICT)


def test_a_cross_district_round_is_done_by_the_district_whose_turn_it_is(session):
    home = dict(
        session.execute(
            select(Committee.id, District.number).join(
                District, District.id == Committee.district_id
            )
        ).all()
    )
    post = dict(
        session.execute(
            select(Grant.account_id, Grant.area_id).where(Grant.level == AreaLevel.COMMITTEE)
        ).all()
    )
    cross = select(VerificationRound).where(VerificationRound.kind == RoundKind.CROSS_DISTRICT)
    for each in session.scalars(cross):
        assert home[post[each.verifier_id]] == CHECKED_BY[home[each.committee_id]]


def test_a_committee_checks_eighty_persons_in_most_months_and_sometimes_fewer(session):
    sums = [
        func.sum(getattr(VerificationRecord, name))
        for name in ("unregistered", "unremoved", "correct")
    ]
    rows = session.execute(
        select(*sums)
        .join(VerificationRound, VerificationRound.id == VerificationRecord.round_id)
        .where(VerificationRound.kind == RoundKind.MONTHLY_LOCAL)
        .group_by(VerificationRound.committee_id, VerificationRound.month)
    ).all()
    checks = [Checked(*row) for row in rows]
    assert len(checks) == 23 * 12
    enough = sum(check.n >= 80 for check in checks) / len(checks)
    assert 0.85 < enough < 1.0
    assert all(check.n == check.unregistered + check.unremoved + check.correct for check in checks)
    shares = [check.accuracy.share for check in checks]
    assert 0.80 < min(shares) < max(shares) <= 1.0


def test_only_the_demos_own_month_is_open(session):
    rows = session.execute(
        select(VerificationMonth.month, VerificationMonth.state).distinct()
    ).all()
    assert {month for month, state in rows if state is MonthState.OPEN} == {"2026-11"}
    assert {state for month, state in rows if month != "2026-11"} == {MonthState.LOCKED}


def test_what_a_round_left_open_is_a_discrepancy_with_a_task(session):
    left = session.scalars(select(Discrepancy)).all()
    assert left
    rounds = select(VerificationRecord.dwelling_id, VerificationRound.held_on).join(
        VerificationRound, VerificationRound.id == VerificationRecord.round_id
    )
    checked = set(session.execute(rounds).all())
    tasked = set(session.scalars(select(Task.dwelling_id).where(Task.state.in_(OPEN_TASK_STATES))))
    assert all((each.dwelling_id, each.opened_on) in checked for each in left)
    assert {each.dwelling_id for each in left} <= tasked


def test_a_verified_household_was_checked_that_day_after_it_was_entered(session):
    rounds = select(VerificationRecord.dwelling_id, VerificationRound.held_on).join(
        VerificationRound, VerificationRound.id == VerificationRecord.round_id
    )
    checked = set(session.execute(rounds).all())
    verified = session.scalars(select(Household).where(Household.verified_on.is_not(None))).all()
    assert len(verified) > 5_000
    assert all((each.dwelling_id, each.verified_on) in checked for each in verified)
    assert all(each.collected_on <= each.entered_on < each.verified_on for each in verified)


def test_tasks_are_open_and_overdue_with_owners_of_their_committee(session):
    tasks = session.scalars(select(Task).where(Task.state.in_(OPEN_TASK_STATES))).all()
    late = [task for task in tasks if task.due_on < TODAY]
    assert 40 < len(late) < 0.25 * len(tasks)
    assert len({task.type for task in tasks}) >= 6
    scopes = {}
    for account_id, area_id in session.execute(select(Grant.account_id, Grant.area_id)):
        scopes.setdefault(account_id, set()).add(area_id)
    assert all(task.committee_id in scopes[task.owner_id] for task in tasks)
    assert all(task.created_on <= TODAY for task in tasks)


def test_a_collected_form_waits_with_a_task_and_in_a_key_area_it_is_due_at_once(session):
    waiting = session.scalars(
        select(Dwelling.id).where(Dwelling.status == DwellingStatus.COLLECTED)
    ).all()
    entering = select(Task).where(Task.type == TaskType.ENTER, Task.state.in_(OPEN_TASK_STATES))
    tasks = session.scalars(entering).all()
    assert set(waiting) <= {task.dwelling_id for task in tasks}
    for task in tasks:
        assert task.due_on == task.created_on + timedelta(days=0 if task.key_area else 2)


def test_marked_places_have_a_reason_and_an_end_and_key_areas_same_day_tasks(session):
    flags = session.scalars(select(AreaFlag)).all()
    assert Counter(flag.kind for flag in flags) == {FlagKind.KEY_AREA: 5, FlagKind.PROBLEM_PLACE: 2}
    assert all(flag.reason and flag.valid_from < TODAY < flag.expires_on for flag in flags)
    since = {f.building_id: f.valid_from for f in flags if f.kind is FlagKind.KEY_AREA}
    for task in session.scalars(select(Task).where(Task.state.in_(OPEN_TASK_STATES))):
        expected = task.building_id in since and since[task.building_id] <= task.created_on
        assert task.key_area is expected


def test_households_have_believable_sizes(session):
    size = func.count(Residence.id)
    sizes = session.scalars(select(size).group_by(Residence.household_id)).all()
    assert sum(sizes) / len(sizes) == pytest.approx(2.605, abs=0.06)
    assert max(sizes) <= 8


def test_nobody_comes_from_two_places_at_once(session):
    pairs = session.execute(
        select(Residence.kind, Person.category)
        .join(Person, Person.id == Residence.person_id)
        .distinct()
    ).all()
    assert set(pairs) == {
        (ResidenceKind.HUKOU_AT_HOME, PersonCategory.LOCAL_HUKOU),
        (ResidenceKind.SEPARATED, PersonCategory.LOCAL_HUKOU),
        (ResidenceKind.MIGRANT, PersonCategory.DOMESTIC_MIGRANT),
        (ResidenceKind.SHORT_STAY, PersonCategory.OVERSEAS),
    }


def test_few_registrations_are_stale_so_that_the_clock_means_something(session):
    marked = session.scalar(select(func.sum(cast(BuildingCoverage.stale > 0, Integer))))
    buildings = session.scalar(select(func.count()).select_from(Building))
    assert 0 < marked < 0.1 * buildings


def test_the_door_that_the_readme_registers_changes_the_colour_of_its_building(whole_street):
    told = re.search(r"shiyou record (\S+) (\S+) registered", README.read_text(encoding="utf8"))
    door = Door(*told.groups())
    status = (
        select(BuildingCoverage.status)
        .join(Building, Building.id == BuildingCoverage.building_id)
        .where(Building.code == door.building)
    )
    with pytest.raises(InterruptedError), whole_street.write() as session:  # for the other tests
        before = session.scalar(status)
        record_door(session, system_principal(session), door, DoorResult.REGISTERED)
        after = session.scalar(status)
        raise InterruptedError
    assert (before, after) == (CoverageStatus.PROGRESSING, CoverageStatus.NEAR_COMPLETE)
