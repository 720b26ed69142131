"""Areas and their sums: the tree on the left, the two headline rates, the breadcrumb."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from data.clock import watermark
from data.models import (
    Building,
    BuildingCoverage,
    Committee,
    Compound,
    District,
    Dwelling,
    Grid,
    GridMembership,
    Household,
    Subdistrict,
    Task,
    VerificationMonth,
    VerificationRecord,
    VerificationRound,
)
from data.principal import Principal
from data.rules.areas import AreaLevel
from data.rules.coverage import CoverageStatus, DwellingStatus, Tally, coverage_status
from data.rules.rates import Checked, Rate, coverage_rate
from data.rules.register import HouseholdState
from data.rules.work import OPEN_TASK_STATES, MonthState, RoundKind


@dataclass(frozen=True, slots=True)
class AreaNode:
    """One line of the tree: an area with the sums of what of it is in scope."""

    level: AreaLevel
    code: str
    name: str
    parent: str | None
    number: int
    tally: Tally
    overdue: int
    households: int

    @property
    def coverage(self) -> Rate:
        """覆盖率 with its n."""
        return coverage_rate(self.tally)

    @property
    def status(self) -> CoverageStatus:
        """The class of its sums."""
        return coverage_status(self.tally)


@dataclass(frozen=True, slots=True)
class Accuracy:
    """正确率 of an area in a month: the persons checked, and whether the month is still open."""

    month: str
    checked: Checked
    provisional: bool


@dataclass(frozen=True, slots=True)
class Crumb:
    """One step of the breadcrumb, with the count that goes beside it."""

    level: AreaLevel
    code: str
    name: str
    number: int = 0
    count: int = 0


def area_tree(session: Session, principal: Principal) -> list[AreaNode]:
    """Return subdistrict, districts and committees in scope, parents before children."""
    statement = (
        select(
            Committee.code,
            Committee.name,
            Committee.form_order,
            District.code.label("district"),
            District.name.label("district_name"),
            District.number,
            Subdistrict.code.label("subdistrict"),
            Subdistrict.name.label("subdistrict_name"),
            *_sums(),
        )
        .select_from(Committee)
        .join(District, District.id == Committee.district_id)
        .join(Subdistrict, Subdistrict.id == Committee.subdistrict_id)
        .outerjoin(BuildingCoverage, BuildingCoverage.committee_id == Committee.id)
        .where(Committee.id.in_(principal.committees), Committee.valid_to.is_(None))
        .group_by(Committee.id, District.id, Subdistrict.id)
        .order_by(Subdistrict.code, District.number, Committee.form_order)
    )
    return _nested(session.execute(statement).all())


def _nested(rows: Sequence[Any]) -> list[AreaNode]:
    nodes: list[AreaNode] = []
    subdistricts: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        subdistricts[row.subdistrict].append(row)
    for code, own in subdistricts.items():
        nodes.append(_node(AreaLevel.SUBDISTRICT, code, own[0].subdistrict_name, None, 0, own))
        districts: dict[str, list[Any]] = defaultdict(list)
        for row in own:
            districts[row.district].append(row)
        for district, inside in districts.items():
            first = inside[0]
            place = (district, first.district_name, code, first.number)
            nodes.append(_node(AreaLevel.DISTRICT, *place, inside))
            nodes += [
                _node(AreaLevel.COMMITTEE, row.code, row.name, district, row.form_order, [row])
                for row in inside
            ]
    return nodes


def _node(
    level: AreaLevel, code: str, name: str, parent: str | None, number: int, rows: Sequence[Any]
) -> AreaNode:
    tally = sum((_tally(row) for row in rows), Tally())
    overdue = sum(row.overdue or 0 for row in rows)
    households = sum(row.households or 0 for row in rows)
    return AreaNode(level, code, name, parent, number, tally, overdue, households)


def _tally(row: Any) -> Tally:
    return Tally(
        row.n or 0, row.resolved or 0, row.verified or 0, row.attempted or 0, row.listed or 0
    )


def _sums() -> list[ColumnElement[Any]]:
    names = ("n", "resolved", "verified", "attempted", "listed", "overdue", "households")
    return [func.sum(getattr(BuildingCoverage, name)).label(name) for name in names]


def grids_of(session: Session, principal: Principal, committee_code: str) -> list[AreaNode]:
    """Return a committee's grids with their own sums; a building may be shared between two."""
    rows = {row.id: row for row in session.execute(_grid_dwellings(principal, committee_code))}
    overdue = _by_grid(session, _grid_overdue(principal, committee_code, session))
    households = _by_grid(session, _grid_households(principal, committee_code))
    return [
        AreaNode(
            AreaLevel.GRID,
            row.code,
            row.name,
            committee_code,
            0,
            _tally(row),
            overdue.get(row.id, 0),
            households.get(row.id, 0),
        )
        for row in rows.values()
    ]


