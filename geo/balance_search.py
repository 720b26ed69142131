"""Search for the best plan: hot starts, gentle reheats of the best, a fresh start when stuck."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from geo.balance_chains import Chains, hang_together
from geo.balance_ground import Floats, Ground, Ints
from geo.balance_starts import Starter

_STARTS = 32
_HOT, _MILD, _COLD = 1.5, 0.35, 0.08
"""Temperatures in units of the ground's scale: a fresh start, the mildest reheat, the end."""

_MOST_CHAINS, _FEWEST_CHAINS = 256, 16
_TABLE_ROOM = 4_000_000
"""Numbers in the largest table (chains x units x parts): 32 MB."""

_FEW_FIT, _ZEAL = 0.1, 4.0
"""Below this share of chains that fit, chains care 1, 4, 16 or 64 times more for fitting."""

_PATIENCE = 4
"""Rounds without a better plan after which a fresh start is worth more."""


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: seconds of wall time, and optionally rounds, which make a run repeatable."""

    seconds: float = 10.0
    rounds: int | None = None
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search is: share of its time (0..1), rounds, and the best score so far.

    `fits` tells whether the best plan keeps the band (its score is then the objective).
    """

    share: float
    rounds: int
    score: float
    fits: bool


@dataclass
class Watch:
    """Keeps the time, reports progress and knows when to stop."""

    limits: Limits
    report: Callable[[Progress], None] = lambda progress: None
    cancelled: Callable[[], bool] = lambda: False
    started: float = field(default_factory=time.monotonic)
    rounds: int = 0

    @property
    def elapsed_s(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self.started

    @property
    def left_s(self) -> float:
        """Return the seconds still allowed."""
        return self.limits.seconds - self.elapsed_s

    def over(self) -> bool:
        """Return whether to stop now."""
        return self.left_s <= 0 or self.spent or self.cancelled()

    @property
    def spent(self) -> bool:
        """Return whether all allowed rounds are done."""
        return self.limits.rounds is not None and self.rounds >= self.limits.rounds

    def tell(self, score: float, *, fits: bool) -> None:
        """Report progress by the limit that is nearer."""
        share = self.elapsed_s / self.limits.seconds if self.limits.seconds > 0 else 1.0
        if self.limits.rounds:
            share = max(share, self.rounds / self.limits.rounds)
        self.report(Progress(min(1.0, share), self.rounds, score, fits))


@dataclass
class Search:
    """A search in progress; `best_plan` and `best_score` are valid at any time.

    A hopeless search, one that is known to have no plan that fits, ends when it is first stuck.
    """

    ground: Ground
    starter: Starter
    watch: Watch
    hopeless: bool = False
    best_plan: Ints = field(init=False)
    best_score: float = field(init=False)

    def __post_init__(self) -> None:
        """Draw the random numbers from the seed and take a first plan."""
        self._trees = random.Random(self.watch.limits.seed)
        self._rng = np.random.default_rng(self.watch.limits.seed)
        table = self.ground.units * self.ground.parts
        self._chains = int(np.clip(_TABLE_ROOM // table, _FEWEST_CHAINS, _MOST_CHAINS))
        self._steps = int(np.clip(3000 + 10 * self.ground.units, 4000, 9000))
        self._pace_s = 0.0
        self.best_plan = self.starter.plan(self._trees)
        self.best_score = float("inf")

    def run(self, offers: list[Ints]) -> None:
        """Search until the watch says stop; `offers` are plans to begin from where they hang."""
        whole = [plan for plan in offers if hang_together(self.ground, plan[None, :])[0]]
        while True:
            self._epoch(whole)
            whole = []
            if self.watch.over() or self.hopeless:
                return

    def _epoch(self, offers: list[Ints]) -> None:
        """Anneal fresh starts, then reheat the better half until nothing improves any more."""
        starts = self._fresh_starts(offers)
        plans = np.array(starts)[np.arange(self._chains) % len(starts)]
        chains = Chains(self.ground, plans, self._rng)
        hot = np.full(self._chains, _HOT)
        idle = 0
        best = float("inf")
        while idle < _PATIENCE:
            self._round(chains, hot)
            score = float(chains.best_scores.min())
            idle = 0 if score < best - 1e-9 * abs(best) or best == float("inf") else idle + 1
            best = min(best, score)
            if self.watch.over():
                return
            zeal = self._zeal(chains)
            chains.restart(self._selected(chains), zeal)
            hot = _HOT * np.exp(self._rng.uniform(np.log(_MILD / _HOT), 0.0, self._chains)) * zeal

    def _zeal(self, chains: Chains) -> Floats:
        """Return how much each chain cares for fitting only, when hardly any chain fits."""
        fitting = (chains.best_scores < self.ground.dear / 2).mean()
        if fitting > _FEW_FIT:
            return np.ones(self._chains)
        return np.asarray(_ZEAL ** self._rng.integers(0, 4, self._chains), dtype=float)

    def _fresh_starts(self, offers: list[Ints]) -> list[Ints]:
        """Make new starting plans, as many as fit into a small share of the time left."""
        starts = list(offers)
        until = self.watch.elapsed_s + self.watch.left_s / 20
        for _ in range(_STARTS):
            starts.append(self.starter.plan(self._trees))
            if self.watch.limits.rounds is None and self.watch.elapsed_s > until:
                break
        return starts

    def _round(self, chains: Chains, hot: Floats) -> None:
        """Anneal once from `hot` (in units of scale), in fewer steps when time is short."""
        steps = self._steps
        if self._pace_s and self.watch.limits.rounds is None:
            steps = int(np.clip(self.watch.left_s / self._pace_s, 200, steps))
        before = self.watch.elapsed_s
        scale = self.ground.scale
        chains.anneal(hot * scale, np.full(self._chains, _COLD * scale), steps, self.watch.over)
        self._pace_s = (self.watch.elapsed_s - before) / steps
        self.watch.rounds += 1
        self._keep(chains)

    def _keep(self, chains: Chains) -> None:
        winner = int(chains.best_scores.argmin())
        if chains.best_scores[winner] < self.best_score:
            self.best_score = float(chains.best_scores[winner])
            self.best_plan = chains.best_plans[winner].copy()
        self.watch.tell(self.best_score, fits=self.ground.fits(self.best_score))

    def _selected(self, chains: Chains) -> Ints:
        """Return the next plans: each chain of the better half goes on, twice."""
        order = np.argsort(chains.best_scores, kind="stable")
        half = order[: max(1, self._chains // 2)]
        drawn = self._rng.choice(half, self._chains - len(half))
        return np.asarray(chains.best_plans[np.concatenate([half, drawn])])
