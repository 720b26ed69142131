"""A place with its proposals as the browser draws them: one JSON object, local metres, y up."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from dashapp.rebalancing.plot import Plot
from dashapp.rebalancing.proposals import Cuts, Proposal
from dashapp.rebalancing.tables import compactness, ground_of
from dashapp.rebalancing.wording import sayings
from data.queries.grids import GridGround

Json = dict[str, Any]
Ring = list[list[float]]


def payload(ground: GridGround, cuts: Cuts) -> Json:
    """Return everything the workspace shows: place, words, shapes, units, proposals.

    Units are listed by index; an assignment holds the part of each. `continues` names for each
    part the present grid that goes on in it, null for a new one.
    """
    problem = cuts.problem
    return {
        **_place(ground),
        "band": [problem.band.lower, problem.band.upper],
        "counts": list(cuts.feasibility.counts),
        "parts": problem.parts,
        "continues": list(problem.continues),
        "words": [saying.as_json() for saying in sayings(cuts)],
        "ways": [[way.band.lower, way.band.upper] for way in cuts.feasibility.wider],
        **_shapes(cuts.plot),
        "units": _units(cuts.plot),
        "links": [[one, other, round(metres, 1)] for one, other, metres in problem.links],
        "now": [
            {"code": grid.code, "name": grid.name, "hh": grid.households,
             "buildings": grid.buildings, "persons": grid.persons, "tasks": grid.open_tasks}
            for grid in ground.grids
        ],
        "plans": [proposal_json(cuts, proposal) for proposal in cuts.proposals],
    }  # fmt: skip


def proposal_json(cuts: Cuts, proposal: Proposal) -> Json:
    """Return one proposal with its figures."""
    figures, total = proposal.figures, cuts.problem.total
    return {
        "preset": proposal.preset.value,
        "assignment": list(proposal.assignment),
        "households": list(figures.households),
        "boundary_m": round(figures.boundary_m, 1),
        "moved": figures.households_moved,
        "moved_share": round(figures.households_moved / total, 4) if total else 0.0,
        "tasks_moved": proposal.tasks_moved,
        "imbalance": round(figures.task_imbalance, 2),
        "compactness": [
            compactness(ground_of(cuts.plot, proposal.assignment, part))
            for part in range(cuts.problem.parts)
        ],
        "violations": [
            {"fault": found.fault.value, "part": found.part, "by": found.by}
            for found in figures.violations
        ],
        "objective": round(proposal.objective, 3),
        "gap": None if proposal.gap is None else round(proposal.gap, 4),
        "proven": proposal.proven,
        "impossible": proposal.impossible,
    }


def _place(ground: GridGround) -> Json:
    return {
        "code": ground.code,
        "name": ground.name,
        "level": ground.level.value,
        "committee": {
            "code": ground.committee_code,
            "name": ground.committee_name,
            "households": ground.committee_households,
        },
        "households": ground.households,
        "persons": ground.persons,
        "tasks": ground.open_tasks,
        "size": ground.size.value,
    }


def _shapes(plot: Plot) -> Json:
    ground = plot.ground
    return {
        "buildings": [
            {"code": row.code, "label": row.label, "rings": _rings(shape)}
            for row, shape in zip(ground.buildings, plot.buildings, strict=True)
        ],
        "compounds": [
            {"code": row.code, "name": row.name, "rings": _rings(shape)}
            for row, shape in zip(ground.compounds, plot.compounds, strict=True)
        ],
        "paths": [
            _points(line) for path in plot.paths for line in _parts(path)
            if isinstance(line, LineString)
        ],
    }  # fmt: skip


def _units(plot: Plot) -> list[Json]:
    return [
        {
            "id": unit.entrance_id,
            "b": unit.building,
            "no": unit.number,
            "hh": unit.households,
            "pp": unit.persons,
            "tasks": unit.open_tasks,
            "now": unit.grid,
            "at": [round(door.x, 1), round(door.y, 1)],
            "cell": _largest_ring(cell),
        }
        for unit, door, cell in zip(plot.ground.units, plot.doors, plot.cells, strict=True)
    ]


def _rings(shape: BaseGeometry) -> list[Ring]:
    """Return all rings of an area; what an even number of them enclose is a hole."""
    rings = []
    for polygon in _parts(shape):
        if isinstance(polygon, Polygon):
            rings += [_points(ring) for ring in (polygon.exterior, *polygon.interiors)]
    return rings


def _largest_ring(cell: BaseGeometry) -> Ring:
    polygons = [part for part in _parts(cell) if isinstance(part, Polygon)]
    return _points(max(polygons, key=lambda part: part.area).exterior) if polygons else []


def _parts(shape: BaseGeometry) -> Iterable[BaseGeometry]:
    """Return the single shapes in one, collections within collections too."""
    parts: list[BaseGeometry] = shapely.get_parts(shapely.get_parts(shape)).tolist()
    return parts


def _points(line: BaseGeometry) -> Ring:
    points: Ring = np.round(shapely.get_coordinates(line), 1).tolist()
    return points
