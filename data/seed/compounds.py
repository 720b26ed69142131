"""One compound of the demo as rows: its buildings, entrances and dwellings, its gates and address."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from math import atan2, pi
from random import Random
from typing import Final

from shapely import Point
from shapely.geometry.base import BaseGeometry

from data.models import Building, Compound, Dwelling, Entrance, Gate
from data.rules.areas import BuildingKind, CompoundKind
from data.rules.coverage import DwellingStatus, DwellingUse, LastOutcome, LifeState
from data.seed.ground import METRES
from data.seed.land import Block
from data.seed.ledger import Ledger
from data.seed.names import COMPOUND_NAMES, SUFFIX
from data.seed.plans import SINCE, BuildingPlan, DwellingPlan
from data.seed.rooms import Habit, Room, habit_of, rooms_of
from data.seed.site import House, Site
from data.seed.streets import Street
from geo.crs import to_degrees

GIANT_DWELLINGS: Final = 3_380
TALLEST: Final = 25  # storeys of the one tower of the oversized compound
HIGHEST: Final = 33  # a hundred metres: no block of flats is taller
SLAB_FLATS, TOWER_FLATS = 2, 6  # on each landing of the oversized compound
WALKED_UP: Final = 6  # floors without a lift
UNLISTED_SHARE: Final = 0.004  # of buildings whose dwellings nobody has listed yet
UNLIVED_SHARE: Final = 0.01  # of buildings that turned out to be shops and offices
GROWING: Final = frozenset({BuildingKind.SLAB, BuildingKind.TOWER})
METRES_A_NUMBER: Final = 3.5  # along a street, odd and even numbers on its two sides
SIDES: Final = ("东", "北", "西", "南")


class CompoundWriter:
    """Keeps compounds in the ledger, numbering buildings and addresses across the street."""

    def __init__(self, ledger: Ledger, streets: list[Street], floors: float, rng: Random) -> None:
        self.ledger, self.more_floors, self.rng = ledger, floors, rng
        self.streets = streets
        self.ids = count(1)
        self.names = self._names()
        self.addresses: set[str] = set()
        self.buildings: list[BuildingPlan] = []

    def _names(self) -> Iterator[str]:
        stems = list(COMPOUND_NAMES)
        self.rng.shuffle(stems)
        return iter([stem + ordinal for ordinal in ("", "二", "三", "四", "五") for stem in stems])

    def write(
        self, committee_id: int, code: str, block: Block, kind: CompoundKind, site: Site
    ) -> None:
        """Keep a compound with everything in it."""
        address = self._address(site.gates[0])
        compound_id = self.ledger.add(
            Compound,
            committee_id=committee_id,
            code=code,
            name=self._name(kind),
            address=address,
            kind=kind,
            outline=degrees(block.outline),
            external_code=None,
            valid_from=SINCE,
            valid_to=None,
        )
        self._gates(committee_id, compound_id, block.outline.centroid, site.gates)
        numbers = count(1)
        houses = giant_houses(site.houses) if block.giant else site.houses
        houses = sorted(houses, key=lambda house: house.kind is BuildingKind.OTHER)
        for index, house in enumerate(houses, start=1):
            plan = BuildingPlan(next(self.ids), committee_id, compound_id, house.kind, block.giant)
            self._building(plan, f"{code}-{index:03d}", house, address)
            self._entrances(plan, house, numbers)

    def _name(self, kind: CompoundKind) -> str:
        stem = next(self.names)
        return stem + self.rng.choice([end for end in SUFFIX[kind] if not set(end) & set(stem)])

    def _address(self, gate: Point) -> str:
        """Return road and lane number of a gate, as in 上南路123弄; each is given once."""
        named = (street for street in self.streets if street.name)
        street = min(named, key=lambda each: each.line.distance(gate))
        along = street.line.project(gate)
        first, second = (street.line.interpolate(along + d) for d in (-1.0, 1.0))
        left = (second.x - first.x) * (gate.y - first.y) > (second.y - first.y) * (gate.x - first.x)
        number = 2 * int(along / METRES_A_NUMBER) + (1 if left else 2)
        while f"{street.name}{number}弄" in self.addresses:
            number += 2
        self.addresses.add(f"{street.name}{number}弄")
        return f"{street.name}{number}弄"

    def _gates(
        self, committee_id: int, compound_id: int, middle: Point, gates: Sequence[Point]
    ) -> None:
        used: dict[str, int] = defaultdict(int)
        for gate in gates:
            side = SIDES[round(atan2(gate.y - middle.y, gate.x - middle.x) / (pi / 2)) % 4]
            used[side] += 1
            self.ledger.add(
                Gate,
                compound_id=compound_id,
                committee_id=committee_id,
                name=f"{side}门" if used[side] == 1 else f"{side}{'一二三四'[used[side] - 1]}门",
                point=degrees(gate),
                valid_from=SINCE,
                valid_to=None,
            )

    def _building(self, plan: BuildingPlan, code: str, house: House, address: str) -> None:
        label = str(int(code[-3:]))
        self.ledger.add(
            Building,
            ord=plan.id - 1,
            committee_id=plan.committee_id,
            compound_id=plan.compound_id,
            code=code,
            name=f"{label}号楼",
            label=label,
            address=f"{address}{label}号楼",
            kind=house.kind,
            floors=self._floors(plan, house),
            life_state=LifeState.IN_USE,
            outline=degrees(house.outline),
            external_code=None,
            source="demo",
            valid_from=SINCE,
            valid_to=None,
        )
        lot = self.rng.random()
        plan.unlisted = lot < UNLISTED_SHARE and not plan.giant
        plan.unlived = house.kind is BuildingKind.OTHER or (
            lot > 1 - UNLIVED_SHARE and not plan.giant
        )
        self.buildings.append(plan)

    def _floors(self, plan: BuildingPlan, house: House) -> int:
        grows = house.kind in GROWING and not plan.giant
        return min(HIGHEST, round(house.floors * self.more_floors)) if grows else house.floors

    def _entrances(self, plan: BuildingPlan, house: House, numbers: Iterator[int]) -> None:
        floors = self._floors(plan, house)
        habit = _giant_habit(house) if plan.giant else habit_of(house.kind, floors, self.rng)
        for position, point in enumerate(house.doors, start=1):
            entrance_id = self.ledger.add(
                Entrance,
                building_id=plan.id,
                committee_id=plan.committee_id,
                number=str(next(numbers)),
                position=position,
                has_lift=floors > WALKED_UP,
                point=degrees(point),
                valid_from=SINCE,
                valid_to=None,
            )
            plan.entrances.append(entrance_id)
            plan.by_entrance[entrance_id] = []
            for room in () if plan.unlisted else rooms_of(floors, habit):
                self._dwelling(plan, entrance_id, room)

    def _dwelling(self, plan: BuildingPlan, entrance_id: int, room: Room) -> None:
        collective = plan.kind is BuildingKind.DORMITORY
        identity = self.ledger.add(
            Dwelling,
            entrance_id=entrance_id,
            building_id=plan.id,
            committee_id=plan.committee_id,
            floor=room.floor,
            room=room.number,
            position=room.position,
            use=DwellingUse.COLLECTIVE if collective else DwellingUse.RESIDENTIAL,
            life_state=LifeState.IN_USE,
            exclusion_approved=False,
            last_outcome=LastOutcome.NONE,
            contrary_on=None,
            status=DwellingStatus.UNCOLLECTED,
            status_until=None,
            resolved=False,
            attempted=False,
            version=1,
            external_code=None,
            valid_from=SINCE,
            valid_to=None,
        )
        door = DwellingPlan(identity, plan, entrance_id, room.number, room.floor, collective)
        plan.dwellings.append(door)
        plan.by_entrance[entrance_id].append(door)


def giant_houses(houses: list[House]) -> list[House]:
    """Return the oversized compound's buildings: one tower of 25 storeys, the others as tall as it needs."""
    first, *towers = (house for house in houses if house.kind is BuildingKind.TOWER)
    slabs = [house for house in houses if house.kind is not BuildingKind.TOWER]
    landings = sum(len(house.doors) * house.floors for house in slabs)
    missing = GIANT_DWELLINGS - landings * SLAB_FLATS - TALLEST * TOWER_FLATS
    floors = min(TALLEST - 1, max(9, round(missing / TOWER_FLATS / max(1, len(towers)))))
    return [
        replace(first, floors=TALLEST),
        *(replace(tower, floors=floors) for tower in towers),
        *slabs,
    ]


def _giant_habit(house: House) -> Habit:
    return Habit(False, (), TOWER_FLATS if house.kind is BuildingKind.TOWER else SLAB_FLATS)


def degrees(shape: BaseGeometry) -> BaseGeometry:
    """Return a shape of the demo's metres as it is stored."""
    stored: BaseGeometry = to_degrees(shape, METRES)
    return stored
