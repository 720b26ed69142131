"""The household list: floor by room matrix and its twin, the list."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any

import dash_ag_grid as dag
import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashapp import ids
from dashapp.layout.flat import flat
from dashapp.layout.marks import swatch
from dashapp.text.formats import NOTHING, count, day_in_year, due
from dashapp.text.palette import DWELLING, dwelling_letter
from dashapp.text.words import Words
from data.queries.buildings import DoorRow, HouseholdFile, Member
from data.rules.coverage import DwellingStatus

GAP = "-"


def view_switch(view: str, w: Words) -> Component:
    """Return the switch between matrix and list together, the matrix, and the list as a grid."""
    return dmc.SegmentedControl(
        id=ids.HOUSEHOLD_VIEW,
        value=view,
        size="xs",
        data=[
            {"value": "both", "label": w("Matrix and list")},
            {"value": "matrix", "label": w("Matrix")},
            {"value": "list", "label": w("List")},
        ],
    )


def status_counts(counts: Counter[DwellingStatus], w: Words) -> Component:
    """Return how many doors stand where, in the order of the palette."""
    return html.Div(
        [
            html.Span([_sign(status), w(f"dwelling {status.value}"), html.B(count(counts[status]))])
            for status in DWELLING
            if counts[status]
        ],
        className="status-counts",
    )


def _sign(status: DwellingStatus) -> Component:
    """Return a class's square; a door to correct wears the colour of what it else is, and a mark."""
    if status is DwellingStatus.CONFLICT:
        return html.Span(className="badge conflict", **{"aria-hidden": "true"})
    return swatch(DWELLING[status])


def matrix(doors: Sequence[DoorRow], today: date, w: Words) -> Component:
    """Return the floor by room matrix as one component; assets/matrix.js draws it."""
    blocks = ";".join(
        f"{entrance}!{_floors(list(rows), today)}"
        for entrance, rows in groupby(doors, key=lambda door: door.entrance)
    )
    return html.Div(
        className="matrix",
        role="grid",
        tabIndex=0,
        **{"data-testid": "matrix", "data-rows": blocks, "aria-label": w("Floor by room")},
    )


def _floors(doors: Sequence[DoorRow], today: date) -> str:
    width = max(door.position for door in doors)
    return "|".join(
        f"{floor}:{_cells(list(row), width, today)}"
        for floor, row in groupby(doors, key=lambda door: door.floor)
    )


def _cells(doors: Sequence[DoorRow], width: int, today: date) -> str:
    """Return one floor's cells; a room number that is skipped leaves a gap, never a made-up door."""
    by_position = {door.position: door for door in doors}
    places = range(1, width + 1)
    return ",".join(_cell(by_position[p], today) if p in by_position else GAP for p in places)


def _cell(door: DoorRow, today: date) -> str:
    late = "o" if door.due_on is not None and door.due_on < today else ""
    wrong = "!" if door.status is DwellingStatus.CONFLICT else ""
    persons = str(door.persons) if door.persons else ""
    letter = dwelling_letter(door.status, resolved=door.resolved)
    return f"{door.room}~{letter}~{late}{wrong}{persons}~{door.id}"


def door_list(doors: Sequence[DoorRow], today: date, w: Words) -> Component:
    """Return the list beside the matrix, what is open first; one component, drawn by assets/lists.js.

    Sixty rows as components of their own take a second to show.
    """
    ordered = sorted(
        doors, key=lambda door: (door.resolved, door.due_on is None, door.due_on or today)
    )
    heads = ("Room", "Status", "Persons", "Last visit", "Next")
    told = {
        "heads": [w(head) for head in heads],
        "rows": [_row(door, today, w) for door in ordered],
    }
    return html.Div(className="door-list", **{"data-doors": json.dumps(told, ensure_ascii=False)})


def _row(door: DoorRow, today: date, w: Words) -> list[Any]:
    """Return id, room, status and its look, persons, last visit, when due and whether late, what next."""
    shade = DWELLING[door.status]
    when, what = _next(door, today, w)
    return [
        door.id,
        door.room,
        w(f"dwelling {door.status.value}"),
        shade.fill,
        shade.hatch,
        str(door.persons) if door.persons else NOTHING,
        day_in_year(door.last_visit, today, w),
        when,
        bool(when) and door.due_on is not None and door.due_on < today,
        what,
    ]


def _next(door: DoorRow, today: date, w: Words) -> tuple[str, str]:
    """Return when something is due and what it is, else how often nobody was met."""
    if door.task is not None and door.due_on is not None:
        return due(door.due_on, today, w), w(f"task {door.task.value}")
    if door.status is DwellingStatus.NO_CONTACT and door.attempts:
        return "", w("not met {n} times", n=door.attempts)
    return "", NOTHING


def door_grid(doors: Sequence[DoorRow], today: date, w: Words) -> Component:
    """Return the whole list as a sortable, filterable grid."""
    columns = (
        ("entrance", "Entrance", 70),
        ("floor", "Floor", 60),
        ("room", "Room", 76),
        ("status", "Status", 110),
        ("persons", "Persons", 70),
        ("visit", "Last visit", 90),
        ("next", "Next", 150),
    )
    return dag.AgGrid(
        columnDefs=[
            {
                "field": field,
                "headerName": w(title),
                "width": width,
                "filter": True,
                "sortable": True,
            }
            for field, title, width in columns
        ],
        rowData=[_grid_row(door, today, w) for door in doors],
        dashGridOptions={"rowHeight": 27, "headerHeight": 28, "animateRows": False},
        className="ag-theme-quartz",
        style={"height": 460},
    )


def _grid_row(door: DoorRow, today: date, w: Words) -> dict[str, Any]:
    task = (
        f"{due(door.due_on, today, w)} · {w(f'task {door.task.value}')}"
        if door.task and door.due_on
        else ""
    )
    return {
        "entrance": door.entrance,
        "floor": door.floor,
        "room": door.room,
        "status": w(f"dwelling {door.status.value}"),
        "persons": door.persons,
        "visit": day_in_year(door.last_visit, today, w),
        "next": task,
    }


def room_detail(room: str, files: Sequence[HouseholdFile], today: date, w: Words) -> Component:
    """Return the households behind one door; persons masked, or only counted."""
    body = [_file(file, today, w) for file in files] or [html.P(w("No household on the register."))]
    return flat(html.Section([html.H3(w("Room {room}", room=room)), *body], className="room-file"))


def _file(file: HouseholdFile, today: date, w: Words) -> Component:
    steps = (
        (w("collected"), file.collected_on),
        (w("entered"), file.entered_on),
        (w("verified"), file.verified_on),
    )
    dates = " · ".join(f"{name} {day_in_year(day, today, w)}" for name, day in steps)
    title = w("Household {n}, {persons} persons", n=file.number, persons=file.persons)
    return html.Div(
        [html.Div([html.B(title), html.Small(dates)]), _members(file.members, w)],
        className="household-file",
    )


def _members(members: Sequence[Member], w: Words) -> Component:
    if not members:
        return html.P(w("Your role sees counts, not persons."), className="quiet")
    return html.Ul(
        [
            html.Li(
                [
                    html.Span(member.name),
                    html.Code(member.id_number),
                    html.Small(
                        f"{w(f'relation {member.relation}')} · {w(f'category {member.category.value}')}"
                    ),
                ]
            )
            for member in members
        ]
    )
