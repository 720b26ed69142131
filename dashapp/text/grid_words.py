"""What a rebalancing tells in words: each has a sentence in the catalogues, `finding ...`."""

from enum import StrEnum


class Finding(StrEnum):
    """One thing worth saying about a place and its cut; numbers in the sentence come with it."""

    ONE_COUNT = "one_count"
    COUNTS = "counts"
    TOO_MANY = "too_many"
    TOO_FEW = "too_few"
    WIDER_BAND = "wider_band"
    OTHER_COUNT = "other_count"
    UNIT_TOO_BIG = "unit_too_big"
    UNIT_STUCK = "unit_stuck"
    PIECE = "piece"
    PIECES = "pieces"
    LOCKED_TOO_BIG = "locked_too_big"
    INVALID = "invalid"
    OVERLAPPING = "overlapping"
    DUPLICATE = "duplicate"
    OUTSIDE = "outside"
    COMPOUND_IN_PIECES = "compound_in_pieces"
    POINT_CELLS = "point_cells"
    APART = "apart"
    CLOSED = "closed"
    DOORLESS = "doorless"
