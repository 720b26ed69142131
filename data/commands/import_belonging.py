"""Which compound a building belongs to when either of them comes from a map file."""

from dataclasses import replace

import shapely

from data.commands.import_compare import Compared, array_of, outlines_of
from data.queries.present_places import PresentPlaces
from data.sources.map_checks import REFUSED, Finding
from geo.boundaries import overlaps
from geo.crs import degrees_centre, metres_code, to_metres


def into_compounds(compared: Compared, known: PresentPlaces) -> Compared:
    """Give each new or redrawn building that belongs to no compound the one it stands in."""
    if not known.compounds or not compared.changes:
        return compared
    spots = shapely.point_on_surface(array_of([change.shape for change in compared.changes]))
    rows, columns = shapely.STRtree(outlines_of(known.compounds)).query(spots, predicate="within")
    around = {
        int(row): known.compounds[column].id
        for row, column in zip(rows, columns, strict=True)
        if known.compounds[column].committee_id == compared.changes[row].committee_id
    }
    changes = (
        replace(change, compound_id=change.compound_id or around.get(index))
        for index, change in enumerate(compared.changes)
    )
    return replace(compared, changes=tuple(changes))


def adopting(compared: Compared, known: PresentPlaces) -> Compared:
    """Let new and redrawn compounds adopt the buildings in them that belong to none."""
    free = [building for building in known.buildings if building.compound_id is None]
    if not free or not compared.changes:
        return compared
    tree = shapely.STRtree(array_of([change.shape for change in compared.changes]))
    rows, columns = tree.query(shapely.point_on_surface(outlines_of(free)), predicate="within")
    adopted: dict[int, list[int]] = {}
    for row, column in zip(rows, columns, strict=True):
        if free[row].committee_id == compared.changes[column].committee_id:
            adopted.setdefault(int(column), []).append(free[row].id)
    changes = (
        replace(change, adopts=tuple(adopted.get(index, ())))
        for index, change in enumerate(compared.changes)
    )
    return replace(compared, changes=tuple(changes))


def without_overlaps(compared: Compared, known: PresentPlaces) -> Compared:
    """Refuse new and redrawn compounds that cover ground of another one by more than a strip."""
    if not compared.changes:
        return compared
    changed = {change.present.id for change in compared.changes if change.present}
    stay = [place for place in known.compounds if place.id not in changed]
    names = [place.texts["name"] for place in stay] + [c.texts["name"] for c in compared.changes]
    shapes = [*(place.outline for place in stay), *(c.shape for c in compared.changes)]
    code = metres_code(*degrees_centre(shapes[0]))
    covers = {
        pair.second - len(stay): f"it covers {pair.area_m2:,.0f} m2 of {names[pair.first]}"
        for pair in overlaps(list(to_metres(array_of(shapes), code)))
        if pair.second >= len(stay)
    }
    refused = tuple(
        Finding(change.row, change.label, REFUSED, covers[i], compared.areas.get(change.row, ""))
        for i, change in enumerate(compared.changes) if i in covers
    )  # fmt: skip
    out = {finding.row for finding in refused}
    return Compared(
        tuple(change for change in compared.changes if change.row not in out),
        {row: area for row, area in compared.areas.items() if row not in out},
        (*compared.findings, *refused),
    )
