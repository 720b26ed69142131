"""What is to be said about a place and its cut, as keys of the catalogues with their arguments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from dashapp.rebalancing.plot import Plot
from dashapp.rebalancing.proposals import Cuts
from dashapp.text.grid_words import Finding
from data.queries.grids import GridGround
from geo.balance_findings import Finding as Obstacle
from geo.balance_findings import Reason, find_obstacles
from geo.feasibility import Feasibility

NAMED: Final = 6
"""Places named in one sentence; the others are counted."""


@dataclass(frozen=True, slots=True)
class Saying:
    """One sentence: `w(saying.key, **saying.args)`; numbers are written out already."""

    finding: Finding
    args: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the message of the catalogues."""
        return f"finding {self.finding.value}"

    def as_json(self) -> dict[str, object]:
        """Return key and arguments."""
        return {"key": self.key, "args": self.args}


def sayings(cuts: Cuts) -> list[Saying]:
    """Return what there is to say: whether the total can be cut, what stands in the way, the map."""
    return [
        *_about_total(cuts.feasibility, cuts.problem.parts),
        *_about_obstacles(cuts),
        *_about_map(cuts.plot),
    ]


def _about_total(found: Feasibility, parts: int) -> Iterable[Saying]:
    band = {"total": _count(found.total), "lower": _count(found.band.lower),
            "upper": _count(found.band.upper)}  # fmt: skip
    if found.counts:
        several = len(found.counts) > 1
        counts = {"counts": " / ".join(map(_count, found.counts))}
        yield Saying(Finding.COUNTS if several else Finding.ONE_COUNT, band | counts)
        if parts not in found.counts:
            yield Saying(Finding.OTHER_COUNT, {"parts": _count(parts)})
    for miss in found.misses:
        by = miss.over or miss.under
        kind = Finding.TOO_MANY if miss.over else Finding.TOO_FEW
        size = {"parts": _count(miss.parts), "size": _count(miss.size), "by": _count(by)}
        yield Saying(kind, band | size)
    for way in found.wider:
        yield Saying(
            Finding.WIDER_BAND,
            {"lower": _count(way.band.lower), "upper": _count(way.band.upper),
             "parts": _count(way.parts)},
        )  # fmt: skip


def _about_obstacles(cuts: Cuts) -> Iterable[Saying]:
    for obstacle in find_obstacles(cuts.problem):
        if obstacle.reason is not Reason.COUNT:  # said of the total already
            yield Saying(Finding(obstacle.reason.value), _obstacle_args(cuts.plot, obstacle))


def _obstacle_args(plot: Plot, obstacle: Obstacle) -> dict[str, str]:
    args = {"by": _count(obstacle.by)}
    if obstacle.units:
        args["places"] = entrances(plot.ground, obstacle.units)
    if obstacle.part is not None:
        args["part"] = part_name(obstacle.part)
    return args


def _about_map(plot: Plot) -> Iterable[Saying]:
    for note in plot.notes:
        args = {"compound": _compound(plot.ground, note.compound)}
        if note.units:
            args["places"] = entrances(plot.ground, note.units)
        yield Saying(Finding(note.trouble.value), args)
    for compound in plot.closed:
        yield Saying(Finding.CLOSED, {"compound": _compound(plot.ground, compound)})
    if plot.doorless:
        labels = [plot.ground.buildings[place].label for place in plot.doorless]
        yield Saying(Finding.DOORLESS, {"places": _listed(labels)})


def entrances(ground: GridGround, units: Sequence[int]) -> str:
    """Name entrances by building and number: 7 (12, 13), 8 (14)."""
    numbers: dict[str, list[str]] = {}
    for unit in sorted(units):
        row = ground.units[unit]
        numbers.setdefault(ground.buildings[row.building].label, []).append(row.number)
    return _listed([f"{label} ({', '.join(own)})" for label, own in numbers.items()])


def part_name(part: int) -> str:
    """Name a future grid (网格) by a letter: A to Z, then A2 and on."""
    turn, letter = divmod(part, 26)
    return f"{chr(ord('A') + letter)}{turn + 1 if turn else ''}"


def _compound(ground: GridGround, compound: int) -> str:
    """Return a compound's name, the place's own for buildings in none."""
    return ground.compounds[compound].name if compound < len(ground.compounds) else ground.name


def _listed(names: Sequence[str]) -> str:
    more = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" … +{more}" if more > 0 else "")


def _count(number: int) -> str:
    return f"{number:,}"
