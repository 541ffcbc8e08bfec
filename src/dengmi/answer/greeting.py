"""Answers to who asks nothing: a greeting for a greeting, with what might be asked.

Articles answer no "hello". It is searched for nowhere, calls no model, serves nobody again, and is
no gap in the articles (decision 46).
"""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Protocol

from dengmi.answer.examples import Examples
from dengmi.answer.told import told
from dengmi.core.clock import Clock
from dengmi.core.events import Done, Event, Found
from dengmi.core.ids import stable_id
from dengmi.core.ports import Conversations, Inbox
from dengmi.core.records import Answer, Exchange, Question
from dengmi.language.detect import language_of
from dengmi.language.greeting import Greeting
from dengmi.language.texts import text
from dengmi.settings.desks import DeskSettings

PATIENCE = 0.8
"""Seconds that is waited for examples: they are most of the answer, which comes within one."""


class Kept(Inbox, Conversations, Protocol):
    """What greeting takes of the store."""


class Greeter:
    """Greets in the words of the desks.

    Args:
        kept: where answers are kept, and what was said before.
        examples: what might be asked.
        desks: settings of desks, by name: a desk's greeting.
    """

    def __init__(
        self, kept: Kept, clock: Clock, examples: Examples, desks: Mapping[str, DeskSettings]
    ) -> None:
        self._kept = kept
        self._clock = clock
        self._examples = examples
        self._desks = desks

    async def told(
        self,
        question: Question,
        greeting: Greeting,
        began: float,
        turns: Sequence[Exchange] | None,
    ) -> AsyncGenerator[Event, None]:
        """The events of a message that only greets.

        Args:
            began: when it began, on the steady clock.
            turns: what was said before, oldest first; by default the store tells.
        """
        lang = await self._language(question, turns)
        new = greeting == "hello"
        answer = Answer(
            id=stable_id("an", question.id, "greeting"),
            question_id=question.id,
            desk=question.desk,
            question=question.text,
            level="quote",
            wanted=question.wanted,
            text=self._words(question.desk, greeting, lang),
            grounded=True,
            confidence=1.0,
            followups=await self._examples.of(question.desk, lang, PATIENCE) if new else (),
            took_ms=round((self._clock.steady() - began) * 1000, 3),
            created_at=self._clock.now(),
            lang=lang,
        )
        yield Found(question.id, "quote", 0, 0.0)
        for event in told(answer):
            yield event
        await self._kept.finish_question(answer)
        yield Done(answer)

    def _words(self, desk: str, greeting: Greeting, lang: str) -> str:
        """The desk's own greeting where it has one in this language."""
        settings = self._desks.get(desk)
        own = settings.greeting if settings and greeting == "hello" else ""
        return own if own and language_of(own) == lang else text(f"greeting_{greeting}", lang)

    async def _language(self, question: Question, turns: Sequence[Exchange] | None) -> str:
        """The asker's language: "ok" and "hi" are said in Chinese conversations too."""
        if language_of(question.text) == "zh":
            return "zh"
        if turns is None and question.conversation:
            turns = await self._kept.turns(
                question.desk, question.asker, question.conversation, question.asked_at, 1
            )
        return (turns[-1].question.lang if turns else "") or question.lang
