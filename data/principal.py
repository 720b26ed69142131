"""Who asks. First argument of every query and command; what it does not name, it does not see."""

from dataclasses import dataclass, field
from typing import Final

from data.errors import Forbidden, NotFound
from data.rules.areas import PERSON_DETAIL_ROLES, RECORDING_ROLES, Role

SYSTEM_ACCOUNT: Final = 0


@dataclass(frozen=True, slots=True)
class Principal:
    """An account with its roles and the committees and subdistricts it may see today.

    Built afresh from the database on every request (data.commands.access.principal_of); `source` says
    where it came from (web, cli, worker, seed) and goes into each event.
    """

    account_id: int
    username: str
    display_name: str
    roles: frozenset[Role]
    committees: frozenset[int]
    subdistricts: frozenset[int]
    source: str = "web"
    language: str | None = None
    session_hash: str = field(default="", repr=False)
    csrf: str = field(default="", repr=False)

    @property
    def sees_persons(self) -> bool:
        """Tell whether masked names of an opened household may be shown (5.17)."""
        return bool(self.roles & PERSON_DETAIL_ROLES)

    def require_committee(self, committee_id: int) -> None:
        """Refuse what is out of scope, in the same words as what does not exist."""
        if committee_id not in self.committees:
            raise NotFound("no such thing within your area")

    def require_recording(self) -> None:
        """Refuse a record by a role that does not record."""
        if not self.roles & RECORDING_ROLES:
            raise Forbidden("this role reads and does not record")
