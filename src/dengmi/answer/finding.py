"""Evidence and quotes of a question: the first thing that every asker gets.

However many come at once, so many are worked on at a time, and who asks what somebody else has
just asked shares what was found: the same words find the same while no article has changed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from dengmi.answer.quoting import QuoteAnswer, quote_answer, quotes_for
from dengmi.core.clock import Clock
from dengmi.core.ports import Search
from dengmi.core.records import Evidence, Question, SearchQuery
from dengmi.core.together import Together
from dengmi.core.turns import Turns
from dengmi.language.searching import searched_for
from dengmi.language.texts import catalogue

MOST_KEPT = 512
"""Questions whose quotes are kept at hand."""

KEPT_FOR = 60.0
"""Seconds that they are, while no article changes: what was found without its vectors, as they came
too late or were not made yet, is looked for again after that."""

DAY = 86_400.0
"""Seconds of a day, by UTC."""

LONGEST_WAIT = 0.05
"""Seconds that quotes wait at the most for whoever uses the evidence first."""


class Changing(Protocol):
    """Tells whether articles have changed."""

    async def last_change(self) -> int:
        """The number of the newest change."""
        ...


@dataclass(frozen=True, slots=True)
class Findings:
    """What a question found, and its quotes."""

    evidence: Evidence
    quoted: QuoteAnswer


@dataclass(frozen=True, slots=True)
class _Kept:
    """Findings at hand, as of a change of the store; `until` on the steady clock."""

    findings: Findings
    change: int
    until: float


class _Making:
    """Findings on their way: the evidence comes first. `found` is set when it is there, or never
    will be; `quoted` when the quotes may be chosen: until then something more urgent may be done
    with the evidence."""

    def __init__(self) -> None:
        self.evidence: Evidence | None = None
        self.found = asyncio.Event()
        self.quoted = asyncio.Event()
        self.task: asyncio.Task[Findings] | None = None

    async def done(self) -> Findings:
        """The findings; whoever stops waiting stops nobody else's."""
        self.quoted.set()
        assert self.task is not None
        return await asyncio.shield(self.task)

    def end(self, task: "asyncio.Task[Findings]") -> None:
        """Whoever waited may have gone; an error is then nobody's."""
        if not task.cancelled():
            task.exception()
        self.found.set()


