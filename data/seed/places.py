"""Areas, compounds and ways of the demo street, as rows."""

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Final

import shapely
from shapely import LineString, Point, Polygon
from shapely.ops import nearest_points

from data.models import Committee, District, Footpath, Landmark, Subdistrict
from data.rules.areas import CompoundKind
from data.seed.compounds import GROWING, CompoundWriter, degrees
from data.seed.grids import lay_grids
from data.seed.ground import CommitteeGround, Ground, features, read_ground
from data.seed.land import Block, Land, Scale, divide
from data.seed.ledger import Ledger
from data.seed.names import FAR_USES, NEAR_USES, RIVER_USES
from data.seed.plans import SINCE, StreetPlan
from data.seed.rooms import mean_flats
from data.seed.site import Site, lay_out
from data.seed.streets import Street, joined, polygons

Use = tuple[str, str]  # kind of landmark and name
DORMITORY_COMMITTEE: Final = 12  # its line in the monthly form: the second estate there
KINDS: Final = (CompoundKind.OLD_ESTATE, CompoundKind.ESTATE, CompoundKind.TERRACES)
KIND_WEIGHTS: Final = (6, 3, 1.5)
RIVER_FROM_M: Final = 2_000  # from the centre
POND_FROM_M2: Final = 105_000


@dataclass(frozen=True, slots=True)
class Estate:
    """A block that is lived in: its number within the committee, its kind and site plan."""

    block: Block
    number: int
    kind: CompoundKind
    site: Site


class StreetBuilder:
    """Lays the places out and keeps them in the ledger."""

    def __init__(self, ledger: Ledger, scale: Scale, rng: Random) -> None:
        self.ledger, self.scale, self.rng = ledger, scale, rng
        self.paths: list[LineString] = []

    def build(self) -> StreetPlan:
        """Return the plan of the whole street."""
        ground = read_ground()
        subdistrict_id = self._subdistrict(ground)
        districts = self._districts(ground, subdistrict_id)
        committees = self._committees(ground, subdistrict_id, districts)
        land = divide(ground, self.scale, self.rng)
        estates = self._estates(land)
        more_floors = _more_floors(estates, self.scale.dwellings)
        writer = CompoundWriter(self.ledger, land.streets, more_floors, self.rng)
        self._compounds(estates, committees, writer)
        self._ways(subdistrict_id, land.streets)
        self._other_ground(subdistrict_id, land.others)
        self._stations(subdistrict_id)
        grids, members = lay_grids(self.ledger, self.scale.code, committees, writer.buildings)
        return StreetPlan(subdistrict_id, committees, districts, writer.buildings, members, grids)

    def _subdistrict(self, ground: Ground) -> int:
        return self.ledger.add(
            Subdistrict,
            code=self.scale.code,
            name=self.scale.name,
            outline=degrees(ground.outline),
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
                outline=degrees(shape),
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
                outline=degrees(each.outline),
                valid_from=SINCE,
                valid_to=None,
            ): each
            for each in ground.committees
        }

    def _estates(self, land: Land) -> list[Estate]:
        built: Counter[int] = Counter()
        estates = []
        for block in sorted(land.homes, key=lambda each: each.order):
            built[block.order] += 1
            kind = self._kind(block, built[block.order])
            site = lay_out(block.outline, kind, self.rng, giant=block.giant)
            estates.append(Estate(block, built[block.order], kind, site))
        return estates

    def _compounds(
        self,
        estates: list[Estate],
        committees: dict[int, CommitteeGround],
        writer: CompoundWriter,
    ) -> None:
        ids = {committee.order: key for key, committee in committees.items()}
        for each in estates:
            committee_id = ids[each.block.order]
            code = f"{self.scale.code}{committees[committee_id].code[9:]}C{each.number:02d}"
            writer.write(committee_id, code, each.block, each.kind, each.site)
            self.paths += each.site.paths
            self.paths += [_way_out(gate, writer.streets) for gate in each.site.gates]

    def _kind(self, block: Block, number: int) -> CompoundKind:
        if block.giant:
            return CompoundKind.ESTATE
        if block.order == DORMITORY_COMMITTEE and number == 2:
            return CompoundKind.DORMITORY
        return self.rng.choices(KINDS, KIND_WEIGHTS)[0]

    def _ways(self, subdistrict_id: int, streets: list[Street]) -> None:
        lines = joined([*(street.line for street in streets), *self.paths])
        for index, line in enumerate(lines):
            street = streets[index] if index < len(streets) else None
            self.ledger.add(
                Footpath,
                subdistrict_id=subdistrict_id,
                name=street.name if street else "",
                is_street=street is not None,
                line=degrees(line),
                valid_from=SINCE,
                valid_to=None,
            )

    def _other_ground(self, subdistrict_id: int, blocks: list[Block]) -> None:
        decks: dict[tuple[Use, ...], list[Use]] = {}
        for block in blocks:
            kind, name = self._use(decks, _uses(block))
            self._landmark(subdistrict_id, kind, name, block.outline)
            if kind == "park" and block.outline.area > POND_FROM_M2:
                self._landmark(subdistrict_id, "water", "", _pond(block.outline))

    def _use(self, decks: dict[tuple[Use, ...], list[Use]], uses: tuple[Use, ...]) -> Use:
        """Return a use; each comes once before one comes again, so that no two schools are neighbours."""
        if not decks.get(uses):
            decks[uses] = self.rng.sample(uses, len(uses))
        return decks[uses].pop()

    def _stations(self, subdistrict_id: int) -> None:
        for properties, point in features("metro_stations.geojson"):
            self.ledger.add(
                Landmark,
                subdistrict_id=subdistrict_id,
                kind="station",
                name=properties["name"],
                shape=point,
                valid_from=SINCE,
                valid_to=None,
            )

    def _landmark(self, subdistrict_id: int, kind: str, name: str, shape: Polygon) -> None:
        self.ledger.add(
            Landmark,
            subdistrict_id=subdistrict_id,
            kind=kind,
            name=name,
            shape=degrees(shape),
            valid_from=SINCE,
            valid_to=None,
        )


def _more_floors(estates: list[Estate], dwellings: int | None) -> float:
    """Return by how much slabs and towers must be taller for the street to have so many dwellings."""
    if dwellings is None:
        return 1.0
    houses = [house for estate in estates for house in estate.site.houses]
    sizes = [(h.kind in GROWING, len(h.doors) * h.floors * mean_flats(h.kind)) for h in houses]
    growing = sum(size for grows, size in sizes if grows)
    return (dwellings - sum(size for grows, size in sizes if not grows)) / growing


def _uses(block: Block) -> tuple[Use, ...]:
    if block.near:
        return NEAR_USES
    return RIVER_USES if block.from_centre_m > RIVER_FROM_M else FAR_USES


def _way_out(gate: Point, streets: list[Street]) -> LineString:
    """Return the few steps from a gate to the middle of the nearest street."""
    street = min((each.line for each in streets), key=lambda line: line.distance(gate))
    return LineString([gate, nearest_points(street, gate)[0]])


def _pond(park: Polygon) -> Polygon:
    """Return a pond in the middle of a park, bent as its outline is."""
    reach = float(shapely.length(shapely.maximum_inscribed_circle(park)))
    water = shapely.simplify(park.buffer(-0.7 * reach).buffer(0.25 * reach), 1.0)
    return max(polygons(water), key=lambda part: float(part.area))
