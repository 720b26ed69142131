"""Whether a number of households can be cut into parts within a band at all: arithmetic only.

Nothing here searches. A total H can be cut into k parts of `lower` to `upper` households only
if ceil(H / upper) <= k <= floor(H / lower); whether whole units and contiguity allow it too is
for the search to find out. Results are codes and numbers; the words belong to the screens.
"""

from collections.abc import Sequence
from dataclasses import dataclass


class BandError(ValueError):
    """A band, a total or a count that makes no sense."""


@dataclass(frozen=True, slots=True)
class Band:
    """The allowed households of one part, both ends included (800 to 1,000 for a grid 网格)."""

    lower: int
    upper: int

    def __post_init__(self) -> None:
        """Refuse an empty or negative band."""
        if not 0 < self.lower <= self.upper:
            raise BandError(
                f"band {self.lower}-{self.upper}: the lower end must be above 0 and not above the"
                " upper end; give for example 800-1000"
            )

    def excess(self, households: int) -> int:
        """Return how many households lie above the band (positive) or below it (negative)."""
        return max(0, households - self.upper) + min(0, households - self.lower)


GRID_BAND = Band(800, 1000)


@dataclass(frozen=True, slots=True)
class Miss:
    """Why `parts` equal parts miss the band: each of `size` households is `over` or `under` it.

    `size` is the part farthest from the band when the total does not divide evenly.
    """

    parts: int
    size: int
    over: int
    under: int


@dataclass(frozen=True, slots=True)
class WiderBand:
    """A band that would allow `parts` parts, moved at one end only."""

    band: Band
    parts: int


@dataclass(frozen=True, slots=True)
class Feasibility:
    """What arithmetic says about a total: the possible counts, or the misses and ways out."""

    total: int
    band: Band
    counts: tuple[int, ...]
    misses: tuple[Miss, ...]
    wider: tuple[WiderBand, ...]

    @property
    def possible(self) -> bool:
        """Return whether any count of parts fits the band."""
        return bool(self.counts)


def feasible_counts(total: int, band: Band) -> tuple[int, ...]:
    """Return every k with k * lower <= total <= k * upper, in rising order."""
    if total < 0:
        raise BandError(f"{total} households: a total cannot be negative")
    return tuple(range(max(1, -(-total // band.upper)), total // band.lower + 1))


def assess(total: int, band: Band = GRID_BAND) -> Feasibility:
    """Tell whether `total` households can be cut within `band`; if not, by how much it misses.

    The misses name the largest count whose parts are too big and the smallest count whose parts
    are too small (1,200: one is 200 too big, two are 200 too small each); `wider` names for each
    the band that would just do, fewest households of widening first.
    """
    counts = feasible_counts(total, band)
    if counts or total == 0:
        return Feasibility(total, band, counts, (), ())
    few = total // band.lower
    misses = tuple(_miss(total, parts, band) for parts in (few, few + 1) if parts > 0)
    return Feasibility(total, band, (), misses, _ways_out(misses, band))


def _miss(total: int, parts: int, band: Band) -> Miss:
    small, big = total // parts, -(-total // parts)
    if big > band.upper:
        return Miss(parts, big, big - band.upper, 0)
    return Miss(parts, small, 0, band.lower - small)


def _ways_out(misses: Sequence[Miss], band: Band) -> tuple[WiderBand, ...]:
    nearest = sorted(misses, key=lambda miss: (miss.over + miss.under, miss.over))
    return tuple(
        WiderBand(Band(band.lower - miss.under, band.upper + miss.over), miss.parts)
        for miss in nearest
        if miss.under < band.lower
    )


def infeasible_ranges(band: Band = GRID_BAND) -> tuple[tuple[int, int], ...]:
    """Return the (first, last) totals above the band's upper end that no count can divide.

    For 800-1,000: 1,001-1,599, 2,001-2,399 and 3,001-3,199. A band of one single number has no
    last range; it raises BandError.
    """
    if band.lower == band.upper:
        raise BandError(f"band {band.lower}-{band.upper}: only multiples fit, the gaps never end")
    ranges = []
    parts = 1
    while parts * band.upper + 1 < (parts + 1) * band.lower:
        ranges.append((parts * band.upper + 1, (parts + 1) * band.lower - 1))
        parts += 1
    return tuple(ranges)


def always_feasible_from(band: Band = GRID_BAND) -> int:
    """Return the total from which on every total can be divided (3,200 for 800-1,000)."""
    gaps = infeasible_ranges(band)
    return gaps[-1][1] + 1 if gaps else band.lower


def share_counts(totals: Sequence[int], parts: int, band: Band) -> tuple[int, ...]:
    """Share `parts` out among separate pieces so that the households outside the band are fewest.

    Every piece gets at least one part, so `parts` must not be below the number of pieces.
    Ties go to fewer parts for the earlier piece.
    """
    if not 0 < len(totals) <= parts:
        raise BandError(f"{parts} parts cannot be shared among {len(totals)} separate pieces")
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for done, total in enumerate(totals, start=1):
        room = parts - (len(totals) - done)
        best = _with_piece(best, total, room, band)
    return best[parts][1]


def _with_piece(
    best: dict[int, tuple[int, tuple[int, ...]]], total: int, room: int, band: Band
) -> dict[int, tuple[int, tuple[int, ...]]]:
    """Extend each way of sharing (by parts used) by every count the next piece may get."""
    wider: dict[int, tuple[int, tuple[int, ...]]] = {}
    for used, (outside, counts) in best.items():
        for own in range(1, room - used + 1):
            way = (outside + outside_band(total, own, band), (*counts, own))
            if used + own not in wider or way < wider[used + own]:
                wider[used + own] = way
    return wider


def outside_band(total: int, parts: int, band: Band) -> int:
    """Return the households outside the band at best, when `total` is cut into `parts`."""
    return max(0, parts * band.lower - total) + max(0, total - parts * band.upper)
