"""Errors that a user can meet. Each carries a code and what fills its text; the words are in the
catalogue (`dengmi.language.texts`, `errors.toml`), one per code and language.

    DengmiError                 500, exit 1
    ├── BadInput                400, exit 2   what was sent cannot be used
    │   ├── BadSettings         exit 2        dengmi.toml or DENGMI_* is wrong
    │   └── Unreadable          422           a file, page or feed could not be read
    │       └── Refused         403           the address or file is not allowed
    ├── NotFound                404, exit 2   no such desk, source, article, answer
    ├── Conflict                409, exit 1   somebody else is doing that now
    ├── Unavailable             503, exit 1   a part outside is not there (database, model)
    └── PartFailed              exit 3        some of it worked, some did not
"""

from typing import ClassVar


class DengmiError(Exception):
    """A failure with a text for its reader.

    Args:
        code: key of the text in the catalogue, such as "desk_unknown".
        params: what the text's {placeholders} are filled with.
    """

    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 1

    def __init__(self, code: str, **params: str | int | float) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code} ({details})" if details else self.code


class BadInput(DengmiError):
    """What was sent cannot be used as it is."""

    status = 400
    exit_code = 2


class BadSettings(BadInput):
    """A setting is unknown or has a bad value."""


class Unreadable(BadInput):
    """A file, page or feed could not be turned into articles."""

    status = 422


class Refused(Unreadable):
    """An address or file is not allowed, whatever it holds."""

    status = 403


class NotFound(DengmiError):
    """Nothing of that name is here."""

    status = 404
    exit_code = 2


class Conflict(DengmiError):
    """Somebody else is doing that right now."""

    status = 409


class Unavailable(DengmiError):
    """A part outside of Dengmi does not answer."""

    status = 503


class PartFailed(DengmiError):
    """Some of it worked, some did not."""

    exit_code = 3
