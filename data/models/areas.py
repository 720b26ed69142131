"""Places, from the subdistrict (街道) down to the dwelling (户室), and the grids across them.

Every protected table carries `committee_id`, so that a scope check is one comparison.
"""

from datetime import date

from shapely.geometry.base import BaseGeometry
from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, BigKey, Code, Key, Name, Temporal
from data.rules.areas import BuildingKind, CompoundKind, FlagKind, GridType
from data.rules.coverage import DwellingStatus, DwellingUse, LastOutcome, LifeState
from data.types import Geometry, Vocabulary

CURRENT = text("valid_to IS NULL")


def _one_current_code(table: str) -> Index:
    """At most one version of a code is in force."""
    return Index(
        f"uq_{table}_code_current", "code", unique=True,
        sqlite_where=CURRENT, postgresql_where=CURRENT,
    )  # fmt: skip


class Subdistrict(Temporal, Base):
    """A subdistrict (街道), the tenant. `districts_expected` is checked when boundaries come in."""

    __tablename__ = "subdistrict"
    __table_args__ = (_one_current_code("subdistrict"),)

    id: Mapped[Key]
    code: Mapped[Code]
    name: Mapped[Name]
    outline: Mapped[BaseGeometry] = mapped_column(Geometry())
    districts_expected: Mapped[int] = mapped_column(default=3)
    illustrative: Mapped[bool] = mapped_column(default=False)
    attribution: Mapped[str] = mapped_column(String(200), default="")


class District(Temporal, Base):
    """A district (片区), one of the parts of a subdistrict; `number` orders and styles it."""

    __tablename__ = "district"
    __table_args__ = (_one_current_code("district"),)

    id: Mapped[Key]
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]
    number: Mapped[int]
    outline: Mapped[BaseGeometry] = mapped_column(Geometry())


class Committee(Temporal, Base):
    """The area of a residents' committee (居民区); `form_order` is its line in the monthly form."""

    __tablename__ = "committee"
    __table_args__ = (_one_current_code("committee"),)

    id: Mapped[Key]
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    district_id: Mapped[int] = mapped_column(ForeignKey("district.id"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]
    form_order: Mapped[int]
    outline: Mapped[BaseGeometry] = mapped_column(Geometry())


class Grid(Temporal, Base):
    """A grid (网格): the working unit of one committee; owns whole entrances, codes never reused."""

    __tablename__ = "grid"
    __table_args__ = (_one_current_code("grid"),)

    id: Mapped[Key]
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]
    type: Mapped[GridType] = mapped_column(Vocabulary(GridType), default=GridType.GRID)


class Compound(Temporal, Base):
    """A residential compound (小区). `address` is its road and lane, e.g. 上南路123弄."""

    __tablename__ = "compound"
    __table_args__ = (_one_current_code("compound"),)

    id: Mapped[Key]
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]
    address: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[CompoundKind] = mapped_column(Vocabulary(CompoundKind))
    outline: Mapped[BaseGeometry] = mapped_column(Geometry())
    external_code: Mapped[str | None] = mapped_column(String(120), index=True)


