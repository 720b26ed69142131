"""Areas, compounds, buildings, entrances and dwellings of the demo street, as rows."""

from dataclasses import dataclass
from itertools import count
from math import ceil
from random import Random
from typing import Any, Final

import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from data.models import (
    Building,
    Committee,
    Compound,
    District,
    Dwelling,
    Entrance,
    Footpath,
    Gate,
    Landmark,
    Subdistrict,
)
from data.rules.areas import BuildingKind, CompoundKind
from data.rules.coverage import DwellingStatus, DwellingUse, LastOutcome, LifeState
from data.seed.grids import lay_grids
from data.seed.ground import (
    METRES,
    STREET_NAMES,
    Block,
    CommitteeGround,
    Cut,
    Ground,
    cut_into_blocks,
    features,
    read_ground,
)
from data.seed.houses import House, lay_out
from data.seed.ledger import Ledger
from data.seed.names import COMPOUND_NAMES, SUFFIX
from data.seed.paths import row_path, spine_of
from data.seed.plans import SINCE, BuildingPlan, DwellingPlan
from data.seed.rooms import Habit, habit_of, rooms_of
from geo.crs import to_degrees

GIANT_HOUSEHOLDS: Final = 2_700
GIANT_DWELLINGS: Final = 3_040
GIANT_COMMITTEE: Final = 3  # its line in the monthly form
GIANT_BLOCK_M2: Final = 76_000


@dataclass(frozen=True, slots=True)
class Scale:
    """How big a street is drawn."""

    name: str
    code: str
    compounds: int
    block_m2: float
    spread: float = 1.0
    giant: bool = True
    floors_factor: float = 1.0


@dataclass(slots=True)
class StreetPlan:
    """The places of the street, and which grid each entrance is in."""

    subdistrict_id: int
    committees: dict[int, CommitteeGround]
    districts: dict[int, int]
    buildings: list[BuildingPlan]
    grid_of_entrance: dict[int, int]
    grids: dict[int, int]


