"""Questions that another process of the server answers, heard along with here: a platform that asks
how far an answer is reaches whichever process it likes."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import aclosing
from typing import Any

from dengmi.channels.running import KEPT, Running
from dengmi.core.events import Event
from dengmi.core.records import Question

Hear = Callable[[str, int], AsyncGenerator[tuple[int, Event]]]
"""(number, event) of a question by its id, from behind a number on; ends where no more is told, and
at once where nobody answers it."""


async def nobody(_question_id: str, _after: int) -> AsyncGenerator[tuple[int, Event]]:
    """Where there is no other process."""
    nothing: Sequence[tuple[int, Event]] = ()
    for each in nothing:
        yield each


class Overheard:
    """What is heard of them.

    Args:
        start: runs something in the background, under a name; a stop may cut it off.
    """

    def __init__(
        self, hear: Hear, start: Callable[[Coroutine[Any, Any, object], str], object]
    ) -> None:
        self._hear = hear
        self._start = start
        self._known: dict[str, Running] = {}
        self._listening: set[str] = set()

    def get(self, question_id: str) -> Running | None:
        """What was heard of a question of a moment ago."""
        return self._known.get(question_id)

    async def of(self, question_id: str, lang: str, seconds: float) -> Running:
        """A question as far as it is heard; where nothing was yet, it is waited for that long.

        Where its process is gone, what was heard stays until another one tells something.
        """
        if question_id not in self._listening:
            self._listening.add(question_id)
            running = Running(Question(id=question_id, desk="", text="", lang=lang))
            self._known.setdefault(question_id, running)
            self._start(self._listen(running), f"hearing of question {question_id}")
        known = self._known[question_id]
        if not (known.quotes or known.nearest or known.heard):
            await known.useful(seconds)
        return self._known.get(question_id, known)

    async def _listen(self, running: Running) -> None:
        question_id = running.question.id
        try:
            async with aclosing(self._hear(question_id, 0)) as events:
                async for _, event in events:
                    self._known[question_id] = running
                    running.hear(event)
        finally:
            running.over_now()
            self._listening.discard(question_id)
            asyncio.get_running_loop().call_later(KEPT, self._forget, running)

    def _forget(self, running: Running) -> None:
        if self._known.get(running.question.id) is running:
            del self._known[running.question.id]
