"""The feed's messages as Server-Sent Events.

`hello {epoch, rev}` opens a stream. `delta {epoch, rev, prev, pairs: [[ord, fill, flags], ...], t}` carries
what changed after `prev` and up to `rev`; `t` is the last change's moment in Unix milliseconds. It applies
to any place from `prev` to `rev`: the pairs are states, not steps. `reset {epoch, rev}` says: fetch anew.
"""

import json
from collections.abc import Iterable, Sequence

from data.queries.changes import Change


def hello(epoch: int, rev: int) -> bytes:
    """Return the first message; it carries no id, so that a resume still starts where the client was."""
    return b"retry: 500\n" + _event("hello", {"epoch": epoch, "rev": rev})


def reset(epoch: int, rev: int) -> bytes:
    """Return the message that makes a client fetch its statuses anew."""
    return _event("reset", {"epoch": epoch, "rev": rev}, rev)


def beat() -> bytes:
    """Return a sign of life; a named event, because a page cannot see comments."""
    return b"event: beat\ndata: \n\n"


def delta(
    rows: Sequence[Change], scope: frozenset[int], *, epoch: int, prev: int, rev: int
) -> bytes:
    """Return what changed in scope; without pairs when nothing did, or the place would look like a gap."""
    body = {
        "epoch": epoch,
        "rev": rev,
        "prev": prev,
        "pairs": _last_of_each(row for row in rows if row.committee_id in scope),
        "t": int(rows[-1].changed_at.timestamp() * 1000) if rows else 0,
    }
    return _event("delta", body, rev)


def _last_of_each(rows: Iterable[Change]) -> list[tuple[int, int, int]]:
    return list({row.ord: (row.ord, row.fill, row.flags) for row in rows}.values())


def _event(kind: str, body: dict[str, object], place: int | None = None) -> bytes:
    data = json.dumps(body, separators=(",", ":"))
    head = "" if place is None else f"id: {place}\n"
    return f"{head}event: {kind}\ndata: {data}\n\n".encode()
