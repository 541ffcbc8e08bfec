"""The ladder: takes a question through its life and gives back the events of its answer.

This version knows one level, `quote`; a higher wish is answered there with a notice.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace

from dengmi.answer.quote import Quoted, quote
from dengmi.answer.tongue import own_language
from dengmi.core.clock import Clock
from dengmi.core.errors import BadInput, DengmiError
from dengmi.core.events import Cited, Done, Event, Failed, Found, Notice, Spent, Text
from dengmi.core.ids import new_id, stable_id
from dengmi.core.ports import Inbox, Search
from dengmi.core.records import Answer, Cost, Evidence, Head, Question, SearchQuery
from dengmi.language.detect import language_of
from dengmi.language.texts import catalogue, text

log = logging.getLogger(__name__)

EVIDENCE = 6
"""Passages a quote answer chooses from: `quote` looks at no more."""

NEAREST = 3
"""Articles named when none answers."""


class Ladder:
    """Answers questions at the best level there is.

    Args:
        inbox: keeps questions and answers.
        search: finds the evidence.
        clock: tells the time.
        most_quotes: quotes in one answer at the most.
        most_chars: longest question, in characters.
    """

    def __init__(
        self,
        inbox: Inbox,
        search: Search,
        clock: Clock,
        *,
        most_quotes: int = 3,
        most_chars: int = 2_000,
    ) -> None:
        self._inbox = inbox
        self._search = search
        self._clock = clock
        self._most_quotes = most_quotes
        self._most_chars = most_chars
        self._ready = False

    async def accept(self, question: Question) -> Question:
        """Check the question and write it down, before anything else happens to it.

        Returns the question as kept: a redelivery (same desk, channel and `dedup`) gives the one
        there already is.

        Raises:
            BadInput: it is empty or too long.
        """
        words = question.text.strip()
        if not words:
            raise BadInput("question_empty")
        if len(words) > self._most_chars:
            raise BadInput("question_too_long", chars=len(words), most=self._most_chars)
        kept, _ = await self._inbox.record_question(
            replace(
                question,
                id=question.id or new_id("q"),
                text=words,
                lang=question.lang or language_of(words) or "en",
                asked_at=question.asked_at or self._clock.now(),
            )
        )
        return kept

    async def ask(self, question: Question) -> AsyncIterator[Event]:
        """Accept the question and answer it.

        Raises BadInput before the first event; afterwards every failure is an event.
        """
        async for event in self.run(await self.accept(question)):
            yield event

    async def run(self, question: Question) -> AsyncIterator[Event]:
        """The events of an accepted question's answer; of the stored answer if it has one."""
        began = self._clock.steady()
        try:
            if question.state != "asked" and (known := await self._inbox.answer(question.id)):
                for event in _replay(known):
                    yield event
                return
            evidence = await self._search.search(
                SearchQuery(text=question.text, desk=question.desk, limit=EVIDENCE, marked=False)
            )
            yield Found(question.id, "quote", len(evidence.hits), evidence.took_ms)
            if question.wanted not in ("auto", "quote"):
                yield Notice("level_lowered", {"wanted": question.wanted, "level": "quote"})
            answer = await self._answer(question, evidence, began)
            for event in _told(answer):
                yield event
            await self._inbox.finish_question(answer)
            yield Done(answer)
        except DengmiError as error:
            await self._inbox.fail_question(question.id, error.code)
            yield Failed(question.id, error.code, error.params)
        except Exception:
            log.exception("question %s failed", question.id)
            await self._inbox.fail_question(question.id, "unexpected")
            yield Failed(question.id, "unexpected", {"reference": question.id})

    async def resume(self) -> int:
        """Finish the questions that an earlier stop cut off; how many there were."""
        pending = await self._inbox.pending_questions()
        for question in pending:
            async for _ in self.run(question):
                pass
        return len(pending)

    async def _answer(self, question: Question, evidence: Evidence, began: float) -> Answer:
        """The first one reads word lists and texts from files, so it is made in a thread."""
        if self._ready:
            return self._quote(question, evidence, began)
        await asyncio.to_thread(catalogue)
        answer = await asyncio.to_thread(self._quote, question, evidence, began)
        self._ready = True
        return answer

    def _quote(self, question: Question, evidence: Evidence, began: float) -> Answer:
        own = own_language(question.text, evidence)
        quoted = quote(question.text, own, self._most_quotes)
        if not quoted.grounded and own is not evidence:
            quoted = quote(question.text, evidence, self._most_quotes)
        nearest = () if quoted.grounded else _nearest(own)
        return Answer(
            id=stable_id("an", question.id, "quote"),
            question_id=question.id,
            desk=question.desk,
            question=question.text,
            level="quote",
            wanted=question.wanted,
            text=_text(quoted, nearest, question.lang),
            grounded=quoted.grounded,
            confidence=quoted.confidence,
            citations=quoted.citations,
            nearest=nearest,
            cost=Cost(),
            took_ms=round((self._clock.steady() - began) * 1000, 3),
            created_at=self._clock.now(),
            lang=question.lang,
        )


def _text(quoted: Quoted, nearest: tuple[Head, ...], lang: str) -> str:
    """The answer as text: each quote with its number, or the plain word that there is none."""
    if quoted.grounded:
        return "\n\n".join(f"{citation.quote} [{citation.n}]" for citation in quoted.citations)
    if not nearest:
        return text("answer_nothing_near", lang)
    titles = text("list_comma", lang).join(
        text("title_quoted", lang, title=head.title) for head in nearest
    )
    return text("answer_not_in_articles", lang, titles=titles)


def _nearest(evidence: Evidence) -> tuple[Head, ...]:
    """The articles of the best hits, each once."""
    heads = {hit.head.pk: hit.head for hit in evidence.hits}
    return tuple(heads.values())[:NEAREST]


def _told(answer: Answer) -> Iterator[Event]:
    """The events that tell an answer, up to what it cost."""
    if answer.grounded and answer.level == "quote":
        for citation in answer.citations:
            gap = "" if citation.n == 1 else "\n\n"
            yield Text(f"{gap}{citation.quote} [{citation.n}]")
            yield Cited(citation)
    else:
        yield Text(answer.text)
        for citation in answer.citations:
            yield Cited(citation)
    yield Spent(answer.cost, answer.usage)


def _replay(answer: Answer) -> Iterator[Event]:
    yield Found(answer.question_id, answer.level, len(answer.citations), 0.0)
    yield from _told(answer)
    yield Done(answer)
