"""Import boundaries, compounds and buildings: compared outside, switched in one short transaction.

All or nothing, and idempotent by external code: the same file twice changes nothing, a changed footprint
begins a new version with the same code and ord.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.clock import hold_day, read_clock, shanghai_today
from data.commands.clock import raise_epoch
from data.commands.import_belonging import adopting, into_compounds, without_overlaps
from data.commands.import_boundaries import (
    ComparedBoundaries,
    committees_of_districts,
    compare_boundaries,
    write_boundaries,
)
from data.commands.import_compare import (
    LARGEST_SHARE,
    Compared,
    Comparison,
    all_new,
    building_texts,
    compound_texts,
    outlines_of,
    shapes_of,
)
from data.commands.import_places import (
    begin_subdistrict,
    hull,
    name_source,
    one_committee,
    write_buildings,
    write_compounds,
)
from data.commands.import_report import ImportReport, report_of
from data.errors import Conflict, Forbidden, InvalidInput
from data.models import Clock
from data.principal import Principal
from data.queries.present_places import PresentPlaces, no_places, present_places
from data.rules.areas import Role
from data.session import Store
from data.sources.map_checks import CheckedFile, check_features
from data.sources.map_features import MapFileRefused, plain_text
from data.sources.map_position import require_compact, require_inside, require_unshifted
from data.sources.map_reader import read_map_file

Kind = Literal["boundaries", "compounds", "buildings"]
KINDS: Final = ("boundaries", "compounds", "buildings")
# Measured on two cores: as many hold SQLite's writer for less than 250 ms. The first load of an empty
# area may take longer; PostgreSQL's writers do not wait for each other.
MOST_AT_ONCE_ON_SQLITE: Final = 3_000
ATTEMPTS: Final = 3
OPENSTREETMAP: Final = "© OpenStreetMap contributors"

Progress = Callable[[int, int], None]


class MapChanged(Conflict):
    """Another import was switched in between comparing and switching this one."""

    code = "map_changed"


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
    attribution: str | None = None


@dataclass(frozen=True, slots=True)
class PreparedImport:
    """An import compared with what was there at a revision of the map, ready to be switched in.

    `outline` is that of the subdistrict which is to begin with it.
    """

    request: ImportRequest
    known: PresentPlaces = field(repr=False)
    compared: Compared | ComparedBoundaries = field(repr=False)
    report: ImportReport
    outline: BaseGeometry | None = None
    attribution: str = ""


def import_map(
    store: Store,
    principal: Principal,
    request: ImportRequest,
    progress: Progress = lambda done, total: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> ImportReport:
    """Compare a file and switch it in; compare again when another import came in between."""
    for attempt in range(1, ATTEMPTS + 1):
        prepared = prepare_import(store, principal, request, progress)
        if cancelled():
            raise MapFileRefused("stopped before anything was written")
        try:
            return commit_import(store, principal, prepared)
        except MapChanged:
            if attempt == ATTEMPTS:
                raise
    raise AssertionError("an attempt ends with a report or a refusal")


def prepare_import(
    store: Store,
    principal: Principal,
    request: ImportRequest,
    progress: Progress = lambda done, total: None,
) -> PreparedImport:
    """Read, clean and compare a file; nothing is written.

    Raises MapFileRefused, InvalidInput, NotFound or Forbidden with one line that says what, where, why
    and what to do.
    """
    _require_right(principal)
    _require_sense(request)
    with store.read() as session:
        known = _known(session, principal, request)
    raw = read_map_file(Path(request.path), request.layer, request.kind)
    if not raw.features:
        raise MapFileRefused(f"{Path(request.path).name} holds no feature: nothing to import")
    checked = check_features(raw, request.crs, request.kind, progress)
    _require_place(request, checked, known)
    compared = _compared(request, checked, known)
    if isinstance(compared, Compared):
        _require_short_switch(store, request, known, compared)
    into = known.subdistrict.code if known.subdistrict else _name(request)
    report = report_of(request.kind, into, checked, compared)
    outline = None if known.subdistrict else _outline(request, shapes_of(checked.usable))
    attribution = _attribution(request, checked)
    return PreparedImport(request, known, compared, report, outline, attribution)


def _attribution(request: ImportRequest, checked: CheckedFile) -> str:
    """Return whom the map must name for this file: as was said, else OpenStreetMap where its codes are."""
    if request.attribution is not None:
        return plain_text(request.attribution)
    of_osm = any(column.startswith("osm_") for column in checked.codes_from)
    return OPENSTREETMAP if of_osm else ""


def _outline(request: ImportRequest, shapes: npt.NDArray[Any]) -> BaseGeometry:
    """Return the area of a subdistrict that begins: its districts, or the hull around its buildings."""
    if request.kind != "boundaries":
        return hull(shapes)
    whole: BaseGeometry = shapely.union_all(shapes)
    return whole


def commit_import(store: Store, principal: Principal, prepared: PreparedImport) -> ImportReport:
    """Switch a prepared import in, in one transaction; killed at any moment it leaves nothing.

    Raises MapChanged when the map is no longer the one it was compared with.
    """
    _require_right(principal)
    report, known = prepared.report, prepared.known
    if not _count(prepared.compared):
        return report
    with store.write() as session:
        day = _begin_day(session, known)
        code = _switch(session, principal, prepared, day)
        name_source(session, code, prepared.attribution)
        read_clock(session).tiles_rev += 1  # every process packs its tiles anew
        raise_epoch(session)
        return replace(report, subdistrict=code)


def import_map_job(
    store: Store,
    principal: Principal,
    arguments: dict[str, Any],
    progress: Progress,
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Do an import as a job: with progress, committed unless it was cancelled."""
    request = ImportRequest(**arguments)
    return import_map(store, principal, request, progress, cancelled).to_json()


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
    if request.new_subdistrict is not None and not plain_text(request.new_subdistrict):
        raise InvalidInput("--new-subdistrict needs a name", field="new_subdistrict")


