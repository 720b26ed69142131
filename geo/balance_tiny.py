"""Settle a tiny rebalancing by trying every assignment there is.

A handful of big units (counties, or a few towers) fits a narrow band in two or three ways only, which a
search that moves one unit at a time may never meet.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from geo.balance_chains import hang_together
from geo.balance_exact import Proof
from geo.balance_ground import Floats, Ground, Ints

MOST_PLANS = 1 << 17
"""Assignments that are tried at most: 17 units in two parts, 10 in three; a tenth of a second."""

_AT_ONCE = 1 << 15

Digits = NDArray[np.signedinteger[Any]]


def is_tiny(ground: Ground) -> bool:
    """Return whether all assignments of a ground can be tried."""
    count: int = ground.parts**ground.units
    return count <= MOST_PLANS


def settle(ground: Ground) -> Proof:
    """Return the best plan that keeps all rules, or that there is none; both are proven.

    Ties go to the assignment that comes first, counting with unit 0 as the lowest digit.
    """
    plans = _plans_in_band(ground)
    objectives = _objectives(ground, plans)
    order = np.argsort(objectives, kind="stable")
    for first in range(0, len(order), _AT_ONCE):
        some = order[first : first + _AT_ONCE]
        whole = some[hang_together(ground, plans[some])]
        if len(whole):
            best = int(whole[0])
            return Proof(float(objectives[best]), plans[best].astype(np.int64))
    return Proof(impossible=True)


def _plans_in_band(ground: Ground) -> Digits:
    """Return the assignments, one a row, whose parts are in band and whose locks are kept."""
    count = ground.parts**ground.units
    found = [
        _those_in_band(ground, np.arange(first, min(first + _AT_ONCE, count)))
        for first in range(0, count, _AT_ONCE)
    ]
    return np.concatenate(found)


def _those_in_band(ground: Ground, codes: Ints) -> Digits:
    plans = np.empty((len(codes), ground.units), dtype=np.int8)
    for unit in range(ground.units):
        codes, plans[:, unit] = np.divmod(codes, ground.parts)
    fits = np.ones(len(plans), dtype=bool)
    for part in range(ground.parts):
        size = (plans == part) @ ground.households[:-1]
        fits &= np.abs(size - ground.middle) <= ground.half
    kept: Digits = plans[fits]
    return kept if ground.stray is None else kept[_priced(ground.stray, kept) == 0]


def _objectives(ground: Ground, plans: Digits) -> Floats:
    total: Floats = (plans[:, ground.tails] != plans[:, ground.heads]) @ ground.costs
    if ground.toll is not None:
        total = total + _priced(ground.toll, plans)
    if ground.tasks is not None:
        for part in range(ground.parts):
            load = (plans == part) @ ground.tasks[:-1]
            total = total + ground.work * np.abs(load - ground.mean_load)
    return total


def _priced(table: Floats, plans: Ints | Digits) -> Floats:
    """Return the sum of table[unit, part] over each plan."""
    prices: Floats = table[np.arange(plans.shape[1]), plans].sum(axis=1)
    return prices
