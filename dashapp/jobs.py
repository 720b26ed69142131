"""Long work outside the web process: `run_job` is the only entry, a spawned worker calls it.

A job is a row (data.commands.jobs); what it does is named in `JobKinds`, given by the composition root.
"""

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy.exc import DBAPIError

from data.clock import utc_now
from data.commands.jobs import (
    ClaimedJob,
    claim_next,
    delete_old_jobs,
    fail_job,
    finish_job,
    report_progress,
    stop_job,
    work_waits,
)
from data.errors import DatabaseUnusable, RegisterError
from data.principal import Principal
from data.queries.access import account_principal
from data.session import Store, open_store

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
JobKind = Callable[[Store, Principal, dict[str, Any], Progress, Cancelled], dict[str, Any]]
JobKinds = Mapping[str, JobKind]

LOOK_S: Final = 0.25
BEAT_S: Final = 0.5
AFTER_FAULT_S: Final = 5.0
TIDY_S: Final = 3_600.0
UNEXPECTED: Final = "it failed unexpectedly; nothing has changed"

_log = logging.getLogger("shiyou.jobs")


class JobStopped(Exception):
    """Raised inside a job that was asked to stop; everything it did is rolled back."""


class JobReporter:
    """Carries progress to the job's row and the wish to cancel back, once a beat.

    Only the beating thread writes: a job that reports from within its own transaction would wait for
    itself on SQLite.
    """

    def __init__(self, store: Store, uid: str) -> None:
        self.store, self.uid = store, uid
        self.place, self._stop = (0, 0), threading.Event()

    def progress(self, done: int, total: int) -> None:
        """Note how far the job is; raise JobStopped when its owner wants it to end."""
        self.place = (done, total)
        if self._stop.is_set():
            raise JobStopped

    def cancelled(self) -> bool:
        """Tell whether the owner wants it to end."""
        return self._stop.is_set()

    def beat(self) -> None:
        """Write progress and being alive into the row; learn whether to stop."""
        with self.store.write() as session:
            if report_progress(session, self.uid, *self.place):
                self._stop.set()

    def beat_until(self, over: threading.Event) -> None:
        """Beat until the job is over, through faults of the database."""
        while not over.wait(BEAT_S):
            try:
                self.beat()
            except (DBAPIError, DatabaseUnusable) as error:
                _log.warning("no heartbeat of job %s: %s", self.uid, type(error).__name__)
            except Exception:
                _log.exception("heartbeat of job %s", self.uid)


def run_job(store: Store, kinds: JobKinds, job: ClaimedJob) -> None:
    """Do one claimed job to its end, whatever that is."""
    reporter, over = JobReporter(store, job.uid), threading.Event()
    beater = threading.Thread(target=reporter.beat_until, args=(over,), daemon=True)
    beater.start()
    try:
        end, detail = _outcome(store, kinds, job, reporter)
    finally:
        over.set()
        beater.join()
    with store.write() as session:
        report_progress(session, job.uid, *reporter.place)
        end(session, job.uid, *detail)


def _outcome(
    store: Store, kinds: JobKinds, job: ClaimedJob, reporter: JobReporter
) -> tuple[Callable[..., None], tuple[Any, ...]]:
    """Return the command that ends the job, and what it needs beside the uid."""
    try:
        return finish_job, (_work(store, kinds, job, reporter),)
    except JobStopped:
        return stop_job, ()
    except RegisterError as refusal:
        return fail_job, (str(refusal),)
    except Exception:
        _log.exception("job %s", job.kind)
        return fail_job, (UNEXPECTED,)


def _work(store: Store, kinds: JobKinds, job: ClaimedJob, reporter: JobReporter) -> dict[str, Any]:
    if job.kind not in kinds:
        raise RegisterError(f"this worker does not know the job {job.kind!r}")
    with store.read() as session:
        principal = account_principal(session, job.account_id, "worker")
    if principal is None:
        raise RegisterError("the account that asked for it may no longer do so")
    return kinds[job.kind](store, principal, job.arguments, reporter.progress, reporter.cancelled)


def run_next(store: Store, kinds: JobKinds) -> bool:
    """Do the next job that waits; return whether there was one."""
    now = utc_now()
    with store.read() as session:
        if not work_waits(session, now):
            return False
    with store.write() as session:
        job = claim_next(session, now)
    if job is not None:
        run_job(store, kinds, job)
    return job is not None


def tidy(store: Store) -> None:
    """Remove results that are older than a day."""
    with store.write() as session:
        delete_old_jobs(session, utc_now())


def work_until_orphaned(url: str, kinds: JobKinds, parent: int) -> None:
    """Be the worker process: do jobs until the server that started it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's; it ends the worker
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    worker = _Worker(open_store(url), kinds)
    while True:
        time.sleep(worker.turn())


class _Worker:
    """One worker's place: does what waits, tidies once an hour, outlives the database."""

    def __init__(self, store: Store, kinds: JobKinds) -> None:
        self.store, self.kinds, self._tidied = store, kinds, -TIDY_S

    def turn(self) -> float:
        """Do the next job, if any; return how long to rest."""
        try:
            if time.monotonic() - self._tidied > TIDY_S:
                tidy(self.store)
                self._tidied = time.monotonic()
            return 0.0 if run_next(self.store, self.kinds) else LOOK_S
        except (DBAPIError, DatabaseUnusable) as error:
            _log.warning("the worker waits for the database: %s", type(error).__name__)
        except Exception:
            _log.exception("worker")
        return AFTER_FAULT_S


def _end_with(parent: int) -> None:
    # Even in the middle of a job: its transaction is undone, and the next worker takes it up again.
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os._exit(1)


class Workshop:
    """Keeps one worker process alive; spawned, so that it shares no socket and no connection."""

    def __init__(self, url: str, kinds: JobKinds) -> None:
        self.url, self.kinds = url, kinds
        self._closing = threading.Event()
        self.worker = self._spawned()
        threading.Thread(target=self._keep, daemon=True).start()

    def close(self) -> None:
        """End the worker; a job it was doing is taken up again by the next one."""
        self._closing.set()
        self.worker.terminate()
        self.worker.join()

    def _keep(self) -> None:
        while not self._closing.wait(LOOK_S):
            if not self.worker.is_alive():
                _log.warning("the worker ended (%s): starting another", self.worker.exitcode)
                self.worker = self._spawned()

    def _spawned(self) -> multiprocessing.process.BaseProcess:
        worker = multiprocessing.get_context("spawn").Process(
            target=work_until_orphaned,
            args=(self.url, self.kinds, os.getpid()),
            name="shiyou-worker",
            daemon=True,
        )
        worker.start()
        return worker
