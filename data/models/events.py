"""The log of everything that happened, append-only, and the jobs of long work."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, BigKey, Key
from data.types import Moment


class Event(Base):
    """One change: who, when, from where, about what, before and after.

    `happened_on` is the day it counts for, `recorded_at` the moment it was written. Triggers on both
    engines refuse UPDATE and DELETE. Personal fields appear sealed, never open.
    """

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_subject", "subject_type", "subject_id"),)

    id: Mapped[Key]
    kind: Mapped[str] = mapped_column(String(40), index=True)
    subject_type: Mapped[str] = mapped_column(String(24))
    subject_id: Mapped[int] = mapped_column(BigKey)
    committee_id: Mapped[int | None] = mapped_column(ForeignKey("committee.id"), index=True)
    building_id: Mapped[int | None] = mapped_column(BigKey, index=True)
    account_id: Mapped[int | None] = mapped_column(BigKey)
    source: Mapped[str] = mapped_column(String(24))
    happened_on: Mapped[date] = mapped_column(index=True)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)


class Job(Base):
    """Long work bound to the account that asked for it; a worker process does it.

    `idempotency_key` makes the same request one job; `heartbeat_at` tells a dead worker.
    """

    __tablename__ = "job"

    id: Mapped[Key]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[int] = mapped_column(BigKey, index=True)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    idempotency_key: Mapped[str] = mapped_column(String(120), unique=True)
    state: Mapped[str] = mapped_column(String(12), index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    cancel_asked: Mapped[bool] = mapped_column(default=False)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    failure: Mapped[str | None] = mapped_column(String(400))
    created_at: Mapped[datetime] = mapped_column(Moment)
    heartbeat_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
