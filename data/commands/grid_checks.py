"""What a plan that cuts a place into grids is examined for, before anything of it is kept."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.errors import Conflict, InvalidInput
from data.models import Committee, GridPlan, GridPlanUnit
from data.queries.grid_entrances import entrances_of
from data.queries.grid_sizes import Load, entrance_loads
from data.rules.grids import PlanState
from geo.feasibility import Band, BandError

LONGEST_TEXT: Final = 400
LARGEST: Final = 1_000_000  # households: more than any street has


def valid_band(lower: int, upper: int) -> Band:
    """Return the band; InvalidInput for one that is none."""
    try:
        band = Band(lower, upper)
    except BandError as refusal:
        raise InvalidInput(str(refusal), field="lower") from refusal
    if upper > LARGEST:
        raise InvalidInput(f"a grid of {upper} households is no grid", field="upper")
    return band


def refuse_past(effective_on: date, today: date) -> None:
    """Refuse a day that has begun: grids change when a day begins, and history stays as it was."""
    if effective_on <= today:
        raise InvalidInput(
            f"{effective_on} has begun already (today is {today}): choose a later day",
            field="effective_on",
        )


def refuse_incomplete(assignment: Mapping[int, int], entrances: Collection[int]) -> None:
    """Refuse a cut that leaves out entrances of the place, or names others."""
    if not entrances:
        raise InvalidInput("there is no entrance to cut", field="code")
    missing, foreign = set(entrances) - assignment.keys(), assignment.keys() - set(entrances)
    if missing or foreign:
        raise InvalidInput(
            f"every entrance of the place has one part: {len(missing)} have none,"
            f" {len(foreign)} are not of it",
            field="assignment",
        )
    empty = set(range(max(assignment.values()) + 1)) - set(assignment.values())
    if empty or min(assignment.values()) < 0:
        raise InvalidInput(
            "parts are numbered from 0 and each has an entrance: one holds no entrance",
            field="assignment",
        )


def refuse_unexplained(
    session: Session,
    committee_id: int,
    band: Band,
    assignment: Mapping[int, int],
    reason: str,
    broken: str | None = None,
) -> dict[int, int]:
    """Return the households of each part; refuse parts out of the band or in pieces without a reason."""
    loads = entrance_loads(session, Committee.id == committee_id)
    households: Counter[int] = Counter(dict.fromkeys(assignment.values(), 0))
    for entrance_id, part in assignment.items():
        households[part] += loads.get(entrance_id, Load()).households
    outside = sum(1 for size in households.values() if band.excess(size))
    if (outside or broken) and not reason.strip():
        faults = [f"{outside} parts lie out of {band.lower}-{band.upper}"] if outside else []
        faults += [broken] if broken else []
        raise InvalidInput(f"{'; '.join(faults)}: say why", field="reason")
    return dict(households)


def refuse_outdated(session: Session, plan: GridPlan) -> None:
    """Refuse a plan made for a place that has changed since."""
    changed = what_has_changed(session, plan)
    if changed:
        raise Conflict(
            f"{changed}: save the plan of {plan.name} anew", theirs=changed, field="assignment"
        )


def what_has_changed(session: Session, plan: GridPlan) -> str | None:
    """Return why a plan does not fit its place any more; None when all is as it was when it was saved."""
    now = {each.id: each.grid_id for each in entrances_of(session, plan.level, plan.code)}
    then = {unit.entrance_id: unit.from_grid_id for unit in units_of(session, plan)}
    strange = len(now.keys() ^ then.keys())
    if strange:
        return f"{strange} entrances have come or gone since"
    moved = sum(1 for id_, grid_id in then.items() if now[id_] != grid_id)
    return f"{moved} entrances have been given to other grids since" if moved else None


def units_of(session: Session, plan: GridPlan) -> list[GridPlanUnit]:
    """Return the entrances of a plan with their parts."""
    statement = select(GridPlanUnit).where(GridPlanUnit.plan_id == plan.id)
    return list(session.scalars(statement.order_by(GridPlanUnit.id)))


def refuse_overlap(session: Session, plan: GridPlan) -> None:
    """Refuse a plan that touches entrances of another one approved already."""
    own = select(GridPlanUnit.entrance_id).where(GridPlanUnit.plan_id == plan.id)
    other = session.execute(
        select(GridPlan.name, GridPlan.effective_on, GridPlan.uid)
        .join(GridPlanUnit, GridPlanUnit.plan_id == GridPlan.id)
        .where(
            GridPlan.state == PlanState.APPROVED,
            GridPlan.id != plan.id,
            GridPlanUnit.entrance_id.in_(own),
        )
        .limit(1)
    ).first()
    if other is not None:
        raise Conflict(
            f"a plan of {other.name} for {other.effective_on} is approved already and touches the same"
            " entrances: withdraw it first",
            theirs=other.uid,
            ours=plan.uid,
            field="assignment",
        )
