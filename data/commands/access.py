"""Come in and go out: accounts, passwords, lockout, sessions.

Signing in has two halves, so that the slow hash is compared outside any transaction: `password_fits`
with a read session, then `sign_in` with a write session.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from data.clock import watermark
from data.errors import Conflict, Forbidden, InvalidInput, NotFound
from data.models import Account, Committee, District, Grant, SignIn, Subdistrict
from data.principal import Principal
from data.queries.access import token_hash
from data.rules.areas import AreaLevel, Role

# OWASP's argon2id setting of 46 MiB, one pass, one lane.
HASHER: Final = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
# Verified when there is no such account, so that an unknown name takes as long as a known one.
NOBODY: Final = HASHER.hash(secrets.token_urlsafe(16))
# "5 wrong passwords: locked for 15 minutes".
WRONG_ALLOWED: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
LONGEST_PASSWORD: Final = 200
USERNAME: Final = re.compile(r"[\w.@-]{1,60}")
AREAS: Final = (
    (AreaLevel.SUBDISTRICT, Subdistrict),
    (AreaLevel.DISTRICT, District),
    (AreaLevel.COMMITTEE, Committee),
)


@dataclass(frozen=True, slots=True)
class Entered:
    """A session that has just begun; the token goes into the cookie and nowhere else."""

    token: str
    csrf: str


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password."""
    return HASHER.hash(password)


def add_account(
    session: Session, principal: Principal, username: str, role: Role, areas: Sequence[str]
) -> str:
    """Make an account with a role over the areas of these codes; return its password.

    The password is made here and kept as a hash only: it is told once, to whoever asked.
    """
    if Role.DATA_ADMIN not in principal.roles:
        raise Forbidden("this role makes no accounts")
    if not USERNAME.fullmatch(username):
        raise InvalidInput(
            f"{username!r} is no user name: letters, digits and . @ - _, at most 60", field="name"
        )
    if session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise Conflict(f"there is an account {username} already: choose another name")
    places = [_area(session, principal, code) for code in areas]
    password = secrets.token_urlsafe(12)
    account = Account(
        username=username, display_name=username, password=hash_password(password), demo=False
    )
    session.add(account)
    session.flush()
    for level, area_id in places:
        _grant(session, account.id, role, level, area_id)
    return password


def _area(session: Session, principal: Principal, code: str) -> tuple[AreaLevel, int]:
    reach = {
        AreaLevel.SUBDISTRICT: Subdistrict.id.in_(principal.subdistricts),
        AreaLevel.DISTRICT: District.subdistrict_id.in_(principal.subdistricts),
        AreaLevel.COMMITTEE: Committee.id.in_(principal.committees),
    }
    for level, model in AREAS:
        found = session.scalar(
            select(model.id).where(model.code == code, model.valid_to.is_(None), reach[level])
        )
        if found is not None:
            return level, found
    raise NotFound(f"no subdistrict, district or committee has the code {code}")


def show_to_demo_office(session: Session, subdistrict_id: int) -> None:
    """Give a subdistrict that joins a demo to the demo's office and administrator.

    Elsewhere a new subdistrict is nobody's until `add_account` makes somebody for it.
    """
    rows = session.execute(
        select(Grant.account_id, Grant.role)
        .join(Account, Account.id == Grant.account_id)
        .where(Account.demo, Grant.level == AreaLevel.SUBDISTRICT, Grant.valid_to.is_(None))
        .distinct()
    ).all()
    for account_id, role in rows:
        _grant(session, account_id, role, AreaLevel.SUBDISTRICT, subdistrict_id)


def _grant(session: Session, account_id: int, role: Role, level: AreaLevel, area_id: int) -> None:
    session.add(
        Grant(
            account_id=account_id,
            role=role,
            level=level,
            area_id=area_id,
            valid_from=watermark(session),
        )
    )


def stored_hash(session: Session, username: str) -> str:
    """Return the hash to compare a password with: the account's, or nobody's."""
    statement = select(Account.password).where(Account.username == username)
    return session.execute(statement).scalar_one_or_none() or NOBODY


def password_fits(hashed: str, password: str) -> bool:
    """Compare; takes about 50 ms and 46 MiB whether it fits or not."""
    try:
        return HASHER.verify(hashed, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


def sign_in(session: Session, username: str, *, fits: bool, now: datetime) -> Entered | None:
    """Begin a session; None when the password did not fit, the account is locked, disabled or unknown.

    A wrong password counts towards the lock. While it is locked nothing counts, and the right password
    is refused as well.
    """
    account = session.scalars(
        select(Account).where(Account.username == username).with_for_update()
    ).one_or_none()
    if account is None or account.disabled or _is_locked(account, now):
        return None
    if not fits:
        _count_wrong(account, now)
        return None
    account.failed_count, account.locked_until = 0, None
    return _begin(session, account, now)


def _begin(session: Session, account: Account, now: datetime) -> Entered:
    entered = Entered(secrets.token_urlsafe(32), secrets.token_urlsafe(24))
    session.add(
        SignIn(
            token_hash=token_hash(entered.token),
            account_id=account.id,
            csrf=entered.csrf,
            created_at=now,
            seen_at=now,
        )
    )
    return entered


def _is_locked(account: Account, now: datetime) -> bool:
    return account.locked_until is not None and now < account.locked_until


def _count_wrong(account: Account, now: datetime) -> None:
    account.failed_count += 1
    if account.failed_count >= WRONG_ALLOWED:
        account.failed_count, account.locked_until = 0, now + LOCKED_FOR


def sign_out(session: Session, principal: Principal) -> None:
    """End this session."""
    session.execute(
        update(SignIn).where(SignIn.token_hash == principal.session_hash).values(revoked=True)
    )


def sign_out_everywhere(session: Session, principal: Principal) -> None:
    """End every session of the account."""
    session.execute(
        update(SignIn).where(SignIn.account_id == principal.account_id).values(revoked=True)
    )


def note_seen(session: Session, session_hash: str, now: datetime) -> None:
    """Remember that a session is in use."""
    session.execute(update(SignIn).where(SignIn.token_hash == session_hash).values(seen_at=now))


def choose_language(session: Session, principal: Principal, language: str) -> None:
    """Keep the language an account has chosen."""
    session.execute(
        update(Account).where(Account.id == principal.account_id).values(language=language)
    )
