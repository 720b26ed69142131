"""Refusals that a user can cause; each reads as one line: what, where, why, what to do."""


class RegisterError(Exception):
    """Something was asked that the register refuses; nothing has changed."""

    code = "refused"

    def __init__(self, message: str, **values: object) -> None:
        super().__init__(message)
        self.values = values


class NotFound(RegisterError):
    """It does not exist, or lies outside the reader's scope: both answer exactly alike."""

    code = "not_found"


class Forbidden(RegisterError):
    """The role may not do this."""

    code = "forbidden"


class Conflict(RegisterError):
    """Somebody else changed it first; `values` holds theirs and ours."""

    code = "conflict"


class InvalidInput(RegisterError):
    """A value cannot be; `values` names the field."""

    code = "invalid"


class DatabaseUnusable(RegisterError):
    """The database is missing, unreachable, older or newer than this program."""

    code = "database"
