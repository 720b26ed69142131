"""The house keeps its own rules: one direction of imports, files that say what they are."""

import ast
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("geo", "data", "dashapp", "callbacks")
LONGEST_FUNCTION, LONGEST_MODULE = 40, 400


def modules():
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "versions" not in path.parts:
                yield path, ast.parse(path.read_text(encoding="utf8"))


def body_lines(function) -> int:
    first = function.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    body = function.body[1:] if documented else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_imports_point_one_way():
    done = subprocess.run(
        [Path(sys.executable).parent / "lint-imports", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


def test_no_function_is_longer_than_a_screen():
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and body_lines(node) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_module_has_grown_past_its_noun():
    long = [
        str(path.relative_to(ROOT))
        for path, _ in modules()
        if len(path.read_text(encoding="utf8").splitlines()) > LONGEST_MODULE
    ]
    assert long == []


def test_no_test_starts_a_loop_where_a_browser_keeps_its_own():
    starting = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "tests").rglob("test_*.py"))
        if "asyncio" + ".run(" in path.read_text(encoding="utf8")
    ]
    assert starting == []


def test_no_module_imports_inside_a_function():
    inside = [
        f"{path.relative_to(ROOT)}:{child.lineno}"
        for path, tree in modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for child in ast.walk(node)
        if isinstance(child, ast.Import | ast.ImportFrom)
    ]
    assert inside == []


def test_every_file_name_says_what_it_is_about():
    vague = {"utils.py", "helpers.py", "common.py", "misc.py", "manager.py"}
    assert [str(path) for path, _ in modules() if path.name in vague] == []
