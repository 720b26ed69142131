"""Who asks comes first: a query or command added tomorrow is closed until it takes a Principal."""

import ast
from pathlib import Path

import pytest

DATA = Path(__file__).parent.parent.parent / "data"
# What no person asks, and why. Anything else that takes a session takes the principal right after it.
BEFORE_ANYBODY_IS_KNOWN = {
    "queries.access.principal_of", "queries.access.principal_behind", "queries.access.current_grants",
    "queries.access.is_seen", "queries.access.account_principal", "queries.access.system_principal",
    "commands.access.stored_hash", "commands.access.sign_in", "commands.access.note_seen",
}  # fmt: skip
SEEN_BY_ALL_STAFF = {"queries.buildings.register_day"}
# Parts of commands that asked already, or of the server's own work.
BELOW_A_COMMAND = {
    "commands.access.show_to_demo_office",
    "commands.clock.raise_epoch",
    "queries.changes.feed_position", "queries.changes.feed_epoch", "queries.changes.changes_between",
    "queries.grid_sizes.entrance_loads",
}  # fmt: skip
# The same of whole modules: what is derived, versions of rows, the steps of an import and of a plan of
# grids that asked first.
WHOLE_MODULES = {
    "queries.derivation", "commands.derive", "commands.versions",
    "queries.present_places", "commands.import_boundaries", "commands.import_places",
    "queries.grid_entrances", "commands.grid_checks", "commands.grid_owners",
}  # fmt: skip
OF_THE_WORKER = {
    "commands.jobs.work_waits", "commands.jobs.somebody_works", "commands.jobs.claim_next",
    "commands.jobs.report_progress", "commands.jobs.finish_job", "commands.jobs.fail_job",
    "commands.jobs.stop_job", "commands.jobs.delete_old_jobs",
}  # fmt: skip
EXEMPT = BEFORE_ANYBODY_IS_KNOWN | SEEN_BY_ALL_STAFF | BELOW_A_COMMAND | OF_THE_WORKER


def functions():
    """Yield the name and syntax of every public function that is given a session or a store."""
    for package in ("queries", "commands"):
        for path in sorted((DATA / package).glob("*.py")):
            module = f"{package}.{path.stem}"
            for node in ast.parse(path.read_text(encoding="utf8")).body:
                if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                    names = [argument.arg for argument in node.args.args]
                    if names[:1] in (["session"], ["store"]) and module not in WHOLE_MODULES:
                        yield f"{module}.{node.name}", node, names


ASKED = [(name, node, names) for name, node, names in functions() if name not in EXEMPT]


@pytest.mark.parametrize(("name", "node", "names"), ASKED, ids=[name for name, *_ in ASKED])
def test_a_query_or_command_is_told_who_asks_and_looks_at_it(name, node, names):
    assert names[1:2] == ["principal"], f"{name} must take the principal after {names[0]}"
    used = {each.id for part in node.body for each in ast.walk(part) if isinstance(each, ast.Name)}
    assert "principal" in used, f"{name} never looks at who asks"


def test_what_is_exempt_exists():
    known = {name for name, *_ in functions()}
    assert EXEMPT - known == set()


def test_there_is_something_to_test():
    assert len(ASKED) > 25
