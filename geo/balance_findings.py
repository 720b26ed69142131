"""Reasons, found without searching, why no plan can keep all the rules: each is a proof."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from geo.balance_ground import find_pieces
from geo.balance_problem import BalanceProblem
from geo.feasibility import feasible_counts, outside_band, share_counts


class Reason(StrEnum):
    """Why there is no plan."""

    COUNT = "count"
    """The total cannot be cut into this many parts; `by` households lie outside the band."""
    UNIT_TOO_BIG = "unit_too_big"
    """One unit alone is above the band by `by`: split the building by entrance."""
    UNIT_STUCK = "unit_stuck"
    """One unit alone is below the band by `by`, with any of its neighbours above it."""
    PIECE = "piece"
    """A separate piece of the compound cannot be cut into any number of parts: `by` outside."""
    PIECES = "pieces"
    """There are `by` more separate pieces than parts."""
    LOCKED_TOO_BIG = "locked_too_big"
    """The units locked into one part are above the band by `by`."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One reason, by how many households (or pieces), and the units or the part it is about."""

    reason: Reason
    by: int
    units: tuple[int, ...] = ()
    part: int | None = None


def find_obstacles(problem: BalanceProblem) -> tuple[Finding, ...]:
    """Return every obstacle that arithmetic shows; none found does not promise a plan."""
    return (
        *_count(problem),
        *_big_units(problem),
        *_stuck_units(problem),
        *_pieces(problem),
        *_locked(problem),
    )


def _count(problem: BalanceProblem) -> Iterable[Finding]:
    outside = outside_band(problem.total, problem.parts, problem.band)
    if outside:
        yield Finding(Reason.COUNT, outside)


def _big_units(problem: BalanceProblem) -> Iterable[Finding]:
    for unit, households in enumerate(problem.households):
        if households > problem.band.upper:
            yield Finding(Reason.UNIT_TOO_BIG, households - problem.band.upper, (unit,))


def _stuck_units(problem: BalanceProblem) -> Iterable[Finding]:
    lightest: dict[int, int] = {}
    for one, other, _ in problem.links:
        for unit, beside in ((one, other), (other, one)):
            households = problem.households[beside]
            lightest[unit] = min(households, lightest.get(unit, households))
    for unit, beside in lightest.items():
        own, band = problem.households[unit], problem.band
        if own < band.lower and own + beside > band.upper:
            yield Finding(Reason.UNIT_STUCK, band.lower - own, (unit,))


def _pieces(problem: BalanceProblem) -> Iterable[Finding]:
    pieces = find_pieces(problem)
    if len(pieces) > problem.parts:
        yield Finding(Reason.PIECES, len(pieces) - problem.parts)
        return
    if len(pieces) == 1:
        return
    totals = [sum(problem.households[unit] for unit in piece) for piece in pieces]
    counts = share_counts(totals, problem.parts, problem.band)
    for piece, total, count in zip(pieces, totals, counts, strict=True):
        outside = outside_band(total, count, problem.band)
        if outside and not feasible_counts(total, problem.band):
            yield Finding(Reason.PIECE, outside, tuple(piece))


def _locked(problem: BalanceProblem) -> Iterable[Finding]:
    for part in sorted(set(problem.locked.values())):
        units = tuple(unit for unit, own in problem.locked.items() if own == part)
        households = sum(problem.households[unit] for unit in units)
        if households > problem.band.upper:
            yield Finding(Reason.LOCKED_TOO_BIG, households - problem.band.upper, units, part)
