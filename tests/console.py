"""The console script in a process of its own, as a person calls it."""

import os
import subprocess
import sys

from live_server import ROOT


def shiyou(*arguments, database, **environment):
    return subprocess.run(
        [sys.executable, "-m", "dashapp.cli", *arguments],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"),
             "SHIYOU_DATABASE_URL": database, **environment},
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def refuses(done, words, code=1):
    assert done.returncode == code
    assert done.stdout == ""
    assert done.stderr.startswith("shiyou: ")
    assert len(done.stderr.strip().splitlines()) == 1
    assert words in done.stderr
