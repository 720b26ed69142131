"""The register: households, persons, residences, and what does not agree with reality.

Names, ID numbers and phones are sealed (data.sealing); what is found by them is found by blind index.
There is no free tag on a person and no column for ethnicity, religion, politics, health or risk.
"""

from datetime import date

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, Key, Temporal
from data.rules.register import (
    DiscrepancyKind,
    HouseholdKind,
    HouseholdState,
    IdKind,
    PersonCategory,
    ResidenceKind,
    ResidenceState,
)
from data.rules.vacancy import EvidenceKind
from data.types import Vocabulary

OPEN_MAIN = text("main_residence AND ended_on IS NULL")


class Household(Temporal, Base):
    """A household (户) behind one door; one file per household (一户一档).

    `collected_on`, `entered_on`, `verified_on` are the days of its three steps; a household is entered
    after it is collected and verified after it is entered.
    """

    __tablename__ = "household"

    id: Mapped[Key]
    dwelling_id: Mapped[int] = mapped_column(ForeignKey("dwelling.id"), index=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    household_no: Mapped[int]
    kind: Mapped[HouseholdKind] = mapped_column(
        Vocabulary(HouseholdKind), default=HouseholdKind.FAMILY
    )
    state: Mapped[HouseholdState] = mapped_column(
        Vocabulary(HouseholdState), default=HouseholdState.ACTIVE
    )
    size_declared: Mapped[int | None]
    collected_on: Mapped[date | None]
    entered_on: Mapped[date | None]
    verified_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)


class Person(Base):
    """A natural person (人员). Sealed fields open only with the person's own data key.

    `data_key` is wrapped by the master key named `key_id`; destroying it and the blind indexes erases
    the person from everything that was ever written, backups and events included.
    """

    __tablename__ = "person"

    id: Mapped[Key]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    key_id: Mapped[str] = mapped_column(String(16))
    data_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    name_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    id_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    name_index: Mapped[bytes | None] = mapped_column(LargeBinary, index=True)
    id_kind: Mapped[IdKind] = mapped_column(Vocabulary(IdKind))
    sex: Mapped[int] = mapped_column(default=0)
    birth_year: Mapped[int | None]
    category: Mapped[PersonCategory] = mapped_column(Vocabulary(PersonCategory))
    erased_on: Mapped[date | None]


class Residence(Base):
    """A residence registration (居住登记): this person lives at this dwelling.

    `relation` is the one-digit code of GB/T 4761 (0 head, 1 spouse, 2 son, 3 daughter ...).
    """

    __tablename__ = "residence"
    __table_args__ = (
        Index(
            "uq_residence_open_main", "person_id", unique=True,
            sqlite_where=OPEN_MAIN, postgresql_where=OPEN_MAIN,
        ),
    )  # fmt: skip

    id: Mapped[Key]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    household_id: Mapped[int] = mapped_column(ForeignKey("household.id"), index=True)
    dwelling_id: Mapped[int] = mapped_column(ForeignKey("dwelling.id"), index=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    relation: Mapped[int] = mapped_column(default=8)
    kind: Mapped[ResidenceKind] = mapped_column(Vocabulary(ResidenceKind))
    state: Mapped[ResidenceState] = mapped_column(Vocabulary(ResidenceState))
    main_residence: Mapped[bool] = mapped_column(default=True)
    started_on: Mapped[date]
    confirmed_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    end_reason: Mapped[str | None] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(32), default="door")
    version: Mapped[int] = mapped_column(default=1)


class Discrepancy(Base):
    """Something at a dwelling that does not agree with the register; open until `closed_on`."""

    __tablename__ = "discrepancy"

    id: Mapped[Key]
    dwelling_id: Mapped[int] = mapped_column(ForeignKey("dwelling.id"), index=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    kind: Mapped[DiscrepancyKind] = mapped_column(Vocabulary(DiscrepancyKind))
    persons: Mapped[int] = mapped_column(default=1)
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]


class VacancyEvidence(Base):
    """One evidence that a dwelling is empty; two make it vacant for 90 days (5.2.1)."""

    __tablename__ = "vacancy_evidence"

    id: Mapped[Key]
    dwelling_id: Mapped[int] = mapped_column(ForeignKey("dwelling.id"), index=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"), index=True)
    committee_id: Mapped[int] = mapped_column(ForeignKey("committee.id"), index=True)
    kind: Mapped[EvidenceKind] = mapped_column(Vocabulary(EvidenceKind))
    window: Mapped[str] = mapped_column(String(20), default="")
    observed_on: Mapped[date]
