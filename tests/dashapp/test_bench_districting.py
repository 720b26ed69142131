import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.districting_answers import cut_weight, faults
from dashapp.bench.districting import command, read_instance, solve_file
from dashapp.bench.instance import UnreadableInstance
from geo.balance_check import examine

INSTANCES = Path(__file__).parents[1] / "fixtures" / "districting"
S30 = INSTANCES / "s30-street.json"


@pytest.fixture
def bench():
    app = typer.Typer()
    app.command()(command)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def test_a_solved_file_holds_the_solution_beside_the_figure():
    answer = solve_file(S30, 3)
    figures = examine(read_instance(S30), answer["assignment"])
    assert answer["instance"] == "s30-street.json"
    assert answer["cut"] == pytest.approx(340.6) == pytest.approx(figures.boundary_m)
    assert (answer["violations"], answer["contiguous"]) == ([], True)
    assert answer["seconds"] < 4
    assert cut_weight(S30, answer["assignment"]) == answer["cut"]
    assert faults(S30, answer["assignment"]) == []


def test_the_recount_names_what_an_answer_breaks():
    half = [int(unit >= 15) for unit in range(30)]
    half[0] = 1
    assert faults(S30, half) == [
        "part 0 has 785", "part 1 has 1017", "part 1 lies in pieces",
    ]  # fmt: skip


def test_an_instance_without_a_plan_names_its_violations(tmp_path):
    path = tmp_path / "none.json"
    links = [[0, 1, 1], [1, 2, 1]]
    path.write_text(
        json.dumps({"k": 2, "lower": 8, "upper": 9, "population": [5, 5, 5], "edges": links})
    )
    faults = {(fault["fault"], fault["by"]) for fault in solve_file(path, 0.5)["violations"]}
    assert faults == {("too_small", 3), ("too_big", 1)}


def test_the_command_prints_one_object_a_line(bench):
    result = bench(S30, S30, "--seconds", 1, "--json")
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert [line["instance"] for line in lines] == ["s30-street.json"] * 2


def test_the_command_speaks_to_people_too(bench):
    assert "s30-street.json: cut 340.6, 0 faults" in bench(S30, "--seconds", 1).output


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "no districting instance"),
        ("{}", "KeyError"),
        ('{"k": 2, "lower": 9, "upper": 8, "population": [1], "edges": []}', "band 9-8"),
        ('{"k": 2, "lower": 1, "upper": 8, "population": [1], "edges": []}', "2 parts of 1 units"),
    ],
)
def test_a_file_that_is_no_instance_is_refused_by_name(tmp_path, text, message):
    path = tmp_path / "odd.json"
    path.write_text(text)
    with pytest.raises(UnreadableInstance, match=message) as refusal:
        read_instance(path)
    assert "odd.json" in str(refusal.value)
    with pytest.raises(UnreadableInstance, match=r"missing\.json"):
        read_instance(tmp_path / "missing.json")
