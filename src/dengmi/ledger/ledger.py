"""The ledger: a line is written before a model is called and settled after, exactly once."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from dengmi.core.charges import Charge, Purpose, Tokens
from dengmi.core.clock import Clock
from dengmi.core.counts import Counts
from dengmi.core.errors import OverLimit
from dengmi.core.ids import new_id, stable_id
from dengmi.core.limits import Alert
from dengmi.core.paying import Charges, Limits
from dengmi.core.ports import Lives
from dengmi.core.records import Cost, Level, Question
from dengmi.ledger.costs import cost, full_cost, most
from dengmi.ledger.prices import FREE, is_peak, price_of
from dengmi.settings.options import ModelSettings

log = logging.getLogger(__name__)

KEPT = 8 * 86_400.0
"""Seconds for which it is known what a desk or payer used; limits count by the day."""

FOREVER = 1e15
"""Unix seconds that no line is later than."""


class Ledger:
    """Writes down what answers use and cost (see core.paying.Ledger).

    Args:
        charges: keeps the lines.
        clock: a call costs what is valid when it is sent.
        models: the models' settings, by name, as they are now.
        lives: tells which processes are alive; None where that cannot be known.
        limits: what calls must fit; None where nothing limits them.
        counts: where tokens, money and shared answers are counted; None: nobody looks.
    """

    def __init__(
        self,
        charges: Charges,
        clock: Clock,
        models: Mapping[str, ModelSettings],
        lives: Lives | None = None,
        limits: Limits | None = None,
        *,
        counts: Counts | None = None,
    ) -> None:
        self._charges = charges
        self._clock = clock
        self._models = models
        self._lives = lives
        self._counts = counts or Counts()
        self._limits = limits
        self._owner: str | None = None
        self._sent: dict[str, ModelSettings | None] = {}
        """What models were when their calls were sent: they may be others at the end."""

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
        """Reserve the most that a call of this model may cost.

        Raises:
            OverLimit: a budget or a quota does not allow it.
        """
        if self._owner is None:
            await asyncio.to_thread(is_peak, self._clock.now())  # reads the price sheets, once
            self._owner = await asyncio.to_thread(self._lives.name) if self._lives else ""
        charge = self._line(
            question,
            level,
            model,
            prompt_tokens=prompt_tokens,
            max_tokens=max_tokens,
            purpose=purpose,
        )
        limits, settings = self._limits, self._models.get(model)
        if limits is None:
            kept = (await self._charges.reserve_charge(charge)).charge
            self._sent[kept.id] = settings
            return kept
        if refused := limits.refusal(charge):
            raise refused
        made = await self._charges.reserve_charge(charge, limits.spans(charge), limits.decide)
        for alert in made.alerts:
            _say(alert)
        if made.refused is not None:
            raise made.refused
        self._sent[made.charge.id] = settings
        return made.charge

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
        """Why such a call was refused a moment ago, if it was."""
        if self._limits is None or self._owner is None or not self._limits.refusing:
            return None
        charge = self._line(
            question, level, model, prompt_tokens=prompt_tokens, max_tokens=max_tokens
        )
        return self._limits.refusal(replace(charge, counted=not again))

    def _line(
        self,
        question: Question,
        level: Level,
        model: str,
        *,
        prompt_tokens: int,
        max_tokens: int,
        purpose: Purpose = "answer",
    ) -> Charge:
        """The line of a call that would be sent now."""
        now = self._clock.now()
        settings = self._models.get(model)
        price = price_of(settings, now) if settings is not None else FREE
        return Charge(
            id=new_id("ch"),
            question_id=question.id,
            desk=question.desk,
            level=level,
            purpose=purpose,
            model=model,
            asker=question.asker,
            channel=question.channel,
            currency=price.currency,
            reserved=most(price, prompt_tokens, max_tokens),
            owner=self._owner or "",
            at=now,
            payer=question.payer,
            held=prompt_tokens + max_tokens,
        )

    async def settle(self, charge: Charge, tokens: Tokens, version: str) -> Charge:
        """What the call did cost, at the price that was valid when it was sent; kept once."""
        model = self._sent.pop(charge.id, None) or self._models.get(charge.model)
        price = price_of(model, charge.at) if model is not None else FREE
        settled = replace(
            charge,
            version=version,
            tokens=tokens,
            micros=cost(price, tokens),
            full_micros=full_cost(price, tokens),
            state="settled",
            settled_at=self._clock.now(),
        )
        if await self._charges.settle_charge(settled):
            self._count(settled)
        return settled

    async def shared(
        self, question: Question, level: Level, purpose: Purpose, full: Cost
    ) -> Charge:
        """Note an answer that cost nothing because it was reused or joined, once a question."""
        now = self._clock.now()
        charge = Charge(
            id=stable_id("ch", question.id, level, purpose),
            question_id=question.id,
            desk=question.desk,
            level=level,
            purpose=purpose,
            asker=question.asker,
            channel=question.channel,
            payer=question.payer,
            currency=full.currency,
            full_micros=full.micros,
            state="settled",
            at=now,
            settled_at=now,
        )
        await self._charges.reserve_charge(charge)
        self._counts.add("shared", level, purpose)
        self._counts.add("saved", level, purpose, full.currency, by=full.micros)
        return charge

    async def recover(self, before: float, gone: Collection[str] = ()) -> Sequence[Charge]:
        """Close the lines that a process left open when it ended: how much was used is not known
        any more, so the most that was reserved counts. The lines that were closed.

        Args:
            before: lines reserved earlier are closed whoever wrote them.
            gone: processes that are gone.
        """
        lost = []
        for charge in await self._charges.open_charges(FOREVER):
            if charge.at >= before and charge.owner not in gone:
                continue
            closed = replace(
                charge,
                state="lost",
                micros=charge.reserved,
                full_micros=charge.reserved,
                settled_at=self._clock.now(),
            )
            if await self._charges.settle_charge(closed):
                lost.append(closed)
        await self._charges.forget_used(self._clock.now() - KEPT)
        return lost

    async def writing(self) -> Collection[str]:
        """Questions for which a process that lives is calling a model just now."""
        alive = await asyncio.to_thread(self._lives.alive) if self._lives else ()
        lines = await self._charges.open_charges(FOREVER)
        return {charge.question_id for charge in lines if charge.owner in alive}

    def _count(self, charge: Charge) -> None:
        level, model = charge.level, charge.model
        self._counts.add("calls", level, model, charge.purpose)
        self._counts.add("micros", level, model, charge.currency, by=charge.micros)
        for kind in ("hit", "miss", "output", "reasoning"):
            if number := getattr(charge.tokens, kind):
                self._counts.add("tokens", level, model, kind, by=number)


def _say(alert: Alert) -> None:
    """A line of the log for the operator."""
    told = ", ".join(f"{name} {value}" for name, value in alert.params.items())
    log.warning("%s: %s", alert.code, told)
