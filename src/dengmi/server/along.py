"""Reading along with an answer that any process of this server is giving.

A reader may reach a process that does not answer the question. Each one therefore lets its siblings
listen over a loopback connection; where, and the word that opens it, stand in a file in the folder
where they meet, which only the server's own user can read. One line asks, one line says whether the
question is answered there, and the events follow, a line each. Without such a folder, or where
nobody answers, there is nothing to hear: the answer comes from the store when it is there.
"""

import asyncio
import hmac
import logging
import os
import secrets
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager, suppress
from pathlib import Path

import msgspec

from dengmi.answer.audience import Audience
from dengmi.core.events import EVENT_NAMES, Event, Found, Notice, Text
from dengmi.core.ids import new_id

log = logging.getLogger(__name__)

_ENDING = ".along"
_HOST = "127.0.0.1"
_SOON = 1.0  # seconds for a sibling to say whether it answers a question
_LONGEST = 1_000_000  # bytes of one line
_KINDS: Mapping[str, type[Event]] = {EVENT_NAMES[kind]: kind for kind in (Found, Text, Notice)}
"""What is handed on; that an answer is there, and which, the store says."""

Numbered = tuple[int, Event]


class _Where(msgspec.Struct, frozen=True):
    """How a sibling is reached."""

    port: int
    word: str


class _Wish(msgspec.Struct, frozen=True):
    """What is asked of it: the events of a question from behind a number on, and whether those
    that are still to come too."""

    word: str
    question: str
    after: int
    stay: bool


class Along:
    """The answers that are being given by this server.

    Args:
        audience: those of this process.
        folder: where the processes meet; None where this is the only one.
    """

    def __init__(self, audience: Audience, folder: Path | None = None) -> None:
        self._audience = audience
        self._folder = folder
        self._own = _Where(0, secrets.token_hex(16))
        self._file = folder / (new_id("w") + _ENDING) if folder else None

    async def keep(self) -> None:
        """Let siblings listen, until cancelled."""
        if self._file is None:
            return
        try:
            server = await asyncio.start_server(self._serve, _HOST, 0, limit=_LONGEST)
        except OSError as error:
            log.warning("other processes cannot read along: %s", error)
            return
        port = server.sockets[0].getsockname()[1]
        raw = msgspec.json.encode(_Where(port, self._own.word))
        await asyncio.to_thread(_write, self._file, raw)
        try:
            async with server:
                await server.serve_forever()
        finally:
            await asyncio.to_thread(_remove, self._file)

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
        if self._folder is None:
            return
        for where in await asyncio.to_thread(_siblings, self._folder, self._file):
            wish = _Wish(where.word, question_id, after, stay)
            async with _asked(where.port, wish) as reader:
                if reader is None:
                    continue
                with suppress(OSError, ValueError, msgspec.DecodeError):
                    while line := await reader.readline():
                        number, name, raw = msgspec.json.decode(
                            line, type=tuple[int, str, msgspec.Raw]
                        )
                        yield number, msgspec.json.decode(raw, type=_KINDS[name])
                return

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one sibling."""
        try:
            async with asyncio.timeout(_SOON):
                wish = msgspec.json.decode(await reader.readline(), type=_Wish)
            known = self._audience.question(wish.question) is not None
            if not known or not hmac.compare_digest(wish.word, self._own.word):
                return
            writer.write(b"here\n")
            await self._tell(wish, writer)
        except (OSError, TimeoutError, ValueError, msgspec.DecodeError):
            pass  # whoever asked has gone, or was no sibling
        finally:
            writer.close()

    async def _tell(self, wish: _Wish, writer: asyncio.StreamWriter) -> None:
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


@asynccontextmanager
async def _asked(port: int, wish: _Wish) -> AsyncIterator[asyncio.StreamReader | None]:
    """The lines of a sibling that answers a question; None where it does not, or is gone."""
    writer: asyncio.StreamWriter | None = None
    try:
        found: asyncio.StreamReader | None = None
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_SOON):
                reader, writer = await asyncio.open_connection(_HOST, port, limit=_LONGEST)
                writer.write(msgspec.json.encode(wish) + b"\n")
                found = reader if await reader.readline() == b"here\n" else None
        yield found
    finally:
        if writer is not None:
            writer.close()


def _line(number: int, event: Event) -> bytes:
    """An event on its way to a sibling; the number alone where it is not handed on."""
    name = EVENT_NAMES[type(event)]
    if name not in _KINDS:
        return b""
    return msgspec.json.encode((number, name, event)) + b"\n"


def _siblings(folder: Path, own: Path | None) -> list[_Where]:
    """Where the others are; blocks."""
    found = []
    for path in sorted(folder.glob("*" + _ENDING)):
        if path != own:
            with suppress(OSError, msgspec.DecodeError):
                found.append(msgspec.json.decode(path.read_bytes(), type=_Where))
    return found


def _remove(path: Path) -> None:
    """The file away; blocks."""
    with suppress(OSError):
        path.unlink()


def _write(path: Path, raw: bytes) -> None:
    """A file that nobody else reads, whole from the beginning; blocks."""
    fresh = path.with_suffix(".new")
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
        file.write(raw)
    fresh.replace(path)
