"""Seconds from door to door: down the stairs or lift, over the ground, and up again."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_EXACT = 1e-9
"""Walks are sums of floats: a whole number of seconds must not be rounded up by their noise."""


@dataclass(frozen=True, slots=True)
class Climbing:
    """Seconds inside a house: a floor on the stairs, the wait for a lift and its ride a floor."""

    same_landing_s: int = 15
    stairs_up_s: int = 18
    stairs_down_s: int = 14
    lift_wait_s: int = 45
    lift_per_floor_s: int = 4


@dataclass(frozen=True, slots=True)
class Spots:
    """Where doors are: entrance (row of the walking matrix), floor (1 = ground), lift or none."""

    entrance: NDArray[np.int64]
    floor: NDArray[np.int64]
    lift: NDArray[np.bool_]


def climb_seconds(
    floor_from: NDArray[np.int64],
    floor_to: NDArray[np.int64],
    lift: NDArray[np.bool_],
    climbing: Climbing,
) -> Floats:
    """Return the quicker of stairs and lift between two floors, 0 within one floor."""
    floors = np.abs(floor_to - floor_from).astype(np.float64)
    up = floor_to > floor_from
    stairs = floors * np.where(up, climbing.stairs_up_s, climbing.stairs_down_s)
    ride = climbing.lift_wait_s + climbing.lift_per_floor_s * floors
    quicker: Floats = np.minimum(stairs, np.where(lift & (floors > 0), ride, np.inf))
    return quicker


def travel_seconds(spots: Spots, walk_s: Floats, climbing: Climbing) -> Floats:
    """Return whole seconds between doors, rounded up; the last two rows are start and end.

    walk_s has one row per entrance, then the start and the end. Leaving by or arriving on the
    ground floor costs nothing extra.
    """
    count = len(spots.entrance)
    ground = np.ones(count, dtype=np.int64)
    up, down = np.zeros(count + 2), np.zeros(count + 2)
    up[:count] = climb_seconds(ground, spots.floor, spots.lift, climbing)
    down[:count] = climb_seconds(spots.floor, ground, spots.lift, climbing)
    rows = np.append(spots.entrance, [len(walk_s) - 2, len(walk_s) - 1])
    travel: Floats = down[:, None] + walk_s[np.ix_(rows, rows)] + up[None, :]
    _stay_inside(travel, spots, climbing)
    np.fill_diagonal(travel, 0.0)
    return np.ceil(travel - _EXACT)


def _stay_inside(travel: Floats, spots: Spots, climbing: Climbing) -> None:
    """Replace the times between doors of one entrance: nobody goes out to come in again."""
    order = np.argsort(spots.entrance, kind="stable")
    cuts = np.flatnonzero(np.diff(spots.entrance[order])) + 1
    for group in np.split(order, cuts):
        floors, lift = spots.floor[group], spots.lift[group]
        both = lift[:, None] & lift[None, :]
        inside = climb_seconds(floors[:, None], floors[None, :], both, climbing)
        same = floors[:, None] == floors[None, :]
        travel[np.ix_(group, group)] = np.where(same, climbing.same_landing_s, inside)
