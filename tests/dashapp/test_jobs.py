import multiprocessing
import os
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from conftest import TODAY
from dashapp.jobs import (
    AFTER_FAULT_S,
    LOOK_S,
    UNEXPECTED,
    Workshop,
    _Worker,
    run_next,
    tidy,
    work_until_orphaned,
)
from data.clock import utc_now
from data.commands.jobs import (
    CANCELLED,
    DONE,
    FAILED,
    KEPT_FOR,
    RUNNING,
    SILENT_FOR,
    ask_to_cancel,
    claim_next,
    job_of,
    start_job,
)
from data.errors import InvalidInput, NotFound
from data.models import Clock, Job
from data.principal import Principal
from places import build_street
from served import DEADLINE_S, hire, serving

ANN = Principal(0, "ann", "ann", frozenset(), frozenset(), frozenset())


def count(_store, _principal, arguments, progress, _cancelled):
    """Add up to n, telling how far it is."""
    total = 0
    for number in range(arguments["n"]):
        total += number
        progress(number + 1, arguments["n"])
    return {"sum": total}


def wait_to_be_stopped(_store, _principal, _arguments, progress, cancelled):
    """Run until its owner wants it to end."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        progress(1, 2)
        time.sleep(0.01)
    return {"stopped": cancelled()}


def refuse(*_):
    """Refuse as a rule would."""
    raise InvalidInput("line 7: no such building", field="file")


def break_down(*_):
    """Fail as a mistake would."""
    raise ZeroDivisionError("a secret of the server")


def die(*_):
    """Take the whole worker down, the first time."""
    os.kill(os.getpid(), signal.SIGKILL)


def write_and_report(store, _principal, _arguments, progress, _cancelled):
    """Report from within one's own transaction."""
    with store.write() as session:
        session.execute(update(Clock).values(preset="changed"))
        progress(1, 1)
    return {}


KINDS = {
    "count": count,
    "wait": wait_to_be_stopped,
    "refuse": refuse,
    "break": break_down,
    "die": die,
    "write": write_and_report,
}


@pytest.fixture
def street(sqlite_store):
    return build_street(sqlite_store, TODAY)


def ask(store, kind, principal=ANN, **arguments):
    with store.write() as session:
        return start_job(session, principal, kind, arguments, "once")


def look(store, uid, principal=ANN):
    with store.read() as session:
        return job_of(session, principal, uid)


def wait_for(store, uid, *states):
    """Return the job as soon as it is in one of these states."""
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        job = look(store, uid)
        if job.state in states:
            return job
        time.sleep(0.02)
    raise AssertionError(f"the job stayed {job.state}")


def test_a_job_is_done_and_its_result_kept(sqlite_store, street):
    uid = ask(sqlite_store, "count", n=4)
    assert run_next(sqlite_store, KINDS)
    job = look(sqlite_store, uid)
    assert (job.state, job.result, job.done, job.total) == (DONE, {"sum": 6}, 4, 4)
    assert not run_next(sqlite_store, KINDS)


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("refuse", "line 7: no such building"),
        ("break", UNEXPECTED),
        ("unheard of", "this worker does not know the job 'unheard of'"),
    ],
)
def test_a_job_that_cannot_be_done_says_why_in_one_line(sqlite_store, street, kind, reason):
    uid = ask(sqlite_store, kind)
    run_next(sqlite_store, KINDS)
    job = look(sqlite_store, uid)
    assert (job.state, job.failure) == (FAILED, reason)


def test_a_job_may_report_from_within_its_own_transaction(sqlite_store, street):
    uid = ask(sqlite_store, "write")
    run_next(sqlite_store, KINDS)
    assert look(sqlite_store, uid).state == DONE


def test_a_job_of_an_account_disabled_meanwhile_is_not_done(sqlite_store, street):
    account = hire(sqlite_store, street, "ann", 1, disabled=True)
    ann = Principal(account, "ann", "ann", frozenset(), frozenset(), frozenset())
    uid = ask(sqlite_store, "count", ann, n=1)
    run_next(sqlite_store, KINDS)
    assert "may no longer" in look(sqlite_store, uid, ann).failure


def test_a_running_job_stops_when_its_owner_wishes(sqlite_store, street):
    uid = ask(sqlite_store, "wait")
    runner = threading.Thread(target=run_next, args=(sqlite_store, KINDS))
    runner.start()
    wait_for(sqlite_store, uid, RUNNING)
    with sqlite_store.write() as session:
        ask_to_cancel(session, ANN, uid)
    runner.join(DEADLINE_S)
    assert look(sqlite_store, uid).state == CANCELLED


