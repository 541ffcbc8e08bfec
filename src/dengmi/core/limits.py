"""What budgets and quotas are counted in, and what the operator is told about them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from dengmi.core.charges import Charge
from dengmi.core.errors import OverLimit

Holder = Literal["desk", "payer"]
"""Whose use is counted: a desk's, or that of whoever asks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The use of one desk or payer in a stretch of time (Unix seconds, `until` excluded). Both
    ends lie on quarters of an hour."""

    holder: Holder
    name: str
    since: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What was used in a span: settled, or reserved by calls that have not ended.

    `money` is in millionths, by currency; `questions` those that a model was called for.
    """

    questions: int = 0
    tokens: int = 0
    money: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """A word to the operator, kept until it is old. The same id is said once."""

    id: str
    code: str
    params: Mapping[str, str | int | float] = field(default_factory=dict)
    at: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Whether a call may be paid for. `refused` says why not, None where it may; `alerts` what
    the operator should hear either way."""

    refused: OverLimit | None = None
    alerts: tuple[Alert, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reserved:
    """What became of a line of the ledger: the line as kept, or why it was refused, and the
    alerts that nobody has heard yet."""

    charge: Charge
    refused: OverLimit | None = None
    alerts: tuple[Alert, ...] = ()
