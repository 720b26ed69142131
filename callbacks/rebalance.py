"""A place is cut into grids: its workspace, and proposals for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from dash import Dash, Input, Output
from dash.development.base_component import Component

from callbacks.services import Services, in_thread
from dashapp import ids
from dashapp.layout.rebalance import Page, cut_page, no_cut_line, plan_in_hand, workspace
from dashapp.rebalancing import ask, payload
from dashapp.rebalancing.job import KIND, LEVELS, Question
from dashapp.text.words import Words, words_for
from dashapp.url import Selection, read_selection
from dashapp.web.identity import current_language, required_principal
from data.commands.jobs import start_job
from data.errors import InvalidInput, NotFound, RegisterError
from data.principal import Principal
from data.queries.areas import area_node
from data.queries.buildings import register_day
from data.queries.grid_plans import PlanRow, plans_of, staffing
from data.queries.grids import grid_ground
from data.rules.areas import AreaLevel
from data.rules.grids import DRAFTING_ROLES
from geo.feasibility import GRID_BAND, Band

FIRST_S: Final = 0.3
BETTER_S: Final = 12.0
LARGEST: Final = 99_999
LARGEST_KEY: Final = 2**63


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser asks about a place: the band, how many parts, what must stay together."""

    area: str
    level: AreaLevel
    number: int
    band: Band | None
    parts: int | None
    locked: dict[int, int]


def show_workspace(
    selection: Selection, principal: Principal, language: str, services: Services
) -> Component | None:
    """Return the workspace of the chosen place; nothing for a place that is not cut into grids."""
    if selection.mode != "grids" or selection.area is None:
        return None
    with services.store.read() as session:
        node = area_node(session, principal, selection.area)
    return workspace(node.code, node.level) if node and node.level in LEVELS else None


def read_asked(data: Any) -> Asked | None:
    """Read what the browser asks; None for what names no place, InvalidInput for a senseless band."""
    given = data if isinstance(data, dict) else {}
    area, level = given.get("area"), given.get("level")
    if not isinstance(area, str) or level not in LEVELS:
        return None
    return Asked(
        area=area,
        level=AreaLevel(level),
        number=whole_number(given.get("n")) or 0,
        band=_band(given),
        parts=whole_number(given.get("parts")),
        locked=parts_of_entrances(given.get("locked")),
    )


def whole_number(value: Any, largest: int = LARGEST) -> int | None:
    """Return a number above 0 and not above `largest`, None for anything else."""
    return value if type(value) is int and 0 < value <= largest else None


def _band(given: dict[str, Any]) -> Band | None:
    if given.get("lower") is None and given.get("upper") is None:
        return None
    lower, upper = whole_number(given.get("lower")), whole_number(given.get("upper"))
    if lower is None or upper is None or lower > upper:
        raise InvalidInput(
            "the lower end must be above 0 and not above the upper end", field="lower"
        )
    return Band(lower, upper)


def parts_of_entrances(given: Any) -> dict[int, int]:
    """Read the part of each entrance id, as JSON writes such a mapping; leave out what is none."""
    pairs = given.items() if isinstance(given, dict) else ()
    return {
        int(entrance): part
        for entrance, part in pairs
        if entrance.isascii() and entrance.isdigit() and int(entrance) < LARGEST_KEY
        and type(part) is int and 0 <= part < LARGEST
    }  # fmt: skip


def show_cut(data: Any, principal: Principal, language: str, services: Services) -> Component:
    """Return the first proposals for a place, and the number of a job that looks for better ones."""
    w = words_for(language)
    try:
        asked = read_asked(data)
        if asked is None:
            raise NotFound("no such place within your area")
        return cut_page(_page(asked, principal, services, w), w)
    except RegisterError as refusal:
        return cut_page(_refusal(data, refusal, w), w)


def _refusal(data: Any, refusal: RegisterError, w: Words) -> Page:
    given = data if isinstance(data, dict) else {}
    area, text = str(given.get("area")), no_cut_line(refusal, w)
    return Page(area, AreaLevel.COMPOUND, date.min, refused=text)


def _page(asked: Asked, principal: Principal, services: Services, w: Words) -> Page:
    with services.store.read() as session:
        ground = grid_ground(session, principal, asked.level, asked.area)
        page = Page(
            area=asked.area,
            level=asked.level,
            number=asked.number,
            today=register_day(session),
            may_draft=bool(principal.roles & DRAFTING_ROLES),
            plans=plans_of(session, principal, asked.level, asked.area),
            staff=staffing(session, principal, ground.committee_code),
        )
    band = asked.band or _band_of(page.plans)
    try:
        cuts = ask(ground, band, parts=asked.parts, locked=asked.locked, seconds=FIRST_S)
    except InvalidInput as refusal:
        return replace(page, refused=no_cut_line(refusal, w))
    open_ended = not all(proposal.proven for proposal in cuts.proposals)
    job = _look_further(asked, band, principal, services) if page.may_draft and open_ended else None
    return replace(page, cut=payload(ground, cuts), job=job)


def _band_of(plans: Sequence[PlanRow]) -> Band:
    plan = plan_in_hand(plans)
    return Band(plan.lower, plan.upper) if plan else GRID_BAND


def _look_further(asked: Asked, band: Band, principal: Principal, services: Services) -> str:
    """Ask for a job that looks longer; the same question asks for the same job."""
    locked = {str(entrance): part for entrance, part in asked.locked.items()}
    question = Question(
        level=asked.level.value, code=asked.area, lower=band.lower, upper=band.upper,
        parts=asked.parts, locked=locked, seconds=BETTER_S,
    )  # fmt: skip
    with services.store.write() as session:
        day = register_day(session)
        return start_job(session, principal, KIND, question.to_json(), f"{day} {question}")


def register(app: Dash, services: Services) -> None:
    """Bind the workspace to the chosen place, its proposals to what is asked, its line to acts."""

    @app.callback(
        Output(ids.MODULE, "children"), Input(ids.MODULE_PLACE, "data"), prevent_initial_call=True
    )
    async def on_place(data: Any) -> Any:
        return await in_thread(
            show_workspace, read_selection(data), required_principal(), current_language(), services
        )

    @app.callback(Output(ids.REBALANCE_CUT, "children"), Input(ids.REBALANCE_ASK, "data"))
    async def on_ask(data: Any) -> Any:
        return await in_thread(show_cut, data, required_principal(), current_language(), services)