def test_a_worker_waits_for_its_database_without_a_stack_trace(sqlite_store, street, caplog):
    path = Path(sqlite_store.url.removeprefix("sqlite:///"))
    uid, worker = ask(sqlite_store, "count", n=1), _Worker(sqlite_store, KINDS)
    sqlite_store.dispose()
    whole = path.read_bytes()
    path.write_bytes(b"\0" * 200)
    assert worker.turn() == AFTER_FAULT_S
    assert "Traceback" not in caplog.text
    assert "waits for the database" in caplog.text
    path.write_bytes(whole)
    assert worker.turn() == 0
    assert look(sqlite_store, uid).state == DONE
    assert worker.turn() == LOOK_S


def test_old_results_are_tidied_away(sqlite_store, street):
    uid = ask(sqlite_store, "count", n=1)
    run_next(sqlite_store, KINDS)
    with sqlite_store.write() as session:
        session.execute(update(Job).values(finished_at=utc_now() - KEPT_FOR - timedelta(minutes=1)))
    tidy(sqlite_store)
    with pytest.raises(NotFound):
        look(sqlite_store, uid)


def test_a_worker_process_does_what_is_asked_and_ends_with_its_workshop(store):
    build_street(store, TODAY)
    workshop = Workshop(store.url, KINDS)
    try:
        uid = ask(store, "count", n=5)
        assert wait_for(store, uid, DONE).result == {"sum": 10}
    finally:
        workshop.close()
    assert not workshop.worker.is_alive()


def test_a_job_that_kills_its_worker_is_tried_once_more_and_then_failed(sqlite_store, street):
    uid = ask(sqlite_store, "die")
    workshop = Workshop(sqlite_store.url, KINDS)
    try:
        for attempt in (1, 2):
            _wait_until_attempted(sqlite_store, attempt)
            with sqlite_store.write() as session:  # the silence of a dead worker, without waiting
                session.execute(update(Job).values(heartbeat_at=utc_now() - 2 * SILENT_FOR))
        assert "died twice" in wait_for(sqlite_store, uid, FAILED).failure
        after = ask_again(sqlite_store)
        assert wait_for(sqlite_store, after, DONE)
    finally:
        workshop.close()


def _wait_until_attempted(store, attempts: int) -> None:
    end = time.monotonic() + DEADLINE_S
    while time.monotonic() < end:
        with store.read() as session:
            job = session.get(Job, 1)
            if job.attempts == attempts:
                return
        time.sleep(0.02)
    raise AssertionError(f"no attempt number {attempts}")


def ask_again(store) -> str:
    with store.write() as session:
        return start_job(session, ANN, "count", {"n": 1}, "another")


def _parent(url, told):
    child = multiprocessing.get_context("spawn").Process(
        target=work_until_orphaned, args=(url, KINDS, os.getpid())
    )
    child.start()
    told.send(child.pid)
    signal.pause()


def test_a_worker_whose_server_is_killed_ends_even_in_the_middle_of_a_job(sqlite_store, street):
    uid = ask(sqlite_store, "wait")
    context = multiprocessing.get_context("spawn")
    mine, theirs = context.Pipe()
    server = context.Process(target=_parent, args=(sqlite_store.url, theirs))
    server.start()
    assert mine.poll(DEADLINE_S)
    child = mine.recv()
    wait_for(sqlite_store, uid, RUNNING)
    server.kill()
    server.join()
    end = time.monotonic() + DEADLINE_S
    while _is_alive(child):
        assert time.monotonic() < end, "the worker outlived its server"
        time.sleep(0.02)
    assert look(sqlite_store, uid).state == RUNNING
    with sqlite_store.write() as session:
        assert claim_next(session, utc_now() + 2 * SILENT_FOR).uid == uid


def _is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_progress_is_shown_to_its_owner_and_to_nobody_else(sqlite_store, street):
    ann_id = hire(sqlite_store, street, "ann", 1)
    hire(sqlite_store, street, "bob", 2)
    ann_herself = Principal(ann_id, "ann", "ann", frozenset(), frozenset(), frozenset())
    uid = ask(sqlite_store, "count", ann_herself, n=3)
    with serving(sqlite_store, street) as house, house.client() as ann, house.client("bob") as bob:
        shown = ann.get(f"/jobs/{uid}").json()
        assert (shown["state"], shown["uid"], shown["kind"]) == ("waiting", uid, "count")
        for answer in (bob.get(f"/jobs/{uid}"), bob.post(f"/jobs/{uid}/cancel")):
            assert answer.status_code == 404
            assert answer.content == bob.get("/jobs/none").content
        assert ann.post(f"/jobs/{uid}/cancel").json()["state"] == "cancelled"
