"""Vocabularies of the register: households, residences, persons, discrepancies (2.3, 5.7)."""

from enum import StrEnum


class HouseholdKind(StrEnum):
    """Family or collective household (R601 H1)."""

    FAMILY = "family"
    COLLECTIVE = "collective"


class HouseholdState(StrEnum):
    """Life of a household (5.2)."""

    ACTIVE = "active"
    MOVED_OUT = "moved_out"
    ENDED_SPLIT = "ended_split"
    ENDED_MERGE = "ended_merge"
    DISSOLVED = "dissolved"


class ResidenceState(StrEnum):
    """Life of a residence registration (5.7)."""

    PENDING = "pending"
    COLLECTED = "collected"
    ACTIVE = "active"
    STALE = "stale"
    TO_CANCEL = "to_cancel"
    ENDED = "ended"
    REJECTED = "rejected"


class ResidenceKind(StrEnum):
    """How the place relates to the hukou (2.3)."""

    HUKOU_AT_HOME = "hukou_at_home"
    SEPARATED = "separated"
    MIGRANT = "migrant"
    SHORT_STAY = "short_stay"


class PersonCategory(StrEnum):
    """Category of population (市户籍, 来沪, 境外)."""

    LOCAL_HUKOU = "local_hukou"
    DOMESTIC_MIGRANT = "domestic_migrant"
    OVERSEAS = "overseas"


class IdKind(StrEnum):
    """What sort of number identifies a person; a doubtful one is kept and marked."""

    RESIDENT_ID = "resident_id"
    UNVERIFIED_ID = "unverified_id"
    PASSPORT = "passport"
    NONE = "none"


class DiscrepancyKind(StrEnum):
    """What does not agree between register and reality."""

    UNREGISTERED = "unregistered"
    UNREMOVED = "unremoved"
    DUPLICATE = "duplicate"
    WRONG_ROOM = "wrong_room"
    SOURCE_DISAGREES = "source_disagrees"
