import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from benchmarks.sweep_answers import best_known, orienteering_score
from dashapp.bench.instance import UnreadableInstance
from dashapp.bench.orienteering import command, read_instance, solve_file

INSTANCES = Path(__file__).parents[1] / "fixtures" / "sweep"
P7 = INSTANCES / "p7.2.j.txt"


@pytest.fixture
def bench():
    app = typer.Typer()
    app.command()(command)
    return lambda *words: CliRunner().invoke(app, [str(word) for word in words])


def written(folder, *vertices, teams=1, longest=10.0):
    path = folder / "small.txt"
    rows = [f"n {len(vertices)}", f"m {teams}", f"tmax {longest}"]
    path.write_text("\n".join([*rows, *vertices]) + "\n")
    return path


@pytest.mark.parametrize(("name", "best"), best_known(INSTANCES).items())
def test_a_second_comes_within_five_in_a_hundred_of_the_best_known_and_hold_a_recount(name, best):
    answer = solve_file(INSTANCES / name, 1)
    assert answer["instance"] == name
    assert answer["score"] == orienteering_score(INSTANCES / name, answer["routes"])
    assert 0.95 * best <= answer["score"] <= best
    assert answer["seconds"] < 2


def test_a_route_as_long_as_allowed_to_the_last_digit_is_found(tmp_path):
    path = written(tmp_path, "0 0 0", "3 4 7", "0.1 0.2 1", "6 8 0")
    assert solve_file(path, 0.5)["routes"] == [[0, 1, 3]]
    path = written(tmp_path, "0 0 0", "1 1 7", "2 2 0", longest=2.82)
    assert solve_file(path, 0.5)["routes"] == []


def test_nobody_goes_where_nothing_can_be_reached(tmp_path):
    path = written(tmp_path, "0 0 0", "90 0 7", "0 0 0")
    assert solve_file(path, 0.5) | {"seconds": 0} == {
        "instance": "small.txt",
        "score": 0,
        "routes": [],
        "seconds": 0,
    }


def test_scores_need_not_be_whole(tmp_path):
    path = written(tmp_path, "0 0 0", "1 0 2.5", "2 0 0")
    assert solve_file(path, 0.5)["score"] == 2.5


def test_the_command_prints_one_object_a_line(bench):
    result = bench(P7, P7, "--seconds", 0.3, "--json")
    lines = [json.loads(line) for line in result.output.splitlines()]
    assert [line["instance"] for line in lines] == ["p7.2.j.txt"] * 2
    assert set(lines[0]) == {"instance", "score", "routes", "seconds"}


def test_the_command_speaks_to_people_too(bench):
    assert "p7.2.j.txt: score " in bench(P7, "--seconds", 0.3).output


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "IndexError"),
        ("n 1\nm 1\ntmax 5\n0 0 0", "1 vertices"),
        ("n 3\nm 1\ntmax 5\n0 0 0\n1 1 1", "2 vertices, n is 3"),
        ("n 2\nm 1\ntmax 5\n0 0 0\n1 1", "three numbers"),
        ("n 2\nm 1\ntmax 5\n0 0 0\n1 x 1", "could not convert"),
        ("n 2\nm 1\ntmax 5\n0 0 0\n1 nan 1", "finite"),
        ("n 2\nm 1\ntmax 5\n0 0 0\n1 1 -1", "0 or more"),
        ("n 2\nm 1.5\ntmax 5\n0 0 0\n1 1 1", "m must be a whole number"),
        ("n 2\nm 1\ntmax -5\n0 0 0\n1 1 1", "tmax 0 to"),
        ("n 2\nteams 1\ntmax 5\n0 0 0\n1 1 1", "should be 'm NUMBER'"),
    ],
)
def test_a_file_that_is_no_instance_is_refused_by_name(tmp_path, text, words):
    path = tmp_path / "odd.txt"
    path.write_text(text)
    with pytest.raises(UnreadableInstance, match=words) as refusal:
        read_instance(path)
    assert "odd.txt" in str(refusal.value)
    with pytest.raises(UnreadableInstance, match=r"missing\.txt"):
        read_instance(tmp_path / "missing.txt")
