"""Make broken polygons valid, the large ones in a child process that may be ended.

Repair of a crafted polygon takes time and memory that grow with the square of its corners (2,000 at random:
33 s and 1 GB). This file is also the child's program: it runs by its path and needs shapely alone.
"""

import os
import resource
import select
import struct
import subprocess
import sys
import time
from contextlib import suppress
from typing import BinaryIO, Final, Self

import shapely

# At random corners this many take 0.1 s; beyond it a child does the work.
CHILD_FROM_VERTICES: Final = 200
REPAIR_S: Final = 5.0
STARTING_S: Final = 60.0
CHILD_BYTES: Final = 2 << 30
READY: Final = b"\x01"
SIZE: Final = struct.Struct("<Q")


def make_valid(shape: shapely.Geometry) -> shapely.Geometry:
    """Return a shape made valid by the structure of its rings, however long it takes."""
    return shapely.make_valid(shape, method="structure", keep_collapsed=False)


class Mender:
    """Makes shapes valid; keeps one child for the large ones and ends it with the block.

    `spent_s` is the time of all repairs so far, for whoever has a limit for a whole file.
    """

    def __init__(self, seconds: float = REPAIR_S) -> None:
        self.seconds, self.spent_s = seconds, 0.0
        self._child: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Begin without a child: most files need none."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the child."""
        self._end()

    def mend(self, shape: shapely.Geometry) -> shapely.Geometry | None:
        """Return the valid shape; None when its repair takes more than the seconds or 2 GB."""
        began = time.monotonic()
        try:
            if shapely.get_num_coordinates(shape) < CHILD_FROM_VERTICES:
                return make_valid(shape)
            return self._by_child(shapely.to_wkb(shape))
        finally:
            self.spent_s += time.monotonic() - began

    def _by_child(self, raw: bytes) -> shapely.Geometry | None:
        child = self._started()
        try:
            _send(_pipe(child.stdin), raw)
            answer = _received(_pipe(child.stdout), self.seconds)
        except (BrokenPipeError, EOFError, TimeoutError):
            self._end()
            return None
        return shapely.from_wkb(answer)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None:
            self._child = subprocess.Popen(
                [sys.executable, "-I", __file__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                # Its address space is limited: threads nobody uses would take it up.
                env={"OPENBLAS_NUM_THREADS": "1", "PATH": os.environ.get("PATH", "")},
            )
            # Starting counts for nothing: only the repair itself has few seconds.
            _exactly(_pipe(self._child.stdout), len(READY), time.monotonic() + STARTING_S)
        return self._child

    def _end(self) -> None:
        if self._child is not None:
            self._child.kill()
            with suppress(BrokenPipeError):  # what it was sent last may never have left
                _pipe(self._child.stdin).close()
            _pipe(self._child.stdout).close()
            self._child.wait()
            self._child = None


def _pipe(end: object) -> BinaryIO:
    return end  # type: ignore[return-value]  # Popen types its pipes as optional


def _send(pipe: BinaryIO, raw: bytes) -> None:
    pipe.write(SIZE.pack(len(raw)) + raw)
    pipe.flush()


def _received(pipe: BinaryIO, seconds: float) -> bytes:
    until = time.monotonic() + seconds
    (size,) = SIZE.unpack(_exactly(pipe, SIZE.size, until))
    return _exactly(pipe, size, until)


def _exactly(pipe: BinaryIO, size: int, until: float) -> bytes:
    """Read this many bytes; EOFError when the child has died, TimeoutError when it takes too long."""
    found = bytearray()
    while len(found) < size:
        ready, _, _ = select.select([pipe], [], [], max(0.0, until - time.monotonic()))
        if not ready:
            raise TimeoutError
        part = os.read(pipe.fileno(), size - len(found))
        if not part:
            raise EOFError
        found += part
    return bytes(found)


def _serve() -> None:
    """Be the child: repair what comes until the parent is gone."""
    resource.setrlimit(resource.RLIMIT_AS, (CHILD_BYTES, CHILD_BYTES))
    os.write(1, READY)
    while head := sys.stdin.buffer.read(SIZE.size):
        (size,) = SIZE.unpack(head)
        answer = shapely.to_wkb(make_valid(shapely.from_wkb(sys.stdin.buffer.read(size))))
        _send(sys.stdout.buffer, answer)


if __name__ == "__main__":
    _serve()