def _grid_dwellings(principal: Principal, committee_code: str) -> Select[*tuple[Any, ...]]:
    in_scope = Dwelling.status != DwellingStatus.EXCLUDED
    verified = Dwelling.status.in_([DwellingStatus.VERIFIED, DwellingStatus.VACANT])
    return (
        select(
            Grid.id,
            Grid.code,
            Grid.name,
            func.count(Dwelling.id).label("listed"),
            func.count(Dwelling.id).filter(in_scope).label("n"),
            func.count(Dwelling.id).filter(in_scope, Dwelling.resolved).label("resolved"),
            func.count(Dwelling.id).filter(in_scope, Dwelling.resolved, verified).label("verified"),
            func.count(Dwelling.id).filter(in_scope, Dwelling.attempted).label("attempted"),
        )
        .join(Committee, Committee.id == Grid.committee_id)
        .outerjoin(
            GridMembership, (GridMembership.grid_id == Grid.id) & GridMembership.valid_to.is_(None)
        )
        .outerjoin(
            Dwelling,
            (Dwelling.entrance_id == GridMembership.entrance_id) & Dwelling.valid_to.is_(None),
        )
        .where(
            Committee.code == committee_code,
            Committee.valid_to.is_(None),
            Committee.id.in_(principal.committees),
            Grid.valid_to.is_(None),
        )
        .group_by(Grid.id)
        .order_by(Grid.code)
    )


def _in_grid(principal: Principal, committee_code: str, of: Any) -> Select[*tuple[Any, ...]]:
    """Count rows of a table with a dwelling, by the grid of its entrance."""
    return (
        select(GridMembership.grid_id, func.count().label("found"))
        .join(Dwelling, Dwelling.entrance_id == GridMembership.entrance_id)
        .join(of, of.dwelling_id == Dwelling.id)
        .join(Committee, Committee.id == GridMembership.committee_id)
        .where(
            Committee.code == committee_code,
            Committee.id.in_(principal.committees),
            GridMembership.valid_to.is_(None),
        )
        .group_by(GridMembership.grid_id)
    )


def _grid_overdue(
    principal: Principal, committee_code: str, session: Session
) -> Select[*tuple[Any, ...]]:
    return _in_grid(principal, committee_code, Task).where(
        Task.state.in_(OPEN_TASK_STATES), Task.due_on < watermark(session)
    )


def _grid_households(principal: Principal, committee_code: str) -> Select[*tuple[Any, ...]]:
    return _in_grid(principal, committee_code, Household).where(
        Household.state == HouseholdState.ACTIVE, Household.valid_to.is_(None)
    )


def _by_grid(session: Session, statement: Select[*tuple[Any, ...]]) -> dict[int, int]:
    return {row.grid_id: row.found for row in session.execute(statement)}


def area_node(session: Session, principal: Principal, code: str) -> AreaNode | None:
    """Return any one area in scope by its code: grid, compound, committee, district, subdistrict."""
    for node in area_tree(session, principal):
        if node.code == code:
            return node
    return _compound_node(session, principal, code) or _grid_node(session, principal, code)


def _compound_node(session: Session, principal: Principal, code: str) -> AreaNode | None:
    statement = (
        select(Compound.code, Compound.name, Committee.code.label("parent"), *_sums())
        .join(Committee, Committee.id == Compound.committee_id)
        .outerjoin(BuildingCoverage, BuildingCoverage.compound_id == Compound.id)
        .where(
            Compound.code == code,
            Compound.valid_to.is_(None),
            Compound.committee_id.in_(principal.committees),
        )
        .group_by(Compound.id, Committee.id)
    )
    row = session.execute(statement).first()
    if row is None:
        return None
    return _node(AreaLevel.COMPOUND, row.code, row.name, row.parent, 0, [row])


