"""From raw features to shapes in EPSG:4490 that may be imported, with a verdict on each of the others."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from data.sources.map_features import IDENTITIES, MapFileRefused, RawFeature, RawFile
from data.sources.map_position import require_fit, require_whole
from geo.cleaning import Cleaned, Fault, clean_area, duplicates, hang_together
from geo.crs import SourceCrs, UnknownCrsError, rough_area_m2, source_crs, to_stored
from geo.footprints import content_hash
from geo.mending import Mender

LONGEST_IDENTITY: Final = 100
PROGRESS_EVERY: Final = 200
# A file whose repair takes longer than this is not a map with a few mistakes.
MOST_REPAIR_S: Final = 60.0
SLIVER_M2: Final = 1.0
# What one of them may cover: the largest hall is 0.5 km2, the largest town 50,000 km2.
LIMITS_M2: Final = {
    "boundaries": (10_000.0, 5e10), "compounds": (10.0, 5e7), "buildings": (0.001, 2e6),
}  # fmt: skip
KEPT, REPAIRED, JOINED, DUPLICATE, REFUSED = "kept", "repaired", "joined", "duplicate", "refused"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """What happened to one feature of a file, by its row from 1: repaired, joined, duplicate, refused.

    `area` is the code of the committee, or the name of the district, of what became of it.
    """

    row: int
    label: str
    verdict: str
    reason: str
    area: str = ""


@dataclass(frozen=True, slots=True)
class UsableFeature:
    """A feature that may be imported; its identity is the file's code for it or a hash of its shape.

    `label` is what a report calls it: its code, or its row where it has none.
    """

    row: int
    identity: str
    label: str
    properties: dict[str, str]
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """The usable features of a file, a finding for each one that is not as it came, notes on the whole.

    `kept_row` says for a row that was joined or a duplicate which row stands for it, `codes_from` which
    columns the identities come from.
    """

    usable: tuple[UsableFeature, ...]
    findings: tuple[Finding, ...]
    kept_row: dict[int, int]
    read: int
    crs: SourceCrs
    layer: str
    notes: tuple[str, ...]
    codes_from: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Coded:
    """A raw feature with the identity that the file gives it, "" when it gives none."""

    raw: RawFeature
    identity: str

    @property
    def label(self) -> str:
        return self.identity or f"row {self.raw.row}"

    def finding(self, verdict: str, reason: str) -> Finding:
        return Finding(self.raw.row, self.label, verdict, reason)


REASONS: Final = {
    Fault.TOO_FEW_POINTS: "a ring of too few points encloses nothing",
    Fault.NOT_A_NUMBER: "a coordinate is no number of a map",
    Fault.NO_AREA: "it encloses no area",
    Fault.SELF_CROSSING: "its outline crosses itself",
    Fault.HOLE_OUTSIDE: "a hole lies outside its outline",
    Fault.TOO_MANY_VERTICES: "it has more than a million vertices",
    Fault.TOO_LONG_TO_REPAIR: "its outline crosses itself too often to be repaired",
    Fault.UNCLOSED: "its ring was not closed",
    Fault.MIXED: "points and lines beside its area were dropped",
}


def check_features(raw: RawFile, crs: str | None, kind: str, progress: Progress) -> CheckedFile:
    """Clean every feature, bring it to EPSG:4490, find duplicates, join the pieces of one code.

    `crs` wins over what the file says; what is far too small or large for its kind is refused. Raises
    MapFileRefused when the coordinates cannot be in the system, or no system is known.
    """
    source = _system(raw, crs)
    columns, coded = _coded(raw)
    cleaned, findings = _cleaned(coded, progress)
    shapes = _stored(cleaned, source)
    kept_row: dict[int, int] = {}
    distinct, doubled = _distinct(cleaned, shapes, kept_row)
    sized, unfit = _sized(distinct, kind)
    usable, joined = _joined(sized, kept_row)
    slivers = _slivers(usable)
    # Districts are known by name and ground.
    on_codes = [] if kind == "boundaries" else _notes_on_codes(raw, columns, coded)
    return CheckedFile(
        tuple(usable),
        tuple(sorted((*findings, *doubled, *unfit, *joined), key=lambda finding: finding.row)),
        kept_row,
        len(raw.features),
        source,
        raw.layer,
        (*on_codes, *_notes(raw, crs, coded), *slivers),
        tuple(columns),
    )


def _system(raw: RawFile, asked: str | None) -> SourceCrs:
    try:
        if asked is not None:
            return source_crs(asked)
    except UnknownCrsError as error:
        raise MapFileRefused(f"--crs: {error}") from error
    if raw.crs is None:
        raise MapFileRefused(f"the file's coordinates: {raw.crs_fault}: say which it is by --crs")
    return raw.crs


def _notes(raw: RawFile, asked: str | None, coded: Sequence[_Coded]) -> list[str]:
    notes = []
    raised = sum(1 for feature in coded if Fault.RAISED in feature.raw.flaws)
    if raised:
        notes.append(f"heights were dropped from {raised}")
    if asked is not None and raw.crs is not None and raw.crs.name != source_crs(asked).name:
        notes.append(
            f"the file says {raw.crs.name}, --crs says {source_crs(asked).name}: --crs holds"
        )
    return notes


def _notes_on_codes(raw: RawFile, columns: Sequence[str], coded: Sequence[_Coded]) -> list[str]:
    notes = [f"codes come from {', '.join(columns)}"] if columns else []
    nameless = sum(1 for feature in coded if not feature.identity and feature.raw.shape is not None)
    if nameless:
        notes.append(
            f"{nameless} without a code are known by their shape: a redrawn one will count as new"
        )
    unfit = sorted((raw.columns & set(IDENTITIES)) - set(columns))
    if nameless and unfit:
        notes.append(f"not taken for a code, as many rows share a value: {', '.join(unfit)}")
    return notes


def _coded(raw: RawFile) -> tuple[list[str], list[_Coded]]:
    """Return the columns that identify features, and each feature with its identity.

    A column that gives most rows the same few values (a land use, a class) is no identity.
    """
    columns = [name for name in IDENTITIES if _tells_apart(raw.features, name)]
    if not columns and _differ([feature.feature_id for feature in raw.features]):
        return ["id"], [_Coded(each, _short(each.feature_id)) for each in raw.features]
    coded = [
        _Coded(each, next((each.properties[c] for c in columns if c in each.properties), ""))
        for each in raw.features
    ]
    used = [name for name in columns if any(name in each.properties for each in raw.features)]
    return used, [replace(each, identity=_short(each.identity)) for each in coded]


def _tells_apart(features: Sequence[RawFeature], column: str) -> bool:
    return _differ([f.properties[column] for f in features if column in f.properties])


def _differ(values: Sequence[str]) -> bool:
    given = [value for value in values if value]
    return bool(given) and 2 * len(set(given)) >= len(given)


def _short(identity: str) -> str:
    if len(identity) <= LONGEST_IDENTITY:
        return identity
    return f"{identity[: LONGEST_IDENTITY - 20]}~{content_hash(identity.encode())[:12]}"


def _cleaned(
    coded: Sequence[_Coded], progress: Progress
) -> tuple[list[tuple[_Coded, BaseGeometry]], list[Finding]]:
    kept: list[tuple[_Coded, BaseGeometry]] = []
    findings: list[Finding] = []
    with Mender() as mender:
        for done, feature in enumerate(coded):
            if done % PROGRESS_EVERY == 0:
                progress(done, len(coded))
            shape, found = _judged(feature, mender)
            findings += found
            if shape is not None:
                kept.append((feature, shape))
            if mender.spent_s > MOST_REPAIR_S:
                raise MapFileRefused(
                    f"repairing its shapes takes more than {MOST_REPAIR_S:.0f} s "
                    f"(at {feature.label}): repair them in a mapping program first"
                )
    return kept, findings


def _judged(feature: _Coded, mender: Mender) -> tuple[BaseGeometry | None, list[Finding]]:
    if feature.raw.shape is None:
        return None, [feature.finding(REFUSED, feature.raw.fault or "it has no geometry")]
    result = clean_area(feature.raw.shape, mender.mend)
    if result.shape is None:
        return None, [feature.finding(REFUSED, _reason(result))]
    flaws = sorted(feature.raw.flaws & REASONS.keys())
    reasons = [_reason(result)] if result.fault else []
    reasons += [REASONS[flaw] for flaw in flaws]
    return result.shape, [feature.finding(REPAIRED, ", ".join(reasons))] if reasons else []


def _reason(result: Cleaned) -> str:
    reason = REASONS[result.fault or Fault.NO_AREA]
    return reason if result.at is None else f"{reason} at {result.at[0]:.6f}, {result.at[1]:.6f}"


def _stored(cleaned: Sequence[tuple[_Coded, BaseGeometry]], source: SourceCrs) -> np.ndarray:
    shapes = _array([shape for _, shape in cleaned])
    require_fit(shapes, source)
    try:
        stored = np.asarray(to_stored(shapes, source), dtype=object)
    except UnknownCrsError as error:
        raise MapFileRefused(str(error)) from error
    require_whole(stored, source)
    return stored


def _array(shapes: Sequence[Any]) -> np.ndarray:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    return array


def _distinct(
    cleaned: Sequence[tuple[_Coded, BaseGeometry]], shapes: np.ndarray, kept_row: dict[int, int]
) -> tuple[list[tuple[_Coded, BaseGeometry]], list[Finding]]:
    """Keep the first of equal outlines."""
    kept, findings = [], []
    for (feature, _), shape, first in zip(cleaned, shapes, duplicates(shapes), strict=True):
        if first < 0:
            kept.append((feature, shape))
            continue
        earlier = cleaned[first][0]
        kept_row[feature.raw.row] = earlier.raw.row
        findings.append(
            feature.finding(
                DUPLICATE, f"the same outline as row {earlier.raw.row}{_named(earlier)}"
            )
        )
    return kept, findings


def _named(feature: _Coded) -> str:
    return f" ({feature.identity})" if feature.identity else ""


def _sized(
    distinct: Sequence[tuple[_Coded, BaseGeometry]], kind: str
) -> tuple[list[tuple[_Coded, BaseGeometry]], list[Finding]]:
    """Refuse what is far too small or too large for what it is said to be."""
    smallest, largest = LIMITS_M2[kind]
    kept, findings = [], []
    areas = rough_area_m2(_array([shape for _, shape in distinct]))
    for (feature, shape), area in zip(distinct, areas, strict=True):
        if smallest <= area <= largest:
            kept.append((feature, shape))
            continue
        size = "small" if area < smallest else "large"
        reason = f"it covers {area:,.{0 if area > 1 else 4}f} m2: too {size} for one of the {kind}"
        findings.append(feature.finding(REFUSED, reason))
    return kept, findings


def _slivers(usable: Sequence[UsableFeature]) -> list[str]:
    areas = rough_area_m2(_array([feature.shape for feature in usable]))
    few = int((areas < SLIVER_M2).sum())
    return [f"{few} cover less than {SLIVER_M2:.0f} m2 and can hardly be seen"] if few else []


def _joined(
    distinct: Sequence[tuple[_Coded, BaseGeometry]], kept_row: dict[int, int]
) -> tuple[list[UsableFeature], list[Finding]]:
    """Make one feature of the pieces under one code that meet; refuse a code on shapes that do not.

    Tiles cut buildings in two: the pieces meet at the cut. One code far from itself is two buildings.
    """
    by_code: dict[str, list[tuple[_Coded, BaseGeometry]]] = defaultdict(list)
    for feature, shape in distinct:
        by_code[feature.identity or f"shape-{_shape_hash(shape)}"].append((feature, shape))
    usable, findings = [], []
    for code, pieces in by_code.items():
        first, shapes = pieces[0][0], _array([shape for _, shape in pieces])
        if not hang_together(shapes):
            findings += [each.finding(REFUSED, _same_code(pieces, each)) for each, _ in pieces]
            continue
        texts = first.raw.properties
        usable.append(UsableFeature(first.raw.row, code, first.label, texts, _union(shapes)))
        for piece, _ in pieces[1:]:
            kept_row[piece.raw.row] = first.raw.row
            findings.append(piece.finding(JOINED, f"a piece of row {first.raw.row}, same code"))
    return usable, findings


def _union(shapes: np.ndarray) -> BaseGeometry:
    whole: BaseGeometry = shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
    return whole


def _same_code(pieces: Sequence[tuple[_Coded, BaseGeometry]], one: _Coded) -> str:
    others = [str(each.raw.row) for each, _ in pieces if each is not one]
    more = f" and {len(others) - 3} more" if len(others) > 3 else ""
    return f"its code stands on separate shapes, in row {', '.join(others[:3])}{more} too"


def _shape_hash(shape: BaseGeometry) -> str:
    return content_hash(shapely.to_wkb(shapely.normalize(shape)))
