"""Long work outside the web process: `run_job` is the only entry, a spawned worker calls it.

A job is a row (data.commands.jobs); what it does is named in `JobKinds`, given by the composition root.
"""

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final

from data.clock import utc_now
from data.commands.jobs import (
    ClaimedJob,
    claim_next,
    delete_old_jobs,
    fail_job,
    finish_job,
    report_progress,
    stop_job,
)
from data.errors import RegisterError
from data.principal import Principal
from data.queries.access import account_principal
from data.session import Store, open_store

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]
JobKind = Callable[[Store, Principal, dict[str, Any], Progress, Cancelled], dict[str, Any]]
JobKinds = Mapping[str, JobKind]

LOOK_S: Final = 0.25
BEAT_S: Final = 1.0
TIDY_S: Final = 3_600.0

_log = logging.getLogger("shiyou.jobs")


class JobStopped(Exception):
    """Raised inside a job that was asked to stop; everything it did is rolled back."""


class JobReporter:
    """Reports progress and stays alive through the job's row, at most once a beat."""

    def __init__(self, store: Store, uid: str) -> None:
        self.store, self.uid = store, uid
        self._place, self._stop = (0, 0), False
        self._told = 0.0

    def progress(self, done: int, total: int) -> None:
        """Note how far the job is; raise JobStopped when its owner wants it to end."""
        self._place = (done, total)
        if time.monotonic() - self._told >= BEAT_S / 4:
            self.beat()
        if self._stop:
            raise JobStopped

    def cancelled(self) -> bool:
        """Tell whether the owner wants it to end."""
        return self._stop

    def beat(self) -> None:
        """Tell the row that the worker lives."""
        self._told = time.monotonic()
        with self.store.write() as session:
            self._stop = report_progress(session, self.uid, *self._place) or self._stop


def run_job(store: Store, kinds: JobKinds, job: ClaimedJob) -> None:
    """Do one claimed job to its end, whatever that is."""
    reporter = JobReporter(store, job.uid)
    alive = threading.Event()
    beater = threading.Thread(target=_beat_until, args=(reporter, alive), daemon=True)
    beater.start()
    try:
        result = _work(store, kinds, job, reporter)
    except JobStopped:
        _end(store, stop_job, job.uid)
    except RegisterError as refusal:
        _end(store, fail_job, job.uid, str(refusal))
    except Exception:
        _log.exception("job %s", job.kind)
        _end(store, fail_job, job.uid, "it failed unexpectedly; nothing has changed")
    else:
        _end(store, finish_job, job.uid, result)
    finally:
        alive.set()
        beater.join()


def _work(store: Store, kinds: JobKinds, job: ClaimedJob, reporter: JobReporter) -> dict[str, Any]:
    if job.kind not in kinds:
        raise RegisterError(f"this worker does not know the job {job.kind!r}")
    with store.read() as session:
        principal = account_principal(session, job.account_id, "worker")
    if principal is None:
        raise RegisterError("the account that asked for it may no longer do so")
    return kinds[job.kind](store, principal, job.arguments, reporter.progress, reporter.cancelled)


def _end(store: Store, command: Callable[..., None], *arguments: Any) -> None:
    with store.write() as session:
        command(session, *arguments)


def _beat_until(reporter: JobReporter, done: threading.Event) -> None:
    while not done.wait(BEAT_S):
        reporter.beat()


def run_next(store: Store, kinds: JobKinds) -> bool:
    """Do the next job that waits; return whether there was one."""
    with store.write() as session:
        job = claim_next(session, utc_now())
    if job is not None:
        run_job(store, kinds, job)
    return job is not None


def work_until_orphaned(url: str, kinds: JobKinds, parent: int) -> None:
    """The worker process: do jobs until the server that started it is gone."""
    store = open_store(url)
    tidied = 0.0
    while os.getppid() == parent:
        try:
            if time.monotonic() - tidied > TIDY_S:
                tidied = time.monotonic()
                _end(store, lambda session: delete_old_jobs(session, utc_now()))
            if run_next(store, kinds):
                continue
        except Exception:
            _log.exception("worker")
        time.sleep(LOOK_S)
    store.dispose()


def start_worker(url: str, kinds: JobKinds) -> multiprocessing.process.BaseProcess:
    """Start the worker process; spawned, so that it shares no socket and no connection."""
    context = multiprocessing.get_context("spawn")
    worker = context.Process(
        target=work_until_orphaned,
        args=(url, kinds, os.getpid()),
        name="shiyou-worker",
        daemon=True,
    )
    worker.start()
    return worker
