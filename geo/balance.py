"""Cut oversized compounds into grids (网格) of 800 to 1,000 households: the way in.

`rebalance` answers a BalanceProblem within a time limit with the best plan found, what it amounts
to and what is proven about it. If no plan keeps all the rules it answers with the least bad one,
and the plan's figures name each violation. `figures_while_dragging` follows a person's own hand.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from geo.balance_check import Figures, examine, examine_move
from geo.balance_exact import Proof, prove
from geo.balance_findings import find_obstacles
from geo.balance_ground import Ground, Ints, bridges, find_pieces, lay_out
from geo.balance_problem import PRESETS, BalanceProblem, Preset, Weights
from geo.balance_search import Limits, Progress, Search, Watch
from geo.balance_starts import Starter, renumber
from geo.balance_tiny import is_tiny, settle

_PROVABLE = 200
"""Units times parts up to which a proof is tried first."""

_PROOF_SHARE = 0.3
"""Share of the time a proof may take before the search begins."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan: the part of each unit, its figures, and what is proven about it.

    bound: no plan can have a smaller objective (0 when nothing is proven). gap: how far the
    objective may lie above the best possible, as a share of it; None for a plan with violations.
    proven: the plan is the best there is. impossible: it is proven that no plan keeps all rules.
    """

    assignment: tuple[int, ...]
    figures: Figures
    objective: float
    bound: float
    gap: float | None
    proven: bool
    impossible: bool
    rounds: int
    seconds: float


def rebalance(
    problem: BalanceProblem,
    weights: Weights = PRESETS[Preset.COMPACT],
    limits: Limits = Limits(),  # noqa: B008
    progress: Callable[[Progress], None] = lambda progress: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Plan:
    """Return the best plan found within the limits; raises nothing once the problem is made.

    The same problem, weights, seed and number of rounds give the same plan if the seconds do not
    run out first; proofs are tried only where no rounds are given. `progress` and `cancelled` are
    called a few times a second from this thread; after a cancel the best plan so far comes back.
    """
    watch = Watch(limits, progress, cancelled)
    pieces = find_pieces(problem)
    ground = lay_out(problem, weights, pieces)
    proof = _try_proof(ground, limits)
    hopeless = proof.impossible or bool(find_obstacles(problem))
    best = proof.plan
    if best is None:
        starter = Starter(problem, pieces, bridges(problem, pieces))
        search = Search(ground, starter, watch, hopeless)
        search.run(_present_plan(problem))
        best = search.best_plan
    if ground.toll is None:
        best = renumber(problem, best)
    if hopeless:
        proof = Proof(proof.bound, impossible=True)
    return _plan(problem, weights, best, proof, watch)


def _try_proof(ground: Ground, limits: Limits) -> Proof:
    # How far a proof comes depends on the machine: a repeatable run goes without.
    if limits.rounds is not None or ground.units * ground.parts > _PROVABLE:
        return Proof()
    if is_tiny(ground):
        return settle(ground)
    return prove(ground, limits.seconds * _PROOF_SHARE)


def _present_plan(problem: BalanceProblem) -> list[Ints]:
    """Return the present grids as a plan, if they are as many as the parts and cover all units."""
    part = {grid: place for place, grid in enumerate(problem.continues) if grid is not None}
    if len(part) < problem.parts or not set(problem.present) <= set(part):
        return []
    return [np.array([part[grid] for grid in problem.present], dtype=np.int64)]


def _plan(
    problem: BalanceProblem, weights: Weights, best: Ints, proof: Proof, watch: Watch
) -> Plan:
    assignment = tuple(best.tolist())
    figures = examine(problem, assignment)
    objective = figures.objective(weights)
    gap = (objective - proof.bound) / objective if objective > 0 else 0.0
    return Plan(
        assignment=assignment,
        figures=figures,
        objective=objective,
        bound=min(proof.bound, objective) if figures.acceptable else proof.bound,
        gap=max(0.0, gap) if figures.acceptable else None,
        proven=figures.acceptable and (proof.plan is not None or gap <= 1e-9),
        impossible=proof.impossible,
        rounds=watch.rounds,
        seconds=watch.elapsed_s,
    )


def figures_while_dragging(
    problem: BalanceProblem, assignment: Sequence[int], unit: int, part: int
) -> Figures:
    """Return what a plan would amount to with one unit dragged into another part."""
    return examine_move(problem, assignment, unit, part)
