import itertools
import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.walking import DETOUR, Footpaths, WalkingError, walking_matrix

# A square of paths 100 m a side without its fourth side, and a path far off, joined to nothing.
SQUARE = Footpaths(
    np.array([[0, 0], [100, 0], [100, 100], [0, 100], [900, 0], [900, 50]], dtype=float),
    np.array([[0, 1], [1, 2], [2, 3], [4, 5]]),
)


def places(*xy):
    return np.array(xy, dtype=float).reshape(len(xy), 2)


def test_a_walk_follows_the_paths_round_a_corner():
    walks = walking_matrix(places((0, 0), (0, 100)), SQUARE)
    assert walks.distance_m[0, 1] == pytest.approx(300)
    assert walks.seconds[0, 1] == pytest.approx(250)
    assert walks.guessed_share == 0


def test_a_place_joins_the_nearest_point_of_a_path_and_the_step_to_it_counts():
    walks = walking_matrix(places((30, 10), (100, 40)), SQUARE)
    assert walks.distance_m[0, 1] == pytest.approx(10 + 70 + 40)


def test_places_beside_one_path_do_not_go_up_to_it_and_back():
    walks = walking_matrix(places((30, 20), (32, 20)), SQUARE)
    assert walks.distance_m[0, 1] == pytest.approx(2 * DETOUR)


def test_a_pair_without_a_way_falls_back_to_the_straight_line_and_says_so():
    walks = walking_matrix(places((0, 0), (100, 0), (900, 0)), SQUARE)
    assert walks.guessed.tolist() == [[0, 0, 1], [0, 0, 1], [1, 1, 0]]
    assert walks.distance_m[0, 2] == pytest.approx(900 * DETOUR)
    assert walks.distance_m[0, 1] == pytest.approx(100)
    assert walks.guessed_share == pytest.approx(4 / 6)


def test_a_place_far_from_every_path_is_guessed():
    assert walking_matrix(places((0, 0), (50, 400)), SQUARE).guessed[0, 1]


def test_without_a_network_every_walk_is_the_straight_line_and_a_third():
    walks = walking_matrix(places((0, 0), (30, 40)))
    assert walks.distance_m[0, 1] == pytest.approx(65)
    assert walks.guessed_share == 1


def test_nobody_and_one_place_are_no_trouble():
    assert walking_matrix(places()).distance_m.shape == (0, 0)
    assert walking_matrix(places(), SQUARE).distance_m.shape == (0, 0)
    assert walking_matrix(places((5, 5)), SQUARE).guessed_share == 0


def test_of_two_paths_between_the_same_nodes_the_shorter_is_walked_and_none_is_free():
    paths = Footpaths(
        places((0, 0), (100, 0), (200, 0)),
        np.array([[0, 1], [1, 0], [1, 2], [2, 2]]),
        np.array([180.0, 120.0, 130.0, 0.0]),
    )
    assert walking_matrix(places((0, 0), (200, 0)), paths).distance_m[0, 1] == pytest.approx(250)


@pytest.mark.parametrize(
    ("nodes", "edges", "lengths", "words"),
    [
        ([[0, 0, 0]], np.empty((0, 2), int), None, "one x, y a node"),
        ([[0, np.nan]], np.empty((0, 2), int), None, "no place"),
        ([[0, 0]], np.array([[0, 1]]), None, "outside 0..0"),
        ([[0, 0]], np.array([0, 0]), None, "two nodes an edge"),
        ([[0, 0], [1, 0]], np.array([[0, 1]]), np.array([1.0, 2.0]), "2 lengths for 1"),
        ([[0, 0], [1, 0]], np.array([[0, 1]]), np.array([-1.0]), "no length"),
    ],
)
def test_a_network_that_cannot_be_is_refused(nodes, edges, lengths, words):
    with pytest.raises(WalkingError, match=words):
        Footpaths(np.array(nodes, dtype=float), edges, lengths)


@pytest.mark.parametrize("bad", [[[0.0, np.inf]], [[1.0, 2.0, 3.0]]])
def test_places_without_a_place_are_refused(bad):
    with pytest.raises(WalkingError, match="finite x, y"):
        walking_matrix(np.array(bad))


points = st.lists(st.tuples(st.integers(-50, 950), st.integers(-50, 150)), min_size=1, max_size=8)


@settings(max_examples=40, deadline=None)
@given(points)
def test_walks_are_the_same_both_ways_and_never_shorter_than_the_straight_line(xy):
    at = places(*xy)
    walks = walking_matrix(at, SQUARE)
    straight = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    assert np.allclose(walks.distance_m, walks.distance_m.T)
    assert (walks.distance_m >= straight - 1e-6).all()


def shortest_ways(nodes, paths):
    """Floyd and Warshall in plain Python, from (node, node, metres)."""
    away = [[0.0 if one == other else math.inf for other in range(nodes)] for one in range(nodes)]
    for one, other, length in paths:
        away[one][other] = away[other][one] = min(away[one][other], length)
    for via, one, other in itertools.product(range(nodes), repeat=3):
        away[one][other] = min(away[one][other], away[one][via] + away[via][other])
    return away


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_walks_are_the_shortest_ways_of_a_plain_search_over_the_cut_paths(seed):
    rng = np.random.default_rng(seed)
    nodes = places(*[(x * 100, y * 100) for y in range(3) for x in range(3)])
    grid = [(n, n + 1) for n in range(9) if n % 3 < 2] + [(n, n + 3) for n in range(6)]
    edges = [edge for edge in grid if rng.random() < 0.8] or grid
    length_m = 100 * rng.uniform(1, DETOUR, len(edges))
    at = [(int(rng.integers(len(edges))), float(rng.uniform(0.1, 0.9))) for _ in range(5)]
    xy = [nodes[edges[k][0]] * (1 - share) + nodes[edges[k][1]] * share for k, share in at]
    cut = [(*edge, metres) for edge, metres in zip(edges, length_m, strict=True)]
    for place, (k, share) in enumerate(at):
        cut += [(9 + place, edges[k][end], abs(end - share) * length_m[k]) for end in (0, 1)]
    for (one, (k, here)), (other, (same, there)) in itertools.combinations(enumerate(at), 2):
        if k == same:
            cut.append((9 + one, 9 + other, abs(here - there) * length_m[k]))
    expected = np.array(shortest_ways(14, cut))[9:, 9:]
    walks = walking_matrix(np.array(xy), Footpaths(nodes, np.array(edges), length_m))
    assert (walks.guessed == np.isinf(expected)).all()
    known = np.isfinite(expected)
    assert walks.distance_m[known] == pytest.approx(expected[known])


def test_a_thousand_places_on_five_thousand_nodes_take_about_a_second():
    side, rng = 71, np.random.default_rng(0)
    index = np.arange(side * side)
    nodes = np.column_stack([index % side, index // side]) * 20.0
    right, up = index[index % side < side - 1], index[:-side]
    edges = np.vstack([np.column_stack([right, right + 1]), np.column_stack([up, up + side])])
    paths, at = Footpaths(nodes, edges), rng.uniform(0, 1400, (1000, 2))
    began = time.process_time()
    walks = walking_matrix(at, paths)
    # Processor time, with room for a slow machine; an unsuited method takes ten times as long.
    assert time.process_time() - began < 3
    assert walks.guessed_share == 0
