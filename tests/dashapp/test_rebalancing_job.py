"""A rebalancing as a job: asked for, done by a worker, bound to a scope."""

from dataclasses import replace

import pytest

from dashapp.jobs import run_next
from dashapp.main import JOBS
from dashapp.rebalancing.job import KIND, Question, ask_about, rebalance_job
from data.commands.jobs import DONE, FAILED, job_of, start_job
from data.errors import InvalidInput, NotFound
from data.queries.access import system_principal
from data.queries.grids import grid_ground
from data.rules.areas import AreaLevel
from data.session import open_store
from geo.balance_problem import Preset
from geo.feasibility import GRID_BAND, Band

COMPOUND, HOUSEHOLDS = "310115009007C01", 693
QUICK = Question(AreaLevel.COMPOUND, COMPOUND, lower=200, upper=260, seconds=0.6)


@pytest.fixture
def store(street_url):
    store = open_store(street_url)
    yield store
    store.dispose()


@pytest.fixture
def system(store):
    with store.read() as session:
        return system_principal(session, "cli")


def silent(_done, _total):
    pass


def done_by_a_worker(store, system, question):
    """Return the job's row after a worker has done it."""
    with store.write() as session:
        uid = start_job(session, system, KIND, question.to_json(), repr(question))
    assert run_next(store, JOBS)
    with store.read() as session:
        return job_of(session, system, uid)


def test_a_worker_answers_with_a_part_for_every_entrance(store, system):
    job = done_by_a_worker(store, system, QUICK)
    with store.read() as session:
        ground = grid_ground(session, system, AreaLevel.COMPOUND, COMPOUND)
    assert (job.state, job.done, job.total) == (DONE, 100, 100)
    assert [unit["id"] for unit in job.result["units"]] == [u.entrance_id for u in ground.units]
    assert (job.result["band"], job.result["parts"], job.result["counts"]) == ([200, 260], 3, [3])
    assert [plan["preset"] for plan in job.result["plans"]] == list(Preset)
    for plan in job.result["plans"]:
        assert len(plan["assignment"]) == len(ground.units)
        assert plan["violations"] == []
        assert sum(plan["households"]) == ground.households == HOUSEHOLDS


def test_a_locked_entrance_and_one_preset_survive_the_way_through_the_row(store, system):
    free = ask_about(store, system, QUICK, silent)
    entrance = free.plot.ground.units[0].entrance_id
    wish = replace(QUICK, locked={str(entrance): 2}, presets=(Preset.COMPACT,))
    plans = done_by_a_worker(store, system, wish).result["plans"]
    assert [(plan["preset"], plan["assignment"][0]) for plan in plans] == [("compact", 2)]


def test_a_place_outside_the_scope_does_not_exist(store, system):
    stranger = replace(system, committees=frozenset())
    with pytest.raises(NotFound):
        rebalance_job(store, stranger, QUICK.to_json(), silent, lambda: False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lower": 261}, "band 261-260"),
        ({"level": AreaLevel.DISTRICT}, "a district is not cut into grids"),
        ({"parts": 500}, "500 parts"),
        ({"locked": {"1": 0, "999999": 0}}, "is not in"),
    ],
)
def test_what_cannot_be_asked_fails_the_job_with_one_line(store, system, change, message):
    with pytest.raises(InvalidInput, match=message):
        ask_about(store, system, replace(QUICK, **change), silent)
    assert done_by_a_worker(store, system, replace(QUICK, **change)).state == FAILED


def test_the_band_is_that_of_grids_unless_another_is_asked_for():
    assert Question(AreaLevel.COMPOUND, COMPOUND).band == GRID_BAND
    assert QUICK.band == Band(200, 260)
