"""What is invented without a street: days, families, rooms, fates."""

from collections import Counter
from datetime import date, timedelta
from random import Random

import holidays
import pytest

from data.rules.areas import BuildingKind
from data.rules.deadlines import SHANGHAI
from data.rules.identity import SYNTHETIC_AREA, is_valid_id
from data.rules.register import PersonCategory
from data.rules.work import Window
from data.sealing import demo_ring
from data.seed.calendar import DemoCalendar
from data.seed.families import DAUGHTER, HEAD, PARENT, SON, SPOUSE, household_of
from data.seed.fates import HOUSEHOLDS, Fate, FateMaker, Fates
from data.seed.people import PersonMaker
from data.seed.plans import BuildingPlan, DwellingPlan
from data.seed.rooms import Habit, habit_of, mean_flats, rooms_of

TODAY = date(2026, 11, 20)
FREE = holidays.country_holidays("CN", years=range(2024, 2027))


@pytest.fixture
def calendar():
    return DemoCalendar(TODAY, Random(1))


def test_sweeps_are_on_wednesdays_and_fridays_and_never_on_a_holiday(calendar):
    assert {day.weekday() for day in calendar.sweeps} == {2, 4}
    assert not any(day in FREE for day in calendar.sweeps)
    assert calendar.sweeps[-1] == TODAY


def test_the_wednesdays_and_fridays_of_2026_that_are_no_holidays_are_counted(calendar):
    by_month = Counter(day.month for day in calendar.sweeps if day.year == 2026)
    # 9,8,8,9,9,8,10,8,9,9 in the calendar; less New Year (1), the Spring Festival (2), May Day (1), the
    # Dragon Boat (1), the Mid-Autumn (1) and the National Day (2).
    assert [by_month[month] for month in range(1, 11)] == [8, 6, 8, 9, 8, 7, 10, 8, 8, 7]


def test_a_sweep_day_lies_where_it_is_asked_for(calendar):
    for nearest, farthest in ((0, 2), (3, 14), (95, 104), (0, 355)):
        day = calendar.sweep_day(nearest, farthest)
        assert nearest <= (TODAY - day).days <= farthest
    assert calendar.sweep_day(1, 1) == date(2026, 11, 18), "the last one before, when there is none"


def test_a_working_day_is_no_weekend_no_holiday_and_not_yet_to_come(calendar):
    assert calendar.workday(date(2026, 9, 30), later=1) == date(2026, 10, 8)
    assert calendar.workday(date(2026, 11, 14)) == date(2026, 11, 16)
    assert calendar.workday(TODAY, later=5) == TODAY


def test_visits_are_between_nine_and_five_or_in_the_evening(calendar):
    for _ in range(300):
        for window, hours in (
            (Window.WEEKDAY_DAY, {9, 10, 11, 14, 15, 16}),
            (Window.WEEKDAY_EVENING, {18, 19, 20}),
        ):
            moment = calendar.moment(TODAY, window)
            assert moment.tzinfo is SHANGHAI
            assert moment.hour in hours


def test_the_demo_looks_back_on_twelve_months(calendar):
    assert (calendar.months()[0], calendar.months()[-1]) == ("2025-12", "2026-11")
    assert len(calendar.months()) == 12


@pytest.mark.parametrize("size", range(1, 9))
def test_the_ages_of_a_family_fit_each_other(size):
    rng = Random(size)
    for _ in range(200):
        members = household_of(size, TODAY, rng, collective=False)
        assert len(members) == size
        by_relation = {member.relation: member for member in members}
        head = by_relation[HEAD]
        assert head.born_on < TODAY - timedelta(days=20 * 365)
        if SPOUSE in by_relation:
            spouse = by_relation[SPOUSE]
            assert spouse.sex != head.sex
            assert abs((spouse.born_on - head.born_on).days) < 9 * 366
        for member in members:
            assert member.born_on <= TODAY
            if member.relation in (SON, DAUGHTER):
                assert (member.born_on - head.born_on).days > 20 * 365
            if member.relation == PARENT:
                assert (head.born_on - member.born_on).days > 13 * 365


def test_a_dormitory_room_is_shared_by_workmates_of_one_sex():
    members = household_of(6, TODAY, Random(1), collective=True)
    assert len({member.sex for member in members}) == 1
    assert all(member.relation in (HEAD, 8) for member in members)


