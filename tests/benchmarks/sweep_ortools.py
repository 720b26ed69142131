"""OR-Tools' routing on the same instances, to compare with: `python -m benchmarks.sweep_ortools`.

A program of its own: ortools and PyVRP's company of solvers are never loaded together.
"""

import json
import sys
from pathlib import Path

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from dashapp.bench import orienteering, sweep
from geo.sweep_problem import SweepProblem
from geo.sweep_times import Timetable, timetable

SCALE = 10_000
"""OR-Tools counts in whole numbers: so many for a value of 1."""

WALKING = 0.005
"""What an average second earns, this share of it a walked second costs: it only breaks ties."""

FORBIDDEN = 1 << 30


def main() -> None:
    """Print the routes found for an instance within its seconds, as `shiyou bench` does."""
    path, seconds = Path(sys.argv[1]), float(sys.argv[2])
    if path.suffix == ".json":
        problem = sweep.read_instance(path)
        crews = zip(timetable(problem).crews, solve(problem, seconds), strict=True)
        routes = [{"shift": c.shift, "team": c.team, "doors": doors} for c, doors in crews]
    else:
        problem = orienteering.as_sweep(orienteering.read_instance(path))
        end = len(problem.doors) + 1
        found = solve(problem, seconds)
        routes = [[0, *(door + 1 for door in doors), end] for doors in found if doors]
    json.dump({"instance": path.name, "routes": routes}, sys.stdout)


def solve(problem: SweepProblem, seconds: float) -> list[list[int]]:
    """Return the doors of each crew: guided local search from parallel cheapest insertion."""
    table = timetable(problem)
    depots = [table.start] * len(table.crews), [table.start + 1] * len(table.crews)
    index = pywrapcp.RoutingIndexManager(table.start + 2, len(table.crews), *depots)
    routing = pywrapcp.RoutingModel(index)
    _add_times(routing, table)
    _add_values(routing, index, table)
    search = pywrapcp.DefaultRoutingSearchParameters()
    strategies = routing_enums_pb2.FirstSolutionStrategy
    search.first_solution_strategy = strategies.PARALLEL_CHEAPEST_INSERTION
    metaheuristics = routing_enums_pb2.LocalSearchMetaheuristic
    search.local_search_metaheuristic = metaheuristics.GUIDED_LOCAL_SEARCH
    search.time_limit.FromMilliseconds(int(seconds * 1000))
    answer = routing.SolveWithParameters(search)
    return [_route(routing, index, answer, crew) for crew in range(len(table.crews))]


def _add_times(routing: pywrapcp.RoutingModel, table: Timetable) -> None:
    takes = table.travel_s.copy()
    takes[:-2] += table.service_s[:, None]
    transit = routing.RegisterTransitMatrix(takes.tolist())
    routing.AddDimension(transit, 0, int(table.crew_end_s.max()), False, "time")
    clock = routing.GetDimensionOrDie("time")
    for crew in range(len(table.crews)):
        for end in (routing.Start(crew), routing.End(crew)):
            hours = int(table.crew_start_s[crew]), int(table.crew_end_s[crew])
            clock.CumulVar(end).SetRange(*hours)


def _add_values(
    routing: pywrapcp.RoutingModel, index: pywrapcp.RoutingIndexManager, table: Timetable
) -> None:
    """Make a door left out cost its best value, a worse crew the difference."""
    best = table.worth.max(axis=1)
    walked_s = SCALE * WALKING * best.sum() / table.total_s
    for crew, worth in enumerate(table.worth.T):
        cost = np.rint(table.travel_s * walked_s)
        cost[:, :-2] += np.where(worth > 0, np.rint((best - worth) * SCALE), FORBIDDEN)
        matrix = np.minimum(cost, FORBIDDEN).astype(int).tolist()
        routing.SetArcCostEvaluatorOfVehicle(routing.RegisterTransitMatrix(matrix), crew)
    for door, value in enumerate(best):
        routing.AddDisjunction([index.NodeToIndex(door)], round(value * SCALE))


def _route(
    routing: pywrapcp.RoutingModel,
    index: pywrapcp.RoutingIndexManager,
    answer: pywrapcp.Assignment,
    crew: int,
) -> list[int]:
    doors, place = [], answer.Value(routing.NextVar(routing.Start(crew)))
    while not routing.IsEnd(place):
        doors.append(index.IndexToNode(place))
        place = answer.Value(routing.NextVar(place))
    return doors


if __name__ == "__main__":
    main()
