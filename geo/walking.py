"""How long the walk between places takes, over the footpaths where there are any.

Plane coordinates in metres (one projected CRS for everything). Where the network does not lead
from one place to another, the pair falls back to the straight line times DETOUR and says so.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Truths = NDArray[np.bool_]

WALKING_M_PER_S = 1.2
DETOUR = 1.3
"""How much longer a way on foot is than the straight line where no network is known."""

REACH_M = 150.0
"""A place farther than this from every footpath is not on the network."""


class WalkingError(ValueError):
    """A network or places that cannot be: one line saying what is wrong and where."""


@dataclass(frozen=True)
class Footpaths:
    """A network: node_xy in metres, shape (nodes, 2); edges of two nodes, walked both ways.

    length_m is one number per edge, None = straight. Raises WalkingError.
    """

    node_xy: Floats
    edges: Ints
    length_m: Floats | None = None

    def __post_init__(self) -> None:
        """Refuse nodes without a place, edges without nodes and negative lengths."""
        if self.node_xy.ndim != 2 or self.node_xy.shape[1:] != (2,):
            raise WalkingError(f"node_xy has shape {self.node_xy.shape}: give one x, y a node")
        if not np.isfinite(self.node_xy).all():
            raise WalkingError("a node of the footpaths has no place: give finite metres")
        if self.edges.shape != (len(self.edges), 2):
            raise WalkingError(f"edges have shape {self.edges.shape}: give two nodes an edge")
        if self.edges.size and not 0 <= self.edges.min() <= self.edges.max() < len(self.node_xy):
            raise WalkingError(f"an edge names a node outside 0..{len(self.node_xy) - 1}")
        if self.length_m is not None:
            self._check_lengths(self.length_m)

    def _check_lengths(self, length_m: Floats) -> None:
        if length_m.shape != (len(self.edges),):
            raise WalkingError(f"{len(length_m)} lengths for {len(self.edges)} edges")
        if not (np.isfinite(length_m) & (length_m >= 0)).all():
            raise WalkingError("an edge of the footpaths has no length: give metres >= 0")


@dataclass(frozen=True)
class Walks:
    """Walking distances between places, shape (places, places); from row to column.

    guessed: pairs for which there is no way over the network, only the straight line x DETOUR.
    """

    distance_m: Floats
    guessed: Truths

    @property
    def seconds(self) -> Floats:
        """Return the walks in seconds at WALKING_M_PER_S."""
        return self.distance_m / WALKING_M_PER_S

    @property
    def guessed_share(self) -> float:
        """Return the share of pairs that are guessed, 0..1."""
        pairs = self.guessed.size - len(self.guessed)
        return float(self.guessed.sum() / pairs) if pairs else 0.0


def walking_matrix(places: Floats, footpaths: Footpaths | None = None) -> Walks:
    """Return the walks between all places (metres, shape (places, 2)); raises WalkingError.

    A place joins the network at the nearest point of its nearest path, the straight line there
    included. 1,000 places on 5,000 nodes take about 0.5 s.
    """
    if places.ndim != 2 or places.shape[1:] != (2,) or not np.isfinite(places).all():
        raise WalkingError(f"places have shape {places.shape}: give one finite x, y in metres each")
    straight_m = _straight(places)
    if footpaths is None or not len(footpaths.edges) or not len(places):
        guessed = np.ones(straight_m.shape, dtype=np.bool_)
        np.fill_diagonal(guessed, val=False)
        return Walks(straight_m * DETOUR, guessed)
    network_m = _over_network(places, footpaths, straight_m)
    guessed = np.isinf(network_m)
    distance_m = np.where(guessed, straight_m * DETOUR, np.maximum(network_m, straight_m))
    np.fill_diagonal(distance_m, 0.0)
    np.fill_diagonal(guessed, val=False)
    return Walks(distance_m, guessed)


def _straight(places: Floats) -> Floats:
    apart = places[:, None, :] - places[None, :, :]
    away: Floats = np.hypot(apart[..., 0], apart[..., 1])
    return away


def _over_network(places: Floats, footpaths: Footpaths, straight_m: Floats) -> Floats:
    """Return metres over the network, infinite where it does not lead."""
    edge, reach_m, along = _nearest_paths(places, footpaths)
    length_m = _lengths(footpaths)
    to_end_m = np.stack([along, 1 - along]) * length_m[edge]
    ends = footpaths.edges[edge].T
    from_place_m = _dijkstra(footpaths, length_m, ends, to_end_m)
    way: Floats = np.minimum(
        from_place_m[:, ends[0]] + to_end_m[0], from_place_m[:, ends[1]] + to_end_m[1]
    )
    # Two places beside one path walk along it, and need not go up to it and back.
    beside = edge[:, None] == edge[None, :]
    between_m = np.abs(to_end_m[0][:, None] - to_end_m[0][None, :])
    way = np.where(beside, np.minimum(way, between_m), way)
    way += reach_m[:, None] + reach_m[None, :]
    way = np.where(beside, np.minimum(way, straight_m * DETOUR), way)
    off = reach_m > REACH_M
    way[off, :] = way[:, off] = np.inf
    return way


def _nearest_paths(places: Floats, footpaths: Footpaths) -> tuple[Ints, Floats, Floats]:
    """Return for each place its nearest edge, the metres to it, and where on it (0..1)."""
    paths = np.asarray(shapely.linestrings(footpaths.node_xy[footpaths.edges]))
    points = np.asarray(shapely.points(places))
    edge = np.asarray(shapely.STRtree(paths).nearest(points), dtype=np.int64)
    reach_m = np.asarray(shapely.distance(paths[edge], points))
    along = np.asarray(shapely.line_locate_point(paths[edge], points, normalized=True))
    return edge, reach_m, along


def _lengths(footpaths: Footpaths) -> Floats:
    if footpaths.length_m is not None:
        return footpaths.length_m
    one, other = footpaths.edges.T
    straight: Floats = np.hypot(*(footpaths.node_xy[one] - footpaths.node_xy[other]).T)
    return straight


def _dijkstra(footpaths: Footpaths, length_m: Floats, ends: Ints, to_end_m: Floats) -> Floats:
    """Return metres from each place to each node.

    A place is a node of its own from which ways lead to the ends of its edge but none back: no
    other place's search need pass it.
    """
    nodes, count = len(footpaths.node_xy), ends.shape[1]
    origins = nodes + np.arange(count)
    one, other = footpaths.edges.T
    graph = _graph(
        np.concatenate([one, other, origins, origins]),
        np.concatenate([other, one, ends[0], ends[1]]),
        np.concatenate([length_m, length_m, to_end_m[0], to_end_m[1]]),
        nodes + count,
    )
    found: Floats = np.asarray(dijkstra(graph, directed=True, indices=origins))
    return found[:, :nodes]


def _graph(tail: Ints, head: Ints, length_m: Floats, nodes: int) -> csr_array:
    """Return ways as a sparse matrix, the shortest of parallel ones in each cell."""
    order = np.lexsort((length_m, head, tail))
    kept = order[np.unique(tail[order] * nodes + head[order], return_index=True)[1]]
    # A stored 0 would be read as no way at all.
    shown_m = np.maximum(length_m[kept], 1e-9)
    return csr_array((shown_m, (tail[kept], head[kept])), shape=(nodes, nodes))
