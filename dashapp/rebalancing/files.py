"""A cut as files that leave the register: GeoJSON for maps, XLSX for tables."""

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any, Final

import shapely
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from dashapp.rebalancing.plot import Plot
from dashapp.rebalancing.tables import GridRow, ground_of, rows_after, rows_before
from dashapp.rebalancing.wording import part_name
from dashapp.text.words import Words
from geo.balance_check import Figures
from geo.feasibility import Band

DEGREE_DIGITS: Final = 7
"""A centimetre."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""What a table would take for the beginning of a formula."""

WIDEST: Final = 40


def as_geojson(plot: Plot, assignment: Sequence[int], names: Sequence[str] = ()) -> str:
    """Return the grids of a cut as areas and its entrances as points, EPSG:4490 degrees.

    An area carries its sums; an entrance its id, building, number, households and both grids.
    """
    parts = max(assignment) + 1
    features = [
        *_areas(plot, assignment, rows_after(plot, assignment, parts, names)),
        *_points(plot, assignment, names),
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    collection = {"type": "FeatureCollection", "name": plot.ground.code, "crs": crs}
    return json.dumps({**collection, "features": features}, ensure_ascii=False)


def as_xlsx(
    plot: Plot, assignment: Sequence[int], figures: Figures, band: Band, w: Words,
    names: Sequence[str] = (),
) -> bytes:  # fmt: skip
    """Return a workbook: the grids before and after with what changes, then every entrance."""
    book = Workbook()
    first = book.worksheets[0]
    first.title = w("Grids")
    after = rows_after(plot, assignment, len(figures.households), names)
    _fill(first, _summary(plot, after, figures, band, w), bold=(1, 3))
    second = book.create_sheet(w("Entrances"))
    _fill(second, _entrances(plot, assignment, w, names), bold=(1,))
    second.freeze_panes = "A2"
    sink = BytesIO()
    book.save(sink)
    return sink.getvalue()


def _areas(plot: Plot, assignment: Sequence[int], rows: Sequence[GridRow]) -> Iterable[Any]:
    for part, row in enumerate(rows):
        yield _feature(
            plot.in_degrees(ground_of(plot, assignment, part)),
            {"kind": "grid", "grid": row.name, "households": row.households,
             "buildings": row.buildings, "persons": row.persons, "open_tasks": row.open_tasks},
        )  # fmt: skip


def _points(plot: Plot, assignment: Sequence[int], names: Sequence[str]) -> Iterable[Any]:
    ground = plot.ground
    for unit, door, part in zip(ground.units, plot.doors, assignment, strict=True):
        yield _feature(
            plot.in_degrees(door),
            {"kind": "entrance", "entrance_id": unit.entrance_id,
             "building": ground.buildings[unit.building].code, "number": unit.number,
             "households": unit.households, "grid": _name(part, names),
             "grid_before": None if unit.grid is None else ground.grids[unit.grid].code},
        )  # fmt: skip


def _feature(shape: Any, properties: dict[str, Any]) -> dict[str, Any]:
    rounded = shapely.transform(shape, lambda points: points.round(DEGREE_DIGITS))
    return {
        "type": "Feature",
        "geometry": json.loads(shapely.to_geojson(rounded)),
        "properties": properties,
    }


def _summary(
    plot: Plot, after: Sequence[GridRow], figures: Figures, band: Band, w: Words
) -> Iterable[Sequence[Any]]:
    ground = plot.ground
    yield (ground.name, ground.code, ground.committee_name, f"{band.lower}–{band.upper}")
    yield ()
    yield (w("Grid"), w("Households"), w("Buildings"), w("Persons"), w("Open tasks"),
           w("Compactness"))  # fmt: skip
    yield (w("Before"),)
    yield from map(_cells, rows_before(plot))
    yield (w("After"),)
    yield from map(_cells, after)
    yield (w("Total"), ground.households, len(ground.buildings), ground.persons, ground.open_tasks)
    yield ()
    yield (w("Boundary m"), round(figures.boundary_m, 1))
    yield (w("Change hands"), figures.households_moved)
    for found in figures.violations:
        yield (
            w("Breaks a rule"),
            after[found.part].name,
            w(f"fault {found.fault.value}"),
            found.by,
        )


def _cells(row: GridRow) -> tuple[Any, ...]:
    sums = (row.households, row.buildings, row.persons, row.open_tasks)
    return (row.name, *sums, row.compactness)


def _entrances(
    plot: Plot, assignment: Sequence[int], w: Words, names: Sequence[str]
) -> Iterable[Sequence[Any]]:
    ground = plot.ground
    yield (w("Building"), w("Code"), w("Entrance"), w("Households"), w("Persons"),
           w("Open tasks"), w("Before"), w("After"))  # fmt: skip
    for unit, part in zip(ground.units, assignment, strict=True):
        building = ground.buildings[unit.building]
        before = "" if unit.grid is None else ground.grids[unit.grid].code
        yield (building.label, building.code, unit.number, unit.households, unit.persons,
               unit.open_tasks, before, _name(part, names))  # fmt: skip


def _name(part: int, names: Sequence[str]) -> str:
    return names[part] if part < len(names) else part_name(part)


def _fill(sheet: Worksheet, rows: Iterable[Sequence[Any]], bold: Sequence[int]) -> None:
    widths: dict[int, int] = {}
    for row in rows:
        sheet.append([_harmless(cell) for cell in row])
        for column, cell in enumerate(row, start=1):
            widths[column] = max(widths.get(column, 0), _width(cell))
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = min(WIDEST, width + 2)
    for number in bold:
        for cell in sheet[number]:
            cell.font = Font(bold=True)


def _width(cell: object) -> int:
    """Return how wide a text is in Latin letters: a Chinese one takes two."""
    return sum(2 if ord(letter) > 0x2E7F else 1 for letter in str("" if cell is None else cell))


def _harmless(cell: Any) -> Any:
    """Return a cell that is shown and never calculated: names come from outside."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
