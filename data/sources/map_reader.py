"""Read a map file by its content, whatever its name says, without letting it read anything else."""

import stat
from pathlib import Path
from typing import Final

from data.sources.geojson import read_geojson
from data.sources.geopackage import read_geopackage
from data.sources.map_features import MapFileRefused, RawFile

LARGEST_BYTES: Final = 500 << 20
SQLITE_MAGIC: Final = b"SQLite format 3\x00"
BLANK: Final = b"\xef\xbb\xbf \r\n\t"
HEAD_BYTES: Final = 4_096


def read_map_file(path: Path, layer: str | None, usual: str) -> RawFile:
    """Return the features of a GeoJSON or GeoPackage file; of its layers the one asked for or `usual`.

    Raises MapFileRefused with one line that names the file, what is wrong and what to do.
    """
    head = _head(path)
    if head.startswith(SQLITE_MAGIC):
        return read_geopackage(path, layer, usual)
    if not head.lstrip(BLANK).startswith(b"{"):
        raise MapFileRefused(
            f"{path.name} is neither GeoJSON nor GeoPackage by its content: export it as one of them"
        )
    if layer is not None:
        raise MapFileRefused(f"{path.name} is GeoJSON and has no layers: leave --layer out")
    return read_geojson(path)


def _head(path: Path) -> bytes:
    """Return the file's first bytes; refuse what is no ordinary file of a size that can be read."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise MapFileRefused(f"{path} is no file{_instead(found.st_mode)}")
        _require_size(path, found.st_size)
        with path.open("rb") as file:
            return file.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise MapFileRefused(f"there is no file {path} on this machine") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be used"
        raise MapFileRefused(f"{path} cannot be read: {reason.lower()}") from error


def _instead(mode: int) -> str:
    return " but a folder: name the file in it" if stat.S_ISDIR(mode) else " that can be read"


def _require_size(path: Path, size: int) -> None:
    if size == 0:
        raise MapFileRefused(f"{path.name} is empty")
    if size > LARGEST_BYTES:
        raise MapFileRefused(
            f"{path.name} has {size >> 20} MB: at most {LARGEST_BYTES >> 20} MB are read, split it"
        )
