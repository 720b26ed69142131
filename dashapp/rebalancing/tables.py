"""A cut as rows: what each grid holds before and after."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from dashapp.rebalancing.plot import Plot
from dashapp.rebalancing.wording import part_name


@dataclass(frozen=True, slots=True)
class GridRow:
    """A grid (网格) with its sums; compactness is 4 pi area / perimeter², 1 for a disc."""

    name: str
    households: int
    buildings: int
    persons: int
    open_tasks: int
    compactness: float | None = None


def rows_before(plot: Plot) -> list[GridRow]:
    """Return the present grids as the register counts them."""
    return [
        GridRow(grid.name, grid.households, grid.buildings, grid.persons, grid.open_tasks)
        for grid in plot.ground.grids
    ]


def rows_after(
    plot: Plot, assignment: Sequence[int], parts: int, names: Sequence[str] = ()
) -> list[GridRow]:
    """Return the grids of a cut; without names they are A, B, C."""
    return [
        _row(plot, assignment, part, names[part] if part < len(names) else part_name(part))
        for part in range(parts)
    ]


def ground_of(plot: Plot, assignment: Sequence[int], part: int) -> BaseGeometry:
    """Return the ground of a part, in local metres."""
    cells = [cell for cell, own in zip(plot.cells, assignment, strict=True) if own == part]
    return shapely.union_all(cells)


def compactness(shape: BaseGeometry) -> float:
    """Return 4 pi area / perimeter² (Polsby-Popper): 1 for a disc, 0 for no ground at all."""
    return round(4 * np.pi * shape.area / shape.length**2, 2) if shape.length else 0.0


def _row(plot: Plot, assignment: Sequence[int], part: int, name: str) -> GridRow:
    own = [unit for unit, its in zip(plot.ground.units, assignment, strict=True) if its == part]
    return GridRow(
        name=name,
        households=sum(unit.households for unit in own),
        buildings=len({unit.building for unit in own}),
        persons=sum(unit.persons for unit in own),
        open_tasks=sum(unit.open_tasks for unit in own),
        compactness=compactness(ground_of(plot, assignment, part)),
    )
