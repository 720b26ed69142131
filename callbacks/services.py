"""What callbacks need from the outside world."""

from dataclasses import dataclass

from dashapp.web.threads import in_thread
from data.sealing import KeyRing
from data.session import Store

__all__ = ["Services", "in_thread"]


@dataclass(frozen=True, slots=True)
class Services:
    """The register and the keys; tests pass their own."""

    store: Store
    ring: KeyRing