class Building(Temporal, Base):
    """A building (楼栋): one footprint on the map.

    `ord` is its index in the map's status arrays: given once to a code, kept by later versions of it,
    never reused. `label` is what the map writes on it (18), `name` what a person calls it (18号楼).
    """

    __tablename__ = "building"
    __table_args__ = (
        _one_current_code("building"),
        Index(
            "uq_building_ord_current", "ord", unique=True,
            sqlite_where=CURRENT, postgresql_where=CURRENT,
        ),
    )  # fmt: skip

    id: Mapped[Key]
    ord: Mapped[int] = mapped_column(index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    compound_id: Mapped[int | None] = mapped_column(ForeignKey("compound.id"), index=True)
    code: Mapped[Code]
    name: Mapped[Name]
    label: Mapped[str] = mapped_column(String(12), default="")
    address: Mapped[str] = mapped_column(String(160), default="")
    kind: Mapped[BuildingKind] = mapped_column(Vocabulary(BuildingKind))
    floors: Mapped[int | None]
    life_state: Mapped[LifeState] = mapped_column(Vocabulary(LifeState), default=LifeState.IN_USE)
    outline: Mapped[BaseGeometry] = mapped_column(Geometry())
    external_code: Mapped[str | None] = mapped_column(String(120), index=True)
    source: Mapped[str] = mapped_column(String(60), default="")


class Entrance(Temporal, Base):
    """An entrance (号/楼组) of a building: its own house number, stairs and leader."""

    __tablename__ = "entrance"

    id: Mapped[Key]
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    number: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(default=1)
    has_lift: Mapped[bool] = mapped_column(default=False)
    point: Mapped[BaseGeometry] = mapped_column(Geometry("POINT"))


class GridMembership(Temporal, Base):
    """Which grid an entrance belongs to, and from when to when (I2: exactly one on any day)."""

    __tablename__ = "grid_membership"
    __table_args__ = (
        Index(
            "uq_grid_membership_current", "entrance_id", unique=True,
            sqlite_where=CURRENT, postgresql_where=CURRENT,
        ),
    )  # fmt: skip

    id: Mapped[Key]
    grid_id: Mapped[int] = mapped_column(ForeignKey("grid.id"), index=True)
    entrance_id: Mapped[int] = mapped_column(ForeignKey("entrance.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)


class Dwelling(Temporal, Base):
    """A dwelling (户室): one door.

    `status`, `status_until` and the three marks beside them are derived by `data.rules.coverage` and
    written by `data.commands.derive` alone; `last_outcome` is what the attempts since the last record
    amount to, `contrary_on` the last day a signal spoke against vacancy.
    """

    __tablename__ = "dwelling"
    __table_args__ = (Index("ix_dwelling_building_id_room", "building_id", "room"),)

    id: Mapped[Key]
    entrance_id: Mapped[int] = mapped_column(ForeignKey("entrance.id"), index=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    floor: Mapped[int]
    room: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(default=1)
    use: Mapped[DwellingUse] = mapped_column(
        Vocabulary(DwellingUse), default=DwellingUse.RESIDENTIAL
    )
    life_state: Mapped[LifeState] = mapped_column(Vocabulary(LifeState), default=LifeState.IN_USE)
    exclusion_approved: Mapped[bool] = mapped_column(default=False)
    last_outcome: Mapped[LastOutcome] = mapped_column(
        Vocabulary(LastOutcome), default=LastOutcome.NONE
    )
    contrary_on: Mapped[date | None]
    status: Mapped[DwellingStatus] = mapped_column(Vocabulary(DwellingStatus))
    status_until: Mapped[date | None] = mapped_column(index=True)
    resolved: Mapped[bool] = mapped_column(default=False)
    attempted: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
    external_code: Mapped[str | None] = mapped_column(String(120))


class AreaFlag(Temporal, Base):
    """A mark on a place (key area, problem place): set by a named office with a reason and an end."""

    __tablename__ = "area_flag"

    id: Mapped[Key]
    kind: Mapped[FlagKind] = mapped_column(Vocabulary(FlagKind))
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    expires_on: Mapped[date]
    approved_by_id: Mapped[int | None] = mapped_column(BigKey)


class Gate(Temporal, Base):
    """A gate (出入口) of a compound, where footpaths cross its wall."""

    __tablename__ = "gate"

    id: Mapped[Key]
    compound_id: Mapped[int] = mapped_column(ForeignKey("compound.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    name: Mapped[Name]
    point: Mapped[BaseGeometry] = mapped_column(Geometry("POINT"))


class Footpath(Temporal, Base):
    """A footpath or street (步道、道路) on which people walk; `name` is empty inside compounds."""

    __tablename__ = "footpath"

    id: Mapped[Key]
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    name: Mapped[Name] = mapped_column(default="")
    is_street: Mapped[bool] = mapped_column(default=False)
    line: Mapped[BaseGeometry] = mapped_column(Geometry("LINESTRING"))


class Landmark(Temporal, Base):
    """Something to find one's way by: a metro station, a park, water. Ground of the map, no more."""

    __tablename__ = "landmark"

    id: Mapped[Key]
    subdistrict_id: Mapped[int] = mapped_column(ForeignKey("subdistrict.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[Name]
    shape: Mapped[BaseGeometry] = mapped_column(Geometry())
