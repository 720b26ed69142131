"""The work: tasks, visits, and the verification (核查) of each grid."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, BigKey, Key
from data.rules.work import MonthState, RoundKind, TaskState, TaskType, VisitOutcome, Window
from data.types import Moment, Vocabulary


class Task(Base):
    """Something to be done at a dwelling or building, by somebody, by a day.

    `idempotency_key` is (type, subject, cycle): the same cause asked twice makes one task.
    Overdue is derived from `due_on`, the last day on which it is on time.
    """

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_building_id_state", "building_id", "state"),)

    id: Mapped[Key]
    type: Mapped[TaskType] = mapped_column(Vocabulary(TaskType))
    state: Mapped[TaskState] = mapped_column(Vocabulary(TaskState), index=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    dwelling_id: Mapped[int | None] = mapped_column(ForeignKey("dwelling.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    key_area: Mapped[bool] = mapped_column(default=False)
    created_on: Mapped[date]
    due_on: Mapped[date] = mapped_column(index=True)
    closed_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(40), default="")
    idempotency_key: Mapped[str] = mapped_column(String(120), unique=True)
    version: Mapped[int] = mapped_column(default=1)


class Visit(Base):
    """One knock at one door and what it came to."""

    __tablename__ = "visit"
    __table_args__ = (Index("ix_visit_dwelling_id_visited_at", "dwelling_id", "visited_at"),)

    id: Mapped[Key]
    dwelling_id: Mapped[int] = mapped_column(ForeignKey("dwelling.id"))
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    visited_at: Mapped[datetime] = mapped_column(Moment)
    happened_on: Mapped[date]
    window: Mapped[Window] = mapped_column(Vocabulary(Window))
    outcome: Mapped[VisitOutcome] = mapped_column(Vocabulary(VisitOutcome))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))


class VerificationRound(Base):
    """One round of checking a grid against reality: who, when, how; its figures are in its records."""

    __tablename__ = "verification_round"

    id: Mapped[Key]
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    kind: Mapped[RoundKind] = mapped_column(Vocabulary(RoundKind))
    month: Mapped[str] = mapped_column(String(7), index=True)
    held_on: Mapped[date]
    window: Mapped[Window] = mapped_column(Vocabulary(Window))
    verifier_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    sample_seed: Mapped[int | None] = mapped_column(BigKey)


class VerificationRecord(Base):
    """What a round found behind one door: U, D and C persons, with N = U + D + C."""

    __tablename__ = "verification_record"

    id: Mapped[Key]
    round_id: Mapped[int] = mapped_column(ForeignKey("verification_round.id"), index=True)
    dwelling_id: Mapped[int] = mapped_column(ForeignKey("dwelling.id"), index=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    unregistered: Mapped[int] = mapped_column(default=0)
    unremoved: Mapped[int] = mapped_column(default=0)
    correct: Mapped[int] = mapped_column(default=0)


class VerificationMonth(Base):
    """A committee's month: open, submitted, signed, locked; a locked month never changes."""

    __tablename__ = "verification_month"
    __table_args__ = (Index("uq_verification_month", "committee_id", "month", unique=True),)

    id: Mapped[Key]
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    month: Mapped[str] = mapped_column(String(7))
    state: Mapped[MonthState] = mapped_column(Vocabulary(MonthState), default=MonthState.OPEN)
    version: Mapped[int] = mapped_column(default=1)
