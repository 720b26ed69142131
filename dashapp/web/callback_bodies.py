"""Which callback bodies Dash may see: exactly the shape its renderer makes for a declared callback."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

DEEPEST: Final = 60
LONGEST_LIST: Final = 5_000
DIGGING: Final = frozenset(b"[{")
RISING: Final = frozenset(b"]}")


def body_check(callbacks: Mapping[str, Any]) -> Callable[[bytes], bool]:
    """Return a test for request bodies against `app.callback_map`."""

    def is_declared(raw: bytes) -> bool:
        body = _parsed(raw)
        if not isinstance(body, dict) or not isinstance(body.get("output"), str):
            return False
        declared = callbacks.get(body["output"])
        return declared is not None and _fits(declared, body)

    return is_declared


def _parsed(raw: bytes) -> Any:
    if raw.count(b"[") + raw.count(b"{") > DEEPEST and _depth(raw) > DEEPEST:
        return None
    try:
        return json.loads(raw, parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        return None


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON")


def _depth(raw: bytes) -> int:
    """Return how deep the brackets go outside strings: the parser itself would overflow."""
    depth = deepest = 0
    quoted = escaped = False
    for character in raw:
        if quoted:
            quoted = escaped or character != 34
            escaped = not escaped and character == 92
        elif character == 34:
            quoted = True
        elif character in DIGGING:
            depth += 1
            deepest = max(deepest, depth)
        elif character in RISING:
            depth -= 1
    return deepest


def _fits(declared: Any, body: dict[str, Any]) -> bool:
    changed = body.get("changedPropIds", [])
    return (
        isinstance(changed, list)
        and len(changed) <= LONGEST_LIST
        and all(isinstance(name, str) for name in changed)
        and _references_fit(declared["inputs"], body.get("inputs"))
        and _references_fit(declared.get("state", []), body.get("state", []))
        and (bool(declared.get("no_output")) or _outputs_fit(body["output"], body.get("outputs")))
    )


def _references_fit(declared: Sequence[Any], got: Any) -> bool:
    if not isinstance(got, list) or len(got) != len(declared):
        return False
    return all(_reference_or_many(want, found) for want, found in zip(declared, got, strict=True))


def _reference_or_many(want: Any, found: Any) -> bool:
    if '["ALL' in want["id"]:
        many = isinstance(found, list) and len(found) <= LONGEST_LIST
        return many and all(_reference(want["id"], want["property"], one) for one in found)
    return _reference(want["id"], want["property"], found)


def _reference(id_: str, property_: str, found: Any) -> bool:
    return (
        isinstance(found, dict)
        and set(found) <= {"id", "property", "value"}
        and found.get("property") == property_
        and "id" in found
        and _same_id(id_, found["id"])
    )


def _same_id(want: str, got: Any) -> bool:
    """Compare a declared id with one sent; wildcards take any scalar."""
    if not want.startswith("{"):
        return isinstance(got, str) and got == want
    pattern = json.loads(want)
    if not isinstance(got, dict) or set(got) != set(pattern):
        return False
    return all(
        isinstance(got[key], str | int | float) if isinstance(value, list) else got[key] == value
        for key, value in pattern.items()
    )


def _outputs_fit(output: str, got: Any) -> bool:
    wanted = output[2:-2].split("...") if output.startswith("..") else [output]
    found = got if isinstance(got, list) else [got]
    if len(found) != len(wanted):
        return False
    return all(_output(want, one) for want, one in zip(wanted, found, strict=True))


def _output(want: str, found: Any) -> bool:
    id_, _, property_ = want.rpartition(".")
    many = found if isinstance(found, list) else [found]
    return all(
        isinstance(one, dict)
        and isinstance(one.get("property"), str)
        and _reference(
            id_, property_.split("@")[0], {**one, "property": one["property"].split("@")[0]}
        )
        for one in many
    )
