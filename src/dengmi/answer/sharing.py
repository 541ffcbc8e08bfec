"""Begins an answer: one that was written before, one that is being written, or a new one.

A model may be called before the quotes are chosen, where the evidence is so near the question that
nothing in them could speak against it: the quotes are then chosen while the endpoint works.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial

from dengmi.answer.climb import DeskWay, LevelWay, Sought, Ways
from dengmi.answer.follow.turns import Standalone
from dengmi.answer.join import Held, Hub
from dengmi.answer.led import Lead, Leads, Led
from dengmi.answer.private import shown_still
from dengmi.answer.reuse import reuse_key, way_of
from dengmi.answer.reusing import Reusing
from dengmi.answer.tongue import own_language
from dengmi.answer.write.past import passages_of, past_of
from dengmi.answer.write.prompt import VERSION, Past, messages
from dengmi.answer.write.shown import Shown, chosen
from dengmi.answer.write.writer import Out, Task, Writer
from dengmi.core.clock import Clock
from dengmi.core.ids import stable_id
from dengmi.core.ports import Passages
from dengmi.core.records import Answer, Evidence, Level, Question
from dengmi.language.asking import asking

CLEAR = 0.5
"""The share of the best score that is possible from which on a model is called before the quotes
are chosen. Of 500 questions of SQuAD 97 % reach it; of 600 of strangers 23 %, and for two of these
the quotes would have said that no model is worth asking."""

SOON = 0.02
"""Seconds that quotes wait at the most for the call to be on its way."""


@dataclass(slots=True)
class Share:
    """An asker's share in an answer; whoever has it leaves it at the end.

    Attributes:
        earlier: an answer that serves again; nothing is made then.
        held: the making; `hold` gets hold of one, where nothing serves again and one may begin.
    """

    earlier: Answer | None = None
    held: Held[Out] | None = None
    hold: Callable[[], Held[Out]] | None = None
    calling: asyncio.Event = field(default_factory=asyncio.Event)

    async def called(self) -> None:
        """Wait a moment until the model is called, so that the endpoint has something to do."""
        if self.held is not None and not self.held.joined:
            with suppress(TimeoutError):
                async with asyncio.timeout(SOON):
                    await self.calling.wait()

    def making(self) -> Held[Out]:
        """The making; another one after that was left. Not to be asked where an answer serves
        again."""
        if self.held is None:
            assert self.hold is not None
            self.held = self.hold()
        return self.held

    async def leave(self) -> None:
        """Let go of the making; a second time does nothing."""
        held, self.held = self.held, None
        if held is not None:
            await held.leave()


class Sharing:
    """Finds what there is of an answer, or has it made.

    Args:
        ways: how each level and desk writes.
        writer: has models write.
        passages: reads what earlier turns of a conversation showed.
        reusing: earlier answers; None where none is served again.
    """

    def __init__(
        self, ways: Ways, writer: Writer, passages: Passages, clock: Clock, reusing: Reusing | None
    ) -> None:
        self._ways = ways
        self._writer = writer
        self._passages = passages
        self._clock = clock
        self._reusing = reusing
        self._hub: Hub[Out] = Hub()
        self._leads: Leads | None = None

    def share_with(self, leads: Leads) -> Hub[Out]:
        """Have the processes of a server write what is the same once; what this one holds."""
        self._leads = leads
        return self._hub

    def expect(self, question: Question, level: Level) -> None:
        """A question that stands alone is about to begin: begin to look for an earlier answer.
        Not where other processes lead: they may store one between this look and the lead."""
        if self._reusing is not None and self._leads is None:
            self._reusing.expect(question, level, self.way(question.desk, level))

    async def begin(self, sought: Sought, best: Evidence, *, shared: bool = False) -> Share | None:
        """What there is of the answer to a question.

        Args:
            sought: the question with what it found.
            best: of that, what is written from.
            shared: whether only an answer will do that is there, or is being written; None where
                there is none.
        """
        share = Share()
        found = await self._passages.passages(passages_of(sought.turns))
        found = shown_still(sought.question.desk, found, self._ways.private)
        past, before = past_of(sought.turns, found)
        evidence = self._ways.levels[sought.level].evidence
        shown = before.more(chosen(best, evidence))
        # What was said before makes the prompt its own.
        key = object() if past else self._key(sought, shown)
        # Most questions are answered by what there is: only who has to writes a prompt.
        task = partial(self._task, sought, past, shown, share)
        if not shared:
            share.hold = lambda: self._held(key, task, sought)
        share.held = self._hub.join(key)
        if share.held is None:
            async with self._hub.deciding(key):
                share.held = self._hub.join(key)
                if share.held is None and not await self._decided(share, key, task, sought):
                    return None
        return share

    async def _decided(
        self, share: Share, key: Hashable, task: Callable[[], Task], sought: Sought
    ) -> bool:
        """Find an answer that serves again, or hold a making; False where there is none and none
        may begin. Of several processes one takes the lead before it looks for what is stored: then
        nobody else can store it between the look and the making. Where another one has it, who
        asks here is not kept waiting for that."""
        begins, lead = share.hold is not None, None
        if self._leads is not None and isinstance(key, str):
            lead = self._leads.take(key) if begins else await self._leads.seek(key)
        try:
            share.earlier = await self._earlier(sought)
            if share.earlier is not None:
                return True
            if not begins and (lead is None or lead.ours):
                return False
            share.held = self._held(key, task, sought, lead)
            lead = None
            return True
        finally:
            if lead is not None:
                lead.free()

    def _held(
        self, key: Hashable, task: Callable[[], Task], sought: Sought, lead: Lead | None = None
    ) -> Held[Out]:
        """The making of this key, begun where there is none."""
        if self._leads is None or not isinstance(key, str):
            return self._hub.hold(key, lambda: self._writer.write(task()))
        led = Led(self._leads, key, lead)

        def write(told: tuple[Out, ...]) -> AsyncGenerator[Out, None]:
            return self._writer.write(replace(task(), told=told) if told else task())

        def look() -> Awaitable[Answer | None]:
            return self._earlier(sought)

        return self._hub.hold(key, lambda: led.pieces(write, look), led)

    def topic(self, desk: str, level: Level, meant: Standalone) -> str:
        """The key under which an answer to a question serves again; "" where none may."""
        if not meant.sure:
            return ""
        return reuse_key(asking(meant.text), desk, level, self.way(desk, level))

    def way(self, desk: str, level: Level) -> str:
        """One name for all that shapes an answer beside its question and evidence."""
        return _way(self._ways.desk(desk), self._ways.levels[level])

    async def _earlier(self, sought: Sought) -> Answer | None:
        if self._reusing is None or not sought.meant.sure:
            return None
        question, level = sought.question, sought.level
        way = self.way(question.desk, level)
        now = self._clock.now()
        return await self._reusing.find(
            sought.meant.text, level, way, sought.evidence, now, question=question.id
        )

    def _task(self, sought: Sought, past: Sequence[Past], shown: Shown, share: Share) -> Task:
        question, level = sought.question, sought.level
        how, desk = self._ways.levels[level], self._ways.desk(question.desk)
        lang = desk.language or question.lang
        return Task(
            question=question,
            level=level,
            models=how.models,
            messages=messages(desk.voice, past, shown, sought.meant.text, level, lang),
            shown=shown,
            policy=desk.policy,
            max_tokens=how.tokens,
            thinking=how.thinking,
            judge=desk.judge,
            calling=share.calling.set,
        )

    def _key(self, sought: Sought, shown: Shown) -> Hashable:
        desk, level, lang = sought.question.desk, sought.level, sought.question.lang
        key = (desk, level, self.way(desk, level), lang, asking(sought.meant.text).form)
        ids = tuple(passage.id for _, passage in shown.places)
        return (*key, ids) if self._leads is None else stable_id("mk", *key, *ids)


@lru_cache(maxsize=256)
def _way(own: DeskWay, how: LevelWay) -> str:
    more = [*how.made_of, str(how.evidence)]
    more += [f"judge {own.judge}"] if own.judge else []
    more += [f"in {own.language}"] if own.language else []
    return way_of(VERSION, own.voice, own.policy, *how.models, *more)


def is_clear(meant: str, evidence: Evidence) -> bool:
    """Whether a model may be called before the quotes are chosen: the evidence is near, and all of
    it in the language that quotes would be chosen in."""
    if not evidence.hits or evidence.hits[0].score < CLEAR * evidence.ideal:
        return False
    return own_language(meant, evidence) is evidence
