"""The real server, in a process of its own on a free port, for browser tests and benchmarks."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

from postgres import free_port

ROOT = Path(__file__).parent.parent
DEADLINE_S = 60


@dataclass
class LiveServer:
    """A running `shiyou serve` on one database; `kill` and `start` as a power cut would."""

    database_url: str
    port: int
    module: tuple[str, ...] = ("dashapp.cli", "serve")
    process: subprocess.Popen[bytes] | None = None
    health: str = "/healthz"

    @property
    def url(self) -> str:
        """The address without a slash at its end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What the server and commands beside it are told."""
        return {
            **os.environ,
            "SHIYOU_DATABASE_URL": self.database_url,
            "SHIYOU_PORT": str(self.port),
            "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}",
        }

    def start(self) -> "LiveServer":
        """Start and wait until it answers."""
        module, *arguments = self.module
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], env=self.environment, cwd=ROOT
        )
        self.wait_until_up()
        return self

    def kill(self) -> None:
        """End it at once, with no chance to tidy up."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.kill()

    def shiyou(self, *arguments: str) -> str:
        """Run a command of the console script on the same database; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "dashapp.cli", *arguments],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    def wait_until_up(self) -> None:
        """Wait until it answers; RuntimeError when it ends instead."""
        end = time.monotonic() + DEADLINE_S
        while time.monotonic() < end:
            if self.process is not None and self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}")
            try:
                with urllib.request.urlopen(f"{self.url}{self.health}", timeout=2):
                    return
            except (URLError, OSError):
                time.sleep(0.05)
        raise RuntimeError("the server did not answer in time")


def live_server(database_url: str, *module: str) -> LiveServer:
    """Return a server, not yet started, on a free port."""
    server = LiveServer(database_url, free_port())
    if module:
        server.module = module
    return server
