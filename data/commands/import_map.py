"""Import boundaries, compounds and buildings: compared in memory, switched in one short transaction.

All or nothing, and idempotent by external code: the same file twice changes nothing, a changed footprint
ends one version and opens the next with the same code and ord.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.clock import shanghai_today, watermark
from data.commands.import_places import (
    Change,
    new_subdistrict,
    write_boundaries,
    write_buildings,
    write_compounds,
)
from data.errors import Forbidden, InvalidInput, NotFound
from data.models import Building, Clock, Committee, Compound, District, Subdistrict
from data.principal import Principal
from data.rules.areas import Role
from data.session import Store
from data.sources.map_checks import (
    CheckedFile,
    Finding,
    UsableFeature,
    check_features,
    require_inside,
    require_latitudes,
    require_unshifted,
)
from data.sources.map_reader import MapFileRefused, read_map_file
from geo.boundaries import gaps, overlaps, place
from geo.crs import degrees_centre, metres_code, to_metres

Kind = Literal["boundaries", "compounds", "buildings"]
KINDS: Final = ("boundaries", "compounds", "buildings")
LARGEST_SHARE: Final = "largest-share"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What is to be imported, and into what: an existing subdistrict's code or a new one's name."""

    path: str
    kind: Kind
    into: str | None = None
    new_subdistrict: str | None = None
    layer: str | None = None
    crs: str | None = None
    assign: str | None = None


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: counts, findings, and counts per committee or district."""

    kind: str
    subdistrict: str
    read: int
    kept: int
    added: int
    changed: int
    unchanged: int
    repaired: int
    duplicate: int
    refused: int
    findings: tuple[Finding, ...]
    areas: dict[str, int]
    dry_run: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class PreparedImport:
    """An import compared with what is there, ready to be switched in."""

    request: ImportRequest
    changes: tuple[Change, ...]
    report: ImportReport


@dataclass(frozen=True, slots=True)
class _Known:
    """The places a file is compared with; EPSG:4490."""

    subdistrict: Subdistrict | None
    districts: tuple[District, ...]
    committees: tuple[Committee, ...]
    shapes: dict[str, BaseGeometry]
    anchors: np.ndarray


def prepare_import(
    store: Store,
    principal: Principal,
    request: ImportRequest,
    progress: Progress = lambda done, total: None,
) -> PreparedImport:
    """Read, clean and compare a file; nothing is written.

    Raises MapFileRefused with one line that says what, where, why and what to do.
    """
    _require_right(principal)
    _require_sense(request)
    raw = read_map_file(Path(request.path), request.layer)
    if not raw.features:
        raise MapFileRefused(f"{Path(request.path).name} holds no feature")
    checked = check_features(raw, request.crs, progress)
    with store.read() as session:
        known = _known(session, principal, request)
    shapes = np.array([feature.shape for feature in checked.usable], dtype=object)
    if not len(shapes):
        first = checked.findings[0]
        raise MapFileRefused(f"no usable feature in the file: {first.label}: {first.reason}")
    if known.subdistrict is not None:
        require_inside(shapes, known.subdistrict.outline, known.subdistrict.name)
        if request.kind == "buildings":
            require_unshifted(shapes, known.anchors)
    require_latitudes(shapes)
    return _compared(request, checked, known, shapes)


def commit_import(store: Store, principal: Principal, prepared: PreparedImport) -> ImportReport:
    """Switch a prepared import in, in one transaction; killed at any moment it leaves nothing."""
    _require_right(principal)
    request = prepared.request
    if not prepared.changes:
        return prepared.report
    with store.write() as session:
        _require_clock(session)
        day = watermark(session)
        if request.new_subdistrict is not None:
            shapes = [change.shape for change in prepared.changes]
            whole = new_subdistrict(
                session, principal, request.new_subdistrict, shapes, day, request.kind
            )
        else:
            whole = _subdistrict(session, principal, str(request.into))
        _WRITERS[request.kind](session, principal, whole, prepared.changes, day)
        return replace(prepared.report, subdistrict=whole.code)


_WRITERS: Final = {
    "boundaries": write_boundaries,
    "compounds": write_compounds,
    "buildings": write_buildings,
}


def import_map_job(
    store: Store,
    principal: Principal,
    arguments: dict[str, Any],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Do an import as a job: prepared with progress, committed unless it was cancelled."""
    prepared = prepare_import(store, principal, ImportRequest(**arguments), progress)
    if cancelled():
        raise MapFileRefused("stopped before anything was written")
    return commit_import(store, principal, prepared).to_json()


def _require_right(principal: Principal) -> None:
    if Role.DATA_ADMIN not in principal.roles:
        raise Forbidden("only a data administrator imports maps")


def _require_sense(request: ImportRequest) -> None:
    if request.kind not in KINDS:
        raise InvalidInput(f"{request.kind!r} is none of {', '.join(KINDS)}", field="kind")
    if (request.into is None) == (request.new_subdistrict is None):
        raise InvalidInput("say either --into CODE or --new-subdistrict NAME", field="into")
    if request.assign not in (None, LARGEST_SHARE):
        raise InvalidInput(f"--assign knows {LARGEST_SHARE} only", field="assign")
    if request.new_subdistrict is not None and request.kind == "compounds":
        raise InvalidInput("a new subdistrict begins with boundaries or buildings", field="kind")


def _require_clock(session: Session) -> None:
    if session.scalars(select(Clock.id)).first() is None:
        session.add(Clock(today=shanghai_today()))
        session.flush()


def _subdistrict(session: Session, principal: Principal, code: str) -> Subdistrict:
    found = session.scalars(
        select(Subdistrict).where(
            Subdistrict.code == code,
            Subdistrict.valid_to.is_(None),
            Subdistrict.id.in_(principal.subdistricts),
        )
    ).one_or_none()
    if found is None:
        raise NotFound(f"no subdistrict {code} within your area")
    return found


