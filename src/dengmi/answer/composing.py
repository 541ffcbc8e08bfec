"""What a question gets in the end, where its level has a model: made of what was written for it, of
an earlier answer, or of its quotes; with what it cost noted in the ledger."""

from dataclasses import replace
from functools import partial

from dengmi.answer.again import served_again
from dengmi.answer.climb import Climb, Ways
from dengmi.answer.paid import added, full_of, model_of, paid, usage
from dengmi.answer.quoting import nearest_of, not_answered
from dengmi.answer.suggesting import Suggesting
from dengmi.answer.write.begun import Written
from dengmi.core.clock import Clock
from dengmi.core.ids import stable_id
from dengmi.core.ports import Ledger
from dengmi.core.rates import Rates
from dengmi.core.records import Answer
from dengmi.core.turns import Turns


class Composing:
    """Makes answers.

    Args:
        ways: how each level and desk writes.
        ledger: notes what was shared.
        turns: tells whether first replies wait.
        suggesting: finds questions that the articles answer too; None where none are suggested.
        rates: what the currencies of models are worth; None where all have the same.
    """

    def __init__(
        self,
        ways: Ways,
        ledger: Ledger,
        clock: Clock,
        turns: Turns,
        suggesting: Suggesting | None = None,
        *,
        rates: Rates | None = None,
    ) -> None:
        self._rates = rates or Rates()
        self._ways = ways
        self._ledger = ledger
        self._clock = clock
        self._turns = turns
        self._suggesting = suggesting

    async def served(self, climb: Climb, earlier: Answer) -> Answer:
        """An earlier answer as the answer to this question; its articles as they are called now."""
        await self._ledger.shared(climb.question, climb.level, "reuse", full_of(earlier))
        heads = {hit.passage.id: hit.head for hit in climb.evidence.hits}
        citations = tuple(
            replace(one, head=heads.get(one.passage_id, one.head)) for one in earlier.citations
        )
        return served_again(
            replace(earlier, citations=citations),
            climb.question,
            climb.standalone,
            kind=climb.level,
            now=self._clock.now(),
            took_ms=self._took(climb),
            spent=climb.spent,
            rates=self._rates,
        )

    async def written(self, climb: Climb, written: Written | None, *, joined: bool) -> Answer:
        """The answer that came of the writing, or the quotes.

        Args:
            written: what was written; None where every model failed.
            joined: whether somebody else's question paid for it.
        """
        quotes = await self._paid(climb, written, joined)
        if written is None or not (written.text or written.declined):
            return quotes
        made = partial(
            replace,
            quotes,
            id=stable_id("an", climb.question.id, climb.level),
            level=climb.level,
            citations=written.citations,
            claims=written.claims,
            evidence=written.evidence,
        )
        if written.declined:
            nearest = nearest_of(climb.quoted.evidence)
            words = not_answered(nearest, quotes.lang)
            return made(text=words, grounded=False, nearest=nearest)
        return made(
            text=written.text,
            grounded=True,
            nearest=(),
            lang=self._ways.desk(quotes.desk).language or quotes.lang,
            followups=await self._followups(climb, written),
        )

    async def _paid(self, climb: Climb, written: Written | None, joined: bool) -> Answer:
        """The quotes with what was spent on the question."""
        charges = written.charges if written else ()
        cost, full = added((*climb.spent, *charges), self._rates)
        used = usage((*climb.spent, *charges))
        if joined and written is not None:
            full = added(charges, self._rates)[1]
            await self._ledger.shared(climb.question, climb.level, "join", full)
            cost, used = paid(climb.spent, full.currency, self._rates), usage(climb.spent)
        return replace(
            climb.quoted.answer,
            cost=cost,
            full_cost=full,
            usage=used,
            model=model_of(charges),
            took_ms=self._took(climb),
            created_at=self._clock.now(),
        )

    async def _followups(self, climb: Climb, written: Written) -> tuple[str, ...]:
        if self._suggesting is None or self._turns.crowded:
            return ()  # searching for what nobody asked must not keep those waiting who did
        return await self._suggesting.after(
            climb.standalone, written.text, climb.quoted.evidence, climb.question.lang
        )

    def _took(self, climb: Climb) -> float:
        return round((self._clock.steady() - climb.began) * 1000, 3)
