"""Footpaths inside a compound: a spine from gate to gate, and a path along each row of doors."""

import numpy as np
import shapely
from shapely import LineString, Point

from data.seed.ground import Block


def spine_of(block: Block) -> LineString | None:
    """Return the longest line across the rows of a block, through its middle."""
    centre = block.outline.centroid
    across = block.angle + np.pi / 2
    reach = np.sqrt(block.outline.area) * 3
    line = LineString(
        [
            (centre.x + reach * np.cos(across), centre.y + reach * np.sin(across)),
            (centre.x - reach * np.cos(across), centre.y - reach * np.sin(across)),
        ]
    )
    inside = line.intersection(block.outline)
    parts = [part for part in shapely.get_parts(inside) if isinstance(part, LineString)]
    return max(parts, key=lambda part: float(part.length), default=None)


def row_path(block: Block, doors: list[Point], spine: LineString) -> LineString | None:
    """Return a path past a row's doors, joined to the spine."""
    direction = (np.cos(block.angle), np.sin(block.angle))
    along = sorted(doors, key=lambda p: p.x * direction[0] + p.y * direction[1])
    joint = spine.interpolate(spine.project(shapely.centroid(shapely.multipoints(along))))
    points = sorted([*along, joint], key=lambda p: p.x * direction[0] + p.y * direction[1])
    line = LineString([(p.x, p.y) for p in points])
    return line if line.length > 1 else None
