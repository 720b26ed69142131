"""The one palette: seven classes safe in four kinds of colour vision, each with a second channel.

Source of the hues: measured with CAM02-UCS under full-severity simulation, smallest distance of any two
classes 23.7 / 22.1 / 19.7 / 22.7 (normal, deutan, protan, tritan vision). Map, matrix, legend, tables and
exports read this module.
"""

from dataclasses import dataclass
from typing import Final

from data.rules.coverage import CoverageStatus, DwellingStatus
from data.rules.grids import SizeStatus
from data.rules.map_bytes import FILL, NEUTRAL, MapFlag

DARK: Final = "#14181E"
NEUTRAL_FILL: Final = "#D7DADD"
OVERDUE: Final = "#A50026"


@dataclass(frozen=True, slots=True)
class Shade:
    """How a class looks: fill (None leaves it open), text on it, hatch on screen, hatch in print."""

    fill: str | None
    text: str
    hatch: str = ""
    print_hatch: str = ""


NOT_STARTED: Final = Shade("#A50026", "#FFFFFF", print_hatch="solid")
LAGGING: Final = Shade("#F46D43", "#111111", print_hatch="dense")
PROGRESSING: Final = Shade("#FEE08B", "#111111", print_hatch="sparse")
NEAR_COMPLETE: Final = Shade("#ABD9E9", "#111111", print_hatch="dots")
COVERED: Final = Shade("#4393C3", "#111111", print_hatch="lines")
VERIFIED: Final = Shade("#08306B", "#FFFFFF", print_hatch="double")
EXCLUDED: Final = Shade("#8A8A8A", "#111111", hatch="white", print_hatch="cross")
REFUSED: Final = Shade("#F46D43", "#111111", hatch="black", print_hatch="dense")
OUT_OF_SCOPE: Final = Shade(NEUTRAL_FILL, "#4A525C")
UNLISTED: Final = Shade(None, "#111111", hatch="dashed", print_hatch="none")

COVERAGE: Final = {
    CoverageStatus.NOT_STARTED: NOT_STARTED,
    CoverageStatus.LAGGING: LAGGING,
    CoverageStatus.PROGRESSING: PROGRESSING,
    CoverageStatus.NEAR_COMPLETE: NEAR_COMPLETE,
    CoverageStatus.COVERED: COVERED,
    CoverageStatus.VERIFIED: VERIFIED,
    CoverageStatus.EXCLUDED: EXCLUDED,
    CoverageStatus.UNLISTED: UNLISTED,
}
DWELLING: Final = {
    DwellingStatus.VERIFIED: VERIFIED,
    DwellingStatus.REGISTERED: COVERED,
    DwellingStatus.VACANT: NEAR_COMPLETE,
    DwellingStatus.COLLECTED: PROGRESSING,
    DwellingStatus.NO_CONTACT: LAGGING,
    DwellingStatus.REFUSED: REFUSED,
    DwellingStatus.UNCOLLECTED: NOT_STARTED,
    DwellingStatus.CONFLICT: COVERED,
    DwellingStatus.EXCLUDED: EXCLUDED,
}
# Too small to too large: two hues that part also for the colour-blind, the darker the further out.
SIZE: Final = {
    SizeStatus.UNDERSIZE: Shade("#92C5DE", "#111111", print_hatch="dots"),
    SizeStatus.IN_BAND: Shade("#F7F7F7", "#111111", print_hatch="none"),
    SizeStatus.OVERSIZE: Shade("#F4A582", "#111111", print_hatch="sparse"),
    SizeStatus.SEVERELY_OVERSIZE: Shade("#B2182B", "#FFFFFF", print_hatch="dense"),
}
SIZE_BYTE: Final = {status: byte for byte, status in enumerate(SIZE, start=1)}
# One letter a status in the matrix; y is a conflict with nobody registered.
LETTER: Final = {
    DwellingStatus.VERIFIED: "v",
    DwellingStatus.REGISTERED: "r",
    DwellingStatus.VACANT: "a",
    DwellingStatus.COLLECTED: "c",
    DwellingStatus.NO_CONTACT: "n",
    DwellingStatus.REFUSED: "f",
    DwellingStatus.UNCOLLECTED: "u",
    DwellingStatus.CONFLICT: "x",
    DwellingStatus.EXCLUDED: "e",
}
UNRESOLVED_CONFLICT: Final = "y"
# Order of badges on the map: one a building, the first that is set.
BADGES: Final = (
    MapFlag.PROBLEM_PLACE,
    MapFlag.OVERDUE,
    MapFlag.CONFLICT,
    MapFlag.KEY_AREA,
    MapFlag.STALE,
)


def dwelling_letter(status: DwellingStatus, *, resolved: bool) -> str:
    """Return the matrix's letter of a dwelling."""
    if status is DwellingStatus.CONFLICT and not resolved:
        return UNRESOLVED_CONFLICT
    return LETTER[status]


def size_palette() -> dict[str, object]:
    """Return how buildings look by the size of their grid; byte 0 is a building out of scope."""
    by_byte = {str(SIZE_BYTE[status]): shade for status, shade in SIZE.items()}
    by_byte[str(NEUTRAL)] = OUT_OF_SCOPE
    return _looks(by_byte)


def _looks(by_byte: dict[str, Shade]) -> dict[str, object]:
    return {
        "fill": {byte: shade.fill for byte, shade in by_byte.items()},
        "text": {byte: shade.text for byte, shade in by_byte.items()},
        "hatch": {byte: shade.hatch for byte, shade in by_byte.items() if shade.hatch},
        "print": {byte: shade.print_hatch for byte, shade in by_byte.items() if shade.print_hatch},
    }


def map_palette() -> dict[str, object]:
    """Return what the map's script needs: fills and text colours by byte, badges in order."""
    by_byte = {str(FILL[status]): shade for status, shade in COVERAGE.items()}
    by_byte[str(NEUTRAL)] = OUT_OF_SCOPE
    letters = {LETTER[status]: shade for status, shade in DWELLING.items()}
    letters[UNRESOLVED_CONFLICT] = LAGGING
    return {
        **_looks(by_byte),
        "outline": DARK,
        "badges": [int(flag) for flag in BADGES],
        "cells": {letter: [s.fill, s.text, s.hatch] for letter, s in letters.items()},
        "codes": {str(FILL[status]): status.value for status in COVERAGE},
    }