class StreetBuilder:
    """Lays the places out and keeps them in the ledger."""

    def __init__(self, ledger: Ledger, scale: Scale, rng: Random) -> None:
        self.ledger, self.scale, self.rng = ledger, scale, rng
        self.ords = count()
        self.names = self._compound_names()
        self.streets = iter(STREET_NAMES * 20)
        self.buildings: list[BuildingPlan] = []

    def build(self) -> StreetPlan:
        """Return the plan of the whole street."""
        ground = read_ground()
        subdistrict_id = self._subdistrict(ground)
        districts = self._districts(ground, subdistrict_id)
        committees = self._committees(ground, subdistrict_id, districts)
        chosen = self._choose_blocks(ground, committees, subdistrict_id)
        for committee_id, number, block, giant in chosen:
            self._compound(committee_id, committees[committee_id], number, block, giant=giant)
        grids, members = lay_grids(self.ledger, self.scale.code, committees, self.buildings)
        self._landmarks(subdistrict_id)
        return StreetPlan(subdistrict_id, committees, districts, self.buildings, members, grids)

    def _compound_names(self) -> Any:
        stems = list(COMPOUND_NAMES)
        self.rng.shuffle(stems)
        ordinals = ("", "二", "三", "四", "五")
        return iter([stem + ordinal for ordinal in ordinals for stem in stems])

    def _subdistrict(self, ground: Ground) -> int:
        return self.ledger.add(
            Subdistrict,
            code=self.scale.code,
            name=self.scale.name,
            outline=_degrees(ground.outline),
            districts_expected=3,
            illustrative=True,
            attribution="© OpenStreetMap contributors",
            valid_from=SINCE,
            valid_to=None,
        )

    def _districts(self, ground: Ground, subdistrict_id: int) -> dict[int, int]:
        return {
            number: self.ledger.add(
                District,
                subdistrict_id=subdistrict_id,
                code=f"{self.scale.code}P{number}",
                name=name,
                number=number,
                outline=_degrees(shape),
                valid_from=SINCE,
                valid_to=None,
            )
            for number, (name, shape) in sorted(ground.districts.items())
        }

    def _committees(
        self, ground: Ground, subdistrict_id: int, districts: dict[int, int]
    ) -> dict[int, CommitteeGround]:
        return {
            self.ledger.add(
                Committee,
                subdistrict_id=subdistrict_id,
                district_id=districts[each.district],
                code=self.scale.code + each.code[9:],
                name=each.name,
                form_order=each.order,
                outline=_degrees(each.outline),
                valid_from=SINCE,
                valid_to=None,
            ): each
            for each in ground.committees
        }

    def _choose_blocks(
        self, ground: Ground, committees: dict[int, CommitteeGround], subdistrict_id: int
    ) -> list[tuple[int, int, Block, bool]]:
        """Share the compounds among committees; blocks nearest the old centre are lived in first."""
        core = shapely.centroid(
            shapely.union_all([c.outline for c in ground.committees if c.outline.area < 250_000])
        )
        quota = self.scale.compounds / len(committees)
        chosen: list[tuple[int, int, Block, bool]] = []
        spare: list[tuple[float, int, Block]] = []
        for index, (committee_id, committee) in enumerate(committees.items()):
            giant = self.scale.giant and committee.order == GIANT_COMMITTEE
            size = GIANT_BLOCK_M2 if giant else self.scale.block_m2
            blocks, cuts = cut_into_blocks(committee.outline, size, self.rng)
            self._streets(cuts, subdistrict_id)
            blocks.sort(key=lambda block: block.outline.centroid.distance(core))
            want = min(len(blocks), round(quota * (index + 1)) - len(chosen))
            if giant:
                largest = max(blocks, key=lambda block: block.outline.area)
                blocks.remove(largest)
                blocks.insert(0, largest)
            for number, block in enumerate(blocks[:want], start=1):
                chosen.append((committee_id, number, block, giant and number == 1))
            spare += [(b.outline.centroid.distance(core), committee_id, b) for b in blocks[want:]]
        spare.sort(key=lambda each: each[0])
        missing = self.scale.compounds - len(chosen)
        for _, committee_id, block in spare[:missing]:
            number = 1 + sum(1 for each in chosen if each[0] == committee_id)
            chosen.append((committee_id, number, block, False))
        self._other_ground([block for _, _, block in spare[missing:]], subdistrict_id)
        return chosen

    def _other_ground(self, blocks: list[Block], subdistrict_id: int) -> None:
        for block in blocks:
            kind, name = self.rng.choices(
                [("park", ""), ("other", ""), ("other", "学校"), ("other", "商业")], [2, 6, 1, 1]
            )[0]
            self.ledger.add(
                Landmark,
                subdistrict_id=subdistrict_id,
                kind=kind,
                name=name or ("公园" if kind == "park" and block.outline.area > 20_000 else ""),
                shape=_degrees(block.outline),
                valid_from=SINCE,
                valid_to=None,
            )

    def _streets(self, cuts: list[Cut], subdistrict_id: int) -> None:
        for cut in cuts:
            self._path(
                subdistrict_id, cut.line, next(self.streets) if cut.is_main else "", street=True
            )

    def _path(self, subdistrict_id: int, line: LineString, name: str, *, street: bool) -> None:
        self.ledger.add(
            Footpath,
            subdistrict_id=subdistrict_id,
            name=name,
            is_street=street,
            line=_degrees(line),
            valid_from=SINCE,
            valid_to=None,
        )

    def _compound(
        self,
        committee_id: int,
        committee: CommitteeGround,
        number: int,
        block: Block,
        *,
        giant: bool,
    ) -> None:
        kind = CompoundKind.ESTATE if giant else self._kind(committee, number)
        houses = lay_out(block, kind, self.rng, 0.9 if giant else self.scale.spread)
        if not houses:
            return
        code = f"{self.scale.code}{committee.code[9:]}C{number:02d}"
        compound_id = self.ledger.add(
            Compound,
            committee_id=committee_id,
            code=code,
            name=next(self.names) + self.rng.choice(SUFFIX[kind]),
            address=f"{self.rng.choice(STREET_NAMES)}{self.rng.randrange(20, 990)}弄",
            kind=kind,
            outline=_degrees(block.outline),
            external_code=None,
            valid_from=SINCE,
            valid_to=None,
        )
        address = self.ledger.rows[Compound][-1]["address"]
        self._paths_within(committee_id, compound_id, block, houses)
        entrance_numbers = count(1)
        flats = ceil(GIANT_DWELLINGS / len(houses) / 6) if giant else 0
        for index, house in enumerate(houses, start=1):
            floors = (25 if index == 1 else flats) if giant else self._floors(house)
            plan = self._building(
                committee_id, compound_id, f"{code}-{index:03d}", house, floors, address
            )
            if giant:
                plan.giant, plan.unlisted, plan.shops = True, False, False
            habit = Habit(False, (), 6) if giant else habit_of(house.kind, floors, self.rng)
            self._entrances(plan, house, entrance_numbers, floors, habit)

    def _floors(self, house: House) -> int:
        return max(1, round(house.floors * self.scale.floors_factor))

    def _kind(self, committee: CommitteeGround, number: int) -> CompoundKind:
        if committee.order == 12 and number == 2:
            return CompoundKind.DORMITORY
        kinds = (CompoundKind.OLD_ESTATE, CompoundKind.ESTATE, CompoundKind.TERRACES)
        return self.rng.choices(kinds, [6, 3, 1.5])[0]

    def _building(
        self,
        committee_id: int,
        compound_id: int,
        code: str,
        house: House,
        floors: int,
        address: str,
    ) -> BuildingPlan:
        label = str(int(code[-3:]))
        identity = self.ledger.add(
            Building,
            ord=next(self.ords),
            committee_id=committee_id,
            compound_id=compound_id,
            code=code,
            name=f"{label}号楼",
            label=label,
            address=f"{address}{label}号楼",
            kind=house.kind,
            floors=floors,
            life_state=LifeState.IN_USE,
            outline=_degrees(house.outline),
            external_code=None,
            source="demo",
            valid_from=SINCE,
            valid_to=None,
        )
        plan = BuildingPlan(identity, committee_id, compound_id, code, house.kind)
        lot = self.rng.random()
        plan.unlisted, plan.shops = lot < 0.004, lot > 0.99
        self.buildings.append(plan)
        return plan

    def _entrances(
        self, plan: BuildingPlan, house: House, numbers: Any, floors: int, habit: Habit
    ) -> None:
        for position, point in enumerate(house.doors, start=1):
            entrance_id = self.ledger.add(
                Entrance,
                building_id=plan.id,
                committee_id=plan.committee_id,
                number=str(next(numbers)),
                position=position,
                has_lift=floors > 6,
                point=_degrees(point),
                valid_from=SINCE,
                valid_to=None,
            )
            plan.entrances.append(entrance_id)
            plan.by_entrance[entrance_id] = []
            if not plan.unlisted:
                self._dwellings(plan, entrance_id, floors, habit)

    def _dwellings(self, plan: BuildingPlan, entrance_id: int, floors: int, habit: Habit) -> None:
        collective = plan.kind is BuildingKind.DORMITORY
        for room in rooms_of(floors, habit):
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
            door = DwellingPlan(identity, plan, room.number, room.floor, collective)
            plan.dwellings.append(door)
            plan.by_entrance[entrance_id].append(door)

    def _paths_within(
        self, committee_id: int, compound_id: int, block: Block, houses: list[House]
    ) -> None:
        """Lay a path along each row of doors, a spine across them, and gates at the spine's ends."""
        spine = spine_of(block)
        if spine is None:
            return
        self._path(1, spine, "", street=False)
        for name, end in zip(("北门", "南门"), (spine.coords[0], spine.coords[-1]), strict=True):
            self.ledger.add(
                Gate,
                compound_id=compound_id,
                committee_id=committee_id,
                name=name,
                point=_degrees(Point(end)),
                valid_from=SINCE,
                valid_to=None,
            )
        rows: dict[int, list[Point]] = {}
        for house in houses:
            rows.setdefault(house.row, []).extend(house.doors)
        for doors in rows.values():
            path = row_path(block, doors, spine)
            if path is not None:
                self._path(1, path, "", street=False)

    def _landmarks(self, subdistrict_id: int) -> None:
        for name, point in _stations():
            self.ledger.add(
                Landmark,
                subdistrict_id=subdistrict_id,
                kind="station",
                name=name,
                shape=point,
                valid_from=SINCE,
                valid_to=None,
            )


def _stations() -> list[tuple[str, BaseGeometry]]:
    return [(p["name"], shape) for p, shape in features("metro_stations.geojson")]


def _degrees(shape: BaseGeometry) -> BaseGeometry:
    degrees: BaseGeometry = to_degrees(shape, METRES)
    return degrees
