from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from conftest import TODAY
from data.clock import utc_now
from data.commands.jobs import (
    ATTEMPTS,
    CANCELLED,
    DONE,
    FAILED,
    KEPT_FOR,
    RUNNING,
    SILENT_FOR,
    WAITING,
    ask_to_cancel,
    claim_next,
    delete_old_jobs,
    fail_job,
    finish_job,
    job_of,
    report_progress,
    somebody_works,
    start_job,
    stop_job,
    work_waits,
)
from data.errors import NotFound
from data.models import Job
from data.principal import Principal
from places import build_street, worker


@pytest.fixture
def ann(store) -> Principal:
    return worker(build_street(store, TODAY))


@pytest.fixture
def bob() -> Principal:
    return Principal(7, "bob", "bob", frozenset(), frozenset(), frozenset())


def do(store, command, *arguments):
    with store.write() as session:
        return command(session, *arguments)


def ask(store, principal, key="k"):
    return do(store, start_job, principal, "count", {"n": 3}, key)


def state(store, principal, uid):
    with store.read() as session:
        return job_of(session, principal, uid).state


def test_the_same_request_twice_is_one_job(store, ann, bob):
    first = ask(store, ann)
    assert ask(store, ann) == first
    assert ask(store, ann, "another") != first
    assert ask(store, bob) != first


def test_a_key_may_be_as_long_as_it_likes(store, ann):
    assert ask(store, ann, "k" * 5_000) == ask(store, ann, "k" * 5_000)


def test_jobs_are_taken_oldest_first_and_once(store, ann):
    first, second = ask(store, ann, "1"), ask(store, ann, "2")
    now = utc_now()
    claimed = [do(store, claim_next, now) for _ in range(3)]
    assert [job and job.uid for job in claimed] == [first, second, None]
    assert claimed[0].arguments == {"n": 3}
    assert state(store, ann, first) == RUNNING


def test_nothing_waits_when_everything_is_in_hand(store, ann):
    with store.read() as session:
        assert not work_waits(session, utc_now())
    ask(store, ann)
    with store.read() as session:
        assert work_waits(session, utc_now())
    do(store, claim_next, utc_now())
    with store.read() as session:
        assert not work_waits(session, utc_now())


def test_the_job_of_another_account_does_not_exist(store, ann, bob):
    uid = ask(store, ann)
    for command in (job_of, ask_to_cancel):
        with pytest.raises(NotFound):
            do(store, command, bob, uid)
    with pytest.raises(NotFound):
        do(store, job_of, ann, "no such job")
    assert state(store, ann, uid) == WAITING


def test_progress_is_noted_and_brings_back_the_wish_to_stop(store, ann):
    uid = ask(store, ann)
    do(store, claim_next, utc_now())
    assert do(store, report_progress, uid, 1, 3) is False
    assert do(store, ask_to_cancel, ann, uid).state == RUNNING
    assert do(store, report_progress, uid, 2, 3) is True
    do(store, stop_job, uid)
    with store.read() as session:
        job = job_of(session, ann, uid)
    assert (job.state, job.done, job.total) == (CANCELLED, 2, 3)


def test_a_job_that_has_not_begun_stops_at_once(store, ann):
    uid = ask(store, ann)
    assert do(store, ask_to_cancel, ann, uid).state == CANCELLED
    assert do(store, claim_next, utc_now()) is None


def test_an_ended_job_cannot_be_cancelled_any_more(store, ann):
    uid = ask(store, ann)
    do(store, claim_next, utc_now())
    do(store, finish_job, uid, {"sum": 6})
    job = do(store, ask_to_cancel, ann, uid)
    assert (job.state, job.result) == (DONE, {"sum": 6})


def test_a_dead_workers_job_is_taken_up_once_and_then_failed_with_a_reason(store, ann):
    uid = ask(store, ann)
    now = datetime(2026, 11, 20, tzinfo=UTC)
    attempts = []
    for _ in range(ATTEMPTS):
        attempts.append(do(store, claim_next, now).attempt)
        assert do(store, claim_next, now + SILENT_FOR) is None  # still within its time
        now += SILENT_FOR + timedelta(seconds=1)
    assert attempts == [1, 2]
    assert do(store, claim_next, now) is None
    with store.read() as session:
        job = job_of(session, ann, uid)
    assert job.state == FAILED
    assert "died twice" in job.failure


def test_a_failure_keeps_its_reason_in_one_line(store, ann):
    uid = ask(store, ann)
    do(store, fail_job, uid, "x" * 900)
    with store.read() as session:
        assert len(job_of(session, ann, uid).failure) == 400


def test_results_are_gone_after_a_day(store, ann):
    old, young, running = ask(store, ann, "1"), ask(store, ann, "2"), ask(store, ann, "3")
    do(store, finish_job, old, {})
    do(store, finish_job, young, {})
    now = utc_now()
    with store.write() as session:
        session.execute(update(Job).where(Job.uid == old).values(finished_at=now - 1.01 * KEPT_FOR))
    assert do(store, delete_old_jobs, now) == 1
    with pytest.raises(NotFound):
        state(store, ann, old)
    assert (state(store, ann, young), state(store, ann, running)) == (DONE, WAITING)


def test_a_worker_is_known_by_its_heartbeat(store, ann):
    ask(store, ann)
    now = utc_now()
    assert not do(store, somebody_works, now)
    do(store, claim_next, now)
    assert do(store, somebody_works, now)
    assert not do(store, somebody_works, now + 2 * SILENT_FOR)
