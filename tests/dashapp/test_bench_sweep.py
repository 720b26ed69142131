import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.sweep_answers import sweep_value
from dashapp.bench.instance import UnreadableInstance
from dashapp.bench.sweep import command, read_instance, solve_file
from geo.sweep_travel import Climbing

INSTANCES = Path(__file__).parents[1] / "fixtures" / "sweep"
SWEEP_50 = INSTANCES / "sweep-50.json"


@pytest.fixture
def bench():
    app = typer.Typer()
    app.command()(command)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


@pytest.mark.parametrize(
    ("name", "seconds", "least"),
    [("sweep-50.json", 3, 81.37), ("sweep-200.json", 2, 280), ("sweep-1000.json", 2, 780)],
)
def test_a_solved_file_is_worth_what_a_plain_recount_says_and_kept_to_its_time(
    name, seconds, least
):
    answer = solve_file(INSTANCES / name, seconds)
    assert answer["instance"] == name
    assert answer["value"] == pytest.approx(sweep_value(INSTANCES / name, answer["routes"]))
    assert least <= answer["value"] <= answer["bound"]
    assert answer["seconds"] < seconds + 1


def test_a_plan_that_misses_nothing_is_not_searched_on():
    assert solve_file(SWEEP_50, 60)["seconds"] < 20


def test_the_command_prints_one_object_a_line(bench):
    result = bench(SWEEP_50, SWEEP_50, "--seconds", 1, "--json")
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert [line["value"] for line in lines] == [81.3725, 81.3725]
    assert set(lines[0]) == {"instance", "value", "bound", "routes", "seconds"}
    assert set(lines[0]["routes"][0]) == {"shift", "team", "doors"}


def test_the_command_speaks_to_people_too(bench):
    assert "sweep-50.json: value 81.3725 of at most 81.37" in bench(SWEEP_50, "--seconds", 1).output


def test_the_second_days_shifts_are_a_day_later():
    assert [shift.start_s for shift in read_instance(SWEEP_50).shifts] == [
        50_400,
        66_600,
        86_400 + 50_400,
        86_400 + 66_600,
    ]


def test_an_instance_brings_its_own_times_for_stairs_and_lifts(tmp_path):
    raw = json.loads(SWEEP_50.read_text())
    raw["vertical"]["stairs_up_s"] = 600
    path = tmp_path / "steep.json"
    path.write_text(json.dumps(raw))
    assert read_instance(path).climbing == Climbing(stairs_up_s=600)
    answer = solve_file(path, 1)
    assert answer["value"] == pytest.approx(sweep_value(path, answer["routes"]))
    assert answer["value"] < 81.3


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"doors": [{"building": 0, "floor": 1, "value": [1, 1]}]}, "2 values for 4 shifts"),
        ({"doors": [{"building": 99, "floor": 1, "value": [1] * 4}]}, "IndexError"),
        ({"workstation": "here"}, "ValueError"),
        ({"vertical": {"wings_s": 1}}, "wings_s"),
        ({"teams": -1}, "number of teams"),
    ],
)
def test_a_file_that_is_no_instance_is_refused_by_name(tmp_path, change, words):
    path = tmp_path / "odd.json"
    path.write_text(json.dumps({**json.loads(SWEEP_50.read_text()), **change}))
    with pytest.raises(UnreadableInstance, match=words) as refusal:
        read_instance(path)
    assert "odd.json" in str(refusal.value)


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_file_that_is_no_object_is_refused(tmp_path, text):
    (tmp_path / "odd.json").write_text(text)
    with pytest.raises(UnreadableInstance, match="no sweep instance"):
        read_instance(tmp_path / "odd.json")
    with pytest.raises(UnreadableInstance, match="missing"):
        read_instance(tmp_path / "missing.json")
