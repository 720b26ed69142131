"""Settings, from environment variables alone.

| variable | default | meaning |
|---|---|---|
| SHIYOU_DATABASE_URL | sqlite:///var/shiyou.db in the checkout | where the register is |
| SHIYOU_HOST | 127.0.0.1 | address to listen on |
| SHIYOU_PORT | 8050 | port to listen on |
| SHIYOU_KEY_RING | the demo's ring | file of master keys (data.sealing.read_ring) |
| SHIYOU_PRODUCTION | false | refuse demo keys, demo data and cookies without Secure |
| SHIYOU_LANGUAGE | zh | language when neither account nor browser says one: zh or en |
| SHIYOU_IDLE_MINUTES | 30 | a session ends after this long without a request |
| SHIYOU_ABSOLUTE_HOURS | 10 | and after this long in any case |
| SHIYOU_FEED_POLL_MS | 50 | how often another process's writes are looked for on SQLite |
"""

import os
from pathlib import Path
from typing import Final, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from data.errors import DatabaseUnusable, RegisterError
from data.sealing import KeyRing, demo_ring, read_ring

ROOT: Final = Path(__file__).parent.parent
PREFIX: Final = "SHIYOU_"


class SettingsRefused(RegisterError):
    """A setting is unknown, malformed, or not allowed in production."""

    code = "settings"


class Settings(BaseSettings):
    """What a process is told; frozen once read."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    database_url: str = f"sqlite:///{ROOT / 'var' / 'shiyou.db'}"
    host: str = "127.0.0.1"
    port: int = Field(default=8050, ge=1, le=65_535)
    key_ring: Path | None = None
    production: bool = False
    language: Literal["zh", "en"] = "zh"
    idle_minutes: int = Field(default=30, ge=1)
    absolute_hours: int = Field(default=10, ge=1)
    feed_poll_ms: int = Field(default=50, ge=1)

    def ring(self) -> KeyRing:
        """Return the key ring; production refuses the one everybody knows, whatever it is called."""
        ring = read_ring(self.key_ring) if self.key_ring else demo_ring()
        known_to_all = set(demo_ring().keys.values())
        if self.production and known_to_all & set(ring.keys.values()):
            raise SettingsRefused(
                "production does not run with the demo's key: set SHIYOU_KEY_RING to a file of its own"
            )
        return ring

    def prepare_folder(self) -> None:
        """Make the default database's own folder, for this user alone; refuse where none can be made."""
        if not self.database_url.startswith(f"sqlite:///{ROOT / 'var'}"):
            return
        try:
            (ROOT / "var").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise DatabaseUnusable(
                f"cannot make the folder {ROOT / 'var'}: {error.strerror}"
            ) from error


def read_settings() -> Settings:
    """Read the environment; an unknown or malformed SHIYOU_ variable is refused by name."""
    known = {f"{PREFIX}{name}".upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise SettingsRefused(f"unknown setting {unknown[0]}: see dashapp/settings.py for the list")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise SettingsRefused(f"{name}: {first['msg'].lower()}") from error
