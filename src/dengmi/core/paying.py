"""The protocols around money: the ledger, what keeps its lines, and what its calls must fit."""

from collections.abc import Callable, Collection, Sequence
from typing import Protocol

from dengmi.core.charges import Charge, Outlay, Purpose, Tokens
from dengmi.core.errors import OverLimit
from dengmi.core.limits import Alert, Decision, Reserved, Span, Used
from dengmi.core.records import Cost, Level, Question

Decide = Callable[[Charge, Sequence[Used]], Decision]
"""Decides on a call, given what was used in its spans; pure."""


class Charges(Protocol):
    """Keeps the ledger's lines."""

    async def reserve_charge(
        self,
        charge: Charge,
        spans: Sequence[Span] = (),
        decide: Decide | None = None,
    ) -> Reserved:
        """Write a line before the call; nothing happens when its id is there already.

        In one transaction, with no other decision at the same time in any process: what was used
        in the spans is read, `decide` is asked with it and the line, `counted` where its question
        was not counted before, and the line is written unless that refuses it.
        """
        ...

    async def settle_charge(self, charge: Charge) -> bool:
        """Complete a reserved line, once: False when it was settled before."""
        ...

    async def open_charges(self, before: float) -> Sequence[Charge]:
        """Lines reserved before a time and never settled, oldest first."""
        ...

    async def charges(
        self, *, desk: str | None = None, since: float = 0.0, until: float | None = None
    ) -> Sequence[Charge]:
        """Lines of a time (Unix seconds, `until` excluded), oldest first."""
        ...

    async def outlays(
        self,
        *,
        desk: str | None = None,
        since: float = 0.0,
        until: float | None = None,
        stretch: float | None = None,
    ) -> Sequence[Outlay]:
        """Lines of a time added up, for each stretch of so many seconds where that is given."""
        ...

    async def used(self, spans: Sequence[Span]) -> Sequence[Used]:
        """What was used in each of these spans."""
        ...

    async def alerts(self, since: float) -> Sequence[Alert]:
        """What the operator was told since a time (Unix seconds), oldest first."""
        ...

    async def forget_used(self, before: float) -> None:
        """Forget what was used, and what was told, before a time: no limit looks back so far."""
        ...


class Limits(Protocol):
    """The budgets and quotas that calls must fit."""

    def spans(self, charge: Charge) -> Sequence[Span]:
        """What must be known to decide on a call; nothing where nothing limits it."""
        ...

    def decide(self, charge: Charge, used: Sequence[Used]) -> Decision:
        """Whether a call may be paid for, given what was used in its spans."""
        ...

    @property
    def refusing(self) -> bool:
        """Whether any refusal is remembered."""
        ...

    def refusal(self, charge: Charge) -> OverLimit | None:
        """The refusal of a moment ago that still holds for a call as big as this one."""
        ...


class Ledger(Protocol):
    """Writes down what answers use and cost: reserve before a call, settle after."""

    async def reserve(
        self,
        question: Question,
        level: Level,
        model: str,
        *,
        prompt_tokens: int,
        max_tokens: int,
        purpose: Purpose = "answer",
    ) -> Charge:
        """Reserve the most that a call of this model (its name in the settings) may cost.

        Raises:
            OverLimit: a budget or a quota does not allow it; nothing is written then.
        """
        ...

    def refusal(
        self,
        question: Question,
        level: Level,
        model: str,
        *,
        prompt_tokens: int,
        max_tokens: int,
        again: bool = False,
    ) -> OverLimit | None:
        """Why such a call was refused a moment ago, None where it may be tried: cheap, before
        waiting for anything. `again`: a model was called for this question before."""
        ...

    async def settle(self, charge: Charge, tokens: Tokens, version: str) -> Charge:
        """What the call did cost, written once; the charge as it is kept."""
        ...

    async def shared(
        self, question: Question, level: Level, purpose: Purpose, full: Cost
    ) -> Charge:
        """Note an answer that cost nothing because it was reused or joined; `full` is what the
        answer that was shared had cost."""
        ...

    async def recover(self, before: float, gone: Collection[str] = ()) -> Sequence[Charge]:
        """Close the lines that were reserved before a time and are open still, and those of
        processes that are gone."""
        ...

    async def writing(self) -> Collection[str]:
        """Ids of the questions for which a living process is calling a model just now."""
        ...
