"""Long work as rows: asked for by an account, done by a worker process, watched through the row."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.clock import utc_now
from data.errors import NotFound
from data.models import Job
from data.principal import Principal

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
# A worker beats twice a second; silent for this long it is dead and its job is taken up once more.
SILENT_FOR: Final = timedelta(seconds=10)
ATTEMPTS: Final = 2
KEPT_FOR: Final = timedelta(days=1)
DIED: Final = "its worker died twice; ask again or ask the administrator"


@dataclass(frozen=True, slots=True)
class JobRow:
    """A job as its owner sees it."""

    uid: str
    kind: str
    state: str
    done: int
    total: int
    result: dict[str, Any] | None
    failure: str | None


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job as its worker sees it; `attempt` is 2 when a worker has died over it."""

    uid: str
    kind: str
    account_id: int
    arguments: dict[str, Any]
    attempt: int


def start_job(
    session: Session, principal: Principal, kind: str, arguments: dict[str, Any], key: str
) -> str:
    """Ask for a job and return its uid; the same key of the same account asks for the same one."""
    bound = hashlib.sha256(f"{principal.account_id}:{kind}:{key}".encode()).hexdigest()
    by_key = select(Job.uid).where(Job.idempotency_key == bound)
    known = session.execute(by_key).scalar_one_or_none()
    if known is not None:
        return known
    job = Job(
        uid=secrets.token_hex(16),
        kind=kind,
        account_id=principal.account_id,
        arguments=arguments,
        idempotency_key=bound,
        state=WAITING,
        created_at=utc_now(),
    )
    try:
        with session.begin_nested():
            session.add(job)
    except IntegrityError:  # the same request, a moment earlier
        return session.execute(by_key).scalar_one()
    return job.uid


def job_of(session: Session, principal: Principal, uid: str) -> JobRow:
    """Return one's own job; NotFound for anybody else's."""
    job = _own(session, principal, uid)
    return JobRow(job.uid, job.kind, job.state, job.done, job.total, job.result, job.failure)


def ask_to_cancel(session: Session, principal: Principal, uid: str) -> JobRow:
    """Ask one's own job to stop; one that has not begun stops at once, an ended one stays as it is."""
    job = _own(session, principal, uid)
    if job.state in (WAITING, RUNNING):
        job.cancel_asked = True
    if job.state == WAITING:
        _end(job, CANCELLED)
    session.flush()
    return job_of(session, principal, uid)


def work_waits(session: Session, now: datetime) -> bool:
    """Tell whether there is a job to claim; a read, so that a worker at rest locks nothing."""
    return session.execute(select(Job.id).where(_claimable(now)).limit(1)).first() is not None


def somebody_works(session: Session, now: datetime) -> bool:
    """Tell whether a living worker is at some job; else one that waits is waiting for a server."""
    alive = select(Job.id).where(Job.state == RUNNING, Job.heartbeat_at >= now - SILENT_FOR)
    return session.execute(alive.limit(1)).first() is not None


def claim_next(session: Session, now: datetime) -> ClaimedJob | None:
    """Take the oldest job that waits or whose worker has died; None when there is nothing to do.

    A job whose worker died twice is failed with a clear word instead of being tried for ever.
    """
    statement = (
        select(Job)
        .where(_claimable(now))
        .order_by(Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    job = session.scalars(statement).one_or_none()
    if job is None:
        return None
    if job.attempts >= ATTEMPTS:
        _end(job, FAILED, failure=DIED)
        return None
    job.state, job.attempts, job.heartbeat_at = RUNNING, job.attempts + 1, now
    return ClaimedJob(job.uid, job.kind, job.account_id, dict(job.arguments), job.attempts)


def _claimable(now: datetime) -> ColumnElement[bool]:
    return or_(
        Job.state == WAITING, and_(Job.state == RUNNING, Job.heartbeat_at < now - SILENT_FOR)
    )


def report_progress(session: Session, uid: str, done: int, total: int) -> bool:
    """Note progress and being alive; return whether the job was asked to stop."""
    job = _any(session, uid)
    job.done, job.total, job.heartbeat_at = done, total, utc_now()
    return job.cancel_asked


def finish_job(session: Session, uid: str, result: dict[str, Any]) -> None:
    """End a job with its result."""
    _end(_any(session, uid), DONE, result=result)


def fail_job(session: Session, uid: str, failure: str) -> None:
    """End a job with one line that says why."""
    _end(_any(session, uid), FAILED, failure=failure[:400])


def stop_job(session: Session, uid: str) -> None:
    """End a job that was cancelled; it has left nothing behind."""
    _end(_any(session, uid), CANCELLED)


def delete_old_jobs(session: Session, now: datetime) -> int:
    """Remove jobs that ended more than a day ago; return how many."""
    old = session.scalars(select(Job.id).where(Job.finished_at < now - KEPT_FOR)).all()
    session.execute(delete(Job).where(Job.id.in_(old)))
    return len(old)


def _own(session: Session, principal: Principal, uid: str) -> Job:
    job = session.scalars(
        select(Job).where(Job.uid == uid, Job.account_id == principal.account_id)
    ).one_or_none()
    if job is None:
        raise NotFound("no such job of yours")
    return job


def _any(session: Session, uid: str) -> Job:
    return session.scalars(select(Job).where(Job.uid == uid)).one()


def _end(
    job: Job, state: str, *, result: dict[str, Any] | None = None, failure: str | None = None
) -> None:
    job.state, job.result, job.failure, job.finished_at = state, result, failure, utc_now()
