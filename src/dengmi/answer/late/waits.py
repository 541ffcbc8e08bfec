"""Questions that wait for a better answer: how they come to wait, and how it stands with them."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol

from dengmi.answer.late.drain import Drain
from dengmi.answer.late.terms import Terms, entry
from dengmi.core.clock import Clock
from dengmi.core.late import Late, LateQueue, Pending
from dengmi.core.ports import Inbox
from dengmi.core.records import Answer, Level, Question

EVERY = 1.0
"""Seconds between two looks at the line, while somebody follows it."""

PATIENT = 3.0
"""Seconds between two words about a place in the line, at least."""

AGAIN = 15.0
"""Seconds after which the wait is told anew though the place is the same."""


class Kept(Inbox, LateQueue, Protocol):
    """What waiting needs of the store."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with an answer: the one that holds, what is known of the wait for a better
    one, and what the asker is told while it lasts."""

    answer: Answer
    late: Late | None = None
    pending: Pending | None = None


@dataclass(slots=True)
class _Followed:
    """A question that somebody here follows. `position`: 0 where it waits no longer, -1 before
    the first look."""

    followers: int = 0
    position: int = -1
    told: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, position: int, now: float) -> None:
        self.position, self.told = position, now
        self.changed.set()
        self.changed = asyncio.Event()


class Waits:
    """The questions that wait, as one process sees them.

    Args:
        store: keeps them.
        terms: how long and how many; None where none may wait.
        workers: how many processes write late answers.
        had: tells how many answers models wrote for an asker of late; None where nobody knows.
    """

    def __init__(
        self,
        store: Kept,
        clock: Clock,
        terms: Terms | None = None,
        *,
        workers: int = 1,
        had: Callable[[Question], Awaitable[float]] | None = None,
    ) -> None:
        self._store = store
        self.clock = clock
        self._terms = terms
        self._workers = workers
        self._had = had
        self._followed: dict[str, _Followed] = {}
        self.drains: dict[Level, Drain] = {}

    @property
    def open(self) -> bool:
        """Whether questions may wait."""
        return self._terms is not None

    def begin(self, terms: Terms, had: Callable[[Question], Awaitable[float]]) -> None:
        """Let questions wait from now on."""
        self._terms, self._had = terms, had

    def drain(self, level: Level) -> Drain:
        """How the late answers of a level go on in this process."""
        return self.drains.setdefault(level, Drain())

    async def enter(
        self, question: Question, level: Level, cause: str, answer: Answer, topic: str = ""
    ) -> Pending | None:
        """Store the answer that stands meanwhile, and let its question wait for a level; what the
        asker is told. None where it cannot wait: so many do already. `topic`: the same for
        questions that ask the same at the level."""
        terms = self._terms
        if terms is None:
            await self._store.finish_question(answer)
            return None
        had = await self._had(question) if self._had else 0.0
        now = self.clock.now()
        late = await self._store.finish_waiting(
            answer,
            entry(question, level, cause, now, terms, topic=topic, had=had),
            terms.each,
            terms.most,
        )
        return await self._pending(late) if late else None

    async def standing(self, answer: Answer) -> Standing:
        """How it stands with an answer: the better one, if that has come."""
        late = await self._store.late(answer.question_id)
        if late is None or self._terms is None:
            return Standing(answer)
        if late.state == "answered":
            better = await self._store.answer(late.answer_id)
            return Standing(better or answer, late)
        return Standing(answer, late, await self._pending(late))

    async def withdraw(self, answer: Answer) -> Standing:
        """The asker waits no longer; how it stands then."""
        await self._store.withdraw_late(answer.question_id)
        if (followed := self._followed.get(answer.question_id)) is not None:
            followed.tell(0, self.clock.steady())
        return await self.standing(answer)

    async def follow(self, answer: Answer) -> AsyncGenerator[Standing]:
        """How it stands with an answer now, and again when that changes, until its question waits
        no longer. Needs `watch` to run."""
        standing = await self.standing(answer)
        yield standing
        if standing.pending is None or standing.late is None:
            return
        followed = self._followed.setdefault(answer.question_id, _Followed())
        followed.followers += 1
        try:
            while followed.position:
                await followed.changed.wait()
                if followed.position:
                    pending = self._told(standing.late, followed.position)
                    yield Standing(answer, standing.late, pending)
            yield await self.standing(answer)
        finally:
            followed.followers -= 1
            if not followed.followers:
                self._followed.pop(answer.question_id, None)

    async def watch(self) -> None:
        """Look after those that are followed, until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            if self._followed:
                await self.look()

    async def look(self) -> None:
        """Tell those that are followed here where they stand, if that has changed."""
        line = {name: n for n, name in enumerate(await self._store.late_line(), start=1)}
        now = self.clock.steady()
        for name, followed in list(self._followed.items()):
            position = line.get(name, 0)
            quiet = now - followed.told
            moved = position != followed.position and quiet >= PATIENT
            if not position or moved or quiet >= AGAIN:
                followed.tell(position, now)

    async def _pending(self, late: Late) -> Pending | None:
        if late.state != "waiting":
            return None
        return self._told(late, await self._store.late_ahead(late) + 1)

    def _told(self, late: Late, position: int) -> Pending:
        wait = self.drain(late.level).wait(-(-position // self._workers), self.clock.steady())
        return Pending(level=late.level, position=position, wait=wait, until=late.until)
