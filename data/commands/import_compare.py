"""Compare a checked file with the places that are there: what is new, changed, the same, refused.

Nothing here writes; what a place keeps when it is redrawn and where a new one belongs is decided here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from data.queries.present_places import PresentArea, PresentPlace, PresentPlaces
from data.sources.map_checks import DUPLICATE, REFUSED, CheckedFile, Finding, UsableFeature
from data.sources.map_features import (
    ADDRESSES,
    LEVELS,
    NAMES,
    NUMBERS,
    STREETS,
    MapFileRefused,
    first_of,
)
from data.sources.map_position import fitting_system
from geo.boundaries import Placement, place
from geo.cleaning import same_outline, twins
from geo.crs import degrees_centre, metres_code, to_metres

LARGEST_SHARE: Final = "largest-share"
# Buildings that are redrawn move together (a better survey) or by a few metres. Codes that lead to
# places scattered farther than this stand for other buildings of another source.
STRAY_M: Final = 500.0
ENOUGH_TO_MOVE_TOGETHER: Final = 10
LABELS_NAMED: Final = 3

Texts = dict[str, Any]
TextsOf = Callable[[dict[str, str]], Texts]


@dataclass(frozen=True, slots=True)
class Change:
    """One compound or building that is new, or (with `present`) changed.

    `adopts` are the ids of buildings that come to belong to a compound. Without a committee it goes to
    the only one of a subdistrict that begins.
    """

    row: int
    label: str
    identity: str
    shape: BaseGeometry
    texts: Texts
    committee_id: int | None = None
    compound_id: int | None = None
    present: PresentPlace | None = None
    adopts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """What an import would change; the area that each kept row of the file belongs to; findings."""

    changes: tuple[Change, ...]
    areas: dict[int, str]
    findings: tuple[Finding, ...] = ()


def building_texts(properties: dict[str, str]) -> Texts:
    """Return what a file says of a building; "" and None where it says nothing."""
    number, street = first_of(properties, NUMBERS), first_of(properties, STREETS)
    floors = first_of(properties, LEVELS)
    return {
        "name": (first_of(properties, NAMES) or f"{street}{number}")[:80],
        "label": number[:12],
        "address": (first_of(properties, ADDRESSES) or f"{street}{number}")[:160],
        "floors": int(floors) if floors.isdecimal() and len(floors) < 4 else None,
    }


def compound_texts(properties: dict[str, str]) -> Texts:
    """Return what a file says of a compound."""
    return {
        "name": first_of(properties, NAMES)[:80],
        "address": first_of(properties, ADDRESSES)[:120],
    }


def all_new(features: Sequence[UsableFeature], texts_of: TextsOf, area: str) -> Compared:
    """Return every feature as new, for a subdistrict that begins with them."""
    changes = tuple(_new(feature, texts_of(feature.properties), None) for feature in features)
    return Compared(changes, {feature.row: area for feature in features})


def _new(feature: UsableFeature, said: Texts, committee_id: int | None) -> Change:
    texts = said | {"name": said["name"] or feature.label[:80]}
    return Change(feature.row, feature.label, feature.identity, feature.shape, texts, committee_id)


class Comparison:
    """Compares the features of one kind with the places of that kind in a subdistrict."""

    def __init__(
        self,
        checked: CheckedFile,
        known: PresentPlaces,
        places: Sequence[PresentPlace],
        texts_of: TextsOf,
        *,
        by_share: bool,
    ) -> None:
        self.checked, self.known, self.present = checked, known, places
        self.texts_of, self.by_share = texts_of, by_share
        self.by_identity = {present.identity: present for present in places}
        self.committees = {committee.id: committee for committee in known.committees}
        self.findings: list[Finding] = []

    def compared(self, whole: PresentArea) -> Compared:
        """Return what changes; MapFileRefused when a feature has no place or two, or codes have strayed."""
        features = self._not_there_under_another_code()
        pairs = [(f, p) for f in features if (p := self.by_identity.get(f.identity)) is not None]
        _refuse_strays(pairs, whole)
        same = self._unchanged(pairs)
        changed = [feature for feature in features if feature.row not in same]
        committees = self._places_of(changed, whole)
        changes = [change for f in changed if (change := self._change(f, committees[f.row]))]
        areas = {row: self.committees[id_].code for row, id_ in same.items()}
        areas |= {row: committee.code for row, committee in committees.items()}
        refused = {finding.row for finding in self.findings}
        kept = {row: area for row, area in areas.items() if row not in refused}
        return Compared(tuple(changes), kept, tuple(self.findings))

    def _not_there_under_another_code(self) -> list[UsableFeature]:
        """Leave out and list what stands on the map under another code."""
        features, kept = self.checked.usable, []
        others = twins(shapes_of(features), outlines_of(self.present))
        for feature, twin in zip(features, others, strict=True):
            if twin < 0 or feature.identity in self.by_identity:
                kept.append(feature)
                continue
            there = self.present[twin]
            self._find(feature, DUPLICATE, f"on the map already as {there.code}", there)
        return kept

    def _find(
        self, feature: UsableFeature, verdict: str, reason: str, present: PresentPlace
    ) -> None:
        area = self.committees[present.committee_id].code
        self.findings.append(Finding(feature.row, feature.label, verdict, reason, area))

    def _unchanged(self, pairs: Sequence[tuple[UsableFeature, PresentPlace]]) -> dict[int, int]:
        """Return the rows whose outline and texts are as they were, with their committee's id."""
        same = same_outline(shapes_of([f for f, _ in pairs]), outlines_of([p for _, p in pairs]))
        return {
            feature.row: present.committee_id
            for (feature, present), is_same in zip(pairs, same, strict=True)
            if is_same and not self._says_anew(feature, present)
        }

    def _says_anew(self, feature: UsableFeature, present: PresentPlace) -> bool:
        said = self.texts_of(feature.properties)
        return any(value and value != present.texts[name] for name, value in said.items())

    def _places_of(
        self, features: Sequence[UsableFeature], whole: PresentArea
    ) -> dict[int, PresentArea]:
        """Return each feature's committee by row: the present one as long as a real part lies in it."""
        code = metres_code(*degrees_centre(whole.outline))
        areas = array_of([committee.outline for committee in self.known.committees])
        found: dict[int, PresentArea] = {}
        across: list[tuple[UsableFeature, Placement]] = []
        outside: list[UsableFeature] = []
        placements = place(to_metres(shapes_of(features), code), to_metres(areas, code))
        for feature, placed in zip(features, placements, strict=True):
            if placed is None:
                outside.append(feature)
                continue
            stays = self._present_committee(feature, placed)
            if stays is None and placed.is_shared and not self.by_share:
                across.append((feature, placed))
            found[feature.row] = stays or self.known.committees[placed.area]
        self._refuse_outside(outside, whole)
        self._refuse_across(across)
        return found

    def _present_committee(self, feature: UsableFeature, placed: Placement) -> PresentArea | None:
        present = self.by_identity.get(feature.identity)
        within = {self.known.committees[index].id for index, _ in placed.shares}
        if present is None or present.committee_id not in within:
            return None
        return self.committees[present.committee_id]

    def _refuse_outside(self, outside: Sequence[UsableFeature], whole: PresentArea) -> None:
        if not outside:
            return
        other = fitting_system(shapes_of(self.checked.usable), whole.outline, self.checked.crs)
        hint = "cut the file to the street's outline"
        if other is not None:
            hint = f"read as {other} all would lie inside: is it --crs {other}?"
        raise MapFileRefused(
            f"{len(outside)} of {len(self.checked.usable)} features lie in no committee of {whole.name} "
            f"({_listed(outside)}): {hint}"
        )

    def _refuse_across(self, across: Sequence[tuple[UsableFeature, Placement]]) -> None:
        if not across:
            return
        feature, placed = across[0]
        shares = ", ".join(
            f"{self.known.committees[index].name} {share:.0%}" for index, share in placed.shares
        )
        others = [other for other, _ in across[1:]]
        more = f" and so do {len(others)} more ({_listed(others)})" if others else ""
        raise MapFileRefused(
            f"{feature.label} lies across committees ({shares}){more}: "
            f"say --assign {LARGEST_SHARE}, or cut what lies across in the file"
        )

    def _change(self, feature: UsableFeature, committee: PresentArea) -> Change | None:
        """Return the change; None, with a finding, for what the register holds in another committee."""
        present, said = self.by_identity.get(feature.identity), self.texts_of(feature.properties)
        if present is None:
            return _new(feature, said, committee.id)
        if present.is_settled and committee.id != present.committee_id:
            reason = (
                f"it has moved from {self.committees[present.committee_id].name} to {committee.name}, "
                "and rooms or tasks of the register are behind it: a map does not move those"
            )
            self._find(feature, REFUSED, reason, present)
            return None
        texts = present.texts | {name: value for name, value in said.items() if value}
        stays = committee.id == present.committee_id
        compound_id = present.compound_id if stays else None
        return Change(
            feature.row, feature.label, feature.identity, feature.shape, texts,
            committee.id, compound_id, present,
        )  # fmt: skip


