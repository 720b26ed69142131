"""How long the demo at census size takes, what the server needs with it, and the packing of tiles."""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import shapely

from benchmarks.figures import Figure, median
from geo.footprints import pack_tiles
from live_server import ROOT, LiveServer, live_server

TILE_BUILDINGS = 100_000
PITCH_DEGREES = 0.00016


def measure(folder: Path) -> list[Figure]:
    """Build `longquan`, serve it, pack 100,000 footprints."""
    address, seconds = build_demo_file(folder, "longquan")
    return [
        Figure("build: demo longquan", round(seconds, 1), "s", at_most=90),
        Figure("build: server memory with longquan", _server_megabytes(address), "MB", at_most=400),
        Figure("build: tiles of 100,000 buildings", _packing_seconds(), "s", at_most=20),
    ]


def build_demo_file(folder: Path, preset: str, *options: str) -> tuple[str, float]:
    """Build a demo database by the command itself, once a run; return its address and the seconds."""
    path = folder / f"{preset}{''.join(options)}.db"
    address = f"sqlite:///{path}"
    began = time.perf_counter()
    if not path.exists():
        subprocess.run(
            [sys.executable, "-m", "dashapp.cli", "demo", "--preset", preset, *options],
            env=LiveServer(address, 8050).environment, cwd=ROOT, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    return address, time.perf_counter() - began


def _server_megabytes(address: str) -> float:
    """Return the private memory of the web process after it has served its map once."""
    server = live_server(address).start()
    try:
        return round(_proportional_kilobytes(server.process.pid) / 1024)
    finally:
        server.stop()


def _proportional_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def _packing_seconds() -> float:
    side = int(np.ceil(np.sqrt(TILE_BUILDINGS)))
    index = np.arange(TILE_BUILDINGS)
    west, south = 121.3 + index % side * PITCH_DEGREES, 31.0 + index // side * PITCH_DEGREES
    shapes = shapely.box(west, south, west + PITCH_DEGREES * 0.7, south + PITCH_DEGREES * 0.6)
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        pack_tiles(index, shapes)
        seconds.append(time.perf_counter() - began)
    return median(seconds)


def as_json(address: str, *arguments: str) -> object:
    """Return what a command of the console script prints with --json."""
    return json.loads(LiveServer(address, 8050).shiyou(*arguments, "--json"))
