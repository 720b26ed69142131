"""Prove the catalogues complete: `python -m dashapp.text.check`.

Messages are the literals given to `w(...)`, the capitalised table heads and names of the layouts, what the
scripts ask for, and one for each member of every vocabulary that is shown.
"""

import ast
import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

from dashapp.text.grid_words import Finding
from dashapp.text.js_words import JS_WORDS, REBALANCE_WORDS
from dashapp.text.words import words_for
from data.rules.areas import Role
from data.rules.coverage import CoverageStatus, DwellingStatus
from data.rules.deadlines import DueGroup
from data.rules.grids import PlanState, SizeStatus
from data.rules.register import PersonCategory
from data.rules.work import RoundKind, TaskState, TaskType, Window
from geo.balance_check import Fault

ROOT: Final = Path(__file__).parent.parent
SHOWN: Final[dict[str, type[StrEnum]]] = {
    "status": CoverageStatus,
    "size": SizeStatus,
    "plan": PlanState,
    "dwelling": DwellingStatus,
    "role": Role,
    "task": TaskType,
    "state": TaskState,
    "window": Window,
    "due": DueGroup,
    "round": RoundKind,
    "category": PersonCategory,
    "finding": Finding,
    "fault": Fault,
}
RELATIONS: Final = range(9)
LEVELS: Final = ("committee", "compound", "building")
# Table heads and names stand in tuples before they reach w(...): "Room", "Last visit".
HEAD: Final = re.compile(r"[A-Z][a-z]+( [a-z,]+)*\Z")
SENTENCE: Final = re.compile(r"[A-Z][^<>{}]*\.\Z")
NOT_WORDS: Final = frozenset({"Enter", "Esc"})


def messages() -> frozenset[str]:
    """Return every message the interface can ask for."""
    dynamic = {f"{prefix} {word.value}" for prefix, words in SHOWN.items() for word in words}
    dynamic |= {f"relation {number}" for number in RELATIONS} | {
        f"level {level}" for level in LEVELS
    }
    return frozenset(dynamic | set(JS_WORDS) | set(REBALANCE_WORDS) | set(_literals()))


def _literals() -> Iterator[str]:
    for path in sorted(
        [
            *ROOT.glob("layout/*.py"),
            *ROOT.glob("web/*.py"),
            *ROOT.glob("rebalancing/*.py"),
            *ROOT.glob("text/formats.py"),
        ]
    ):
        tree = ast.parse(path.read_text(encoding="utf8"))
        for node in ast.walk(tree):
            yield from _asked(node)
            if path.parent.name == "layout" and isinstance(node, ast.Tuple):
                yield from _heads(node)
            if path.parent.name == "web" and isinstance(node, ast.AnnAssign):
                yield from _sentences(node)


def _asked(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "w":
        first = node.args[0]
        if isinstance(first, ast.Constant):
            yield str(first.value)


def _heads(node: ast.Tuple) -> Iterator[str]:
    for item in node.elts:
        text = item.value if isinstance(item, ast.Constant) else None
        if isinstance(text, str) and HEAD.match(text) and text not in NOT_WORDS:
            yield text


def _sentences(node: ast.AnnAssign) -> Iterator[str]:
    """Yield a whole sentence kept as a constant: a refusal that the sign-in page shows."""
    text = node.value.value if isinstance(node.value, ast.Constant) else None
    if isinstance(text, str) and SENTENCE.match(text):
        yield text


def missing() -> list[str]:
    """Return "language: message" for each message without words, and each word without a message."""
    wanted = messages()
    faults = []
    for language in ("zh", "en"):
        words = words_for(language)
        faults += [
            f"{language}: no words for {message!r}"
            for message in sorted(wanted)
            if message not in words
        ]
        faults += [
            f"{language}: nobody asks for {extra!r}" for extra in sorted(words.msgids - wanted)
        ]
    return faults


if __name__ == "__main__":
    found = missing()
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    sys.exit(1 if found else 0)
