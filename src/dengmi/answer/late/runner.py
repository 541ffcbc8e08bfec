"""Writes the answers that questions wait for, when there is room, and hands them to channels."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from dengmi.answer.late.company import Company
from dengmi.answer.late.terms import GONE, LEVELS, Trial, instead, tried_again
from dengmi.answer.late.waits import Kept, Waits
from dengmi.core.background import Bell, log_failure
from dengmi.core.clock import Clock
from dengmi.core.errors import DengmiError
from dengmi.core.gate import Room
from dengmi.core.ids import new_id
from dengmi.core.late import Late, Push
from dengmi.core.ports import Lives
from dengmi.core.records import Answer, Level, Question

log = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two looks at the queue; sooner when an answer has ended."""

LEASE = 60.0
"""Seconds after which what a process holds is free again, if it did not say that it lives."""

HOUSEKEEPING = 5.0
"""Seconds between two times of saying so, and of looking for what has waited too long."""


class Try(Protocol):
    """Tries a question once more."""

    def __call__(
        self,
        question: Question,
        level: Level,
        done: Callable[[Answer], Awaitable[bool]],
        *,
        shared: bool = False,
    ) -> Awaitable[Trial]:
        """Try it at a level and give the answer to who stores it; `shared`: only where there is
        one already, or one is being written."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a runner does its work: the levels it serves, the room of each level's models, the
    channels that can send a message later, and whether first replies wait just now."""

    levels: Mapping[Level, Sequence[str]]
    room: Room
    pushes: Sequence[Push] = ()
    crowded: Callable[[], bool] = lambda: False


@dataclass(frozen=True, slots=True)
class _Running:
    """One that is tried. `shared`: only for an answer of another's."""

    late: Late
    shared: bool


