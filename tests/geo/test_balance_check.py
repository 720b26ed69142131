import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.balance_check import Fault, Violation, examine, examine_move, moved_units
from geo.balance_problem import NO_PART, BalanceError, BalanceProblem, Weights
from geo.feasibility import Band

BAND = Band(80, 120)


def row_of_four(**changes):
    """Four units in a row, 50 households each, 10 m between neighbours."""
    question = {
        "households": (50, 50, 50, 50),
        "links": ((0, 1, 10.0), (1, 2, 20.0), (2, 3, 10.0)),
        "parts": 2,
        "band": BAND,
    }
    return BalanceProblem(**{**question, **changes})


def test_a_clean_cut_counts_households_and_metres():
    figures = examine(row_of_four(), [0, 0, 1, 1])
    assert figures.households == (100, 100)
    assert figures.boundary_m == 20.0
    assert figures.acceptable


def test_parts_out_of_band_are_named_with_the_households():
    figures = examine(row_of_four(), [0, 0, 0, 1])
    assert figures.violations == (
        Violation(Fault.TOO_BIG, 0, 30),
        Violation(Fault.TOO_SMALL, 1, 30),
    )


def test_a_part_in_two_pieces_is_named():
    figures = examine(row_of_four(), [0, 1, 1, 0])
    assert figures.violations == (Violation(Fault.IN_PIECES, 0, 1),)
    assert not figures.contiguous


def test_an_empty_part_is_too_small():
    figures = examine(row_of_four(), [0, 0, 0, 0])
    assert Violation(Fault.TOO_SMALL, 1, 80) in figures.violations
    assert figures.contiguous


def test_a_broken_lock_is_named():
    figures = examine(row_of_four(locked={0: 1}), [0, 0, 1, 1])
    assert figures.violations == (Violation(Fault.LOCK_BROKEN, 1, 1),)


def test_households_that_change_hands_are_those_whose_grid_does_not_go_on():
    problem = row_of_four(present=(7, 7, 9, NO_PART))
    assert problem.continues == (7, 9)
    assert moved_units(problem, [0, 1, 1, 1]) == (1,)
    assert examine(problem, [0, 1, 1, 1]).households_moved == 50


def test_the_smallest_grid_is_dissolved_when_there_are_too_many():
    problem = row_of_four(present=(3, 5, 5, 4), households=(50, 50, 50, 60))
    assert problem.continues == (4, 5)


def test_open_tasks_are_uneven_by_those_that_would_have_to_change_parts():
    figures = examine(row_of_four(tasks=(9, 1, 0, 0)), [0, 0, 1, 1])
    assert figures.tasks == (10, 0)
    assert figures.task_imbalance == 5


def test_the_objective_weighs_the_three_terms():
    problem = row_of_four(tasks=(9, 1, 0, 0), present=(0, 0, 0, 1))
    assert examine(problem, [0, 0, 1, 1]).objective(Weights(1, 2, 3)) == 20 + 2 * 50 + 3 * 5


def test_dragging_a_unit_shows_the_figures_after_the_move():
    figures = examine_move(row_of_four(), [0, 0, 1, 1], 1, 1)
    assert figures.households == (50, 150)
    assert figures.boundary_m == 10.0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"parts": 5}, "5 parts of 4 units"),
        ({"households": (50, -1, 50, 50)}, "unit 1 has a negative"),
        ({"links": ((0, 4, 1.0),)}, "link 0-4"),
        ({"links": ((1, 1, 1.0),)}, "link 1-1"),
        ({"links": ((0, 1, float("nan")),)}, "link 0-1"),
        ({"tasks": (1,)}, "tasks: 1 values"),
        ({"locked": {9: 0}}, "no unit 9"),
    ],
)
def test_a_question_out_of_range_is_refused_by_name(changes, message):
    with pytest.raises(BalanceError, match=message):
        row_of_four(**changes)


def test_weights_that_want_nothing_are_refused():
    with pytest.raises(BalanceError, match="all weights are 0"):
        Weights(0, 0, 0)


def test_a_plan_for_other_units_is_refused():
    with pytest.raises(BalanceError, match="3 assignments for 4 units"):
        examine(row_of_four(), [0, 0, 1])
    with pytest.raises(BalanceError, match="unit 3 is in part 2"):
        examine(row_of_four(), [0, 0, 1, 2])


def test_links_given_twice_are_added_up():
    problem = row_of_four(links=((0, 1, 1.0), (1, 0, 2.0), (1, 2, 1.0), (2, 3, 1.0)))
    assert problem.links[0] == (0, 1, 3.0)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=20),
    st.lists(st.integers(0, 2), min_size=10, max_size=10),
)
def test_pieces_agree_with_a_graph_library(pairs, assignment):
    links = tuple((a, b, 1.0) for a, b in pairs if a != b)
    problem = BalanceProblem((1,) * 10, links, 3, Band(1, 10))
    graph = nx.Graph()
    graph.add_nodes_from(range(10))
    graph.add_edges_from((a, b) for a, b, _ in links if assignment[a] == assignment[b])
    pieces = [assignment[min(piece)] for piece in nx.connected_components(graph)]
    assert examine(problem, assignment).pieces == tuple(pieces.count(part) for part in range(3))
