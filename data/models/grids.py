"""Plans that cut places into grids anew: kept for ever, whatever became of them."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Code, Key, Name
from data.rules.areas import AreaLevel
from data.rules.grids import PlanState
from data.types import Vocabulary


class GridPlan(Base):
    """A plan that cuts a compound, a grid or a committee into grids from a day on.

    `reason` says why a grid may lie out of the band or in pieces; `note` what was said when it was
    decided on. `version` counts every change, so that two editors cannot overwrite each other.
    """

    __tablename__ = "grid_plan"

    id: Mapped[Key]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    level: Mapped[AreaLevel] = mapped_column(Vocabulary(AreaLevel))
    code: Mapped[Code] = mapped_column(index=True)
    name: Mapped[Name]
    preset: Mapped[str] = mapped_column(String(20))
    lower: Mapped[int]
    upper: Mapped[int]
    reason: Mapped[str] = mapped_column(String(400), default="")
    effective_on: Mapped[date]
    state: Mapped[PlanState] = mapped_column(Vocabulary(PlanState), index=True)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_on: Mapped[date | None]
    note: Mapped[str] = mapped_column(String(400), default="")
    version: Mapped[int] = mapped_column(default=1)


class GridPlanPart(Base):
    """One part of a plan; its grid is known once the plan is in force."""

    __tablename__ = "grid_plan_part"
    __table_args__ = (Index("uq_grid_plan_part_plan_id_part", "plan_id", "part", unique=True),)

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("grid_plan.id"))
    part: Mapped[int]
    grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))


class GridPlanUnit(Base):
    """The part that an entrance goes to, and the grid it was in when the plan was made."""

    __tablename__ = "grid_plan_unit"
    __table_args__ = (
        Index("uq_grid_plan_unit_plan_id_entrance_id", "plan_id", "entrance_id", unique=True),
    )

    id: Mapped[Key]
    plan_id: Mapped[int] = mapped_column(ForeignKey("grid_plan.id"))
    entrance_id: Mapped[int] = mapped_column(ForeignKey("entrance.id"), index=True)
    part: Mapped[int]
    from_grid_id: Mapped[int | None] = mapped_column(ForeignKey("grid.id"))
