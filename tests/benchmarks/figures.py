"""A measured figure, its target, and the two pages they are kept in."""

import json
import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

DOCS = Path(__file__).parent.parent.parent / "docs"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of docs/benchmarks.json. `at_most` / `at_least` is the target, in the same unit."""

    name: str
    value: float
    unit: str
    at_most: float | None = None
    at_least: float | None = None

    @property
    def target(self) -> str:
        """Return the target as people write it; a dash when the figure only informs."""
        if self.at_most is not None:
            return f"≤ {self.at_most:g}"
        return f"≥ {self.at_least:g}" if self.at_least is not None else "—"

    @property
    def holds(self) -> bool | None:
        """Tell whether the target holds, None without one."""
        if self.at_most is not None:
            return self.value <= self.at_most
        return self.value >= self.at_least if self.at_least is not None else None


def median(values: Iterable[float]) -> float:
    """Return the median, rounded to what a stopwatch of this kind can tell."""
    return round(statistics.median(values), 2)


def percentile_95(values: Iterable[float]) -> float:
    """Return the smallest value that at least 95 % of the values do not exceed."""
    ordered = sorted(values)
    return round(ordered[max(0, -(-95 * len(ordered) // 100) - 1)], 2)


def write_pages(figures: Sequence[Figure], parts: Sequence[str]) -> None:
    """Write docs/benchmarks.json and docs/benchmarks.md; parts not measured keep their old lines."""
    path = DOCS / "benchmarks.json"
    old = json.loads(path.read_text(encoding="utf8"))["figures"] if path.exists() else []
    kept = [row for row in old if row["name"].split(":")[0] not in parts]
    rows = sorted(kept + [_row(figure) for figure in figures], key=lambda row: row["name"])
    page = {"machine": machine(), "figures": rows}
    path.write_text(json.dumps(page, ensure_ascii=False, indent=1) + "\n", encoding="utf8")
    (DOCS / "benchmarks.md").write_text(_page(page), encoding="utf8")


def machine() -> str:
    """Return the machine in one line."""
    cpu = next(
        (line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
         if line.startswith("model name")),
        platform.processor(),
    )  # fmt: skip
    return (
        f"{os.cpu_count()} cores, {cpu}, Python {platform.python_version()}, Chromium without GPU"
    )


def _row(figure: Figure) -> dict[str, object]:
    row = asdict(figure)
    row.pop("at_most"), row.pop("at_least")
    return {**row, "target": figure.target, "holds": figure.holds}


def _page(page: dict) -> str:
    signs = {True: "yes", False: "**no**", None: ""}
    lines = [
        "# Benchmarks",
        "",
        f"Written by `make bench` on: {page['machine']}. Medians of several runs, or percentiles;",
        "ratios are of figures taken in turn within one run. The figures without a target inform.",
        "",
        "| figure | value | unit | target | holds |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {row['name']} | {row['value']:g} | {row['unit']} | {row['target']} | {signs[row['holds']]} |"
        for row in page["figures"]
    ]
    return "\n".join(lines) + "\n"