def _known(session: Session, principal: Principal, request: ImportRequest) -> _Known:
    if request.into is None:
        return _Known(None, (), (), {}, np.array([], dtype=object))
    whole = _subdistrict(session, principal, request.into)
    districts = session.scalars(
        select(District).where(District.subdistrict_id == whole.id, District.valid_to.is_(None))
    ).all()
    committees = session.scalars(
        select(Committee).where(Committee.subdistrict_id == whole.id, Committee.valid_to.is_(None))
    ).all()
    ids = [committee.id for committee in committees]
    shapes = _outlines(session, request.kind, ids)
    anchors = np.array(list(_outlines(session, "buildings", ids).values()), dtype=object)
    return _Known(whole, tuple(districts), tuple(committees), shapes, anchors)


def _outlines(session: Session, kind: str, committee_ids: Sequence[int]) -> dict[str, BaseGeometry]:
    model: Any = {"compounds": Compound, "buildings": Building}.get(kind)
    if model is None:
        return {}
    statement = select(model.external_code, model.code, model.outline).where(
        model.committee_id.in_(committee_ids), model.valid_to.is_(None)
    )
    return {row.external_code or row.code: row.outline for row in session.execute(statement)}


def _compared(
    request: ImportRequest, checked: CheckedFile, known: _Known, shapes: np.ndarray
) -> PreparedImport:
    if request.kind == "boundaries":
        names = _fitting_boundaries(request, checked.usable, known, shapes)
    else:
        names = _committees_of(request, checked.usable, known, shapes)
    changes = tuple(
        Change(feature.identity, feature.properties, feature.shape, area)
        for feature, area in zip(checked.usable, names, strict=True)
        if not _unchanged(known.shapes.get(feature.identity), feature.shape)
    )
    return PreparedImport(request, changes, _report(request, checked, known, changes, names))


def _unchanged(present: BaseGeometry | None, shape: BaseGeometry) -> bool:
    return present is not None and bool(
        shapely.equals_exact(shapely.normalize(present), shapely.normalize(shape), 1e-9)
    )


def _report(
    request: ImportRequest,
    checked: CheckedFile,
    known: _Known,
    changes: Sequence[Change],
    names: Sequence[str],
) -> ImportReport:
    verdicts = Counter(finding.verdict for finding in checked.findings)
    changed = sum(1 for change in changes if change.identity in known.shapes)
    return ImportReport(
        kind=request.kind,
        subdistrict=request.into or request.new_subdistrict or "",
        read=checked.read,
        kept=len(checked.usable),
        added=len(changes) - changed,
        changed=changed,
        unchanged=len(checked.usable) - len(changes),
        repaired=verdicts["repaired"],
        duplicate=verdicts["duplicate"],
        refused=verdicts["refused"],
        findings=checked.findings,
        areas=dict(Counter(names)),
    )


def _committees_of(
    request: ImportRequest, features: Sequence[UsableFeature], known: _Known, shapes: np.ndarray
) -> list[str]:
    """Return each feature's committee code; refuse what lies across two unless told how to decide."""
    if known.subdistrict is None:
        return [""] * len(features)
    code = metres_code(*degrees_centre(known.subdistrict.outline))
    areas = np.array([committee.outline for committee in known.committees], dtype=object)
    names = []
    places = place(to_metres(shapes, code), to_metres(areas, code))
    for feature, found in zip(features, places, strict=True):
        if found is None:
            raise MapFileRefused(
                f"{feature.identity} lies in no committee of {known.subdistrict.name}"
            )
        if found.is_shared and request.assign != LARGEST_SHARE:
            shares = ", ".join(
                f"{known.committees[i].name} {share:.0%}" for i, share in found.shares
            )
            raise MapFileRefused(
                f"{feature.identity} lies across committees ({shares}): "
                "say --assign largest-share, or cut it in the file"
            )
        names.append(known.committees[found.area].code)
    return names


def _fitting_boundaries(
    request: ImportRequest, features: Sequence[UsableFeature], known: _Known, shapes: np.ndarray
) -> list[str]:
    """Refuse districts that are not as many as expected, overlap, or leave a gap, by name."""
    expected = known.subdistrict.districts_expected if known.subdistrict else 3
    if len(features) != expected:
        raise MapFileRefused(
            f"{Path(request.path).name} holds {len(features)} districts, {expected} are expected"
        )
    names = [boundary_name(feature) for feature in features]
    code = metres_code(*degrees_centre(shapely.union_all(shapes)))
    ground = to_metres(shapes, code)
    for overlap in overlaps(ground):
        raise MapFileRefused(
            f"{names[overlap.first]} and {names[overlap.second]} overlap by {overlap.area_m2:,.0f} m2: "
            "the present map stays"
        )
    frame = to_metres(known.subdistrict.outline, code) if known.subdistrict else None
    for gap in gaps(ground, frame):
        raise MapFileRefused(
            f"a gap of {gap.area:,.0f} m2 lies between {_neighbours(gap, ground, names)}: "
            "the present map stays"
        )
    return names


def boundary_name(feature: UsableFeature) -> str:
    """Return what a boundary file calls a district."""
    for field in ("name", "pianqu", "NAME", "district"):
        if feature.properties.get(field):
            return str(feature.properties[field])[:80]
    return feature.identity[:80]


def _neighbours(gap: BaseGeometry, ground: np.ndarray, names: Sequence[str]) -> str:
    near = [
        name for name, shape in zip(names, ground, strict=True) if shapely.dwithin(shape, gap, 5)
    ]
    return " and ".join(near) or "the districts"
