"""A linear programme put together piece by piece from arrays, and solved with scipy's HiGHS."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array

from geo.sweep_problem import Floats, Ints

_Part = tuple[Ints, Ints, Floats]


@dataclass
class Programme:
    """Gain the most with columns of at least 0 while every row stays within its limits."""

    _gain: list[Floats] = field(default_factory=list)
    _top: list[Floats] = field(default_factory=list)
    _low: list[Floats] = field(default_factory=list)
    _high: list[Floats] = field(default_factory=list)
    _parts: list[_Part] = field(default_factory=list)
    _width: int = 0
    _height: int = 0

    def columns(self, count: int, gain: ArrayLike = 0.0, top: float = np.inf) -> Ints:
        """Add columns of at most `top` each; return their numbers."""
        self._gain.append(np.broadcast_to(np.asarray(gain, dtype=np.float64), (count,)))
        self._top.append(np.full(count, top))
        self._width += count
        return np.arange(self._width - count, self._width)

    def rows(self, count: int, low: float, high: float) -> Ints:
        """Add rows whose sums lie within low..high; return their numbers."""
        self._low.append(np.full(count, low))
        self._high.append(np.full(count, high))
        self._height += count
        return np.arange(self._height - count, self._height)

    def put(self, rows: ArrayLike, columns: ArrayLike, factors: ArrayLike = 1.0) -> None:
        """Add factor x column to the sum of each row; the three are brought to one shape."""
        row, column, factor = np.broadcast_arrays(rows, columns, factors)
        self._parts.append((row.ravel(), column.ravel(), factor.ravel().astype(np.float64)))

    def most(self, limit_s: float) -> float | None:
        """Return the greatest gain there can be, None if it was not found in time."""
        row, column, factor = (np.concatenate(part) for part in zip(*self._parts, strict=True))
        matrix = coo_array((factor, (row, column)), shape=(self._height, self._width)).tocsr()
        low, high = np.concatenate(self._low), np.concatenate(self._high)
        answer = milp(
            -np.concatenate(self._gain),
            constraints=LinearConstraint(matrix, low, high),
            bounds=Bounds(0, np.concatenate(self._top)),
            options={"time_limit": limit_s},
        )
        return -float(answer.fun) if answer.status == 0 else None
