"""Who holds a cookie: asked at every request, and now and then for a stream that stays open."""

from datetime import timedelta
from typing import Final

from data.clock import utc_now
from data.commands.access import note_seen
from data.principal import Principal
from data.queries.access import SessionLimits, principal_behind, principal_of
from data.session import Store

SEEN_EVERY: Final = timedelta(minutes=1)


class Sessions:
    """Reads sessions afresh each time, so that a revocation counts from the next request on."""

    def __init__(self, store: Store, limits: SessionLimits) -> None:
        self.store, self.limits = store, limits

    def find(self, token: str) -> Principal | None:
        """Return who holds this cookie, and remember now and then that the session is in use."""
        now = utc_now()
        with self.store.read() as session:
            found = principal_of(session, token, now, self.limits)
        if found is None:
            return None
        principal, seen_at = found
        if now - seen_at > min(SEEN_EVERY, self.limits.idle / 2):
            with self.store.write() as session:
                note_seen(session, principal.session_hash, now)
        return principal

    def again(self, principal: Principal) -> Principal | None:
        """Return the same person's rights of this moment; a stream left open is not a sign of life."""
        with self.store.read() as session:
            found = principal_behind(session, principal.session_hash, utc_now(), self.limits)
        return found[0] if found else None
