"""What an import says of itself: every row of the file accounted for, in all and per area."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

from data.commands.import_boundaries import ComparedBoundaries
from data.commands.import_compare import Compared
from data.sources.map_checks import (
    DUPLICATE,
    JOINED,
    KEPT,
    REFUSED,
    REPAIRED,
    CheckedFile,
    Finding,
)

ADDED: Final = "added"
CHANGED: Final = "changed"
UNCHANGED: Final = "unchanged"


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: read = kept + joined + duplicate + refused.

    `areas` has the same counts per committee, or per district for boundaries; `notes` say what holds for
    the file as a whole.
    """

    kind: str
    subdistrict: str
    read: int
    kept: int
    added: int
    changed: int
    unchanged: int
    repaired: int
    joined: int
    duplicate: int
    refused: int
    findings: tuple[Finding, ...]
    areas: dict[str, dict[str, int]]
    notes: tuple[str, ...] = ()
    crs: str = ""
    layer: str = ""
    dry_run: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return asdict(self)


def report_of(
    kind: str, subdistrict: str, checked: CheckedFile, compared: Compared | ComparedBoundaries
) -> ImportReport:
    """Account for every row of a checked file."""
    areas, fates = _areas(compared), _fates(compared)
    more = compared.findings if isinstance(compared, Compared) else ()
    findings = [
        replace(found, area=found.area or _area(found.row, areas, checked.kept_row))
        for found in (*checked.findings, *more)
    ]
    by_area = _by_area(areas, fates, findings)
    fated = Counter(fates.get(row, UNCHANGED) for row in areas)
    verdicts = Counter(found.verdict for found in findings)
    return ImportReport(
        kind=kind,
        subdistrict=subdistrict,
        read=checked.read,
        kept=len(areas),
        added=fated[ADDED],
        changed=fated[CHANGED],
        unchanged=fated[UNCHANGED],
        repaired=verdicts[REPAIRED],
        joined=verdicts[JOINED],
        duplicate=verdicts[DUPLICATE],
        refused=verdicts[REFUSED],
        findings=tuple(sorted(findings, key=lambda found: found.row)),
        areas=by_area,
        notes=checked.notes,
        crs=checked.crs.name,
        layer=checked.layer,
    )


def _by_area(
    areas: dict[int, str], fates: dict[int, str], findings: Sequence[Finding]
) -> dict[str, dict[str, int]]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row, area in areas.items():
        counts[area].update((KEPT, fates.get(row, UNCHANGED)))
    for found in findings:
        if found.area:
            counts[found.area][found.verdict] += 1
    return {area: dict(counts[area]) for area in sorted(counts)}


def _areas(compared: Compared | ComparedBoundaries) -> dict[int, str]:
    if isinstance(compared, Compared):
        return compared.areas
    return {drawn.row: drawn.name for drawn in compared.districts}


def _fates(compared: Compared | ComparedBoundaries) -> dict[int, str]:
    """Return by row whether a kept feature is added or changed; the others are unchanged."""
    if isinstance(compared, Compared):
        return {c.row: CHANGED if c.present else ADDED for c in compared.changes}
    return {d.row: CHANGED if d.present else ADDED for d in compared.districts if d.is_changed}


def _area(row: int, areas: dict[int, str], kept_row: dict[int, int]) -> str:
    """Return the area of the row that stands for this one."""
    while row not in areas and row in kept_row:
        row = kept_row[row]
    return areas.get(row, "")