def _grid_node(session: Session, principal: Principal, code: str) -> AreaNode | None:
    committee = session.execute(
        select(Committee.code)
        .join(Grid, Grid.committee_id == Committee.id)
        .where(Grid.code == code, Grid.valid_to.is_(None), Committee.id.in_(principal.committees))
    ).scalar_one_or_none()
    if committee is None:
        return None
    found = [node for node in grids_of(session, principal, committee) if node.code == code]
    return replace(found[0], parent=committee) if found else None


def accuracy_of(session: Session, principal: Principal, node: AreaNode) -> Accuracy:
    """Return the accuracy of the month's local rounds in an area (the form counts no other kind)."""
    month = f"{watermark(session):%Y-%m}"
    statement = (
        select(
            func.sum(VerificationRecord.unregistered),
            func.sum(VerificationRecord.unremoved),
            func.sum(VerificationRecord.correct),
        )
        .join(VerificationRound, VerificationRound.id == VerificationRecord.round_id)
        .where(
            VerificationRound.kind == RoundKind.MONTHLY_LOCAL,
            VerificationRound.month == month,
            VerificationRecord.committee_id.in_(principal.committees),
        )
    )
    row = session.execute(_within(statement, node)).one()
    checked = Checked(*(value or 0 for value in row))
    return Accuracy(month, checked, _is_provisional(session, principal, node, month))


def _within(statement: Any, node: AreaNode) -> Any:
    """Narrow a statement over verification records to an area."""
    if node.level is AreaLevel.GRID:
        return statement.join(Grid, Grid.id == VerificationRound.grid_id).where(
            Grid.code == node.code
        )
    if node.level is AreaLevel.COMPOUND:
        return (
            statement.join(Building, Building.id == VerificationRecord.building_id)
            .join(Compound, Compound.id == Building.compound_id)
            .where(Compound.code == node.code)
        )
    joined = statement.join(Committee, Committee.id == VerificationRecord.committee_id)
    if node.level is AreaLevel.COMMITTEE:
        return joined.where(Committee.code == node.code)
    if node.level is AreaLevel.DISTRICT:
        return joined.join(District, District.id == Committee.district_id).where(
            District.code == node.code
        )
    return joined.join(Subdistrict, Subdistrict.id == Committee.subdistrict_id).where(
        Subdistrict.code == node.code
    )


def _is_provisional(session: Session, principal: Principal, node: AreaNode, month: str) -> bool:
    """Tell whether any committee of the area that is in scope has not locked the month."""
    locked = select(VerificationMonth.committee_id).where(
        VerificationMonth.month == month, VerificationMonth.state == MonthState.LOCKED
    )
    # A grid or a compound lies in one committee: its parent.
    code = node.parent if node.level in (AreaLevel.GRID, AreaLevel.COMPOUND) else node.code
    open_committees = (
        select(Committee.id)
        .join(District, District.id == Committee.district_id)
        .join(Subdistrict, Subdistrict.id == Committee.subdistrict_id)
        .where(
            or_(Committee.code == code, District.code == code, Subdistrict.code == code),
            Committee.id.in_(principal.committees),
            Committee.valid_to.is_(None),
            Committee.id.not_in(locked),
        )
    )
    return session.execute(open_committees.limit(1)).first() is not None


def crumbs_of(session: Session, principal: Principal, node: AreaNode) -> list[Crumb]:
    """Return the steps from the subdistrict down to an area."""
    by_code = {each.code: each for each in area_tree(session, principal)}
    steps: list[AreaNode] = []
    at: AreaNode | None = node
    while at is not None:
        steps.append(at)
        at = by_code.get(at.parent) if at.parent else None
    children: dict[str | None, int] = defaultdict(int)
    for each in by_code.values():
        children[each.parent] += 1
    return [
        Crumb(step.level, step.code, step.name, step.number, _crumb_count(step, children, by_code))
        for step in reversed(steps)
    ]


def _crumb_count(
    step: AreaNode, children: dict[str | None, int], by_code: dict[str, AreaNode]
) -> int:
    if step.level is AreaLevel.SUBDISTRICT:
        districts = (each for each in by_code.values() if each.parent == step.code)
        return sum(children[each.code] for each in districts)
    if step.level is AreaLevel.DISTRICT:
        return children[step.code]
    return step.households
