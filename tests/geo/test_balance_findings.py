import pytest

from geo.balance_findings import Finding, Reason, find_obstacles
from geo.balance_problem import BalanceProblem
from geo.feasibility import GRID_BAND, Band

ROW = [(0, 1), (1, 2), (2, 3)]


def question(households, links, parts=2, band=GRID_BAND, locked=None):
    ends = tuple((one, other, 1.0) for one, other in links)
    return BalanceProblem(tuple(households), ends, parts, band, locked=locked or {})


def test_a_question_with_a_plan_has_no_obstacles():
    assert find_obstacles(question([450] * 4, ROW)) == ()


@pytest.mark.parametrize(("parts", "by"), [(1, 200), (2, 400)])
def test_a_total_that_does_not_fit_the_count_is_found(parts, by):
    found = find_obstacles(question([300] * 4, ROW, parts))
    assert found == (Finding(Reason.COUNT, by),)


def test_a_unit_above_the_band_is_found():
    found = find_obstacles(question([1100, 400, 400], [(0, 1), (1, 2)]))
    assert found == (Finding(Reason.UNIT_TOO_BIG, 100, (0,)),)


def test_a_unit_too_small_alone_and_too_big_with_any_neighbour_is_found():
    found = find_obstacles(question([700, 400, 600], [(0, 1), (1, 2)]))
    assert found == (Finding(Reason.UNIT_STUCK, 100, (0,)),)


def test_a_piece_that_cannot_be_cut_is_found_with_its_units():
    found = find_obstacles(question([300] * 4 + [900] * 2, [*ROW, (4, 5)], 4))
    assert found == (Finding(Reason.COUNT, 200), Finding(Reason.PIECE, 400, (0, 1, 2, 3)))


def test_more_pieces_than_parts_are_found():
    found = find_obstacles(question([10, 10, 10], [], 2, Band(10, 20)))
    assert Finding(Reason.PIECES, 1) in found


def test_units_locked_together_above_the_band_are_found():
    found = find_obstacles(question([450] * 4, ROW, locked={0: 1, 1: 1, 2: 1}))
    assert found == (Finding(Reason.LOCKED_TOO_BIG, 350, (0, 1, 2), 1),)