def _known(session: Session, principal: Principal, request: ImportRequest) -> PresentPlaces:
    if request.into is not None:
        return present_places(session, principal, request.into)
    return no_places(session, _name(request))


def _name(request: ImportRequest) -> str:
    return plain_text(request.new_subdistrict)[:80]


def _require_place(request: ImportRequest, checked: CheckedFile, known: PresentPlaces) -> None:
    """Refuse a file of which nothing can be used, or that lies elsewhere than it is said to."""
    if not checked.usable:
        first = checked.findings[0]
        raise MapFileRefused(
            f"{Path(request.path).name} holds no usable feature: {first.label}: {first.reason}"
        )
    shapes = shapes_of(checked.usable)
    whole = known.subdistrict
    if whole is None:
        require_compact(shapes, [feature.label for feature in checked.usable])
        return
    require_inside(shapes, whole.outline, whole.name)
    anchors = {"buildings": known.buildings, "compounds": known.compounds}.get(request.kind, ())
    require_unshifted(shapes, outlines_of(anchors), checked.crs)


def _compared(
    request: ImportRequest, checked: CheckedFile, known: PresentPlaces
) -> Compared | ComparedBoundaries:
    by_share = request.assign == LARGEST_SHARE
    if request.kind == "boundaries":
        return compare_boundaries(checked, known, by_share=by_share)
    if known.subdistrict is None:
        return all_new(checked.usable, building_texts, _name(request))
    if request.kind == "compounds":
        found = Comparison(checked, known, known.compounds, compound_texts, by_share=by_share)
        return adopting(without_overlaps(found.compared(known.subdistrict), known), known)
    found = Comparison(checked, known, known.buildings, building_texts, by_share=by_share)
    return into_compounds(found.compared(known.subdistrict), known)


def _count(compared: Compared | ComparedBoundaries) -> int:
    return len(compared.changes) if isinstance(compared, Compared) else compared.changes


def _require_short_switch(
    store: Store, request: ImportRequest, known: PresentPlaces, compared: Compared
) -> None:
    first_load = known.subdistrict is None or (request.kind == "buildings" and not known.buildings)
    if not store.is_sqlite or first_load or len(compared.changes) <= MOST_AT_ONCE_ON_SQLITE:
        return
    raise MapFileRefused(
        f"{len(compared.changes):,} changes at once would keep everybody else from writing: on SQLite a "
        f"file may change {MOST_AT_ONCE_ON_SQLITE:,} places of an area in use, split it"
    )


def _begin_day(session: Session, known: PresentPlaces) -> date:
    """Take the map for this import alone and return the open day; a register that begins gets its clock."""
    if session.scalars(select(Clock.id)).first() is None:
        session.add(Clock(id=1, today=shanghai_today(), tiles_rev=0))
        try:
            session.flush()
        except IntegrityError as error:
            raise MapChanged(
                "another import has begun the register meanwhile: try again"
            ) from error
    day = hold_day(session)
    clock = session.scalars(
        select(Clock).with_for_update().execution_options(populate_existing=True)
    ).one()
    if clock.tiles_rev != known.revision:
        raise MapChanged(
            "another import has changed the map meanwhile: nothing was written, try again"
        )
    return day


def _switch(session: Session, principal: Principal, prepared: PreparedImport, day: date) -> str:
    """Write what was compared; return the subdistrict's code."""
    whole = prepared.known.subdistrict
    if whole is None:
        return _begin(session, principal, prepared, day)
    place, compared = (whole.id, whole.code), prepared.compared
    if isinstance(compared, ComparedBoundaries):
        write_boundaries(session, principal, place, compared, day)
    elif prepared.request.kind == "compounds":
        write_compounds(session, principal, whole.code, compared.changes, day)
    else:
        write_buildings(session, principal, place, compared.changes, day)
    return whole.code


def _begin(session: Session, principal: Principal, prepared: PreparedImport, day: date) -> str:
    """Begin a subdistrict with its districts, or with its buildings in one illustrative committee."""
    compared, name = prepared.compared, _name(prepared.request)
    expected = len(compared.districts) if isinstance(compared, ComparedBoundaries) else 1
    whole = begin_subdistrict(session, principal, name, prepared.outline, day, districts=expected)
    place = whole.id, whole.code
    if isinstance(compared, ComparedBoundaries):
        write_boundaries(session, principal, place, compared, day)
        committees_of_districts(session, place, day)
    else:
        committee_id = one_committee(session, whole, day)
        placed = [replace(change, committee_id=committee_id) for change in compared.changes]
        write_buildings(session, principal, place, placed, day)
    return whole.code
