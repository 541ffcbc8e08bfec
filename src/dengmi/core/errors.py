"""Errors that people can meet. Each carries a code and what fills its text; the words are in the
catalogue (`dengmi.language.texts`, `errors.toml`), one per code and language.

    DengmiError                 500, exit 1
    ├── BadInput                400, exit 2   what was sent cannot be used
    │   ├── BadSettings         exit 2        dengmi.toml or DENGMI_* is wrong
    │   └── Unreadable          422           a file, page or feed could not be read
    │       └── Refused         403           the address or file is not allowed
    ├── NotFound                404, exit 2   no such desk, source, article, answer
    ├── Conflict                409, exit 1   somebody else is doing that now
    ├── Unavailable             503, exit 1   a part outside is not there (database, model)
    │   └── ModelFailed                       a model gave no answer, or not all of it
    │       ├── NoRoom                        the gate has no slot of it in time
    │       └── OverLimit                     a budget or a quota does not allow the call
    └── PartFailed              exit 3        some of it worked, some did not
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from dengmi.core.charges import Charge, Tokens


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


Trouble = Literal[
    "busy",  # 429: too many requests in flight
    "funds",  # 402: the account is empty
    "key",  # 401, 403: the key is refused
    "request",  # 400, 404, 422: the endpoint does not take what was sent
    "down",  # 5xx, no connection
    "slow",  # no first piece, or no further piece, in time
    "cut",  # the stream ended without its end
    "empty",  # it ended properly and said nothing
    "missing",  # a part or a file of ours that the model needs is not here
    "limit",  # a budget or a quota of ours does not allow the call
]


class ModelFailed(Unavailable):
    """A model gave no answer, or not all of it.

    Args:
        trouble: what happened; the code of its text is "model_" + trouble.
        model: the model's name in the settings.
        retry_after: seconds the endpoint asked to wait, if it did.
        params: more for the text, such as `reason`.

    Attributes:
        used: what the endpoint took all the same, as it said: nothing, where it refused; None where
            it said nothing.
        spent: what the calls behind this failure cost.
    """

    def __init__(
        self,
        trouble: Trouble,
        model: str,
        retry_after: float | None = None,
        **params: str | int | float,
    ) -> None:
        super().__init__(f"model_{trouble}", model=model, **params)
        self.trouble = trouble
        self.model = model
        self.retry_after = retry_after
        self.used: Tokens | None = None
        self.spent: tuple[Charge, ...] = ()


class NoRoom(ModelFailed):
    """The gate has no slot of a model in time; not an error to the asker, who gets the quotes.

    Args:
        position: place in the queue that it would have had.
        wait: seconds until its turn, about.

    Attributes:
        holder: the payer of the question that was refused, whose plan says how long it may wait;
            `background` whether nobody waited for it.
    """

    def __init__(self, model: str, *, position: int, wait: float) -> None:
        super().__init__("busy", model)
        self.position = position
        self.wait = wait
        self.holder = ""
        self.background = False


class OverLimit(ModelFailed):
    """A budget or a quota does not allow a call; not an error to the asker, who gets the quotes.

    Args:
        notice: code of the notice that says so: "budget_spent" or "quota_spent".
        holder: whose limit it is: the desk's name, or the payer.
        until: when it counts anew, Unix seconds.
        params: what fills the notice.
    """

    def __init__(
        self,
        model: str,
        *,
        notice: str,
        holder: str,
        until: float,
        params: Mapping[str, str | int | float],
    ) -> None:
        super().__init__("limit", model)
        self.notice = notice
        self.holder = holder
        self.until = until
        self.told = params


class PartFailed(DengmiError):
    """Some of it worked, some did not."""

    exit_code = 3
