"""Better and better routes: PyVRP's local search, shaken and accepted by simulated annealing."""

import math
import random
from dataclasses import dataclass, field

from pyvrp import CostEvaluator, RandomNumberGenerator, Solution
from pyvrp.search import (
    InsertOptionalClient,
    LocalSearch,
    PerturbationManager,
    PerturbationParams,
    Relocate1,
    RemoveOptionalClient,
    ReplaceOptionalClient,
    Swap11,
    SwapTails,
)

from geo.sweep_model import PRIZE, WALK, Model

_UNIT = WALK * PRIZE
"""What an average second of a shift is worth, as a cost: penalties are multiples of it."""

_MOVES = (
    Relocate1,
    Swap11,
    SwapTails,
    InsertOptionalClient,
    RemoveOptionalClient,
    ReplaceOptionalClient,
)
"""Moves of single doors and of the ends of routes: moving pairs as well halves the rounds a second
and more often ends in a poor local optimum."""

_STRICT = 100.0
"""Penalty under which no late route pays."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """How the search behaves (found by trial on 50 to 1,000 doors).

    shakes: doors disturbed at most before each local search. hot, cold: temperatures at start and
    end, in average doors' values. penalty: of a late second at first; then it follows fit_share,
    the wanted share of solutions in time, measured every `checked` rounds.
    """

    shakes: int = 50
    hot: float = 1.0
    cold: float = 0.05
    penalty: float = 2.0
    fit_share: float = 0.5
    checked: int = 50


def local_search(model: Model, shakes: int, seed: int) -> LocalSearch:
    """Return PyVRP's local search over a model."""
    perturb = PerturbationManager(PerturbationParams(1, shakes))
    rng = RandomNumberGenerator(seed=seed)
    search = LocalSearch(model.data, rng, model.near, perturb)
    for move in _MOVES:
        if move.supports(model.data):
            search.add_operator(move(model.data))
    return search


@dataclass
class Annealing:
    """A search in progress: `step` goes on, `best` and `best_cost` hold the best so far.

    best_cost is the missed value, then the walking, in the model's costs; smaller is better.
    """

    model: Model
    start: Solution
    seed: int
    tuning: Tuning
    best: Solution = field(init=False)
    best_cost: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        """Improve the start without shaking it."""
        self._search = local_search(self.model, self.tuning.shakes, self.seed)
        self._random = random.Random(self.seed)
        self._fits: list[bool] = []
        self.best = self._current = self.start
        self.best_cost = self.model.cost(self.start)
        self._fine(_STRICT)
        self._keep(self._search(self.start, self._judge, exhaustive=True))
        self._fine(self.tuning.penalty)

    def step(self, share: float) -> bool:
        """Shake and improve once at `share` (0..1) of the way; return whether the best is new."""
        found = self._search(self._current, self._judge, exhaustive=False)
        better = self._keep(found)
        if better and self._keep(self._search(found, self._judge, exhaustive=True)):
            found = self.best
        self._accept(found, share)
        self._adapt(fits=found.is_feasible())
        return better

    def _keep(self, found: Solution) -> bool:
        """Remember a solution that is in time and better; asks the cheap questions first."""
        if not found.is_feasible() or found.uncollected_prizes() > self.best_cost[0]:
            return False
        cost = self.model.cost(found)
        if cost >= self.best_cost:
            return False
        self.best, self.best_cost = found, cost
        return True

    def _accept(self, found: Solution, share: float) -> None:
        """Go on from what was found if it is not worse, else by chance, rarer as it cools."""
        judge, tuning = self._judge, self.tuning
        worse = judge.penalised_cost(found) - judge.penalised_cost(self._current)
        warmth = tuning.hot * (tuning.cold / tuning.hot) ** share * self.model.mean_value
        if worse <= 0 or self._random.random() < math.exp(-worse / warmth):
            self._current = found

    def _adapt(self, *, fits: bool) -> None:
        """Make lateness dearer while too few solutions are in time, cheaper while too many are."""
        self._fits.append(fits)
        if len(self._fits) < self.tuning.checked:
            return
        share = sum(self._fits) / len(self._fits)
        self._fits.clear()
        if abs(share - self.tuning.fit_share) > 0.05:
            self._fine(self._penalty * (1.3 if share < self.tuning.fit_share else 0.85))

    def _fine(self, penalty: float) -> None:
        self._penalty = min(max(penalty, 0.05), _STRICT)
        self._judge = CostEvaluator([], self._penalty * _UNIT, 0)
