"""`shiyou import-map`: a file of boundaries, compounds or buildings becomes part of the map."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from uuid import uuid4

import typer

from dashapp.settings import Settings, read_settings
from dashapp.terminal import opened_store, progress_bar
from data.clock import utc_now
from data.commands.import_map import ImportRequest, prepare_import
from data.commands.import_map import import_map as import_file
from data.commands.jobs import (
    CANCELLED,
    DONE,
    FAILED,
    WAITING,
    ask_to_cancel,
    job_of,
    somebody_works,
    start_job,
)
from data.errors import InvalidInput
from data.principal import Principal
from data.queries.access import is_seen, system_principal
from data.schema import has_schema, migrate
from data.session import Store, is_there, open_store, require_reachable
from data.sources.map_features import MapFileRefused, plain_text

LINES_SHOWN: Final = 20
LOOK_S: Final = 0.2
PATIENCE_S: Final = 10.0
MAKE_ACCOUNT: Final = "shiyou user add office --role population_office --area"
ROWS: Final = ("kept", "joined", "duplicate", "refused")
KEPT: Final = ("added", "changed", "unchanged")

Progress = Callable[[int, int], None]
Figures = dict[str, Any]


def import_map(  # noqa: PLR0913, PLR0917 - the command's options, one argument each
    file: Annotated[Path, typer.Argument(help="GeoJSON or GeoPackage, told apart by content.")],
    kind: Annotated[
        Literal["boundaries", "compounds", "buildings"],
        typer.Option(help="What the file holds: boundaries (of districts), compounds, buildings."),
    ],
    into: Annotated[
        str | None, typer.Option(help="Code of the subdistrict to import into.")
    ] = None,
    new_subdistrict: Annotated[
        str | None, typer.Option(help="Name of a subdistrict that begins with this file.")
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            help="Layer of a GeoPackage; else the only one, or the one named as the kind."
        ),
    ] = None,
    crs: Annotated[
        str | None,
        typer.Option(help="System of the coordinates: EPSG:4326, EPSG:4549, GCJ-02, BD-09 ..."),
    ] = None,
    assign: Annotated[
        str | None,
        typer.Option(help="largest-share: where what lies across two committees goes."),
    ] = None,
    attribution: Annotated[
        str | None,
        typer.Option(help="Whom the map must name; OpenStreetMap is, where the codes are its own."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would happen and write nothing.")
    ] = False,
    as_job: Annotated[
        bool,
        typer.Option("--as-job", help="Let the running server's worker do it; Ctrl-C stops it."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Import a map. Example: shiyou import-map bund.gpkg --kind buildings --new-subdistrict 外滩."""
    request = ImportRequest(
        str(file.absolute()), kind, into, new_subdistrict, layer, crs, assign, attribution
    )
    if dry_run and as_job:
        raise InvalidInput("--dry-run needs no worker: leave --as-job out", field="as_job")
    do = _try_it if dry_run else _by_worker if as_job else _import_here
    figures = do(request)
    typer.echo(
        json.dumps(figures, ensure_ascii=False)
        if as_json
        else _lines(plain_text(file.name), figures)
    )
    if not (dry_run or as_json or _is_seen(figures["subdistrict"])):
        typer.echo(f"nobody sees it yet: {MAKE_ACCOUNT} {figures['subdistrict']}")


def _import_here(request: ImportRequest) -> Figures:
    with opened_store(read_settings(), prepare=True) as store, progress_bar("checking") as progress:
        try:
            return import_file(store, _system(store), request, progress or _silent).to_json()
        except KeyboardInterrupt:
            raise MapFileRefused("stopped; nothing was imported") from None


def _try_it(request: ImportRequest) -> Figures:
    """Return the report of a dry run; where there is no register yet, held against an empty one."""
    with _register_or_scratch(read_settings()) as store, progress_bar("checking") as progress:
        prepared = prepare_import(store, _system(store), request, progress or _silent)
        return replace(prepared.report, dry_run=True).to_json()


