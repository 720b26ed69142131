"""The demo's staff, and the sign-ins that a visitor may try. All names are invented."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.commands.access import hash_password
from data.models import Account, Grant
from data.rules.areas import AreaLevel, Role
from data.seed.ledger import Ledger
from data.seed.plans import SINCE, StreetPlan

DEMO_PASSWORD: Final = "shiyou-demo"
SHOWN: Final = (
    "office", "admin", "lead1", "lead2", "lead3", "police1", "grid1", "director1", "worker3", "assistant3",
)  # fmt: skip
NAMES: Final = (
    "周敏", "李强", "赵军", "吴磊", "孙静", "钱芳", "郑洁", "王海", "冯云", "陈波", "蒋宁", "沈燕", "韩平",
    "杨华", "朱明", "秦兰", "许超", "何霞", "吕建", "张怡", "孔文", "曹梅", "严涛", "华英", "金勇", "魏红",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """A sign-in of the demo."""

    role: str
    username: str
    password: str

    def __str__(self) -> str:
        """Return one line of the list that is printed."""
        return f"  {self.username:12} {self.password:14} {self.role}"


class Staff:
    """Who works where in the demo street."""

    def __init__(self) -> None:
        self._workers: dict[int, int] = {}
        self._assistants: dict[int, int] = {}
        self._by_district: dict[int, list[int]] = {}

    def worker(self, committee_id: int) -> int:
        """Return the social worker of a committee."""
        return self._workers[committee_id]

    def assistant(self, committee_id: int) -> int:
        """Return the assistant of a committee."""
        return self._assistants[committee_id]

    def assistant_of_district(self, district: int, index: int) -> int:
        """Return one of a district's assistants."""
        own = self._by_district[district]
        return own[index % len(own)]

    def join(self, committee_id: int, district: int, worker: int, assistant: int) -> None:
        """Note who works in a committee."""
        self._workers[committee_id], self._assistants[committee_id] = worker, assistant
        self._by_district.setdefault(district, []).append(assistant)


def hire(ledger: Ledger, plan: StreetPlan) -> Staff:
    """Make the accounts and grants of the street; one worker and one assistant a committee."""
    hired = _Hiring(ledger)
    staff = Staff()
    hired.one("office", Role.POPULATION_OFFICE, AreaLevel.SUBDISTRICT, [plan.subdistrict_id])
    hired.one("admin", Role.DATA_ADMIN, AreaLevel.SUBDISTRICT, [plan.subdistrict_id])
    for number, district_id in sorted(plan.districts.items()):
        hired.one(f"lead{number}", Role.DISTRICT_LEAD, AreaLevel.DISTRICT, [district_id])
    committees = list(plan.committees)
    hired.one("police1", Role.COMMUNITY_POLICE, AreaLevel.COMMITTEE, committees[2:4])
    hired.one("grid1", Role.GRID_MANAGER, AreaLevel.COMMITTEE, committees[2:3])
    hired.one("director1", Role.COMMITTEE_DIRECTOR, AreaLevel.COMMITTEE, committees[2:3])
    for number, (committee_id, committee) in enumerate(plan.committees.items(), start=1):
        worker = hired.one(
            f"worker{number}", Role.SOCIAL_WORKER, AreaLevel.COMMITTEE, [committee_id]
        )
        assistant = hired.one(
            f"assistant{number}", Role.ASSISTANT, AreaLevel.COMMITTEE, [committee_id]
        )
        staff.join(committee_id, committee.district, worker, assistant)
    return staff


class _Hiring:
    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.password = hash_password(DEMO_PASSWORD)

    def one(self, username: str, role: Role, level: AreaLevel, areas: list[int]) -> int:
        """Make one account with one role over these areas."""
        name = NAMES[self.ledger.count(Account) % len(NAMES)]
        account_id = self.ledger.add(
            Account,
            username=username,
            display_name=name,
            password=self.password,
            language=None,
            disabled=False,
            failed_count=0,
            locked_until=None,
            demo=True,
        )
        for area_id in areas:
            self.ledger.add(
                Grant,
                account_id=account_id,
                role=role,
                level=level,
                area_id=area_id,
                valid_from=min(SINCE, date(2020, 1, 1)),
                valid_to=None,
            )
        return account_id


def demo_accounts(session: Session) -> list[DemoAccount]:
    """Return the demo's sign-ins, one of each role and all three district leaders."""
    rows = session.execute(
        select(Account.username, Grant.role)
        .join(Grant, Grant.account_id == Account.id)
        .where(Account.demo)
        .order_by(Account.id)
    )
    found: dict[str, DemoAccount] = {}
    for username, role in rows:
        if username in SHOWN:
            found.setdefault(username, DemoAccount(role.value, username, DEMO_PASSWORD))
    return list(found.values())
