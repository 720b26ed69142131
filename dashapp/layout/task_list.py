"""Outstanding tasks of a building: what, where, whose, due when; what is late comes first."""

from collections.abc import Sequence
from datetime import date
from itertools import groupby

from dash import html
from dash.development.base_component import Component

from dashapp.layout.flat import flat
from dashapp.text.formats import count, day_in_year, due
from dashapp.text.words import Words
from data.queries.tasks import TaskRow
from data.rules.deadlines import DueGroup, due_group


def tasks_tab(tasks: Sequence[TaskRow], today: date, w: Words) -> Component:
    """Return the open tasks in groups by their day, the latest first; or say that there is none."""
    if not tasks:
        return flat(html.Div([html.H3(w("No open task here"))], className="empty"))
    groups = groupby(tasks, key=lambda task: due_group(task.due_on, today))
    return flat(
        html.Div(
            [_group(group, list(rows), today, w) for group, rows in groups], className="task-list"
        )
    )


def _group(group: DueGroup, tasks: Sequence[TaskRow], today: date, w: Words) -> Component:
    return html.Section(
        [
            html.H3([w(f"due {group.value}"), html.Small(count(len(tasks)))]),
            html.Ul([_row(task, today, w) for task in tasks]),
        ]
    )


def _row(task: TaskRow, today: date, w: Words) -> Component:
    late = task.due_on < today
    since = w("since {day}", day=day_in_year(task.created_on, today, w))
    return html.Li(
        [
            html.B(w(f"task {task.type.value}"), className="what"),
            html.B(task.room or w("Building"), className="where"),
            html.Span(
                [
                    html.Span(w(f"state {task.state.value}")),
                    html.Small([_owner(task, w), f" · {since}"]),
                ],
                className="whose",
            ),
            html.Span(
                due(task.due_on, today, w),
                className="when late" if late else "when",
                title=task.due_on.isoformat(),
            ),
        ],
        className="is-late" if late else "",
    )


def _owner(task: TaskRow, w: Words) -> Component:
    """Return whose turn it is; nobody's turn is a fault that is told like a late task."""
    return html.Span(task.owner or w("nobody yet"), className="" if task.owner else "late")
