"""Who somebody is today: the principal behind a session, and the system's own."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, or_, select, true
from sqlalchemy.orm import Session

from data.clock import watermark
from data.models import Account, Clock, Committee, District, Grant, SignIn, Subdistrict
from data.principal import SYSTEM_ACCOUNT, Principal
from data.rules.areas import AreaLevel, Role

LONGEST_TOKEN: Final = 100
# Web servers of one database may differ by this much.
CLOCK_SLACK: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """How long a session lives: without a request, and in any case."""

    idle: timedelta = timedelta(minutes=30)
    absolute: timedelta = timedelta(hours=10)


def token_hash(token: str) -> str:
    """Return what the database keeps of a session's cookie."""
    return hashlib.sha256(token.encode()).hexdigest()


def principal_of(
    session: Session, token: str, now: datetime, limits: SessionLimits
) -> tuple[Principal, datetime] | None:
    """Return the principal behind a cookie and when it was last seen; None when it is nobody's.

    Rights are read afresh: a disabled account or a changed grant counts from the next request on.
    """
    if not token or len(token) > LONGEST_TOKEN:
        return None
    return principal_behind(session, token_hash(token), now, limits)


def principal_behind(
    session: Session, session_hash: str, now: datetime, limits: SessionLimits
) -> tuple[Principal, datetime] | None:
    """Return the same for a session known by the hash of its cookie, as a long stream knows it."""
    statement = (
        select(SignIn, Account, Clock.today)
        .join(Account, Account.id == SignIn.account_id)
        .join(Clock, true())
        .where(SignIn.token_hash == session_hash, ~SignIn.revoked, ~Account.disabled)
    )
    row = session.execute(statement).first()
    if row is None:
        return None
    sign_in: SignIn = row.SignIn
    # A clock set back makes both differences negative: such a session is over, too.
    idle, age = now - sign_in.seen_at, now - sign_in.created_at
    if idle > limits.idle or not -CLOCK_SLACK <= age <= limits.absolute:
        return None
    return _principal(session, row.Account, sign_in, row.today), sign_in.seen_at


def _principal(session: Session, account: Account, sign_in: SignIn, day: date) -> Principal:
    grants = current_grants(session, account.id, day)
    committees, subdistricts = _reach(session, grants)
    return Principal(
        account_id=account.id,
        username=account.username,
        display_name=account.display_name,
        roles=frozenset(grant.role for grant in grants),
        committees=committees,
        subdistricts=subdistricts,
        language=account.language,
        session_hash=sign_in.token_hash,
        csrf=sign_in.csrf,
    )


def current_grants(session: Session, account_id: int, day: date) -> list[Grant]:
    """Return the grants in force on a day."""
    return list(
        session.scalars(
            select(Grant).where(
                Grant.account_id == account_id,
                Grant.valid_from <= day,
                or_(Grant.valid_to.is_(None), Grant.valid_to > day),
            )
        )
    )


def _reach(session: Session, grants: Iterable[Grant]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the committees under the granted areas, and the subdistricts they lie in."""
    by_level: dict[AreaLevel, list[int]] = {}
    for grant in grants:
        by_level.setdefault(grant.level, []).append(grant.area_id)
    rows: list[Any] = list(
        session.execute(
            select(Committee.id, Committee.subdistrict_id).where(
                Committee.valid_to.is_(None),
                or_(
                    Committee.subdistrict_id.in_(by_level.get(AreaLevel.SUBDISTRICT, [])),
                    Committee.district_id.in_(by_level.get(AreaLevel.DISTRICT, [])),
                    Committee.id.in_(by_level.get(AreaLevel.COMMITTEE, [])),
                ),
            )
        )
    )
    return frozenset(row.id for row in rows), frozenset(row.subdistrict_id for row in rows)


def system_principal(session: Session, source: str = "cli") -> Principal:
    """Return the principal of commands on the machine itself: every committee, every record."""
    return Principal(
        account_id=SYSTEM_ACCOUNT,
        username="system",
        display_name="system",
        roles=frozenset({Role.COMMITTEE_DIRECTOR, Role.DATA_ADMIN}),
        committees=frozenset(
            session.scalars(select(Committee.id).where(Committee.valid_to.is_(None)))
        ),
        subdistricts=frozenset(
            session.scalars(select(Subdistrict.id).where(Subdistrict.valid_to.is_(None)))
        ),
        source=source,
    )


def account_principal(session: Session, account_id: int, source: str) -> Principal | None:
    """Return the principal of an account outside a request (a worker's), None when it may no longer."""
    if account_id == SYSTEM_ACCOUNT:
        return system_principal(session, source)
    account = session.get(Account, account_id)
    if account is None or account.disabled:
        return None
    grants = current_grants(session, account.id, watermark(session))
    committees, subdistricts = _reach(session, grants)
    return Principal(
        account_id=account.id,
        username=account.username,
        display_name=account.display_name,
        roles=frozenset(grant.role for grant in grants),
        committees=committees,
        subdistricts=subdistricts,
        source=source,
        language=account.language,
    )


def is_seen(session: Session, subdistrict: str) -> bool:
    """Tell whether some account sees anything of the subdistrict with this code."""
    level = Grant.level
    found = (
        select(Grant.id)
        .join(Account, Account.id == Grant.account_id)
        .join(Subdistrict, Subdistrict.code == subdistrict)
        .outerjoin(District, District.id == Grant.area_id)
        .outerjoin(Committee, Committee.id == Grant.area_id)
        .where(
            ~Account.disabled,
            Grant.valid_to.is_(None),
            or_(
                and_(level == AreaLevel.SUBDISTRICT, Grant.area_id == Subdistrict.id),
                and_(level == AreaLevel.DISTRICT, District.subdistrict_id == Subdistrict.id),
                and_(level == AreaLevel.COMMITTEE, Committee.subdistrict_id == Subdistrict.id),
            ),
        )
    )
    return session.execute(found.limit(1)).first() is not None


def scope_name(session: Session, principal: Principal) -> str:
    """Return what the principal's area is called: the widest area that holds all of it."""
    districts = {
        row.district_id
        for row in session.execute(
            select(Committee.district_id).where(Committee.id.in_(principal.committees))
        )
    }
    if len(principal.committees) == 1:
        return str(session.get_one(Committee, min(principal.committees)).name)
    if len(districts) == 1:
        return str(session.get_one(District, min(districts)).name)
    if principal.subdistricts:
        return str(session.get_one(Subdistrict, min(principal.subdistricts)).name)
    return ""
