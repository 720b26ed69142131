"""The verification history (核查历史) of a grid: its rounds, and what they found."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from data.errors import NotFound
from data.models import (
    Account,
    Grid,
    VerificationMonth,
    VerificationRecord,
    VerificationRound,
)
from data.principal import Principal
from data.rules.rates import Checked
from data.rules.work import MonthState, RoundKind, Window


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round of a grid; `of_building` counts its doors in the building that is open."""

    held_on: date
    month: str
    kind: RoundKind
    window: Window
    verifier: str
    doors: int
    checked: Checked
    of_building: int
    locked: bool


@dataclass(frozen=True, slots=True)
class GridHistory:
    """A grid with all its rounds, the newest first."""

    code: str
    name: str
    rounds: tuple[RoundRow, ...]


def grid_history(
    session: Session, principal: Principal, grid_code: str, building_id: int
) -> GridHistory:
    """Return the rounds of a grid in scope; NotFound outside it as when there is none."""
    grid = session.execute(
        select(Grid.id, Grid.code, Grid.name, Grid.committee_id)
        .where(Grid.code == grid_code, Grid.committee_id.in_(principal.committees))
        # One in force, else the last one: codes never return, and its rounds stay its own.
        .order_by(Grid.valid_to.is_not(None), Grid.valid_to.desc())
        .limit(1)
    ).first()
    if grid is None:
        raise NotFound("no such grid within your area")
    locked = set(
        session.scalars(
            select(VerificationMonth.month).where(
                VerificationMonth.committee_id == grid.committee_id,
                VerificationMonth.state == MonthState.LOCKED,
            )
        )
    )
    rounds = _rounds(session, grid.id, building_id, locked)
    return GridHistory(grid.code, grid.name, rounds)


def round_count(session: Session, principal: Principal, grid_code: str) -> int:
    """Return how many rounds a grid has had."""
    statement = (
        select(func.count())
        .select_from(VerificationRound)
        .join(Grid, Grid.id == VerificationRound.grid_id)
        .where(Grid.code == grid_code, Grid.committee_id.in_(principal.committees))
    )
    return int(session.execute(statement).scalar_one())


def _rounds(
    session: Session, grid_id: int, building_id: int, locked: set[str]
) -> tuple[RoundRow, ...]:
    here = case((VerificationRecord.building_id == building_id, 1), else_=0)
    statement = (
        select(
            VerificationRound,
            Account.display_name,
            func.count(VerificationRecord.id).label("doors"),
            func.coalesce(func.sum(VerificationRecord.unregistered), 0).label("unregistered"),
            func.coalesce(func.sum(VerificationRecord.unremoved), 0).label("unremoved"),
            func.coalesce(func.sum(VerificationRecord.correct), 0).label("correct"),
            func.coalesce(func.sum(here), 0).label("here"),
        )
        .outerjoin(VerificationRecord, VerificationRecord.round_id == VerificationRound.id)
        .outerjoin(Account, Account.id == VerificationRound.verifier_id)
        .where(VerificationRound.grid_id == grid_id)
        .group_by(VerificationRound.id, Account.display_name)
        .order_by(VerificationRound.held_on.desc(), VerificationRound.id.desc())
    )
    return tuple(
        RoundRow(
            held_on=row.VerificationRound.held_on,
            month=row.VerificationRound.month,
            kind=row.VerificationRound.kind,
            window=row.VerificationRound.window,
            verifier=row.display_name or "",
            doors=row.doors,
            checked=Checked(row.unregistered, row.unremoved, row.correct),
            of_building=row.here,
            locked=row.VerificationRound.month in locked,
        )
        for row in session.execute(statement)
    )
