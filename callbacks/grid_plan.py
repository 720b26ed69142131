"""What becomes of a cut: kept, proposed, decided on by somebody else, taken away as a file."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from dash import Dash, Input, Output
from dash.development.base_component import Component

from callbacks.rebalance import Asked, parts_of_entrances, read_asked, whole_number
from callbacks.services import Services, in_thread
from dashapp import ids
from dashapp.layout.rebalance import Said, done_line, file_json, file_line, refusal_line, said
from dashapp.rebalancing import judge
from dashapp.rebalancing.files import as_geojson, as_xlsx
from dashapp.rebalancing.plot import Plot, lay_out
from dashapp.text.words import Words, words_for
from dashapp.web.identity import current_language, required_principal
from data.commands.grids import Draft, approve, propose, reject, save_draft, withdraw
from data.errors import InvalidInput, NotFound, RegisterError
from data.principal import Principal
from data.queries.grid_plans import plan_by_uid, plans_of
from data.queries.grids import grid_ground
from data.rules.grids import PlanAct
from geo.balance_check import Fault, Figures
from geo.balance_problem import Preset
from geo.feasibility import GRID_BAND, Band

LONGEST: Final = 400
GEOJSON: Final = "application/geo+json"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES: Final = ("geojson", "xlsx")


@dataclass(frozen=True, slots=True)
class Act:
    """What a person does with the plan on the table; `assignment` is the part of each entrance id."""

    name: str
    asked: Asked
    uid: str | None
    version: int | None
    note: str
    reason: str
    day: date | None
    preset: str
    assignment: dict[int, int]

    @property
    def band(self) -> Band:
        """Return the band the plan was drawn for."""
        return self.asked.band or GRID_BAND


def read_act(data: Any) -> Act | None:
    """Read an act; None for what is none, InvalidInput for a senseless band."""
    asked = read_asked(data)
    if asked is None or data.get("act") not in (*PlanAct, *FILES):
        return None
    uid, preset = data.get("uid"), data.get("preset")
    return Act(
        name=str(data["act"]),
        asked=asked,
        uid=uid if isinstance(uid, str) else None,
        version=whole_number(data.get("version")),
        note=_text(data.get("note")),
        reason=_text(data.get("reason")),
        day=_day(data.get("day")),
        preset=preset if preset in tuple(Preset) else Preset.COMPACT.value,
        assignment=_without_gaps(parts_of_entrances(data.get("assignment"))),
    )


def _text(value: Any) -> str:
    return value.strip()[:LONGEST] if isinstance(value, str) else ""


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _without_gaps(assignment: dict[int, int]) -> dict[int, int]:
    """Return the same cut with its parts numbered from 0: a grid that a hand has emptied is none."""
    number = {part: place for place, part in enumerate(sorted(set(assignment.values())))}
    return {entrance: number[part] for entrance, part in assignment.items()}


def do_act(data: Any, principal: Principal, language: str, services: Services) -> Component | None:
    """Save, propose, decide on or export a plan; return one line about it, whatever comes of it."""
    w = words_for(language)
    try:
        act = read_act(data)
        return said(_answer(act, principal, services, w), w) if act else None
    except RegisterError as refusal:
        number, area = whole_number(data.get("n")) or 0, str(data.get("area"))
        return said(Said(number, area, refusal_line(refusal, w), ok=False), w)


def _answer(act: Act, principal: Principal, services: Services, w: Words) -> Said:
    if act.name in FILES:
        return _file(act, principal, services, w)
    with services.store.write() as session:
        DONE[PlanAct(act.name)](session, principal, act)
        plans = plans_of(session, principal, act.asked.level, act.asked.area)
    line = done_line(PlanAct(act.name), act.day, w)
    return Said(act.asked.number, act.asked.area, line, plans=plans)


def _save(session: Any, principal: Principal, act: Act) -> str:
    if act.day is None:
        raise InvalidInput("a plan comes into force on some day", field="effective_on")
    _, figures = _drawn(session, principal, act)
    draft = Draft(
        level=act.asked.level,
        code=act.asked.area,
        preset=act.preset,
        lower=act.band.lower,
        upper=act.band.upper,
        effective_on=act.day,
        reason=act.reason,
        assignment=act.assignment,
        broken=_broken(figures),
    )
    return save_draft(session, principal, draft, uid=act.uid, version=act.version)


def _drawn(session: Any, principal: Principal, act: Act) -> tuple[Plot, Figures]:
    """Lay the place out and examine the cut anew: the browser's word on it is not taken."""
    plot = lay_out(grid_ground(session, principal, act.asked.level, act.asked.area))
    parts = max(act.assignment.values(), default=0) + 1
    return plot, judge(plot, act.band, act.assignment, parts)


def _broken(figures: Figures) -> str | None:
    pieces = sum(1 for found in figures.violations if found.fault is Fault.IN_PIECES)
    return f"{pieces} lie in pieces" if pieces else None


def _propose(session: Any, principal: Principal, act: Act) -> None:
    uid = _save(session, principal, act)
    propose(session, principal, uid, plan_by_uid(session, principal, uid).version)


def _named(act: Act) -> tuple[str, int]:
    if act.uid is None or act.version is None:
        raise NotFound("no such plan within your area")
    return act.uid, act.version


DONE: Final[dict[PlanAct, Any]] = {
    PlanAct.SAVE: _save,
    PlanAct.PROPOSE: _propose,
    PlanAct.APPROVE: lambda session, who, act: approve(session, who, *_named(act)),
    PlanAct.REJECT: lambda session, who, act: reject(session, who, *_named(act), act.note),
    PlanAct.WITHDRAW: lambda session, who, act: withdraw(session, who, *_named(act)),
}


def _file(act: Act, principal: Principal, services: Services, w: Words) -> Said:
    with services.store.read() as session:
        plot, figures = _drawn(session, principal, act)
    parts = [act.assignment[unit.entrance_id] for unit in plot.ground.units]
    if act.name == "geojson":
        kind, content = GEOJSON, as_geojson(plot, parts).encode()
    else:
        kind, content = XLSX, as_xlsx(plot, parts, figures, act.band, w)
    file = file_json(f"{act.asked.area}.{act.name}", kind, content)
    return Said(act.asked.number, act.asked.area, file_line(w), file=file)


def register(app: Dash, services: Services) -> None:
    """Bind the line about the plan to what is done with it."""

    @app.callback(
        Output(ids.REBALANCE_SAID, "children"),
        Input(ids.REBALANCE_ACT, "data"),
        prevent_initial_call=True,
    )
    async def on_act(data: Any) -> Any:
        return await in_thread(do_act, data, required_principal(), current_language(), services)
