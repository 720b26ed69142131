"""`shiyou rebalance`: a compound, committee or grid too large for one person is cut into grids."""

import json
import time
from collections.abc import Iterator
from typing import Annotated, Any, Final
from uuid import uuid4

import typer

from dashapp.jobs import JobKinds, run_next
from dashapp.main import JOBS
from dashapp.rebalancing.job import KIND, Question, answer, ask_about
from dashapp.rebalancing.wording import part_name
from dashapp.settings import read_settings
from dashapp.terminal import opened_store, progress_bar
from dashapp.text.words import words_for
from data.clock import utc_now
from data.commands.jobs import (
    CANCELLED,
    DONE,
    FAILED,
    WAITING,
    JobRow,
    ask_to_cancel,
    job_of,
    somebody_works,
    start_job,
)
from data.errors import InvalidInput, RegisterError
from data.principal import Principal
from data.queries.access import system_principal
from data.queries.grid_sizes import SizeRow, grid_sizes
from data.rules.areas import AreaLevel
from data.session import Store
from geo.balance_problem import Preset
from geo.feasibility import GRID_BAND

LOOK_S: Final = 0.2
PATIENCE_S: Final = 3.0
"""A server's worker looks for work four times a second; when none has come by then, there is none."""

Answer = dict[str, Any]


class Stopped(RegisterError):
    """Somebody pressed Ctrl-C."""


def rebalance(  # noqa: PLR0913, PLR0917 - the command's options, one argument each
    compound: Annotated[str | None, typer.Option(help="Code of a compound to cut.")] = None,
    committee: Annotated[str | None, typer.Option(help="Code of a committee to cut whole.")] = None,
    grid: Annotated[str | None, typer.Option(help="Code of a grid to cut.")] = None,
    all_oversize: Annotated[
        bool,
        typer.Option("--all-oversize", help="Every compound and grid above the band, as jobs."),
    ] = False,
    lower: Annotated[int, typer.Option(help="Fewest households of a grid.")] = GRID_BAND.lower,
    upper: Annotated[int, typer.Option(help="Most households of a grid.")] = GRID_BAND.upper,
    parts: Annotated[
        int | None, typer.Option(help="How many grids; else what suits the band.")
    ] = None,
    preset: Annotated[Preset | None, typer.Option(help="Only this proposal; else all.")] = None,
    seconds: Annotated[float, typer.Option(min=0.1, max=300, help="Time for each place.")] = 10.0,
    seed: Annotated[int, typer.Option(help="The same seed searches the same way.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
) -> None:
    """Propose grids of 800 to 1,000 households; nothing is changed.

    Example: shiyou rebalance --compound 310115009003C01 --lower 800 --upper 1000 --json.
    """
    places = {AreaLevel.COMPOUND: compound, AreaLevel.COMMITTEE: committee, AreaLevel.GRID: grid}
    chosen = [(level, code) for level, code in places.items() if code is not None]
    if len(chosen) + all_oversize != 1:
        raise InvalidInput(
            "name one place: --compound, --committee or --grid with its code, or --all-oversize",
            field="compound",
        )
    level, code = chosen[0] if chosen else (AreaLevel.COMPOUND, "")
    presets = tuple(Preset) if preset is None else (preset,)
    question = Question(level, code, lower, upper, parts, {}, presets, seconds, seed)
    question.band  # noqa: B018 - a band that is none is refused before anything else
    for found in _all_oversize(question) if all_oversize else _one(question):
        typer.echo(json.dumps(found, ensure_ascii=False) if as_json else told(found))


def _one(question: Question) -> Iterator[Answer]:
    with opened_store(read_settings()) as store, progress_bar("looking for cuts") as progress:
        cuts = ask_about(store, _system(store), question, progress or _silent)
    yield answer(cuts)


def _all_oversize(question: Question) -> Iterator[Answer]:
    """Ask for a job for each place above the band, and yield what each answers, in their order.

    A place that cannot be laid out yields its refusal; it does not keep the others waiting.
    """
    with opened_store(read_settings()) as store:
        principal = _system(store)
        with store.read() as session:
            rows = [
                row
                for row in grid_sizes(session, principal)
                if row.households > question.band.upper
            ]
        with store.write() as session:
            jobs = [
                start_job(session, principal, KIND, _about(question, row).to_json(), uuid4().hex)
                for row in rows
            ]
        work = Work(store, principal, jobs)
        try:
            for row, uid in zip(rows, jobs, strict=True):
                yield _result(row, work.until_ended(uid))
        except KeyboardInterrupt:
            work.cancel()
            raise Stopped("stopped; the places not yet answered were left out") from None


class Work:
    """Waits for jobs that a server's worker does; where no server runs, does them here."""

    def __init__(
        self, store: Store, principal: Principal, jobs: list[str], kinds: JobKinds = JOBS
    ) -> None:
        self.store, self.principal, self.jobs, self.kinds = store, principal, jobs, kinds
        self.patience_until = time.monotonic() + PATIENCE_S

    def until_ended(self, uid: str) -> JobRow:
        """Return a job when it has ended."""
        with progress_bar("looking for cuts") as progress:
            while True:
                with self.store.read() as session:
                    job = job_of(session, self.principal, uid)
                    idle = job.state == WAITING and not somebody_works(session, utc_now())
                if job.state in (DONE, FAILED, CANCELLED):
                    return job
                if progress:
                    progress(job.done, job.total)
                if idle and time.monotonic() > self.patience_until:
                    run_next(self.store, self.kinds)
                else:
                    time.sleep(LOOK_S)

    def cancel(self) -> None:
        """Ask all that have not ended to stop."""
        with self.store.write() as session:
            for uid in self.jobs:
                ask_to_cancel(session, self.principal, uid)


def _about(question: Question, row: SizeRow) -> Question:
    own = question.to_json() | {"level": row.level.value, "code": row.code}
    return Question(**own)


def _result(row: SizeRow, job: JobRow) -> Answer:
    if job.result is not None:
        return job.result
    refused = job.failure or "the job was stopped"
    return {"code": row.code, "name": row.name, "level": row.level.value,
            "households": row.households, "refused": refused}  # fmt: skip


def told(found: Answer) -> str:
    """Return an answer as a person reads it."""
    head = f"{found['name']} ({found['level']} {found['code']}): {found['households']:,} households"
    if "refused" in found:
        return f"{head}\n  not cut: {found['refused']}"
    w = words_for("en")
    grids = "1 grid" if found["parts"] == 1 else f"{found['parts']} grids"
    return "\n".join(
        [
            f"{head}, {grids} of {found['band'][0]}-{found['band'][1]}",
            *(f"  {w(word['key'], **word['args'])}" for word in found["words"]),
            *(_told_plan(plan) for plan in found["plans"]),
        ]
    )


def _told_plan(plan: dict[str, Any]) -> str:
    w = words_for("en")
    sizes = " / ".join(
        f"{part_name(part)} {households}" for part, households in enumerate(plan["households"])
    )
    faults = "".join(
        f"; {part_name(each['part'])} {w('fault ' + each['fault'])} by {each['by']}"
        for each in plan["violations"]
    )
    return (
        f"  {plan['preset']}: {sizes}; boundary {plan['boundary_m']:g} m,"
        f" {plan['moved']:,} households and {plan['tasks_moved']} tasks change hands{faults}"
    )


def _system(store: Store) -> Principal:
    with store.read() as session:
        return system_principal(session, "cli")


def _silent(done: int, total: int) -> None:
    pass
