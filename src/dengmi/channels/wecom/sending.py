"""Sends the answers that were promised, each once, whatever happens in between.

What is owed is noted before it is promised and taken off the notes when it was sent. After a stop
it is sent again with care: the platform is told enough to leave out what it showed already.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from weakref import WeakValueDictionary

from dengmi.channels.budget import Sends
from dengmi.channels.running import Running
from dengmi.channels.wecom.client import CLOSED, WeComFailed
from dengmi.channels.wecom.talk import HOUR, Parts, Talk
from dengmi.core.events import Notice
from dengmi.core.records import Answer, Question

log = logging.getLogger(__name__)

PATIENCE = 600.0
"""Seconds after which a written answer is not sent any more; the page has it."""

LONGEST = 90.0
"""Seconds that a message waits until there may be one more."""

PAUSES = (5.0, 30.0, 120.0)
"""Seconds before a message is tried again where the platform did not answer."""

Owed = Mapping[str, object]
"""What is noted of a promise: to whom, and what was said already."""

Send = Callable[[str, str, str, bool], Awaitable[None]]
"""Sends (to whom, what, a name that is the same whenever the same message is sent, whether it may
have been sent before). Raises WeComFailed."""


Render = Callable[[Answer, Sequence[Notice], str], Sequence[str]]
"""An answer as messages, with quiet words about its level, below a lead."""


class Sending:
    """Sends answers later.

    Args:
        sends: how many messages may go to one person.
    """

    def __init__(self, talk: Talk, parts: Parts, send: Send, render: Render, sends: Sends) -> None:
        self._talk = talk
        self._parts = parts
        self._send = send
        self._render = render
        self._sends = sends
        self._owed: dict[str, dict[str, object]] = {}
        self._speaking: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def promise(
        self, running: Running, to: str, *, said: int = 0, quoted: bool = False
    ) -> None:
        """See to it that the answer of a question is sent, once, whoever promises it how often.

        Args:
            said: messages of it that were said already.
            quoted: whether its quotes were; they are not said again.
        """
        if running.pushed:
            return
        running.pushed = True
        owed: dict[str, object] = {"to": to, "said": said, "quoted": quoted}
        self._owed[running.question.id] = owed
        note = self._note(running.question.id)
        await self._parts.store.put_note(note, self._talk.channel, owed)
        self._start(running, owed, careful=False)

    async def quoted(self, running: Running, message: str, name: str) -> None:
        """Say the quotes of a question whose answer is promised, unless that came first. Raises
        WeComFailed."""
        owed = self._owed.get(running.question.id)
        if owed is None:
            return
        async with self._turns(str(owed["to"])):
            if running.ended:
                return
            await self._turn(str(owed["to"]))
            await self._send(str(owed["to"]), message, name, False)
            owed["quoted"] = True
        note = self._note(running.question.id)
        if running.question.id in self._owed:
            await self._parts.store.put_note(note, self._talk.channel, owed)

    async def recover(self) -> None:
        """Send what an earlier stop cut off."""
        for note, owed in (await self._parts.store.notes(self._talk.channel)).items():
            self._parts.keep(self._recovered(note, owed), f"message for {note}")

    async def late(self, question: Question, answer: Answer, lead: str) -> None:
        """Send the better answer of a question that waited for it. Raises WeComFailed."""
        to, messages = self._talk.sender(question), self._render(answer, (), lead)
        async with self._turns(to):
            await self._all(to, answer, messages, careful=True, patient=False)

    async def say(self, to: str, message: str, name: str) -> None:
        """Send a message that is no answer. Raises WeComFailed."""
        async with self._turns(to):
            await self._turn(to)
            await self._send(to, message, name, False)

    async def _recovered(self, note: str, owed: Owed) -> None:
        question_id = note.removeprefix(f"{self._talk.channel}:")
        answer = await self._talk.stored(question_id, self._parts.clock.now() + HOUR)
        if answer is None:
            await self._parts.store.take_note(note)
        else:
            await self._kept(Running.over(answer), owed, careful=True)

    def _start(self, running: Running, owed: Owed, careful: bool) -> None:
        # Cut off by a stop, it is taken up at the next start.
        work = self._kept(running, owed, careful)
        self._parts.keep(work, f"message for question {running.question.id}")

    async def _kept(self, running: Running, owed: Owed, careful: bool) -> None:
        await running.end(PATIENCE)
        async with self._turns(str(owed["to"])):
            await self._settled(running, owed, careful)
        self._owed.pop(running.question.id, None)
        await self._parts.store.take_note(self._note(running.question.id))

    async def _settled(self, running: Running, owed: Owed, careful: bool) -> None:
        answer = running.answer
        if answer is not None and not (owed.get("quoted") and answer.level == "quote"):
            messages = self._render(answer, running.notices, "")
            try:
                await self._all(
                    str(owed["to"]),
                    answer,
                    messages,
                    said=_number(owed.get("said")),
                    careful=careful,
                )
            except WeComFailed as error:
                log.warning("question %s: message refused (%d)", answer.question_id, error.errcode)

    async def _all(
        self,
        to: str,
        answer: Answer,
        messages: Sequence[str],
        *,
        careful: bool,
        said: int = 0,
        patient: bool = True,
    ) -> None:
        """Send the messages of an answer that were not said yet, again after a while where the
        platform is out of reach. Raises WeComFailed."""
        pauses = list(PAUSES) if patient else []
        while said < len(messages):
            try:
                await self._turn(to)
                await self._send(to, messages[said], f"{answer.id}_{said}", careful)
                said += 1
            except WeComFailed as error:
                if error.errcode in CLOSED:
                    log.info("question %s: nothing taken (%d)", answer.question_id, error.errcode)
                    return
                if not error.again or not pauses:
                    raise
                careful = True  # it may have arrived
                await asyncio.sleep(pauses.pop(0))

    async def _turn(self, to: str) -> None:
        """Wait until one more message may go to somebody. Raises WeComFailed."""
        wait = self._sends.wait(to, self._parts.clock.steady())
        if wait > LONGEST:
            raise WeComFailed(45009, "budget")
        while wait > 0:
            await asyncio.sleep(wait)
            wait = self._sends.wait(to, self._parts.clock.steady())
        self._sends.take(to, self._parts.clock.steady())

    def _turns(self, to: str) -> asyncio.Lock:
        """What is said to one person, in its order."""
        return self._speaking.setdefault(to, asyncio.Lock())

    def _note(self, question_id: str) -> str:
        return f"{self._talk.channel}:{question_id}"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