class Runner:
    """One for each process of the server.

    Args:
        store: keeps the queue.
        waits: how it stands with those who wait.
        tried: tries a question again.
        lives: tells which processes are gone, so that what they held is free at once.
    """

    def __init__(
        self,
        store: Kept,
        clock: Clock,
        waits: Waits,
        tried: Try,
        *,
        places: Places,
        lives: Lives,
    ) -> None:
        self._store = store
        self._clock = clock
        self._waits = waits
        self._better = tried
        self._places = places
        self._lives = lives
        self._owner = ""
        self._pushes = {each.channel: each for each in places.pushes}
        self._running: dict[asyncio.Task[None], _Running] = {}
        self._company = Company()
        self._bell = Bell()
        self._kept_house = float("-inf")
        self._gone: dict[Level, float] = {}

    async def run(self) -> None:
        """Serve the queue until cancelled; what is being written then is left to others."""
        self._owner = await asyncio.to_thread(self._lives.name) or new_id("late")
        watching = asyncio.create_task(self._watch())
        try:
            while True:
                try:
                    await self.round()
                except Exception:
                    log.exception("the late queue could not be served")
                await self._bell.pause(EVERY)
        finally:
            watching.cancel()
            for task in self._running:
                task.cancel()
            await asyncio.gather(watching, *self._running, return_exceptions=True)

    async def round(self) -> None:
        """One look at the queue: begin as many as there is room for, and serve those who need
        none."""
        if self._clock.steady() - self._kept_house >= HOUSEKEEPING:
            await self._keep_house()
        waiting = False
        for level, models in tuple(self._places.levels.items()):
            await self._share(level)  # before others begin: these share what began a while ago
            due = await self._store.late_due(level, self._clock.now())
            vacancy = await self._places.room.vacancy(models)
            drain = self._waits.drain(level)
            running = len(self._tried(level, shared=False))
            many = drain.allowed(vacancy, running, self._clock.steady())
            if many and due:
                await self._begin(level, many)
            waiting = waiting or due
        self._places.room.waited_for(waiting)
        if self._pushes:
            await self._hand_over()

    async def _begin(self, level: Level, many: int) -> None:
        for _ in range(many):
            now = self._clock.now()
            claimed = await self._store.claim_late(self._owner, level, now, now + LEASE)
            if claimed is None:
                return
            self._try(*claimed, shared=False)

    async def _share(self, level: Level) -> None:
        """Serve those whose answer is there already, or is being written here: they take neither
        a turn nor a slot. First replies go first."""
        begun = [each.late.topic for each in self._tried(level, shared=False)]
        for topics in (await self._store.late_topics(level, self._clock.now()), begun):
            lanes = self._company.lanes - len(self._tried(level, shared=True))
            named = sorted({topic for topic in topics if topic})
            if not named or lanes <= 0 or self._places.crowded():
                continue
            now = self._clock.now()
            passed = self._company.passed(self._clock.steady())
            for question, late in await self._store.claim_late_topics(
                self._owner, level, named, passed=passed, times=(now, now + LEASE), most=lanes
            ):
                self._try(question, late, shared=True)

    def _tried(self, level: Level, *, shared: bool) -> list[_Running]:
        """Those of a level that are tried just now."""
        return [
            each
            for each in self._running.values()
            if each.late.level == level and each.shared == shared
        ]

    def _try(self, question: Question, late: Late, *, shared: bool) -> None:
        trying = self._answer(question, late, shared=shared)
        task = asyncio.create_task(trying, name=f"late {question.id}")
        self._running[task] = _Running(late, shared)
        task.add_done_callback(self._ended)

    async def _answer(self, question: Question, late: Late, *, shared: bool) -> None:
        """Try one that is held. However it ends, it is held no longer."""
        began = self._clock.steady()
        trial: Trial | None = None

        async def done(answer: Answer) -> bool:
            return await self._store.finish_late(late, answer)

        try:
            trial = await self._better(question, late.level, done, shared=shared)
        except DengmiError as error:
            log.warning("question %s, late: %s", question.id, error)
            trial = "failed"
        finally:
            if trial is None:  # the server stops, or a fault of ours: others may try
                await self._shielded(self._store.release_late(late, self._again(late)))
        if shared:
            await self._shared(late, trial)
        else:
            await self._served(late, trial, began)

    async def _shared(self, late: Late, trial: Trial) -> None:
        """What came of it for one that was to share another's answer: where that would not do, it
        goes on waiting for its turn."""
        now = self._clock.steady()
        if trial in ("done", "nothing"):
            self._waits.drain(late.level).shared(now)
            await self._store.end_late(late, "ended")  # nothing happens where it has its answer
        else:
            self._company.passes(late.question_id, now)
            await self._store.release_late(late, late.due)

    async def _served(self, late: Late, trial: Trial, began: float) -> None:
        """What came of it for one whose turn it was."""
        drain, now = self._waits.drain(late.level), self._clock.steady()
        if trial in ("done", "nothing"):
            drain.well(now - began, now)
            await self._store.end_late(late, "ended")  # nothing happens where it has its answer
        elif trial == "no_room":
            drain.crowded(now)
            await self._store.release_late(late, self._clock.now())
        else:
            if trial == "failed":  # what one may not spend says nothing of the models
                drain.failed(now)
            await self._store.release_late(late, self._again(late))

    async def _keep_house(self) -> None:
        self._kept_house = self._clock.steady()
        now = self._clock.now()
        gone = await asyncio.to_thread(self._lives.gone)
        if gone:
            await self._store.free_late(sorted(gone))
            await asyncio.to_thread(self._lives.bury, gone)
        if self._running:
            await self._store.hold_late(self._owner, now + LEASE)
        await self._store.expire_late(now)
        await self._lower()

    async def _lower(self) -> None:
        """Have those that wait for a level which has not been offered for a while wait for one
        that is, or no longer: nobody would try them."""
        offered, steady = self._places.levels, self._clock.steady()
        for level in LEVELS:
            if level in offered:
                self._gone.pop(level, None)
            elif steady - self._gone.setdefault(level, steady) >= GONE:
                there = instead(level, offered)
                if many := await self._store.lower_late(level, there, self._clock.now()):
                    log.info("%d wait no longer for %s, but for %s", many, level, there or "none")

    def hand_to(self, push: Push) -> None:
        """Hand the answers of a channel to it from now on."""
        self._pushes[push.channel] = push

    async def _hand_over(self) -> None:
        """Hand answers that have come to the channels that can send them."""
        while True:
            now = self._clock.now()
            channels = sorted(self._pushes)
            claimed = await self._store.claim_untold(self._owner, channels, now, now + LEASE)
            if claimed is None:
                return
            question, late = claimed
            answer = await self._store.answer(late.answer_id)
            try:
                if answer is not None:
                    await self._pushes[late.channel].push(question, answer, late.answer_id)
            except DengmiError as error:
                log.warning("question %s, telling: %s", question.id, error)
                await self._store.release_late(late, self._again(late))
            else:
                await self._store.told_late(late, self._clock.now())

    def _again(self, late: Late) -> float:
        return tried_again(late.tries, self._clock.now())

    async def _watch(self) -> None:
        while True:
            try:
                await self._waits.watch()
            except Exception:
                log.exception("those who wait could not be told")

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.pop(task, None)
        self._bell.ring()
        log_failure(task)

    async def _shielded(self, work: Awaitable[object]) -> None:
        await asyncio.shield(asyncio.ensure_future(work))