def test_an_invented_number_fits_its_person_and_can_belong_to_nobody():
    ring = demo_ring()
    maker = PersonMaker(ring, Random(1))
    numbers = set()
    for member in household_of(8, TODAY, Random(2), collective=False) * 40:
        row = maker.row(1, member, "王", PersonCategory.LOCAL_HUKOU)
        key = ring.open_data_key(row["uid"], row["key_id"], row["data_key"])
        number = key.open("id_number", row["id_number_sealed"])
        assert number.startswith(f"{SYNTHETIC_AREA}{member.born_on:%Y%m%d}")
        assert is_valid_id(number)
        assert int(number[16]) % 2 == member.sex % 2
        numbers.add(number)
    assert len(numbers) == 320


def test_rooms_are_numbered_by_floor_and_flat():
    numbers = [room.number for room in rooms_of(6, Habit(False, (), 2))]
    assert (numbers[0], numbers[-1], len(numbers)) == ("101", "602", 12)


def test_lettered_rooms_and_floors_left_out():
    rooms = rooms_of(24, Habit(True, (4, 13, 14), 2))
    assert rooms[-1].number == "27B"
    assert "24A" in {room.number for room in rooms}
    assert not {room.floor for room in rooms} & {4, 13, 14}
    assert len({room.floor for room in rooms}) == 24


def test_the_flats_of_a_landing_are_on_average_what_is_reckoned_with():
    rng = Random(1)
    for kind in (BuildingKind.SLAB, BuildingKind.TOWER, BuildingKind.TERRACE):
        drawn = [habit_of(kind, 6, rng).flats for _ in range(4_000)]
        assert sum(drawn) / len(drawn) == pytest.approx(mean_flats(kind), rel=0.03)


def building(number, doors, **plan):
    made = BuildingPlan(number, 1 + number % 5, 1 + number % 20, BuildingKind.SLAB, **plan)
    made.dwellings = [
        DwellingPlan(number * 1_000 + n, made, number, "201", 2, False) for n in range(doors)
    ]
    return made


def test_about_a_quarter_of_the_doors_stays_uncollected_and_buildings_differ():
    made = [building(n, 60) for n in range(1, 400)]
    fates = FateMaker(0.76, Random(1)).draw(made)
    mix = Counter(fates.of.values())
    uncollected = mix[Fate.NO_CONTACT] + mix[Fate.REFUSED] + mix[Fate.UNCOLLECTED]
    assert 0.17 < uncollected / len(fates.of) < 0.30
    open_doors = Counter(
        sum(fates.of[door.id] in (Fate.REGISTERED, Fate.VACANT) for door in plan.dwellings) // 6
        for plan in made
    )
    assert open_doors[10] > 20, "some buildings are complete"
    assert open_doors[0] > 0, "some were never begun"
    assert len(open_doors) > 6, "and the others lie between"


def test_a_building_of_shops_holds_nobody():
    fates = FateMaker(0.76, Random(1)).draw([building(1, 10, unlived=True)])
    assert set(fates.of.values()) == {Fate.SHOP}


@pytest.mark.parametrize("wanted", [0, 37, 100])
def test_fates_reach_the_households_that_are_asked_for(wanted):
    fates = Fates(
        dict.fromkeys(range(50), Fate.REGISTERED) | dict.fromkeys(range(50, 100), Fate.NO_CONTACT)
    )
    fates.reach(list(range(100)), wanted, Random(1))
    assert sum(HOUSEHOLDS.get(fate, 0) for fate in fates.of.values()) == wanted


def test_more_households_than_doors_is_a_mistake_that_says_so():
    with pytest.raises(ValueError, match="cannot hold 5 households"):
        Fates(dict.fromkeys(range(3), Fate.REFUSED)).reach([0, 1, 2], 5, Random(1))


def test_filling_a_street_leaves_complete_and_untouched_buildings_alone():
    fates = Fates(
        dict.fromkeys(range(6), Fate.REGISTERED) | dict.fromkeys(range(6, 12), Fate.UNCOLLECTED)
    )
    fates.partly = [4, 5, 6, 7]
    fates.fill(8, Random(1))
    assert fates.of[11] is Fate.UNCOLLECTED
    assert sum(fate is Fate.REGISTERED for fate in fates.of.values()) == 8
