"""`shiyou import-map`: a file of boundaries, compounds or buildings becomes part of the map."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import uuid4

import typer

from dashapp.settings import read_settings
from dashapp.terminal import opened_store, progress_bar
from data.clock import utc_now
from data.commands.import_map import ImportReport, ImportRequest, commit_import, prepare_import
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
from data.principal import Principal
from data.queries.access import is_seen, system_principal
from data.session import Store
from data.sources.map_reader import MapFileRefused

LINES_SHOWN = 20
LOOK_S = 0.2
PATIENCE_S = 10.0
MAKE_ACCOUNT = "shiyou user add office --role population_office --area"


def import_map(  # noqa: PLR0913, PLR0917 - the command's options, one argument each
    file: Annotated[Path, typer.Argument(help="GeoJSON or GeoPackage, told apart by content.")],
    kind: Annotated[
        Literal["boundaries", "compounds", "buildings"], typer.Option(help="What the file holds.")
    ],
    into: Annotated[
        str | None, typer.Option(help="Code of the subdistrict to import into.")
    ] = None,
    new_subdistrict: Annotated[
        str | None, typer.Option(help="Name of a subdistrict that begins with this file.")
    ] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of a GeoPackage.")] = None,
    crs: Annotated[str | None, typer.Option(help="EPSG:4326, EPSG:4549, GCJ-02, BD-09 ...")] = None,
    assign: Annotated[
        str | None, typer.Option(help="largest-share: where a building across two committees goes.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen.")] = False,
    as_job: Annotated[
        bool,
        typer.Option("--as-job", help="Let the running server's worker do it; Ctrl-C stops it."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Import a map. Example: shiyou import-map bund.gpkg --kind buildings --new-subdistrict 外滩."""
    path = str(file) if str(file).startswith("/vsi") else str(file.absolute())
    request = ImportRequest(path, kind, into, new_subdistrict, layer, crs, assign)
    if as_job:
        typer.echo(json.dumps(_by_worker(request), ensure_ascii=False))
        return
    with opened_store(read_settings(), prepare=True) as store, progress_bar("checking") as progress:
        with store.read() as session:
            principal = system_principal(session, "cli")
        prepared = prepare_import(store, principal, request, progress or (lambda done, total: None))
        report = replace(prepared.report, dry_run=True)
        if not dry_run:
            report = commit_import(store, principal, prepared)
        with store.read() as session:
            seen = dry_run or is_seen(session, report.subdistrict)
    if as_json:
        typer.echo(json.dumps(report.to_json(), ensure_ascii=False))
        return
    typer.echo(_lines(report))
    if not seen:
        typer.echo(f"nobody sees it yet: {MAKE_ACCOUNT} {report.subdistrict}")


def _by_worker(request: ImportRequest) -> dict[str, Any]:
    """Ask for the import as a job, show its progress, and return its report."""
    with opened_store(read_settings()) as store, progress_bar("importing") as progress:
        with store.write() as session:
            principal = system_principal(session, "cli")
            uid = start_job(session, principal, "import_map", asdict(request), uuid4().hex)
        try:
            return _watched(store, principal, uid, progress or (lambda done, total: None))
        except (KeyboardInterrupt, NobodyWorks) as stopped:
            with store.write() as session:
                ask_to_cancel(session, principal, uid)
            why = str(stopped) or "stopped"
            raise MapFileRefused(f"{why}; nothing was imported") from None


class NobodyWorks(Exception):
    """A job waits and no server's worker takes it up."""


def _watched(
    store: Store, principal: Principal, uid: str, progress: Callable[[int, int], None]
) -> dict[str, Any]:
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


def _lines(report: ImportReport) -> str:
    figures: dict[str, Any] = report.to_json()
    head = "would be: " if report.dry_run else ""
    names = ("read", "kept", "added", "changed", "unchanged", "repaired", "duplicate", "refused")
    lines = [head + ", ".join(f"{name} {figures[name]}" for name in names)]
    lines += [f"  {f.label}: {f.verdict}, {f.reason}" for f in report.findings[:LINES_SHOWN]]
    if len(report.findings) > LINES_SHOWN:
        lines.append(f"  and {len(report.findings) - LINES_SHOWN} more: --json lists them all")
    lines += [f"  {area}: {count}" for area, count in sorted(report.areas.items()) if area]
    return "\n".join([*lines, f"subdistrict {report.subdistrict}"])
