"""`shiyou rebalance` as a grid manager calls it: what it prints, and one line when it cannot."""

import json

import pytest
from typer.testing import CliRunner

from console import refuses, shiyou
from dashapp.cli import app
from dashapp.rebalance_cli import Work, told
from data.commands.jobs import CANCELLED, DONE, job_of, start_job
from data.errors import RegisterError
from data.queries.access import system_principal
from data.session import open_store

COMPOUND = "310115009007C01"  # 临江苑, 693 households, in one grid
BAND = ("--lower", "200", "--upper", "260")
QUICK = ("--seconds", "0.6")


@pytest.fixture
def rebalance(street_url, monkeypatch):
    """Return what the command prints on the small street, or raise what it refuses with."""
    monkeypatch.setenv("SHIYOU_DATABASE_URL", street_url)

    def run(*words):
        done = CliRunner().invoke(app, ["rebalance", *words], standalone_mode=False)
        if done.exception is not None:
            raise done.exception
        return done.stdout.splitlines()

    return run


def test_a_compound_is_cut_and_the_answer_names_the_part_of_every_entrance(street_url):
    done = shiyou("rebalance", "--compound", COMPOUND, *BAND, *QUICK, "--json", database=street_url)
    answer = json.loads(done.stdout)
    assert (answer["name"], answer["households"], answer["parts"]) == ("临江苑", 693, 3)
    assert [plan["preset"] for plan in answer["plans"]] == [
        "compact", "fewest_moves", "balanced_work",
    ]  # fmt: skip
    for plan in answer["plans"]:
        households = [0, 0, 0]
        for unit, part in zip(answer["units"], plan["assignment"], strict=True):
            households[part] += unit["hh"]
        assert households == plan["households"]
        assert all(200 <= count <= 260 for count in households)
        assert plan["violations"] == []


def test_people_read_sentences(rebalance):
    lines = rebalance("--compound", COMPOUND, *BAND, *QUICK, "--preset", "compact")
    assert lines[0] == "临江苑 (compound 310115009007C01): 693 households, 3 grids of 200-260"
    assert lines[1] == "  693 households by 200–260: only 3 grids possible"
    assert lines[-1].startswith("  compact: A 2")
    assert "households and" in lines[-1]


def test_too_few_households_are_said_so_with_the_least_bad_cut(rebalance):
    lines = rebalance("--compound", COMPOUND, *QUICK, "--preset", "compact")
    assert "  693 households in 1: 693 each, 107 too few" in lines
    assert "  a band of 693–1,000 allows 1" in lines
    assert lines[-1].endswith("; A under the lower end by 107")


def test_all_oversize_places_are_answered_one_a_line_without_a_server(rebalance):
    words = ("--all-oversize", "--lower", "300", "--upper", "400", *QUICK, "--json")
    answers = [json.loads(line) for line in rebalance(*words)]
    sizes = {(answer["level"], answer["households"]) for answer in answers}
    assert sizes >= {("compound", 693), ("grid", 693), ("compound", 522), ("grid", 465)}
    assert all(answer["households"] > 400 for answer in answers)
    assert all(len(answer["plans"]) == 3 for answer in answers)


def test_a_place_that_cannot_be_cut_tells_why_in_its_line():
    refused = {"code": "C9", "name": "空地", "level": "compound", "households": 1_200,
               "refused": "空地 has no entrance to divide"}  # fmt: skip
    assert told(refused) == (
        "空地 (compound C9): 1,200 households\n  not cut: 空地 has no entrance to divide"
    )


def test_what_others_wait_for_is_done_on_the_way(street_url):
    store = open_store(street_url)
    with store.read() as session:
        system = system_principal(session)
    with store.write() as session:
        jobs = [start_job(session, system, "count", {}, key) for key in ("a", "b")]
    work = Work(store, system, jobs, {"count": lambda *_asked: {"n": 1}})
    work.patience_until = 0.0
    assert work.until_ended(jobs[1]).state == DONE
    with store.read() as session:
        assert job_of(session, system, jobs[0]).state == DONE
    store.dispose()


def test_what_has_not_begun_is_stopped_with_the_command(street_url):
    store = open_store(street_url)
    with store.read() as session:
        system = system_principal(session)
    with store.write() as session:
        jobs = [start_job(session, system, "count", {}, key) for key in ("c", "d")]
    Work(store, system, jobs).cancel()
    with store.read() as session:
        assert {job_of(session, system, uid).state for uid in jobs} == {CANCELLED}
    store.dispose()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "name one place"),
        (("--compound", COMPOUND, "--committee", "310115009007"), "name one place"),
        (("--compound", "nowhere"), "no such place"),
        (("--compound", COMPOUND, "--lower", "900", "--upper", "800"), "band 900-800"),
        (("--compound", COMPOUND, "--lower", "0"), "band 0-1000"),
        (("--compound", COMPOUND, "--parts", "0"), "0 parts"),
        (("--compound", COMPOUND, "--parts", "9999"), "9999 parts"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_its_name(rebalance, words, message):
    with pytest.raises(RegisterError, match=message):
        rebalance(*words)


def test_a_refusal_is_one_line_and_a_misuse_another(street_url):
    words = ("rebalance", "--compound", COMPOUND, "--json")
    refuses(shiyou(*words, "--lower", "1001", database=street_url), "band 1001-1000")
    refuses(shiyou(*words, "--preset", "best", database=street_url), "--preset", 2)