def _refuse_strays(pairs: Sequence[tuple[UsableFeature, PresentPlace]], whole: PresentArea) -> None:
    """Refuse a file whose codes are those of places elsewhere: it would move one building onto another."""
    code = metres_code(*degrees_centre(whole.outline))
    moves = _centres([feature.shape for feature, _ in pairs], code) - _centres(
        [present.outline for _, present in pairs], code
    )
    together = np.median(moves, axis=0) if len(pairs) >= ENOUGH_TO_MOVE_TOGETHER else 0.0
    apart = np.hypot(*(moves - together).T)
    strays = np.flatnonzero(apart > STRAY_M)
    if len(strays):
        first, present = pairs[strays[0]]
        raise MapFileRefused(
            f"{len(strays)} codes belong to places elsewhere on the map ({first.label} is {present.code}, "
            f"{apart[strays[0]]:,.0f} m away): does the file number its features in its own way?"
        )


def _centres(shapes: Sequence[BaseGeometry], code: int) -> npt.NDArray[np.float64]:
    return np.asarray(shapely.get_coordinates(to_metres(shapely.centroid(array_of(shapes)), code)))


def _listed(features: Sequence[UsableFeature]) -> str:
    named = ", ".join(feature.label for feature in features[:LABELS_NAMED])
    return named + (" ..." if len(features) > LABELS_NAMED else "")


def shapes_of(features: Sequence[UsableFeature]) -> npt.NDArray[Any]:
    """Return the shapes of features as an array."""
    return array_of([feature.shape for feature in features])


def outlines_of(places: Sequence[PresentPlace]) -> npt.NDArray[Any]:
    """Return the outlines of places as an array."""
    return array_of([place.outline for place in places])


def array_of(shapes: Sequence[BaseGeometry]) -> npt.NDArray[Any]:
    """Return shapes as an array of objects, whatever numpy would make of a sequence."""
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array
