"""The two bytes the map keeps of a building: what colour, and which marks."""

from enum import IntFlag
from typing import Final

from data.rules.coverage import CoverageStatus

NEUTRAL: Final = 0
"""Out of the reader's scope, or no building any more: an outline and nothing else."""

FILL: Final = {
    CoverageStatus.NOT_STARTED: 1,
    CoverageStatus.LAGGING: 2,
    CoverageStatus.PROGRESSING: 3,
    CoverageStatus.NEAR_COMPLETE: 4,
    CoverageStatus.COVERED: 5,
    CoverageStatus.VERIFIED: 6,
    CoverageStatus.EXCLUDED: 7,
    CoverageStatus.UNLISTED: 8,
}


class MapFlag(IntFlag):
    """Marks over the fill; one badge a building, in the order of ux: padlock, ring, !, star, clock."""

    NONE = 0
    OVERDUE = 1
    CONFLICT = 2
    PROBLEM_PLACE = 4
    KEY_AREA = 8
    STALE = 16
