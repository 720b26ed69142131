"""Outstanding tasks of a building: what, where, whose, due when."""

from collections.abc import Sequence
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashapp.layout.flat import flat
from dashapp.text.formats import day_in_year, due
from dashapp.text.words import Words
from data.queries.tasks import TaskRow


def tasks_tab(tasks: Sequence[TaskRow], today: date, w: Words) -> Component:
    """Return the open tasks, the latest first in line at the top; or say that there is none."""
    if not tasks:
        return flat(html.Div([html.H3(w("No open task here"))], className="empty"))
    late = sum(1 for task in tasks if task.due_on < today)
    heads = ("Task", "Room", "Owner", "Since", "Due")
    return flat(
        html.Div(
            [
                html.Div(
                    w("{n} open, {late} late", n=len(tasks), late=late), className="tools task-sum"
                ),
                html.Table(
                    [
                        html.Thead(html.Tr([html.Th(w(head)) for head in heads])),
                        html.Tbody([_row(task, today, w) for task in tasks]),
                    ],
                    className="task-list",
                ),
            ]
        )
    )


def _row(task: TaskRow, today: date, w: Words) -> Component:
    late = task.due_on < today
    return html.Tr(
        [
            html.Td(
                [html.B(w(f"task {task.type.value}")), html.Small(w(f"state {task.state.value}"))]
            ),
            html.Td(task.room or w("Building")),
            html.Td(task.owner or w("nobody yet"), className="" if task.owner else "late"),
            html.Td(day_in_year(task.created_on, today)),
            html.Td(due(task.due_on, today, w), className="late" if late else ""),
        ],
        className="is-late" if late else "",
    )
