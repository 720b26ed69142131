"""Many plans annealed side by side: in every step each of them may move one unit.

A plan ("chain") moves a unit at its frontier into the part it touches there. Whether the unit's
old part still hangs together is judged from the nearest units (components = units - touching
pairs + triangles, counted among the unit's neighbours), which is quick and nearly always right;
every few hundred steps all plans are proven contiguous and those that are not go back.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geo.balance_ground import Floats, Ground, Ints

_BLOCK = 16
"""Steps between two lists of the frontier: within a block new frontier links are not seen."""

_STOCK_BLOCKS = 25
_ASKED = 32
"""Doubtful moves proven at most in one step, as proofs are slow."""

_FIRST_PRICE = 20.0
_DEAREST = 10.0
Bools = NDArray[np.bool_]


def hang_together(ground: Ground, plans: NDArray[np.signedinteger[Any]]) -> Bools:
    """Return for each plan (a row of parts) whether every part is in one piece; parts not empty."""
    same = plans[:, ground.tails] == plans[:, ground.heads]
    plan, link = np.nonzero(same)
    first = plan * ground.units
    ends = (first + ground.tails[link], first + ground.heads[link])
    nodes = plans.shape[0] * ground.units
    graph = csr_matrix((np.ones(len(plan), dtype=np.int8), ends), shape=(nodes, nodes))
    labels = connected_components(graph, directed=False)[1].reshape(-1, ground.units)
    labels.sort(axis=1)
    pieces = (labels[:, 1:] != labels[:, :-1]).sum(axis=1) + 1
    return np.asarray(pieces == ground.parts)


class Chains:
    """Plans being annealed, the best of each, and the running totals that make a step cheap.

    `plans` start as rows of parts, contiguous and without an empty part. After `anneal`,
    `best_plans` and `best_scores` hold the best proven plan of every chain; a score is the
    objective plus a price so high for households outside the band that fitting comes first.
    """

    def __init__(self, ground: Ground, plans: Ints, rng: np.random.Generator) -> None:
        """Take over the starting plans."""
        self.ground = ground
        self.rng = rng
        self.count = len(plans)
        self._thorough_every = int(np.clip(ground.units // 8, 1, _BLOCK))
        self._thorough = False
        self._row = np.arange(self.count) * (ground.units + 1)
        self._part_row = np.arange(self.count) * ground.parts
        # Small numbers on purpose: comparing whole plans is bound by memory.
        self._plans = np.full((self.count, ground.units + 1), -1, dtype=np.int16)
        self._price = np.empty(self.count)
        self.restart(plans)

    def restart(self, plans: Ints, zeal: Floats | float = 1.0) -> None:
        """Put every chain on a new plan and forget its best.

        `zeal` multiplies a chain's price of households outside the band: far above 1 it looks for
        any plan that fits, whatever the rest of the objective.
        """
        ground, count = self.ground, self.count
        self._plans[:, :-1] = plans
        self._size = np.empty((count, ground.parts))
        self._load = np.empty((count, ground.parts))
        self._pull = np.empty((count, ground.units + 1, ground.parts))
        self._cost, self._outside = np.empty(count), np.empty(count)
        first = np.full(count, min(_FIRST_PRICE / ground.middle, _DEAREST / ground.unit_size))
        self._price = first * ground.scale * zeal
        self._dearest = _DEAREST * ground.scale / ground.unit_size * zeal
        self._misfits = np.zeros(count)
        self._settle(np.arange(count))
        self._safe = self._plans.copy()
        self.best_plans, self.best_scores = plans.copy(), self._scores()
        self._found, self._has_find = plans.copy(), np.zeros(count, dtype=bool)
        self._record = self.best_scores.copy()

    def _scores(self) -> Floats:
        return self._cost + self._outside * self.ground.dear

    def _settle(self, chains: Ints) -> None:
        """Recompute the running totals of some chains from their plans."""
        ground = self.ground
        plans = self._plans[chains, :-1]
        within = plans[:, :, None] == np.arange(ground.parts)
        self._size[chains] = np.einsum("cud,u->cd", within, ground.households[:-1])
        self._outside[chains] = self._misfit(self._size[chains]).sum(axis=1)
        self._cost[chains] = (plans[:, ground.tails] != plans[:, ground.heads]) @ ground.costs
        self._pull[chains] = self._pulls(chains)
        if ground.toll is not None:
            self._cost[chains] += np.einsum("cud,ud->c", within, ground.toll[:-1])
        if ground.stray is not None:
            self._outside[chains] += np.einsum("cud,ud->c", within, ground.stray[:-1])
        if ground.tasks is not None:
            self._load[chains] = np.einsum("cud,u->cd", within, ground.tasks[:-1])
            self._cost[chains] += ground.work * self._uneven(self._load[chains]).sum(axis=1)

    def _pulls(self, chains: Ints) -> Floats:
        """Return pull[chain, unit, part]: the metres shared with the part less its toll."""
        ground = self.ground
        # One column more than there are parts: the padding unit's part -1 lands there.
        pull = np.zeros((len(chains), ground.units + 1, ground.parts + 1))
        rows = np.arange(len(chains))[:, None]
        units = np.arange(ground.units + 1)[None, :]
        plans = self._plans[chains]
        near, metres = ground.around.neighbours, ground.around.metres
        for column in range(near.shape[1]):
            pull[rows, units, plans[:, near[:, column]]] += metres[:, column]
        return pull[:, :, :-1] - (0.0 if ground.toll is None else ground.toll)

    def _misfit(self, sizes: Floats) -> Floats:
        return np.maximum(np.abs(sizes - self.ground.middle) - self.ground.half, 0.0)

    def _uneven(self, loads: Floats) -> Floats:
        return np.abs(loads - self.ground.mean_load)

    def anneal(
        self, hot: Floats, cold: Floats, steps: int, stop: Callable[[], bool] = lambda: False
    ) -> None:
        """Cool every chain from hot to cold (objective units, one number a chain) in `steps`.

        `stop` is asked a few times a second; a true answer ends the work early, best plans kept.
        """
        if not len(self.ground.tails) or self.ground.parts == 1:
            return
        heat = hot.copy()
        cooling = (cold / hot) ** (1 / steps)
        blocks = -(-steps // _BLOCK)
        every = max(_STOCK_BLOCKS, self.ground.units // 8)
        for block in range(blocks):
            heat = self._run_block(heat, cooling)
            if block % every == every - 1 or block == blocks - 1:
                self._take_stock(block % every + 1)
                if stop():
                    return

    def _run_block(self, heat: Floats, cooling: Floats) -> Floats:
        self._list_frontier()
        if not len(self._frontier):
            return heat
        draws = self.rng.random((2, _BLOCK, self.count))
        allowances = -np.log1p(-self.rng.random((_BLOCK, self.count)))
        for step in range(_BLOCK):
            self._thorough = step % self._thorough_every == 0
            self._step(draws[0, step], draws[1, step], allowances[step] * heat)
            heat = heat * cooling
        self._misfits += self._outside > 0.25
        return heat

    def _list_frontier(self) -> None:
        """List every chain's links between different parts, chain after chain."""
        plans, ground = self._plans, self.ground
        cut = plans.take(ground.tails, axis=1) != plans.take(ground.heads, axis=1)
        self._frontier = np.flatnonzero(cut)
        self._frontier_size = cut.sum(axis=1)
        ends = np.cumsum(self._frontier_size)
        self._frontier_start = np.minimum(ends - self._frontier_size, len(self._frontier) - 1)

    def _step(self, pick: Floats, side: Floats, allowance: Floats) -> None:
        """Let each chain move one frontier unit, if the price stays within its allowance."""
        ground = self.ground
        place = self._frontier_start + (pick * self._frontier_size).astype(np.int64)
        link = self._frontier[place] % len(ground.tails)
        swap = side < 0.5
        unit = np.where(swap, ground.tails[link], ground.heads[link])
        other = ground.tails[link] + ground.heads[link] - unit
        plans = self._plans.ravel()
        source, target = plans[self._row + unit], plans[self._row + other]
        gain, strain = self._change(unit, source, target)
        wanted = (gain + self._price * strain <= allowance) & (source != target)
        chains = np.nonzero(wanted)[0]
        if len(chains):
            whole = self._stays_whole(chains, unit[chains], source[chains])
            if self._thorough:
                whole |= self._proven_whole(chains, unit, target, ~whole)
            chains = chains[whole]
            self._move(chains, unit[chains], source[chains], target[chains])
            self._cost[chains] += gain[chains]
            self._outside[chains] += strain[chains]
            self._note_finds(chains)

    def _change(self, unit: Ints, source: Ints, target: Ints) -> tuple[Floats, Floats]:
        """Return what each move adds to the objective and to the households outside the band."""
        ground = self.ground
        base, pulls = (self._row + unit) * ground.parts, self._pull.ravel()
        gain = pulls[base + source] - pulls[base + target]
        here, there = self._part_row + source, self._part_row + target
        count = ground.households[unit]
        old, new = self._size.ravel()[here], self._size.ravel()[there]
        misfit = self._misfit(np.stack((old - count, new + count, old, new)))
        strain = misfit[0] + misfit[1] - misfit[2] - misfit[3]
        if ground.stray is not None:
            strain += ground.stray[unit, target] - ground.stray[unit, source]
        if ground.tasks is not None:
            own, old, new = ground.tasks[unit], self._load.ravel()[here], self._load.ravel()[there]
            uneven = self._uneven(np.stack((old - own, new + own, old, new)))
            gain += ground.work * (uneven[0] + uneven[1] - uneven[2] - uneven[3])
        return gain, strain

    def _stays_whole(self, chains: Ints, unit: Ints, source: Ints) -> Bools:
        """Judge from the nearest units whether the part a unit leaves stays in one piece."""
        around = self.ground.around
        plans = self._plans.ravel()
        row, part = self._row[chains][:, None], source[:, None]
        near = (plans[row + around.neighbours[unit]] == part).sum(axis=1)
        pairs = plans[row + around.pair_a[unit]] == part
        pairs &= plans[row + around.pair_b[unit]] == part
        via = plans[row + around.via_a[unit]] == part
        via |= plans[row + around.via_b[unit]] == part
        corners = plans[row[:, :, None] + around.triangles[unit]] == part[:, :, None]
        pieces = near - (pairs & via).sum(axis=1) + corners.all(axis=2).sum(axis=1)
        return np.asarray((near > 0) & (pieces <= 1))

    def _proven_whole(self, chains: Ints, unit: Ints, target: Ints, doubtful: Bools) -> Bools:
        """Prove moves that the nearest units speak against: a part may close round a far way."""
        asked = np.nonzero(doubtful)[0][:_ASKED]
        lanes = chains[asked]
        plans = self._plans[lanes]
        plans[np.arange(len(lanes)), unit[lanes]] = target[lanes]
        proven = np.zeros(len(chains), dtype=bool)
        proven[asked] = hang_together(self.ground, plans[:, :-1])
        return proven

    def _move(self, chains: Ints, unit: Ints, source: Ints, target: Ints) -> None:
        ground = self.ground
        self._plans[chains, unit] = target
        count = ground.households[unit]
        self._size[chains, source] -= count
        self._size[chains, target] += count
        if ground.tasks is not None:
            self._load[chains, source] -= ground.tasks[unit]
            self._load[chains, target] += ground.tasks[unit]
        near, metres = ground.around.neighbours[unit], ground.around.metres[unit]
        self._pull[chains[:, None], near, source[:, None]] -= metres
        self._pull[chains[:, None], near, target[:, None]] += metres

    def _note_finds(self, chains: Ints) -> None:
        """Set aside plans that fit and beat their chain's record, to be proven later."""
        better = (self._outside[chains] < 0.25) & (self._cost[chains] < self._record[chains])
        finds = chains[better]
        if len(finds):
            self._found[finds] = self._plans[finds, :-1]
            self._record[finds] = self._cost[finds] - 1e-6 * self.ground.scale
            self._has_find[finds] = True

    def _take_stock(self, blocks: int) -> None:
        """Prove the finds and the plans of all chains, send broken ones back, set the prices."""
        self._keep_proven_finds()
        broken = np.nonzero(~hang_together(self.ground, self._plans[:, :-1]))[0]
        if len(broken):
            self._plans[broken] = self._safe[broken]
            self._settle(broken)
        self._safe = self._plans.copy()
        self._keep_least_bad()
        self._set_prices(self._misfits / blocks)
        self._misfits[:] = 0

    def _keep_proven_finds(self) -> None:
        finds = np.nonzero(self._has_find)[0]
        if len(finds):
            proven = finds[hang_together(self.ground, self._found[finds])]
            self.best_plans[proven] = self._found[proven]
            self.best_scores[proven] = self._record[proven] + 1e-6 * self.ground.scale
            self._record = self.best_scores - 1e-6 * self.ground.scale
            self._has_find[:] = False

    def _keep_least_bad(self) -> None:
        """Let the present plan be the best where it is: so a chain that never fits has one too."""
        scores = self._scores()
        better = scores < self._record
        self.best_plans[better] = self._plans[better, :-1]
        self.best_scores[better] = scores[better]
        self._record[better] = scores[better] - 1e-6 * self.ground.scale

    def _set_prices(self, misfit_share: Floats) -> None:
        """Raise the price of households outside where a chain seldom fits, lower it where often."""
        change = np.where(misfit_share > 0.8, 1.25, np.where(misfit_share < 0.4, 0.85, 1.0))
        self._price = np.minimum(self._price * change, self._dearest)