class Finder:
    """Finds and quotes.

    Args:
        search: finds the evidence.
        changes: tells whether what is at hand still holds.
        turns: whose turn it is.
        warm: reads the files that later steps need; called once, in a thread.
        most_quotes: quotes in one answer at the most.
    """

    def __init__(
        self,
        search: Search,
        changes: Changing,
        clock: Clock,
        turns: Turns,
        *,
        warm: Callable[[], None] | None = None,
        most_quotes: int = 3,
    ) -> None:
        self._search = search
        self._clock = clock
        self._turns = turns
        self.warm = warm
        self._most_quotes = most_quotes
        self._ready = False
        self._changes = changes
        self._change: Together[None, int] = Together(self._newest, most=1_000, direct=True)
        self._making: dict[Hashable, _Making] = {}
        self._begun: OrderedDict[str, _Making] = OrderedDict()
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()

    async def find(self, question: Question, meant: str, limit: int, began: float) -> Findings:
        """What the question finds, and its quote answer.

        Args:
            meant: the question completed from its conversation.
            limit: passages at the most.
            began: when it began, on the steady clock.
        """
        key = self._key(question, meant, limit)
        begun = self._begun.pop(question.id, None)
        found = await begun.done() if begun else await self._at_hand(key)
        if found is None:
            found = await self._make(key, question, meant, limit).done()
        quoted = quotes_for(
            found.quoted,
            question,
            meant,
            now=self._clock.now(),
            took_ms=round((self._clock.steady() - began) * 1000, 3),
        )
        return Findings(found.evidence, quoted)

    async def evidence(self, question: Question, meant: str, limit: int) -> Evidence | None:
        """What the question finds, before its quotes are chosen: those wait for a moment, or until
        `find` asks for them. None where quotes are there already, or go first."""
        key = self._key(question, meant, limit)
        making = self._begun.get(question.id)
        if making is None:
            if key in self._kept or not self._ready or self._turns.crowded:
                return None
            making = self._make(key, question, meant, limit)
        await making.found.wait()
        return making.evidence  # where something went wrong, `find` tells what

    def begin(self, question: Question, limit: int, *, quotes: bool) -> bool:
        """Begin to look for what a question that stands alone finds, while it is written down;
        whether that was not being looked for already.

        Args:
            quotes: whether to choose its quotes right behind.
        """
        key = self._key(question, question.text, limit)
        if not self._ready or key in self._kept:
            return False
        is_first = key not in self._making
        making = self._make(key, question, question.text, limit)
        if quotes:
            making.quoted.set()
        self._begun[question.id] = making
        if len(self._begun) > MOST_KEPT:  # of questions that were delivered twice
            self._begun.popitem(last=False)
        return is_first

    def _make(self, key: Hashable, question: Question, meant: str, limit: int) -> _Making:
        """The making of what the question finds; there is one for all who ask it."""
        making = self._making.get(key)
        if making is None:
            making = self._making[key] = _Making()
            making.task = asyncio.create_task(self._made(key, making, question, meant, limit))
            making.task.add_done_callback(making.end)
        return making

    def _key(self, question: Question, meant: str, limit: int) -> Hashable:
        """The same for questions that find the same: "today" is another day tomorrow."""
        day = self._clock.now() // DAY
        return question.desk, meant, limit, question.lang, day

    async def _at_hand(self, key: Hashable) -> Findings | None:
        """Findings made a moment ago, if no article has changed since."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.until < self._clock.steady() or kept.change != await self._change(None):
            self._kept.pop(key, None)
            return None
        return kept.findings

    async def _made(
        self, key: Hashable, making: _Making, question: Question, meant: str, limit: int
    ) -> Findings:
        try:
            async with self._turns.first():
                evidence = await self._found(question, meant, limit)
                making.evidence = evidence
                making.found.set()
                if not self._turns.crowded:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(LONGEST_WAIT):
                            await making.quoted.wait()
                findings = Findings(evidence, await self._quoted(question, meant, evidence))
            self._keep(key, findings)
            return findings
        finally:
            self._making.pop(key, None)

    def _keep(self, key: Hashable, findings: Findings) -> None:
        """Keep findings at hand. They hold while the newest change is the one that the index had
        seen: with one that it had not, they are looked for again."""
        until = self._clock.steady() + KEPT_FOR
        self._kept[key] = _Kept(findings, findings.evidence.seq, until)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    async def _found(self, question: Question, meant: str, limit: int) -> Evidence:
        """Words of politeness are not searched for. Reading the first Chinese question reads a
        file."""
        words = searched_for(meant) if self._ready else await asyncio.to_thread(searched_for, meant)
        query = SearchQuery(text=words, desk=question.desk, limit=limit, marked=False)
        return await self._search.search(query)

    async def _quoted(self, question: Question, meant: str, evidence: Evidence) -> QuoteAnswer:
        """The first one reads word lists and texts from files, so it is made in a thread."""

        def made() -> QuoteAnswer:
            return quote_answer(question, meant, evidence, most=self._most_quotes)

        if self._ready:
            await self._turns.go()
            return made()
        await asyncio.to_thread(catalogue)
        if self.warm is not None:
            await asyncio.to_thread(self.warm)
        quoted = await asyncio.to_thread(made)
        self._ready = True
        return quoted

    async def _newest(self, askers: Sequence[None]) -> Sequence[int]:
        """The number of the newest change, asked for once for all who ask at the same time."""
        return [await self._changes.last_change()] * len(askers)
