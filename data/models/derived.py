"""What is derived and kept because measured speed demands it; `shiyou check` proves all of it."""

from datetime import date, datetime

from sqlalchemy import BigInteger, FetchedValue, ForeignKey, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, BigKey, Key
from data.rules.coverage import CoverageStatus
from data.types import Moment, Vocabulary


class BuildingCoverage(Base):
    """Sums of one building on the watermark day, and what the map shows of it.

    Every higher level is a SUM over these rows. `fill` and `flags` are the two bytes the map draws
    (data.rules.map_bytes); `flags_until` is the first day on which they may change by themselves.
    """

    __tablename__ = "building_coverage"

    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), primary_key=True)
    ord: Mapped[int] = mapped_column(unique=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    compound_id: Mapped[int | None] = mapped_column(index=True)
    listed: Mapped[int] = mapped_column(default=0)
    n: Mapped[int] = mapped_column(default=0)
    resolved: Mapped[int] = mapped_column(default=0)
    verified: Mapped[int] = mapped_column(default=0)
    attempted: Mapped[int] = mapped_column(default=0)
    collected: Mapped[int] = mapped_column(default=0)
    conflicts: Mapped[int] = mapped_column(default=0)
    stale: Mapped[int] = mapped_column(default=0)
    households: Mapped[int] = mapped_column(default=0)
    persons: Mapped[int] = mapped_column(default=0)
    open_tasks: Mapped[int] = mapped_column(default=0)
    overdue: Mapped[int] = mapped_column(default=0)
    oldest_due_on: Mapped[date | None]
    status: Mapped[CoverageStatus] = mapped_column(Vocabulary(CoverageStatus))
    fill: Mapped[int] = mapped_column(SmallInteger)
    flags: Mapped[int] = mapped_column(SmallInteger)
    flags_until: Mapped[date | None] = mapped_column(index=True)


class StatusChange(Base):
    """One line of the live feed: this building now has these two bytes.

    On PostgreSQL a reader may not trust the order of `rev` alone (a later one can commit first), so
    `tx` keeps the writer's transaction number and readers stop at the oldest one still running.
    """

    __tablename__ = "status_change"
    __table_args__ = ({"sqlite_autoincrement": True},)

    rev: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    tx: Mapped[int | None] = mapped_column(BigKey, FetchedValue(), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"))
    ord: Mapped[int]
    fill: Mapped[int] = mapped_column(SmallInteger)
    flags: Mapped[int] = mapped_column(SmallInteger)
    changed_at: Mapped[datetime] = mapped_column(Moment)


class Clock(Base):
    """One row: the watermark day every derived status is true for, and the feed's epoch.

    `frozen` days belong to the demo and never move. `tiles_rev` counts changes of the footprints.
    """

    __tablename__ = "clock"

    id: Mapped[Key]
    today: Mapped[date]
    frozen: Mapped[bool] = mapped_column(default=False)
    demo: Mapped[bool] = mapped_column(default=False)
    epoch: Mapped[int] = mapped_column(default=1)
    tiles_rev: Mapped[int] = mapped_column(default=1)
    preset: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))
