"""A street small enough to know by heart: three districts, three committees, two buildings."""

from dataclasses import dataclass
from datetime import date

from shapely import Point, box
from sqlalchemy.orm import Session

from data.commands.derive import derive_all
from data.models import (
    Building,
    Clock,
    Committee,
    Compound,
    District,
    Dwelling,
    Entrance,
    Grid,
    GridMembership,
    Subdistrict,
)
from data.principal import Principal
from data.rules.areas import BuildingKind, CompoundKind, Role
from data.rules.coverage import DwellingStatus
from data.session import Store

FROM = date(2026, 1, 1)
WEST, SOUTH, STEP = 121.48, 31.17, 0.01


@dataclass(frozen=True, slots=True)
class Street:
    """Ids of what the tests name; committee 1 holds both buildings of Gaocheng garden."""

    committees: tuple[int, ...]
    subdistrict: int
    first: str = "C1-001"
    second: str = "C1-002"


def build_street(store: Store, today: date) -> Street:
    """Fill an empty register: building C1-001 has rooms 101-302, C1-002 rooms 101 and 102."""
    with store.write() as session:
        session.add(Clock(today=today, frozen=True, demo=True))
        subdistrict = Subdistrict(
            code="310115009", name="高城街道", outline=box(WEST, SOUTH, WEST + 3 * STEP, SOUTH + STEP),
            valid_from=FROM,
        )  # fmt: skip
        session.add(subdistrict)
        session.flush()
        committees = [_committee(session, subdistrict, number) for number in (1, 2, 3)]
        _compound(session, committees[0])
        session.flush()
        derive_all(session)
        return Street(tuple(c.id for c in committees), subdistrict.id)


def another_committee(session: Session, number: int) -> int:
    """Add a second subdistrict with one district and one committee; return the committee's id."""
    outline = box(WEST, SOUTH + STEP, WEST + STEP, SOUTH + 2 * STEP)
    subdistrict = Subdistrict(code="310115010", name="邻街道", outline=outline, valid_from=FROM)
    session.add(subdistrict)
    session.flush()
    return _committee(session, subdistrict, number).id


def _committee(session: Session, subdistrict: Subdistrict, number: int) -> Committee:
    outline = box(WEST + (number - 1) * STEP, SOUTH, WEST + number * STEP, SOUTH + STEP)
    district = District(
        subdistrict_id=subdistrict.id, code=f"D{number}", name=f"第{number}片区", number=number,
        outline=outline, valid_from=FROM,
    )  # fmt: skip
    session.add(district)
    session.flush()
    committee = Committee(
        subdistrict_id=subdistrict.id, district_id=district.id, code=f"31011500900{number}",
        name=f"高{number}", form_order=number, outline=outline, valid_from=FROM,
    )  # fmt: skip
    session.add(committee)
    session.flush()
    return committee


def _compound(session: Session, committee: Committee) -> None:
    compound = Compound(
        committee_id=committee.id, code="C1", name="高城苑", address="高城路1弄",
        kind=CompoundKind.ESTATE, valid_from=FROM,
        outline=box(WEST + 0.001, SOUTH + 0.001, WEST + 0.005, SOUTH + 0.005),
    )  # fmt: skip
    grid = Grid(committee_id=committee.id, code="310115009001001", name="01", valid_from=FROM)
    session.add_all([compound, grid])
    session.flush()
    for ord_, rooms in enumerate((("101", "102", "201", "202", "301", "302"), ("101", "102"))):
        _building(session, compound, grid, ord_, rooms)


def _building(session, compound: Compound, grid: Grid, ord_: int, rooms: tuple[str, ...]) -> None:
    west = WEST + 0.0015 + ord_ * 0.001
    building = Building(
        ord=ord_, committee_id=compound.committee_id, compound_id=compound.id,
        code=f"C1-00{ord_ + 1}", name=f"{ord_ + 1}号楼", label=str(ord_ + 1),
        address=f"高城路1弄{ord_ + 1}号", kind=BuildingKind.SLAB, floors=3, valid_from=FROM,
        outline=box(west, SOUTH + 0.002, west + 0.0005, SOUTH + 0.0022),
    )  # fmt: skip
    session.add(building)
    session.flush()
    entrance = Entrance(
        building_id=building.id, committee_id=compound.committee_id, number=str(ord_ + 1),
        point=Point(west, SOUTH + 0.002), valid_from=FROM,
    )  # fmt: skip
    session.add(entrance)
    session.flush()
    session.add(
        GridMembership(
            grid_id=grid.id,
            entrance_id=entrance.id,
            committee_id=compound.committee_id,
            valid_from=FROM,
        )
    )
    for room in rooms:
        session.add(
            Dwelling(
                entrance_id=entrance.id,
                building_id=building.id,
                committee_id=compound.committee_id,
                floor=int(room[0]),
                room=room,
                position=int(room[-1]),
                valid_from=FROM,
                status=DwellingStatus.UNCOLLECTED,
            )
        )


def worker(street: Street, *committees: int, role: Role = Role.SOCIAL_WORKER) -> Principal:
    """Return a principal who sees the committees with these numbers (1 when none is given)."""
    seen = frozenset(street.committees[number - 1] for number in committees or (1,))
    return Principal(
        0, "worker", "周敏", frozenset({role}), seen, frozenset({street.subdistrict}), "test"
    )
