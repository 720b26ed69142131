"""Vocabularies of places: kinds of compound and building, flags, roles."""

from enum import StrEnum
from typing import Final


class CompoundKind(StrEnum):
    """What sort of residential estate it is (小区类型)."""

    ESTATE = "estate"
    OLD_ESTATE = "old_estate"
    TERRACES = "terraces"
    DORMITORY = "dormitory"
    STREET_FRONT = "street_front"


class BuildingKind(StrEnum):
    """What sort of building it is."""

    SLAB = "slab"
    TOWER = "tower"
    TERRACE = "terrace"
    DORMITORY = "dormitory"
    OTHER = "other"
    UNKNOWN = "unknown"


class GridType(StrEnum):
    """What a committee calls its working unit (A12)."""

    BLOCK = "block"
    GRID = "grid"
    UNIT_GROUP = "unit_group"


class FlagKind(StrEnum):
    """A mark on a place, never on a person: with reason, start and expiry."""

    KEY_AREA = "key_area"
    PROBLEM_PLACE = "problem_place"


class Role(StrEnum):
    """Who somebody is in the work (5.17)."""

    POPULATION_OFFICE = "population_office"
    DISTRICT_LEAD = "district_lead"
    COMMITTEE_DIRECTOR = "committee_director"
    SOCIAL_WORKER = "social_worker"
    COMMUNITY_POLICE = "community_police"
    ASSISTANT = "assistant"
    GRID_MANAGER = "grid_manager"
    DATA_ADMIN = "data_admin"


# Who may see the masked names of an opened household (5.17): full detail in the committee, and the
# police for their own committees. District leaders and the office work with counts.
PERSON_DETAIL_ROLES: Final = frozenset(
    {Role.COMMITTEE_DIRECTOR, Role.SOCIAL_WORKER, Role.COMMUNITY_POLICE}
)
RECORDING_ROLES: Final = frozenset(
    {
        Role.COMMITTEE_DIRECTOR,
        Role.SOCIAL_WORKER,
        Role.COMMUNITY_POLICE,
        Role.ASSISTANT,
        Role.GRID_MANAGER,
    }
)


class AreaLevel(StrEnum):
    """The levels a grant or a figure may be about, from the whole down."""

    SUBDISTRICT = "subdistrict"
    DISTRICT = "district"
    COMMITTEE = "committee"
    GRID = "grid"
    COMPOUND = "compound"
    BUILDING = "building"
