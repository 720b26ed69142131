"""The console script `shiyou`: every command says what it did, or in one line why it did not."""

import json
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

import typer
from sqlalchemy.exc import DBAPIError
from typer.exceptions import TyperException

from dashapp.bench import districting, orienteering, sweep
from dashapp.import_map_cli import import_map
from dashapp.main import listen
from dashapp.main import serve as run_server
from dashapp.rebalance_cli import rebalance
from dashapp.settings import Settings, SettingsRefused, read_settings
from dashapp.terminal import opened_store, progress_bar
from dashapp.user_cli import user
from data.clock import read_clock
from data.commands.door_results import DoorResult
from data.commands.dwellings import Door, record_door
from data.errors import RegisterError
from data.principal import Principal
from data.queries.access import system_principal
from data.queries.check import check_derived
from data.rules.deadlines import SHANGHAI
from data.schema import is_empty, migrate
from data.seed import DEMO_DAY, PRESETS, build_demo
from data.seed.accounts import demo_accounts
from data.session import Store, open_store, require_reachable

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="The living map of who lives where in a subdistrict, and how sure it is of it.",
)
bench = typer.Typer(no_args_is_help=True, help="Solve benchmark instances; one JSON object a line.")
app.add_typer(bench, name="bench")
bench.command("districting")(districting.command)
bench.command("orienteering")(orienteering.command)
bench.command("sweep")(sweep.command)
app.add_typer(user, name="user")
app.command("import-map")(import_map)
app.command("rebalance")(rebalance)

Json = Annotated[bool, typer.Option("--json", help="Print figures as JSON.")]


def main() -> None:
    """Run the command; a refusal is one line and an exit code that says so."""
    try:
        sys.exit(app(standalone_mode=False))
    except RegisterError as refusal:
        _refuse(str(refusal), 1)
    except TyperException as misuse:
        _refuse_misuse(misuse)
    except DBAPIError as fault:
        cause = str(fault.orig or fault).strip().splitlines()[0]
        _refuse(f"the database refused: {cause}; nothing was written", 1)


def _refuse_misuse(misuse: TyperException) -> None:
    message = misuse.format_message()
    if message.lstrip().startswith("Usage:"):  # a command without arguments shows its help
        typer.echo(message)
        sys.exit(misuse.exit_code)
    _refuse(f"{message.replace('Value error, ', '').rstrip('.')}; see --help", misuse.exit_code)


def _refuse(message: str, exit_code: int) -> None:
    """Print one line: names of files and layers come from outside and may hold anything."""
    line = "".join(each if each.isprintable() else " " for each in message)
    typer.echo(f"shiyou: {' '.join(line.split())}", err=True)
    sys.exit(exit_code)


@app.command()
def serve(
    demo: Annotated[
        bool, typer.Option("--demo", help="Build the demo street first when there is no register.")
    ] = False,
) -> None:
    """Serve the map. Example: SHIYOU_PORT=8050 shiyou serve --demo."""
    settings = read_settings()
    if demo:
        _demo_when_missing(settings)
    run_server(settings)


@app.command()
def demo(
    preset: Annotated[str, typer.Option(help="street, longquan (census size) or map.")] = "street",
    buildings: Annotated[int | None, typer.Option(help="How many footprints of map.")] = None,
    seed: Annotated[int, typer.Option(help="The same seed makes the same street.")] = 7,
    as_of: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The demo's frozen day.")
    ] = datetime(DEMO_DAY.year, DEMO_DAY.month, DEMO_DAY.day),  # noqa: DTZ001 - a day
    as_json: Json = False,
) -> None:
    """Fill an empty database with an invented street. Example: shiyou demo --preset longquan."""
    if preset not in PRESETS:
        raise typer.BadParameter(
            f"{preset!r} is none of {', '.join(PRESETS)}", param_hint="--preset"
        )
    settings = read_settings()
    with (
        opened_store(settings, prepare=True) as store,
        progress_bar("building the street") as progress,
    ):
        report = build_demo(
            store,
            settings.ring(),
            preset=preset,
            buildings=buildings,
            seed=seed,
            as_of=as_of.date(),
            progress=progress,
        )
    figures = report.to_json()
    typer.echo(json.dumps(figures, ensure_ascii=False) if as_json else _lines(figures))


@app.command("demo-accounts")
def list_demo_accounts(as_json: Json = False) -> None:
    """List the demo's sign-ins. Example: shiyou demo-accounts --json."""
    with opened_store(read_settings()) as store, store.read() as session:
        accounts = demo_accounts(session)
    if as_json:
        typer.echo(json.dumps([asdict(account) for account in accounts], ensure_ascii=False))
        return
    for account in accounts:
        typer.echo(account)


@app.command("migrate")
def migrate_database() -> None:
    """Bring the database to this program's schema. Example: shiyou migrate."""
    settings = read_settings()
    settings.prepare_folder()
    store = open_store(settings.database_url)
    require_reachable(store, new=True)
    migrate(store)
    store.dispose()
    typer.echo("the schema is up to date")


@app.command()
def record(
    building: Annotated[str, typer.Argument(help="The building's code.")],
    room: Annotated[str, typer.Argument(help="The room, e.g. 601.")],
    result: Annotated[DoorResult, typer.Argument(help="What happened at the door.")],
    entrance: Annotated[str | None, typer.Option(help="When the room exists at several.")] = None,
    at: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M"], help="Shanghai time of the visit."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Record one door. Example: shiyou record 310115009003C01-018 1605 registered."""
    with opened_store(read_settings()) as store, store.write() as session:
        recorded = record_door(
            session,
            _principal(store),
            Door(building, room, entrance),
            result,
            at.replace(tzinfo=SHANGHAI) if at else None,
        )
    figures = asdict(recorded)
    typer.echo(json.dumps(figures, ensure_ascii=False) if as_json else _lines(figures))


@app.command()
def check(as_json: Json = False) -> None:
    """Prove that everything derived equals what it is derived from. Example: shiyou check --json."""
    with opened_store(read_settings()) as store:
        principal = _principal(store)
        with store.read() as session:
            report = check_derived(session, principal)
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        for drift in report.drifts:
            typer.echo(
                f"{drift.building} {drift.where} {drift.column}: is {drift.stored}, must be {drift.expected}"
            )
        typer.echo(
            f"{report.dwellings} dwellings in {report.buildings} buildings on {report.day}: "
            f"{len(report.drifts)} drift"
        )
    if report.drifts:
        sys.exit(1)


def _demo_when_missing(settings: Settings) -> None:
    """Build the street where there is no register; a first build that was cut short begins anew."""
    settings.prepare_folder()
    store = open_store(settings.database_url)
    try:
        require_reachable(store, new=True)
        if not is_empty(store):
            return
        if settings.production:
            raise SettingsRefused("production does not build a demo: serve without --demo")
        listen(settings).close()  # a taken port is told before the work, not after it
        migrate(store)
        typer.echo("building the demo street, once: this takes about half a minute")
        with progress_bar("building the demo street") as progress:
            build_demo(
                store,
                settings.ring(),
                preset="street",
                buildings=None,
                seed=7,
                as_of=DEMO_DAY,
                progress=progress,
            )
    finally:
        store.dispose()


def _principal(store: Store) -> Principal:
    with store.read() as session:
        read_clock(session)
        return system_principal(session, "cli")


def _lines(figures: dict[str, object]) -> str:
    return "\n".join(f"{name.replace('_', ' ')}: {value}" for name, value in figures.items())


if __name__ == "__main__":
    main()
