"""Sealed personal fields: a data key for each person, wrapped by the master key ring.

AES-256-GCM; the person's uid and the field's name are bound in, so that a cipher text moved to another
row or column does not open. Equal numbers are found by keyed blind index (HMAC-SHA-256) only.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from data.errors import DatabaseUnusable

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
DEMO_KEY_ID: Final = "demo"


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Master keys by id; `current` seals, the others only open what they sealed."""

    current: str
    keys: dict[str, bytes] = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a ring that cannot seal."""
        if self.current not in self.keys or any(len(k) != KEY_BYTES for k in self.keys.values()):
            raise DatabaseUnusable("the key ring needs 32-byte keys and a current one")

    def new_data_key(self, uid: str) -> tuple["DataKey", bytes]:
        """Return a fresh data key of the person `uid`, and the same wrapped for the database."""
        raw = secrets.token_bytes(KEY_BYTES)
        return DataKey(uid, raw), _seal(self.keys[self.current], raw, f"{self.current}|{uid}")

    def open_data_key(self, uid: str, key_id: str, wrapped: bytes) -> "DataKey":
        """Unwrap a person's data key; DatabaseUnusable when it does not open or is not on the ring."""
        if key_id not in self.keys:
            raise DatabaseUnusable(f"the key {key_id!r} is not on the ring")
        return DataKey(uid, _open(self.keys[key_id], wrapped, f"{key_id}|{uid}"))

    def blind_index(self, field_name: str, value: str) -> bytes:
        """Return the keyed index of a value: equal values meet, nobody reads them back.

        Made with the key named `index` when the ring has one, so that rotating the master keys leaves
        the indexes valid.
        """
        secret = self.keys.get("index", self.keys[min(self.keys)])
        return hmac.digest(secret, f"{field_name}|{value}".encode(), hashlib.sha256)[:16]


@dataclass(frozen=True, slots=True)
class DataKey:
    """One person's key."""

    uid: str
    raw: bytes = field(repr=False)

    def seal(self, field_name: str, value: str) -> bytes:
        """Seal one field of this person."""
        return _seal(self.raw, value.encode(), f"{self.uid}|{field_name}")

    def open(self, field_name: str, sealed: bytes) -> str:
        """Open one field of this person; DatabaseUnusable when it was not sealed as such."""
        return _open(self.raw, sealed, f"{self.uid}|{field_name}").decode()


def _seal(key: bytes, value: bytes, bound: str) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, value, bound.encode())


def _open(key: bytes, sealed: bytes, bound: str) -> bytes:
    try:
        return AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], bound.encode())
    except InvalidTag as error:
        raise DatabaseUnusable("a sealed field does not open: wrong key, or moved") from error


def demo_ring() -> KeyRing:
    """Return the demo's ring. Everybody knows it, so production refuses to start with it."""
    return KeyRing(DEMO_KEY_ID, {DEMO_KEY_ID: hashlib.sha256(b"shiyou demo key").digest()})


def read_ring(path: Path) -> KeyRing:
    """Read a key ring: lines `id = 64 hexadecimal digits`, the last one seals."""
    try:
        lines = [line.split("=", 1) for line in path.read_text().splitlines() if "=" in line]
        keys = {name.strip(): bytes.fromhex(value.strip()) for name, value in lines}
    except (OSError, ValueError) as error:
        raise DatabaseUnusable(f"cannot read the key ring {path}: {error}") from error
    if not keys:
        raise DatabaseUnusable(f"the key ring {path} holds no key")
    return KeyRing(list(keys)[-1], keys)
