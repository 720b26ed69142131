"""Import the lines of the districts (片区): all of them at once, fitting together, or none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.commands.import_compare import LARGEST_SHARE, array_of, shapes_of
from data.commands.record import append_event
from data.commands.versions import end, redraw
from data.models import Committee, District
from data.principal import Principal
from data.queries.present_places import PresentArea, PresentPlaces
from data.sources.map_checks import DUPLICATE, REFUSED, CheckedFile, UsableFeature
from data.sources.map_features import NAMES, MapFileRefused, first_of
from data.sources.map_position import require_unshifted_area
from geo.boundaries import beyond, gaps, overlaps, place
from geo.cleaning import same_outline
from geo.crs import degrees_centre, metres_code, to_metres

STAYS: Final = "the present map stays"
# A district under a new name is the same one when each covers most of the other.
SAME_GROUND_SHARE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Drawn:
    """One district of the file, and the present one that it is, if any."""

    row: int
    name: str
    shape: BaseGeometry
    present: PresentArea | None
    is_changed: bool


@dataclass(frozen=True, slots=True)
class ComparedBoundaries:
    """The districts as the file draws them, which end, and the committees that change district.

    `moved` maps a committee's id to the place of its district in `districts`.
    """

    districts: tuple[Drawn, ...]
    gone: tuple[PresentArea, ...] = ()
    moved: dict[int, int] = field(default_factory=dict)

    @property
    def changes(self) -> int:
        """How many things would change."""
        return sum(drawn.is_changed for drawn in self.districts) + len(self.gone) + len(self.moved)


def compare_boundaries(
    checked: CheckedFile, known: PresentPlaces, *, by_share: bool
) -> ComparedBoundaries:
    """Return what the file changes; MapFileRefused, by name, when its districts do not fit together."""
    features = checked.usable
    _require_count(checked, known)
    names = _names(features)
    shapes = shapes_of(features)
    whole = known.subdistrict
    if whole is not None:
        require_unshifted_area(shapely.union_all(shapes), whole.outline, checked.crs)
    code = metres_code(*degrees_centre(shapely.union_all(shapes)))
    ground = to_metres(shapes, code)
    _require_fitting(
        ground, names, None if whole is None else to_metres(whole.outline, code), whole
    )
    present = _present_of(names, shapes, known.districts)
    districts = tuple(
        Drawn(feature.row, name, feature.shape, old, _is_changed(old, name, feature.shape))
        for feature, name, old in zip(features, names, present, strict=True)
    )
    kept = {old.id for old in present if old is not None}
    gone = tuple(old for old in known.districts if old.id not in kept)
    moved = _moved(districts, known, ground, code, by_share=by_share)
    return ComparedBoundaries(districts, gone, moved)


def _names(features: Sequence[UsableFeature]) -> list[str]:
    names = [first_of(feature.properties, NAMES)[:80] for feature in features]
    for feature, name in zip(features, names, strict=True):
        if not name:
            raise MapFileRefused(
                f"the district in row {feature.row} has no name: give it one in the column `name`"
            )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise MapFileRefused(f"two districts are called {twice[0]}: {STAYS}")
    return names


def _require_count(checked: CheckedFile, known: PresentPlaces) -> None:
    found, expected = len(checked.usable), known.districts_expected
    if found == expected:
        return
    if expected == 1:
        raise MapFileRefused(
            f"the file holds {found} districts, but this subdistrict is no more than the area of its "
            "first buildings: begin one with its own boundaries by --new-subdistrict"
        )
    lost = next((f for f in checked.findings if f.verdict in (REFUSED, DUPLICATE)), None)
    why = f" ({lost.label}: {lost.reason})" if lost else ""
    raise MapFileRefused(
        f"the file holds {found} usable districts (片区), {expected} are expected{why}: {STAYS}"
    )


def _require_fitting(
    ground: np.ndarray, names: Sequence[str], frame: BaseGeometry | None, whole: PresentArea | None
) -> None:
    for overlap in overlaps(ground):
        raise MapFileRefused(
            f"{names[overlap.first]} and {names[overlap.second]} overlap by {overlap.area_m2:,.0f} m2: "
            f"{STAYS}"
        )
    for gap in gaps(ground, frame):
        raise MapFileRefused(
            f"a gap of {gap.area:,.0f} m2 lies between {_sides(gap, ground, names)}: {STAYS}"
        )
    if frame is None or whole is None:
        return
    for part in beyond(ground, frame):
        raise MapFileRefused(
            f"{' and '.join(_touching(part, ground, names))} reaches {part.area:,.0f} m2 beyond the "
            f"outline of {whole.name}: {STAYS}"
        )


def _touching(part: BaseGeometry, ground: np.ndarray, names: Sequence[str]) -> list[str]:
    return [
        name for name, shape in zip(names, ground, strict=True) if shapely.dwithin(shape, part, 1)
    ]


def _sides(gap: BaseGeometry, ground: np.ndarray, names: Sequence[str]) -> str:
    near = _touching(gap, ground, names)
    return " and ".join(near if len(near) > 1 else [*near, "the street's outline"])


def _present_of(
    names: Sequence[str], shapes: np.ndarray, districts: Sequence[PresentArea]
) -> list[PresentArea | None]:
    """Return which present district each one is: by its name, else by most of its ground."""
    by_name = {district.name: district for district in districts}
    found = [by_name.get(name) for name in names]
    left = [district for district in districts if district.name not in set(names)]
    for index, shape in enumerate(shapes):
        if found[index] is None:
            found[index] = next((old for old in left if _same_ground(shape, old.outline)), None)
            left = [old for old in left if old is not found[index]]
    return found


def _same_ground(shape: BaseGeometry, old: BaseGeometry) -> bool:
    common = shapely.area(shapely.intersection(shape, old))
    return bool(common > SAME_GROUND_SHARE * max(shapely.area(shape), shapely.area(old)))


def _is_changed(old: PresentArea | None, name: str, shape: BaseGeometry) -> bool:
    if old is None or old.name != name:
        return True
    return not same_outline(array_of([shape]), array_of([old.outline]))[0]


def _moved(
    districts: Sequence[Drawn],
    known: PresentPlaces,
    ground: np.ndarray,
    code: int,
    *,
    by_share: bool,
) -> dict[int, int]:
    """Return the committees that come to another district; refuse one that lies across (I3)."""
    outlines = to_metres(array_of([committee.outline for committee in known.committees]), code)
    moved, across = {}, []
    for committee, placed in zip(known.committees, place(outlines, ground), strict=True):
        if placed is None:
            continue
        if placed.is_shared and not by_share:
            shares = ", ".join(f"{districts[i].name} {share:.0%}" for i, share in placed.shares)
            across.append(f"{committee.name} ({shares})")
        present = districts[placed.area].present
        if present is None or present.id != committee.within:
            moved[committee.id] = placed.area
    if across:
        raise MapFileRefused(
            f"{len(across)} committees lie across the new district lines: {', '.join(across[:3])}: "
            f"draw the lines along committees, or say --assign {LARGEST_SHARE}"
        )
    return moved


def write_boundaries(
    session: Session,
    principal: Principal,
    whole: tuple[int, str],
    compared: ComparedBoundaries,
    day: date,
) -> None:
    """Write the districts of the subdistrict (id, code): redrawn, new, ended; committees follow."""
    redrawn = [d for d in compared.districts if d.present is not None and d.is_changed]
    redraw(session, District, [_redrawn(drawn) for drawn in redrawn], day)
    end(session, District, [district.id for district in compared.gone], day)
    session.flush()
    ids = _ids(session, whole, compared, day)
    for committee_id, index in compared.moved.items():
        _move(session, principal, committee_id, ids[index], day)
    for drawn, district_id in zip(compared.districts, ids, strict=True):
        if drawn.is_changed:
            append_event(
                session, principal, kind="district_drawn", subject=("district", district_id),
                happened_on=day, after={"name": drawn.name},
                before={"name": drawn.present.name} if drawn.present else None,
            )  # fmt: skip
    for district in compared.gone:
        append_event(
            session, principal, kind="district_ended", subject=("district", district.id),
            happened_on=day, before={"code": district.code, "name": district.name},
        )  # fmt: skip


def _redrawn(drawn: Drawn) -> dict[str, object]:
    assert drawn.present is not None
    return {"id": drawn.present.id, "name": drawn.name, "outline": drawn.shape}


def _ids(
    session: Session, whole: tuple[int, str], compared: ComparedBoundaries, day: date
) -> list[int]:
    """Return the id of each district of the file; those without one begin, under codes never used."""
    subdistrict_id, code = whole
    used = set(
        session.scalars(select(District.code).where(District.subdistrict_id == subdistrict_id))
    )
    most = len(used) + len(compared.districts)
    codes = (c for n in range(1, most + 1) if (c := f"{code}P{n}") not in used)
    taken = {drawn.present.number for drawn in compared.districts if drawn.present is not None}
    numbers = (n for n in range(1, 2 * len(compared.districts) + 1) if n not in taken)
    ids = []
    for drawn in compared.districts:
        if drawn.present is not None:
            ids.append(drawn.present.id)
            continue
        fresh = District(
            subdistrict_id=subdistrict_id, code=next(codes), name=drawn.name, number=next(numbers),
            outline=drawn.shape, valid_from=day,
        )  # fmt: skip
        session.add(fresh)
        session.flush()
        ids.append(fresh.id)
    return ids


def _move(
    session: Session, principal: Principal, committee_id: int, district_id: int, day: date
) -> None:
    before = session.scalars(
        select(Committee.district_id).where(Committee.id == committee_id)
    ).one()
    session.execute(
        update(Committee).where(Committee.id == committee_id).values(district_id=district_id)
    )
    append_event(
        session, principal, kind="committee_moved", subject=("committee", committee_id),
        committee_id=committee_id, happened_on=day,
        before={"district_id": before}, after={"district_id": district_id},
    )  # fmt: skip


def committees_of_districts(session: Session, whole: tuple[int, str], day: date) -> None:
    """Give each district of a subdistrict that begins one committee, until its own are known."""
    subdistrict_id, code = whole
    rows = session.scalars(
        select(District).where(
            District.subdistrict_id == subdistrict_id, District.valid_to.is_(None)
        ).order_by(District.number)
    ).all()  # fmt: skip
    for order, district in enumerate(rows, start=1):
        session.add(
            Committee(
                subdistrict_id=subdistrict_id, district_id=district.id, code=f"{code}{order:03d}",
                name=district.name, form_order=order, outline=district.outline, valid_from=day,
            )
        )  # fmt: skip
