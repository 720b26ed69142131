"""How often a name may try to sign in: refused attempts a minute, counted in this process."""

import time
from collections import OrderedDict, deque
from typing import Final

A_MINUTE: Final = 10
WINDOW_S: Final = 60.0
NAMES_KEPT: Final = 10_000


class Attempts:
    """Counts refused attempts by name, known or not; the oldest names are forgotten first."""

    def __init__(self) -> None:
        self._refused: OrderedDict[str, deque[float]] = OrderedDict()

    def too_many(self, name: str) -> bool:
        """Tell whether this name has been refused so often that the next try is not even looked at."""
        refused = self._refused.get(_key(name))
        return refused is not None and len(refused) == A_MINUTE and not _old(refused[0])

    def refused(self, name: str) -> None:
        """Count a refusal."""
        times = self._refused.setdefault(_key(name), deque(maxlen=A_MINUTE))
        times.append(time.monotonic())
        self._refused.move_to_end(_key(name))
        if len(self._refused) > NAMES_KEPT:
            self._refused.popitem(last=False)

    def accepted(self, name: str) -> None:
        """Forget what came before."""
        self._refused.pop(_key(name), None)


def _key(name: str) -> str:
    return name.strip().casefold()[:100]


def _old(moment: float) -> bool:
    return time.monotonic() - moment > WINDOW_S
