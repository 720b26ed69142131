"""Ask for proposals: one cut of a place for each preset, with its figures; judge a person's own cut."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dashapp.rebalancing.plot import Plot, lay_out
from data.errors import InvalidInput
from data.queries.grids import GridGround
from geo.balance import Plan, rebalance
from geo.balance_check import Figures, examine, moved_units
from geo.balance_problem import NO_PART, PRESETS, BalanceError, BalanceProblem, Preset
from geo.balance_search import Limits
from geo.balance_search import Progress as Told
from geo.feasibility import Band, Feasibility, assess

Progress = Callable[[int, int], None]
Cancelled = Callable[[], bool]

WHOLE: Final = 100
"""Progress is told in hundredths."""

LEAST_S: Final = 0.05

FIRST_S: Final = 0.6
"""Seconds for the proposals a person waits for: with reading and drawing they come within one."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One cut: the part of each unit, its figures, and what is proven about it.

    gap: how far the preset's objective may lie above the best there is, as a share of it; None
    when nothing is proven or a rule is broken. proven: there is no better one. impossible: no
    cut keeps all the rules.
    """

    preset: Preset
    assignment: tuple[int, ...]
    figures: Figures
    objective: float
    tasks_moved: int
    gap: float | None
    proven: bool
    impossible: bool


@dataclass(frozen=True, slots=True)
class Cuts:
    """A place laid out, the question asked about it, and a proposal for each preset in turn."""

    plot: Plot
    problem: BalanceProblem
    feasibility: Feasibility
    proposals: tuple[Proposal, ...]


def ask(  # noqa: PLR0913 - what a proposal depends on, by name
    ground: GridGround,
    band: Band,
    *,
    parts: int | None = None,
    locked: Mapping[int, int] | None = None,
    presets: Sequence[Preset] = tuple(Preset),
    seconds: float = FIRST_S,
    seed: int = 1,
    progress: Progress = lambda done, total: None,
    cancelled: Cancelled = lambda: False,
) -> Cuts:
    """Return proposals for a place, found within about `seconds` in all.

    `parts` is chosen from the feasible counts when not given; `locked` maps entrance ids to the
    part they must be in; the presets share the seconds. After a cancel the best so far comes
    back. Raises InvalidInput for what cannot be asked or laid out.
    """
    until = time.monotonic() + seconds
    plot = lay_out(ground)
    problem = pose(plot, band, parts, locked or {})
    found: list[Plan] = []
    for place, preset in enumerate(presets):
        left_s = (until - time.monotonic()) / (len(presets) - place)
        limits = Limits(max(LEAST_S, left_s), seed=seed)
        tell = _share(progress, place, len(presets))
        found.append(rebalance(problem, PRESETS[preset], limits, tell, cancelled))
    progress(WHOLE, WHOLE)
    plans = [_in_order(plot, problem, each.assignment) for each in found]
    proposals = (
        _proposal(problem, preset, plans, each) for preset, each in zip(presets, found, strict=True)
    )
    return Cuts(plot, problem, assess(problem.total, band), tuple(proposals))


def pose(plot: Plot, band: Band, parts: int | None, locked: Mapping[int, int]) -> BalanceProblem:
    """Return the question in plain numbers; raises InvalidInput where it cannot be asked."""
    units = plot.ground.units
    index = {unit.entrance_id: place for place, unit in enumerate(units)}
    strange = sorted(locked.keys() - index.keys())
    if strange:
        raise InvalidInput(f"entrance {strange[0]} is not in {plot.ground.name}", field="locked")
    try:
        return BalanceProblem(
            households=tuple(unit.households for unit in units),
            links=plot.links,
            parts=suitable_count(plot.ground, band) if parts is None else parts,
            band=band,
            tasks=tuple(unit.open_tasks for unit in units),
            present=tuple(NO_PART if unit.grid is None else unit.grid for unit in units),
            locked={index[entrance]: part for entrance, part in locked.items()},
        )
    except BalanceError as refusal:
        raise InvalidInput(f"{plot.ground.name}: {refusal}", field="parts") from refusal


def suitable_count(ground: GridGround, band: Band) -> int:
    """Return the feasible count whose parts are nearest to the middle of the band, the fewer if tied.

    Where none is feasible, the count that needs the band widened least.
    """
    total = sum(unit.households for unit in ground.units)
    found = assess(total, band)
    middle = (band.lower + band.upper) / 2
    if found.counts:
        wanted = min(found.counts, key=lambda count: (abs(total / count - middle), count))
    else:
        wanted = found.wider[0].parts if found.wider else 1
    return min(wanted, len(ground.units))


def judge(plot: Plot, band: Band, assignment: Mapping[int, int], parts: int) -> Figures:
    """Return the figures of a cut made by hand, given as the part of each entrance id.

    Raises InvalidInput unless every entrance of the place, and no other, has a part.
    """
    units = plot.ground.units
    wanted = {unit.entrance_id for unit in units}
    odd = sorted(wanted ^ assignment.keys())
    if odd:
        raise InvalidInput(f"entrance {odd[0]} is missing or not of the place", field="assignment")
    problem = pose(plot, band, parts, {})
    try:
        return examine(problem, [assignment[unit.entrance_id] for unit in units])
    except BalanceError as refusal:
        raise InvalidInput(f"{plot.ground.name}: {refusal}", field="assignment") from refusal


def _share(progress: Progress, place: int, of: int) -> Callable[[Told], None]:
    """Return a teller of one search's progress as its share of the whole."""
    return lambda told: progress(int(WHOLE * (place + told.share) / of), WHOLE)


def _in_order(plot: Plot, problem: BalanceProblem, assignment: tuple[int, ...]) -> tuple[int, ...]:
    """Return the same cut with its new parts from west to east, so that letters stay in place.

    Parts that continue a present grid or hold a locked entrance keep their number.
    """
    fixed = {part for part, grid in enumerate(problem.continues) if grid is not None}
    fixed |= set(problem.locked.values())
    free = [part for part in range(problem.parts) if part not in fixed]
    ordered = sorted(free, key=lambda part: (_mean_x(plot, assignment, part), part))
    becomes = dict(zip(ordered, free, strict=True))
    return tuple(becomes.get(part, part) for part in assignment)


def _mean_x(plot: Plot, assignment: tuple[int, ...], part: int) -> float:
    own = [door.x for door, its in zip(plot.doors, assignment, strict=True) if its == part]
    return sum(own) / len(own) if own else float("inf")


def _proposal(
    problem: BalanceProblem, preset: Preset, plans: list[tuple[int, ...]], found: Plan
) -> Proposal:
    """Return the best of all plans by a preset's own measure: one search may help another."""
    weights = PRESETS[preset]
    rated = [(examine(problem, plan), plan) for plan in plans]
    figures, assignment = min(
        rated, key=lambda each: (_outside(each[0]), each[0].objective(weights))
    )
    objective = figures.objective(weights)
    gap = max(0.0, objective - found.bound) / objective if objective else 0.0
    told = figures.acceptable and (found.bound > 0 or objective == 0)
    return Proposal(
        preset=preset,
        assignment=assignment,
        figures=figures,
        objective=objective,
        tasks_moved=sum(problem.tasks[unit] for unit in moved_units(problem, assignment)),
        gap=gap if told else None,
        proven=told and gap <= 1e-9,
        impossible=found.impossible,
    )


def _outside(figures: Figures) -> int:
    """Return how much a plan breaks the rules, in households and pieces."""
    return sum(violation.by for violation in figures.violations)
