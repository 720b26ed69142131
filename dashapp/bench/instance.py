"""What the benchmark commands share: files that are no instances, and the time for each."""

import os
import time
from pathlib import Path

from data.errors import RegisterError

_START_S = 20.0
"""A program that has run for longer is not one that was just started."""

_END_S = 0.4
"""What the program needs to put itself away once it has answered."""


class UnreadableInstance(RegisterError, ValueError):
    """A benchmark file that is missing or not an instance."""


def first_seconds(seconds: float) -> float:
    """Return what the program's start and end leave of the first instance's seconds, half at least.

    Whoever waits for the command waits for both as well.
    """
    return max(seconds / 2, seconds - _start_s() - _END_S)


def _start_s() -> float:
    """Return how long this program has been running if it was just started, else 0."""
    try:
        words = Path("/proc/self/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        began_s = int(words[19]) / os.sysconf("SC_CLK_TCK")
        running_s = time.clock_gettime(time.CLOCK_BOOTTIME) - began_s
    except (OSError, ValueError, IndexError, AttributeError):
        return 0.0  # not Linux
    return running_s if 0 < running_s < _START_S else 0.0
