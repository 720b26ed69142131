"""Who may come in, and how far they see: accounts, their grants, their sign-ins."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from data.models.base import Base, BigKey, Key, Name, Temporal
from data.rules.areas import AreaLevel, Role
from data.types import Moment, Vocabulary


class Account(Base):
    """Somebody who works here. `password` is an argon2id hash, never more."""

    __tablename__ = "account"

    id: Mapped[Key]
    username: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[Name]
    password: Mapped[str] = mapped_column(String(200))
    language: Mapped[str | None] = mapped_column(String(8))
    disabled: Mapped[bool] = mapped_column(default=False)
    failed_count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    demo: Mapped[bool] = mapped_column(default=False)


class Grant(Temporal, Base):
    """A role over an area: the committees under `area` are what its holder sees."""

    __tablename__ = "grant"

    id: Mapped[Key]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(Vocabulary(Role))
    level: Mapped[AreaLevel] = mapped_column(Vocabulary(AreaLevel))
    area_id: Mapped[int] = mapped_column(BigKey)


class SignIn(Base):
    """A session of a browser: only the hash of its cookie is kept."""

    __tablename__ = "sign_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    revoked: Mapped[bool] = mapped_column(default=False)