@contextmanager
def _register_or_scratch(settings: Settings) -> Iterator[Store]:
    if not _is_missing(settings.database_url):
        with opened_store(settings) as store:
            yield store
        return
    with tempfile.TemporaryDirectory(prefix="shiyou-") as folder:
        store = open_store(f"sqlite:///{folder}/empty.db")
        try:
            migrate(store)
            yield store
        finally:
            store.dispose()


def _is_missing(url: str) -> bool:
    """Tell whether there is no register at an address yet, without making anything there."""
    store = open_store(url)
    try:
        if not is_there(store):
            return True
        require_reachable(store)
        return not has_schema(store)
    finally:
        store.dispose()


def _by_worker(request: ImportRequest) -> Figures:
    """Ask for the import as a job, show its progress, and return its report."""
    with opened_store(read_settings()) as store, progress_bar("importing") as progress:
        principal = _system(store)
        with store.write() as session:
            uid = start_job(session, principal, "import_map", asdict(request), uuid4().hex)
        try:
            return _watched(store, principal, uid, progress or _silent)
        except (KeyboardInterrupt, NobodyWorks) as stopped:
            with store.write() as session:
                ask_to_cancel(session, principal, uid)
            raise MapFileRefused(f"{str(stopped) or 'stopped'}; nothing was imported") from None


class NobodyWorks(Exception):
    """A job waits and no server's worker takes it up."""


def _watched(store: Store, principal: Principal, uid: str, progress: Progress) -> Figures:
    patience_until = time.monotonic() + PATIENCE_S
    while True:
        with store.read() as session:
            job = job_of(session, principal, uid)
            idle = job.state == WAITING and not somebody_works(session, utc_now())
        if idle and time.monotonic() > patience_until:
            raise NobodyWorks("no server works on this database: start `shiyou serve` first")
        progress(job.done, job.total)
        if job.state == DONE:
            return job.result or {}
        if job.state in (FAILED, CANCELLED):
            raise MapFileRefused(job.failure or "the job was stopped; nothing was imported")
        time.sleep(LOOK_S)


def _system(store: Store) -> Principal:
    with store.read() as session:
        return system_principal(session, "cli")


def _is_seen(subdistrict: str) -> bool:
    with opened_store(read_settings()) as store, store.read() as session:
        return is_seen(session, subdistrict)


def _silent(done: int, total: int) -> None:
    pass


def _lines(name: str, figures: Figures) -> str:
    layer = f", layer {figures['layer']}" if figures["layer"] else ""
    head = f"{name}{layer}, {figures['crs']}: {figures['kind']} of {figures['subdistrict']}"
    findings = figures["findings"]
    shown = [_finding(found) for found in findings[:LINES_SHOWN]]
    if len(findings) > LINES_SHOWN:
        shown.append(f"  and {len(findings) - LINES_SHOWN} more: --json lists them all")
    return "\n".join(
        [
            head,
            f"{figures['read']:,} read: {_counts(figures, ROWS)}",
            f"{figures['kept']:,} kept: {_counts(figures, KEPT)}; {figures['repaired']:,} repaired",
            *shown,
            *(f"  note: {note}" for note in figures["notes"]),
            *(f"  {area}: {_counts(counts, counts)}" for area, counts in figures["areas"].items()),
            _end(figures),
        ]
    )


def _counts(figures: Figures, names: Any) -> str:
    return ", ".join(f"{figures[name]:,} {name}" for name in names)


def _finding(found: dict[str, Any]) -> str:
    named = "" if found["label"] == f"row {found['row']}" else f" ({found['label']})"
    return f"  row {found['row']}{named}: {found['verdict']}, {found['reason']}"


def _end(figures: Figures) -> str:
    if figures["dry_run"]:
        return "a dry run: nothing was written"
    if figures["kept"] == figures["unchanged"]:
        return "nothing to change: the map shows what the file says"
    return f"imported into subdistrict {figures['subdistrict']}"
