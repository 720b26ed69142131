"""The workspace of one place's cut into grids: what assets/88_rebalance_page.js draws, and its stores."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from dash import dcc, html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.text.js_words import REBALANCE_WORDS
from dashapp.text.words import Words
from data.errors import Conflict, Forbidden, NotFound, RegisterError
from data.queries.grid_plans import PlanRow, StaffRow
from data.rules.areas import AreaLevel
from data.rules.grids import MEMBER_HOUSEHOLDS, NOT_IN_FORCE, OPEN_PLANS, PlanAct, PlanState

Json = dict[str, Any]
# A plan that was sent back is worked on further; one in force or withdrawn is history.
IN_HAND: Final = OPEN_PLANS | {PlanState.REJECTED}
NOTICE: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Page:
    """What the workspace is filled with; `cut` is None when the place cannot be laid out."""

    area: str
    level: AreaLevel
    today: date
    number: int = 0
    may_draft: bool = False
    cut: Json | None = None
    refused: str | None = None
    plans: Sequence[PlanRow] = ()
    staff: Sequence[StaffRow] = ()
    job: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What came of an act, in one line; with the plan as it stands, or a file."""

    number: int
    area: str
    text: str
    ok: bool = True
    plans: Sequence[PlanRow] | None = None
    file: Json | None = field(default=None)


def workspace(area: str, level: AreaLevel) -> Component:
    """Return the empty workspace of a place; its store asks for the first proposals."""
    return html.Div(
        [
            dcc.Store(id=ids.REBALANCE_ASK, data={"area": area, "level": level.value, "n": 0}),
            dcc.Store(id=ids.REBALANCE_ACT),
            html.Div(_waiting(), id=ids.REBALANCE_CUT),
            html.Div(id=ids.REBALANCE_SAID, hidden=True),
        ],
        className="rb-host",
        key=area,
    )


def _waiting() -> Component:
    """Return the workspace's shape without figures."""
    return html.Div([html.Div() for _ in range(3)], className="rb-wait", **{"aria-busy": "true"})


def cut_page(page: Page, w: Words) -> Component:
    """Return what the workspace's script draws: place, proposals, plan at hand, words."""
    plan = plan_in_hand(page.plans)
    given = {
        "area": page.area,
        "level": page.level.value,
        "number": page.number,
        "cut": page.cut,
        "refused": page.refused,
        "told": _sentences(page.cut, w),
        "day": default_day(page.today).isoformat(),
        "firstDay": (page.today + timedelta(days=1)).isoformat(),
        "mayDraft": page.may_draft,
        "plan": plan and plan_json(plan, w),
        "plans": earlier(page.plans, plan, w),
        "staff": [_staff(row) for row in page.staff],
        "member": MEMBER_HOUSEHOLDS,
        "job": page.job,
        "words": {msgid: w(msgid) for msgid in REBALANCE_WORDS},
    }
    return html.Div(**{"data-cut": _json(given)})


def said(answer: Said, w: Words) -> Component:
    """Return what came of an act, for the script to show."""
    given: Json = {
        "n": answer.number,
        "area": answer.area,
        "ok": answer.ok,
        "text": answer.text,
        "file": answer.file,
    }
    if answer.plans is not None:
        plan = plan_in_hand(answer.plans)
        given |= {"plan": plan and plan_json(plan, w), "plans": earlier(answer.plans, plan, w)}
    return html.Div(**{"data-said": _json(given)})


def done_line(act: PlanAct, day: date | None, w: Words) -> str:
    """Return the line about an act that was done."""
    return {
        PlanAct.SAVE: w("Kept as a draft"),
        PlanAct.PROPOSE: w("Sent for approval"),
        PlanAct.APPROVE: w("Approved, in force on {day}", day=day or ""),
        PlanAct.REJECT: w("Sent back to its author"),
        PlanAct.WITHDRAW: w("Plan withdrawn"),
    }[act]


def file_line(w: Words) -> str:
    """Return the line about a file that was made."""
    return w("File made")


def refusal_line(refusal: RegisterError, w: Words) -> str:
    """Return the line about an act that was refused: that nothing was saved, and why."""
    return w("Not saved: {reason}", reason=_reason(refusal, w))


def no_cut_line(refusal: RegisterError, w: Words) -> str:
    """Return why a place cannot be shown as a cut."""
    if isinstance(refusal, NotFound):
        return w("No such place within your area")
    return w("No cut can be shown: {reason}", reason=refusal)


def _reason(refusal: RegisterError, w: Words) -> str:
    if isinstance(refusal, NotFound):
        return w("No such place within your area")
    if isinstance(refusal, Forbidden):
        return w("your role may not do this")
    about = refusal.values.get("field")
    if isinstance(refusal, Conflict):
        if about == "assignment":
            return w("its place has changed, or another plan for it is approved")
        return w("somebody has changed it meanwhile; open it anew")
    return {
        "effective_on": w("the day must lie ahead"),
        "reason": w("it breaks a rule: give the reason in a few words"),
        "note": w("say in a few words what is to be changed"),
        "assignment": w("its entrances are not those of the place; open it anew"),
    }.get(str(about), str(refusal))


def _note(row: PlanRow, w: Words) -> str:
    """Return what was said of a plan, what the register itself noted in the reader's words."""
    if row.note.startswith(NOT_IN_FORCE):
        return w("not put into force on its day: the place has changed since")
    return row.note


def file_json(name: str, kind: str, content: bytes) -> Json:
    """Return a file as the script saves it."""
    return {"name": name, "type": kind, "base64": base64.b64encode(content).decode("ascii")}


def default_day(today: date) -> date:
    """Return the first of a month that leaves a month's notice."""
    soonest = today + NOTICE
    if soonest.day == 1:
        return soonest
    return date(soonest.year + soonest.month // 12, soonest.month % 12 + 1, 1)


def plan_in_hand(plans: Sequence[PlanRow]) -> PlanRow | None:
    """Return the newest plan that is still on its way."""
    return next((row for row in plans if row.state in IN_HAND), None)


def earlier(plans: Sequence[PlanRow], plan: PlanRow | None, w: Words) -> list[Json]:
    """Return the other plans of the place, newest first."""
    return [
        {
            "state": row.state.value,
            "day": row.effective_on.isoformat(),
            "author": row.author,
            "note": _note(row, w),
        }
        for row in plans
        if plan is None or row.uid != plan.uid
    ]


def plan_json(row: PlanRow, w: Words) -> Json:
    """Return a plan as the script holds it."""
    return {
        "uid": row.uid,
        "version": row.version,
        "state": row.state.value,
        "preset": row.preset,
        "lower": row.lower,
        "upper": row.upper,
        "reason": row.reason,
        "day": row.effective_on.isoformat(),
        "author": row.author,
        "decidedBy": row.decided_by,
        "note": _note(row, w),
        "assignment": {str(entrance): part for entrance, part in row.assignment.items()},
        "codes": list(row.codes),
        "acts": sorted(act.value for act in row.acts),
    }


def _staff(row: StaffRow) -> Json:
    return {
        "name": row.name,
        "households": row.households,
        "persons": row.persons,
        "tasks": row.open_tasks,
    }


def _sentences(cut: Json | None, w: Words) -> list[str]:
    return [w(told["key"], **told["args"]) for told in cut["words"]] if cut else []


def _json(given: Json) -> str:
    return json.dumps(given, ensure_ascii=False, separators=(",", ":"))
