"""Reading along with an answer that any process of this server is giving.

A reader may reach a process that does not answer the question. The others are asked then
(`siblings.py`): whoever answers it tells its events, a line each. Where nobody does, there is
nothing to hear: the answer comes from the store when it is there.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress

import msgspec

from dengmi.answer.audience import Audience
from dengmi.core.events import EVENT_NAMES, Cited, Event, Found, Notice, Text
from dengmi.server.siblings import HERE, Siblings

_KIND = "along"
_KINDS: Mapping[str, type[Event]] = {
    EVENT_NAMES[kind]: kind for kind in (Found, Text, Cited, Notice)
}
"""What is handed on; that an answer is there, and which, the store says."""

Numbered = tuple[int, Event]


class _Wish(msgspec.Struct, frozen=True):
    """What is asked of a sibling: the events of a question from behind a number on, and whether
    those that are still to come too."""

    question: str
    after: int
    stay: bool


class Along:
    """The answers that are being given by this server.

    Args:
        audience: those of this process.
        siblings: the other processes.
    """

    def __init__(self, audience: Audience, siblings: Siblings) -> None:
        self._audience = audience
        self._siblings = siblings
        siblings.grant(_KIND, self._serve)

    async def so_far(self, question_id: str) -> tuple[Event, ...]:
        """What was told of a question up to now, whoever answers it."""
        if told := self._audience.so_far(question_id):
            return told
        async with aclosing(self._elsewhere(question_id, 0, stay=False)) as events:
            return tuple([event async for _, event in events])

    async def follow(self, question_id: str, after: int) -> AsyncGenerator[Numbered]:
        """(number, event) from behind a number on; ends where no more is told."""
        if self._audience.question(question_id) is not None:
            events = self._audience.follow(question_id, after)
        else:
            events = self._elsewhere(question_id, after, stay=True)
        async with aclosing(events):
            async for numbered in events:
                yield numbered

    async def _elsewhere(
        self, question_id: str, after: int, *, stay: bool
    ) -> AsyncGenerator[Numbered]:
        """The same of the sibling that answers it; nothing where none does."""
        wish = msgspec.json.encode(_Wish(question_id, after, stay))
        for where in await self._siblings.others():
            asked = await self._siblings.ask(where, _KIND, wish)
            if asked is None:
                continue
            reader, writer = asked
            try:
                with suppress(OSError, ValueError, msgspec.DecodeError):
                    while line := await reader.readline():
                        number, name, raw = msgspec.json.decode(
                            line, type=tuple[int, str, msgspec.Raw]
                        )
                        yield number, msgspec.json.decode(raw, type=_KINDS[name])
            finally:
                writer.close()
            return

    async def _serve(
        self, line: bytes, _: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Tell one sibling."""
        wish = msgspec.json.decode(line, type=_Wish)
        if self._audience.question(wish.question) is None:
            return
        writer.write(HERE)
        if not wish.stay:
            for number, event in enumerate(self._audience.so_far(wish.question), 1):
                writer.write(_line(number, event))
            await writer.drain()
            return
        async with aclosing(self._audience.follow(wish.question, wish.after)) as events:
            async for number, event in events:
                writer.write(_line(number, event))
                await writer.drain()
                if writer.transport.is_closing():
                    return


def _line(number: int, event: Event) -> bytes:
    """An event on its way to a sibling; the number alone where it is not handed on."""
    name = EVENT_NAMES[type(event)]
    if name not in _KINDS:
        return b""
    return msgspec.json.encode((number, name, event)) + b"\n"
