import json
from datetime import date, timedelta

from dashapp.layout.task_list import tasks_tab
from dashapp.text.words import words_for
from data.queries.tasks import TaskRow
from data.rules.work import TaskState, TaskType

TODAY = date(2026, 11, 20)


def task(days, owner="王建国"):
    due = TODAY + timedelta(days=days)
    return TaskRow(TaskType.COLLECT, TaskState.ASSIGNED, "601", 1, owner, TODAY, due)


def drawn(tasks):
    return json.loads(getattr(tasks_tab(tasks, TODAY, words_for("zh")), "data-flat"))


def test_what_is_late_comes_first_and_each_group_says_how_many():
    heads = [section[2][0][2] for section in drawn([task(-6), task(-1), task(0), task(30)])]
    assert heads == [
        ["逾期", ["small", {}, ["2"]]],
        ["今日到期", ["small", {}, ["1"]]],
        ["以后", ["small", {}, ["1"]]],
    ]


def test_a_task_nobody_has_is_told_like_a_late_one():
    told = json.dumps(drawn([task(1, owner="")]), ensure_ascii=False)
    assert '["span", {"class": "late"}, ["待派单"]]' in told


def test_no_task_says_so():
    assert drawn([]) == [["h3", {}, ["本楼没有待办任务"]]]
