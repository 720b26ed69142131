"""Tables of the register of actual population and housing (实有人口、实有房屋)."""

from data.models.access import Account, Grant, SignIn
from data.models.areas import (
    AreaFlag,
    Building,
    Committee,
    Compound,
    District,
    Dwelling,
    Entrance,
    Footpath,
    Gate,
    Grid,
    GridMembership,
    Landmark,
    Subdistrict,
)
from data.models.base import Base
from data.models.derived import BuildingCoverage, Clock, StatusChange
from data.models.events import Event, Job
from data.models.grids import GridPlan, GridPlanPart, GridPlanUnit
from data.models.register import Discrepancy, Household, Person, Residence, VacancyEvidence
from data.models.work import (
    Task,
    VerificationMonth,
    VerificationRecord,
    VerificationRound,
    Visit,
)

__all__ = [
    "Account",
    "AreaFlag",
    "Base",
    "Building",
    "BuildingCoverage",
    "Clock",
    "Committee",
    "Compound",
    "Discrepancy",
    "District",
    "Dwelling",
    "Entrance",
    "Event",
    "Footpath",
    "Gate",
    "Grant",
    "Grid",
    "GridMembership",
    "GridPlan",
    "GridPlanPart",
    "GridPlanUnit",
    "Household",
    "Job",
    "Landmark",
    "Person",
    "Residence",
    "SignIn",
    "StatusChange",
    "Subdistrict",
    "Task",
    "VacancyEvidence",
    "VerificationMonth",
    "VerificationRecord",
    "VerificationRound",
    "Visit",
]
