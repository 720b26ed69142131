"""`make bench`: measure every part, or those named (`python -m benchmarks paint live`)."""

import sys
import tempfile
from pathlib import Path

from benchmarks import build, click, districting, live, paint, sweep
from benchmarks.figures import write_pages

PARTS = {
    "build": build.measure,
    "paint": paint.measure,
    "click": click.measure,
    "live": live.measure,
    "sweep": sweep.measure,
    "districting": districting.measure,
}


def main() -> int:
    """Measure and write the pages; exit code 1 when a target does not hold."""
    wanted = sys.argv[1:] or list(PARTS)
    unknown = [name for name in wanted if name not in PARTS]
    if unknown:
        sys.stderr.write(f"no such part: {', '.join(unknown)}; there are {', '.join(PARTS)}\n")
        return 2
    figures = []
    with tempfile.TemporaryDirectory(prefix="shiyou-bench-") as folder:
        for name in wanted:
            found = PARTS[name](Path(folder))
            for figure in found:
                sys.stdout.write(
                    f"{figure.name}: {figure.value:g} {figure.unit} ({figure.target})\n"
                )
            sys.stdout.flush()
            figures += found
    write_pages(figures, wanted)
    return 0 if all(figure.holds is not False for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
