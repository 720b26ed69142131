"""A street of census size."""

from sqlalchemy import func, select

from conftest import TODAY
from data.models import Building, Compound, Dwelling, Household, Person
from data.queries.access import system_principal
from data.queries.check import check_derived
from data.rules.coverage import DwellingStatus
from data.sealing import demo_ring
from data.seed import CENSUS_HOUSEHOLDS, CENSUS_PERSONS, build_demo


def test_longquan_has_exactly_the_figures_of_the_census(sqlite_store):
    report = build_demo(sqlite_store, demo_ring(), preset="longquan", as_of=TODAY)
    with sqlite_store.read() as session:
        held = {
            model: session.scalar(select(func.count()).select_from(model))
            for model in (Compound, Household, Person, Dwelling)
        }
        statuses = dict(
            session.execute(select(Dwelling.status, func.count()).group_by(Dwelling.status)).all()
        )
        tallest = session.scalar(select(func.max(Building.floors)))
        drifts = check_derived(session, system_principal(session)).drifts
    assert held[Compound] == report.counts["compound"] == 123
    assert held[Household] == report.counts["household"] == CENSUS_HOUSEHOLDS == 76_688
    assert held[Person] == report.counts["person"] == CENSUS_PERSONS == 199_773
    assert 98_000 < held[Dwelling] < 110_000
    open_doors = (DwellingStatus.NO_CONTACT, DwellingStatus.REFUSED, DwellingStatus.UNCOLLECTED)
    in_scope = held[Dwelling] - statuses[DwellingStatus.EXCLUDED]
    assert 0.20 <= sum(statuses[each] for each in open_doors) / in_scope <= 0.30
    assert tallest <= 33
    assert drifts == ()
