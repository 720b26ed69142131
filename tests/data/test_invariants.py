"""The invariants of the domain model (I1 to I10), on a street that has been worked in, on both engines."""

from itertools import combinations

import numpy as np
import pytest
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from conftest import TODAY
from data.commands.clock import close_due_days
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.errors import InvalidInput
from data.models import (
    Account,
    Building,
    BuildingCoverage,
    Clock,
    Committee,
    Compound,
    District,
    Dwelling,
    Entrance,
    Event,
    Grid,
    GridMembership,
    Residence,
    Subdistrict,
    Task,
    VerificationRecord,
)
from data.queries.access import system_principal
from data.queries.areas import area_tree
from data.rules.areas import AreaLevel
from data.rules.coverage import DwellingStatus, Tally
from data.rules.rates import Checked
from data.rules.work import OPEN_TASK_STATES
from geo.crs import to_metres

METRES = 4549
WORKED_AT = 12


@pytest.fixture
def worked(street_store):
    """The street after some doors were recorded and two days were closed."""
    results = list(DoorResult)
    with street_store.read() as session:
        doors = session.execute(
            select(Building.code, Dwelling.room, Entrance.number)
            .join(Dwelling, Dwelling.building_id == Building.id)
            .join(Entrance, Entrance.id == Dwelling.entrance_id)
            .where(Dwelling.status == DwellingStatus.NO_CONTACT)
            .order_by(Dwelling.id)
            .limit(WORKED_AT)
        ).all()
    for index, door in enumerate(doors):
        try:
            with street_store.write() as session:
                principal = system_principal(session)
                record_door(session, principal, Door(*door), results[index % len(results)])
        except InvalidInput:
            continue  # nobody to verify there
    with street_store.write() as session:
        session.execute(update(Clock).values(frozen=False))
        close_due_days(session, system_principal(session), TODAY.replace(day=22))
    return street_store


def test_i1_every_dwelling_has_one_entrance_building_compound_committee_and_district(worked):
    with worked.read() as session:
        dwellings = session.scalar(select(func.count()).select_from(Dwelling))
        chained = session.scalar(
            select(func.count())
            .select_from(Dwelling)
            .join(Entrance, Entrance.id == Dwelling.entrance_id)
            .join(Building, Building.id == Entrance.building_id)
            .join(Compound, Compound.id == Building.compound_id)
            .join(Committee, Committee.id == Compound.committee_id)
            .join(District, District.id == Committee.district_id)
            .join(Subdistrict, Subdistrict.id == District.subdistrict_id)
            .where(
                Dwelling.building_id == Building.id,
                Dwelling.committee_id == Committee.id,
                Entrance.committee_id == Committee.id,
                Building.committee_id == Committee.id,
                Committee.subdistrict_id == Subdistrict.id,
            )
        )
    assert chained == dwellings > 1_000


def test_i2_the_grids_of_a_committee_partition_its_entrances(worked):
    with worked.read() as session:
        rows = session.execute(
            select(Entrance.id, Entrance.committee_id, Grid.committee_id)
            .outerjoin(
                GridMembership,
                (GridMembership.entrance_id == Entrance.id) & GridMembership.valid_to.is_(None),
            )
            .outerjoin(Grid, Grid.id == GridMembership.grid_id)
        ).all()
    assert len(rows) == len({entrance for entrance, *_ in rows})
    assert all(own == grids for _, own, grids in rows)


def test_i3_districts_do_not_overlap_and_each_committee_lies_in_its_own(worked):
    with worked.read() as session:
        districts = session.execute(select(District.id, District.outline)).all()
        committees = session.execute(select(Committee.district_id, Committee.outline)).all()
    shapes = to_metres(np.array([outline for _, outline in districts]), METRES)
    by_id = dict(zip([id_ for id_, _ in districts], shapes, strict=True))
    assert len(by_id) == 3
    assert all(a.intersection(b).area < 1.0 for a, b in combinations(shapes, 2))
    for district_id, outline in committees:
        assert by_id[district_id].buffer(1.0).covers(to_metres(outline, METRES))


def test_i4_nobody_has_two_open_main_residences(worked):
    with worked.read() as session:
        present = session.scalars(select(Residence).limit(1)).one()
        values = {
            column.name: getattr(present, column.name)
            for column in Residence.__table__.columns
            if column.name != "id"
        }
    with pytest.raises(IntegrityError), worked.write() as session:
        session.add(Residence(**values))


def test_i5_and_i9_the_persons_checked_add_up_and_totals_are_sums(worked):
    with worked.read() as session:
        columns = (
            VerificationRecord.unregistered,
            VerificationRecord.unremoved,
            VerificationRecord.correct,
        )
        records = [Checked(*row) for row in session.execute(select(*columns))]
        sums = Checked(*session.execute(select(*(func.sum(column) for column in columns))).one())
    assert sums.n == sum(record.n for record in records)
    assert sums.n == sums.unregistered + sums.unremoved + sums.correct
    assert sum(records, Checked()).accuracy == sums.accuracy


def test_i6_every_open_task_has_an_active_owner(worked):
    with worked.read() as session:
        open_tasks = select(Task.id).where(Task.state.in_(OPEN_TASK_STATES))
        owned = open_tasks.join(Account, Account.id == Task.owner_id).where(~Account.disabled)
        assert set(session.scalars(open_tasks)) == set(session.scalars(owned))


def test_i7_no_status_is_without_an_event_that_says_who_when_and_from_where(worked):
    with worked.read() as session:
        touched = session.scalars(
            select(Dwelling.id).where(Dwelling.status != DwellingStatus.UNCOLLECTED)
        ).all()
        events = session.scalars(select(Event)).all()
        closed = [event for event in events if event.kind == "day_closed"]
    told = {event.subject_id for event in events if event.subject_type == "dwelling"}
    assert set(touched) <= told
    assert all(event.source and event.recorded_at for event in events)
    assert {event.happened_on.day for event in closed} == {20, 21}, "the calendar's changes"


def test_i8_excluded_dwellings_count_nowhere_and_no_rate_leaves_0_to_1(worked):
    with worked.read() as session:
        rows = session.scalars(select(BuildingCoverage)).all()
        statuses = dict(
            session.execute(select(Dwelling.status, func.count()).group_by(Dwelling.status)).all()
        )
    tallies = [Tally(r.n, r.resolved, r.verified, r.attempted, r.listed) for r in rows]
    whole = sum(tallies, Tally())
    assert whole.listed - whole.n == statuses[DwellingStatus.EXCLUDED] > 0
    assert 0 < whole.resolved < whole.n


def test_i10_committees_add_up_to_districts_and_districts_to_the_subdistrict(worked):
    with worked.read() as session:
        nodes = area_tree(session, system_principal(session))
    by_level = {level: [node for node in nodes if node.level is level] for level in AreaLevel}
    [whole] = by_level[AreaLevel.SUBDISTRICT]
    for part in (AreaLevel.DISTRICT, AreaLevel.COMMITTEE):
        assert sum((node.tally for node in by_level[part]), Tally()) == whole.tally
        assert sum(node.overdue for node in by_level[part]) == whole.overdue
    for district in by_level[AreaLevel.DISTRICT]:
        own = [node.tally for node in by_level[AreaLevel.COMMITTEE] if node.parent == district.code]
        assert sum(own, Tally()) == district.tally
