"""What everything in WeCom that people write to does alike: who asks, how fast, in which
conversation."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from dengmi.channels.overheard import Hear, nobody
from dengmi.channels.running import Running, Runs
from dengmi.core.clock import Clock
from dengmi.core.deliveries import Deliveries
from dengmi.core.errors import BadInput, NotFound
from dengmi.core.ids import stable_id
from dengmi.core.late import LateQueue
from dengmi.core.ports import Answering, Conversations, Forgetting, Inbox, Notes
from dengmi.core.records import Answer, Question, Wanted
from dengmi.language.detect import language_of
from dengmi.language.texts import text

log = logging.getLogger(__name__)

_BEIJING = timedelta(hours=8)

MOST_PACED = 5_000
"""Messages of late that are remembered, so that one delivered again counts once."""

FIRST_LOOK, LAST_LOOK = 0.25, 10.0
"""Seconds between two looks for an answer that another process may write."""

HOUR = 3_600.0
"""Seconds for which the platform takes an answer at its response_url (2026-11)."""

Start = Callable[[Coroutine[Any, Any, object], str], object]


class Kept(Inbox, Notes, Conversations, Forgetting, LateQueue, Deliveries, Protocol):
    """What the channel needs of the store."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How one of them is served.

    Attributes:
        name: its name in the settings; its channel is "wecom:" and that.
        desk: the desk that answers; "" for the default one.
        called: the bot's name, which people put before what they say in groups.
        welcome: text for who comes in; "" for the built-in one.
        language: of texts that answer nobody's words.
        hold: seconds that the first reply waits for something to read.
        close: seconds after the question at which a message still being written is closed.
        refresh: seconds between two updates of a message.
        messages: most messages of one answer.
        person: messages, in lower case, that ask for a person.
    """

    name: str
    desk: str = ""
    level: Wanted = "auto"
    called: str = ""
    welcome: str = ""
    language: str = "zh"
    hold: float = 1.0
    close: float = 330.0
    refresh: float = 2.5
    messages: int = 4
    person: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Parts:
    """What a channel of WeCom works with.

    Attributes:
        resolve: gives the desk of a name, or of none.
        start: runs something in the background, under a name; a stop waits for it a while.
        keep: as `start`, but a stop cuts it off.
        pace: seconds that an asker must wait before the next question; 0 for none.
        hear: tells what another process of the server answers.
    """

    answering: Answering
    store: Kept
    clock: Clock
    resolve: Callable[[str | None], Awaitable[str]]
    start: Start
    keep: Start
    pace: Callable[[str], float] = lambda _: 0.0
    hear: Hear = nobody


class Talk:
    """The questions of one channel. `channel` is its name in them."""

    def __init__(self, way: Way, parts: Parts) -> None:
        self.channel = f"wecom:{way.name}"
        self.way = way
        self.runs = Runs(parts.answering, parts.start)
        self._parts = parts
        self._paced: dict[str, float] = {}

    async def ask(
        self, sender: str, said: str, dedup: str, *, chat: str = "", owed_in: float = 0.0
    ) -> Running | str:
        """The question on its way, or what to say instead: it is too long, or comes too fast.

        Args:
            dedup: the same for every delivery of the message.
            chat: the group it was asked in.
            owed_in: seconds after which its answer is to be sent, if it was not given by then; 0
                for never.
        """
        lang = language_of(said) or self.way.language
        asker = self.asker(sender)
        if wait := self._waits(dedup, asker):
            return text("too_many", lang, seconds=math.ceil(wait))
        now = self._parts.clock.now()
        day = (datetime.fromtimestamp(now, UTC) + _BEIJING).date()
        try:
            return await self.runs.ask(
                Question(
                    id="",
                    desk=await self._parts.resolve(self.way.desk or None),
                    text=said,
                    wanted=self.way.level,
                    channel=self.channel,
                    asker=asker,
                    payer=asker,
                    # What was talked of on another day, or in another group, is no context.
                    conversation=stable_id("c", asker, chat, day.isoformat()),
                    dedup=dedup,
                    owed_at=now + owed_in if owed_in else 0.0,
                )
            )
        except BadInput as error:
            return text(error.code, lang, **error.params)

    def welcome(self) -> str:
        """A word to who comes in."""
        return self.way.welcome or text("wechat_welcome", self.way.language)

    async def forget(self, sender: str) -> None:
        """Delete what somebody asked."""
        await self._parts.store.forget_asker(self.asker(sender))

    async def thumb(self, sender: str, question_id: str, up: bool | None) -> None:
        """Keep what somebody thinks of an answer; None takes it back."""
        store = self._parts.store
        answer = await store.answer(question_id)
        if answer is None:
            return
        try:
            await store.put_thumb(answer.id, self.asker(sender), up, self._parts.clock.now())
        except NotFound:
            log.debug("question %s: a thumb for no answer", question_id)

    def asker(self, sender: str) -> str:
        """A person's name in questions."""
        return f"{self.channel}:{sender}"

    def sender(self, question: Question) -> str:
        """The person of a question, as the platform knows them."""
        return question.asker.removeprefix(f"{self.channel}:")

    async def stored(self, question_id: str, until: float) -> Answer | None:
        """The answer of a question that an earlier stop may have cut off, once somebody has
        finished it: the ladder does so in one process. None where there is none in time."""
        pause = FIRST_LOOK
        while (answer := await self._parts.store.answer(question_id)) is None:
            if self._parts.clock.now() >= until:
                return None
            await asyncio.sleep(pause)
            pause = min(2 * pause, LAST_LOOK)
        return answer

    async def waits(self, question_id: str) -> bool:
        """Whether a question waits for a better answer."""
        late = await self._parts.store.late(question_id)
        return late is not None and late.state == "waiting"

    async def of(self, question_id: str) -> Running | Answer | None:
        """A question of a moment ago, or its answer."""
        running = self.runs.get(question_id)
        return running or await self._parts.store.answer(question_id)

    def _waits(self, dedup: str, asker: str) -> float:
        """Seconds that the asker must wait; a message that is delivered again counts once."""
        if dedup not in self._paced:
            if len(self._paced) >= MOST_PACED:
                del self._paced[next(iter(self._paced))]
            self._paced[dedup] = self._parts.pace(asker)
        return self._paced[dedup]
