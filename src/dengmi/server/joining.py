"""One making for all processes of this server.

Who leads a making holds a place, found by its key, in a file in the folder where the processes
meet (`core/ranges.py`); the kernel lets go of it when the process ends, however that happens. Who
finds it held reads in the lock at which port the leader listens, and gets from there what it gives,
from the first piece on, a line each, with an empty line now and then. The connection is the
follower's hold: when its last asker has left it is closed, and when nobody holds the making any
more it ends.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from hashlib import blake2b

import msgspec

from dengmi.answer.join import Hub
from dengmi.answer.led import Lead, LeaderGone
from dengmi.answer.write.writer import Out
from dengmi.core.errors import ModelFailed
from dengmi.core.ranges import PLACES, RangeLocks
from dengmi.server.pieces import failure_line, line_of, piece_of
from dengmi.server.siblings import HERE, Siblings

log = logging.getLogger(__name__)

BEAT = 1.0
"""Seconds between two empty lines of a leader that has nothing to give."""

SILENT = 10.0
"""Seconds without any line after which a leader counts as gone: it hangs, as its lock is held. More
than a process is ever late that has more to do than it can."""

GIVES_UP = 10.0
"""Seconds after which who neither gets a lead nor reaches its holder leads on its own."""

_SOON, _SELDOM = 0.005, 0.2  # seconds between two tries, at first and after a while
_KIND = "join"
_FILE = "makings"
_MADE, _END, _BEAT = b"made\n", b"end\n", b"\n"


@dataclass(slots=True)
class _Led:
    """A key that this process leads: how many leads of it there are, and whether it is decided
    what becomes of it."""

    count: int = 0
    decided: asyncio.Event = field(default_factory=asyncio.Event)


class Joining:
    """The makings of this server.

    Args:
        siblings: the other processes.
    """

    def __init__(self, siblings: Siblings) -> None:
        self._siblings = siblings
        self._locks: RangeLocks | None = None
        self._led: dict[str, _Led] = {}
        self._hub: Hub[Out] | None = None
        siblings.grant(_KIND, self._serve)

    async def open(self, hub: Hub[Out]) -> None:
        """Share the makings of a hub. Where there are no such locks every process makes its own,
        and the log says so."""
        if self._siblings.folder is None or not self._siblings.port:
            return
        self._hub = hub
        try:
            path = self._siblings.folder / _FILE
            locks = await asyncio.to_thread(RangeLocks, path)
            locks.take(PLACES - 1, 1)
            locks.free(PLACES - 1)
            self._locks = locks
        except OSError as error:
            log.warning("every process writes answers on its own: %s", error)

    async def close(self) -> None:
        """Let go of everything."""
        locks, self._locks = self._locks, None
        if locks is not None:
            await asyncio.to_thread(locks.close)

    def take(self, key: str) -> Lead | None:
        """Take the lead of what has this key, at once; None where another process has it."""
        taken = self._taken(key)
        return None if isinstance(taken, int) else taken

    async def seek(self, key: str) -> Lead:
        """Take the lead, or find the way to whoever has it, as soon as that one has decided that
        something is made."""
        now = asyncio.get_running_loop().time
        end, wait = now() + GIVES_UP, _SOON
        while isinstance(taken := self._taken(key), int):
            if (follow := await self._found(key, taken)) is not None:
                return follow
            if now() > end:
                log.warning("the process at port %d neither tells nor lets go", taken)
                return _Leading(None, key)
            await asyncio.sleep(wait)
            wait = min(2 * wait, _SELDOM)
        return taken

    def lead(self, key: str) -> None:
        """One more lead of a key that this process has the place of."""
        self._led.setdefault(key, _Led()).count += 1

    def decided(self, key: str) -> None:
        """What becomes of a key is decided."""
        self._led[key].decided.set()

    def free(self, key: str) -> None:
        """One lead less."""
        led = self._led[key]
        led.count -= 1
        if not led.count:
            del self._led[key]
            led.decided.set()
            if self._locks is not None:
                self._locks.free(_place(key))

    def _taken(self, key: str) -> "_Leading | int":
        """The lead of a key, or the port of whoever has it."""
        if self._locks is None:
            return _Leading(None, key)
        try:
            holder = 0 if key in self._led else self._locks.take(_place(key), self._siblings.port)
        except OSError as error:  # the system has no more of them
            log.warning("an answer is written without asking the others: %s", error)
            return _Leading(None, key)
        return holder or _Leading(self, key)

    async def _found(self, key: str, port: int) -> "_Following | None":
        """The way to a leader, when it has decided to make it; None where it does not."""
        where = await self._siblings.at(port)
        wish = msgspec.json.encode(key)
        if where is None:
            return None
        ends = await self._siblings.ask(where, _KIND, wish, within=GIVES_UP)
        if ends is None:
            return None
        follow, made = _Following(*ends), False
        try:
            with suppress(LeaderGone):
                made = await follow.line() == _MADE
        finally:
            if not made:
                follow.free()
        return follow if made else None

    async def _serve(
        self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Have a sibling follow what this process leads."""
        key = msgspec.json.decode(line, type=str)
        led = self._led.get(key)
        if led is None:
            return
        writer.write(HERE)
        telling = asyncio.create_task(self._tell(key, led, writer))
        leaving = asyncio.create_task(reader.read(1))
        both = {telling, leaving}
        try:
            while not (await asyncio.wait(both, timeout=BEAT, return_when="FIRST_COMPLETED"))[0]:
                writer.write(_BEAT)
        finally:
            for task in both:
                task.cancel()
            await asyncio.gather(*both, return_exceptions=True)

    async def _tell(self, key: str, led: _Led, writer: asyncio.StreamWriter) -> None:
        """Tell what is given, and hold it until cancelled; ends where there is nothing to hold."""
        await led.decided.wait()
        held = self._hub.join(key) if self._hub else None
        if held is None:
            return
        try:
            writer.write(_MADE)
            try:
                async with aclosing(held.pieces()) as pieces:
                    async for piece in pieces:
                        writer.write(line_of(piece))
                        await writer.drain()
                writer.write(_END)
            except ModelFailed as error:
                writer.write(failure_line(error))
            with suppress(OSError):
                await writer.drain()
            await asyncio.Event().wait()  # until the sibling has stored what it got
        finally:
            await held.leave()


class _Leading:
    """This process leads; without a place for the others to find (`joining` None), on its own."""

    def __init__(self, joining: Joining | None, key: str) -> None:
        self.ours = True
        self._joining = joining
        self._key = key
        if joining is not None:
            joining.lead(key)

    def begun(self) -> None:
        if self._joining is not None:
            self._joining.decided(self._key)

    async def alone(self) -> bool:
        return True

    def pieces(self, _after: int) -> AsyncGenerator[Out, None]:
        raise LeaderGone  # it is written here

    def free(self) -> None:
        joining, self._joining = self._joining, None
        if joining is not None:
            joining.free(self._key)


class _Following:
    """Another process leads."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.ours = False
        self._reader = reader
        self._writer = writer

    def begun(self) -> None:
        return

    async def alone(self) -> bool:
        return True

    async def line(self) -> bytes:
        """The next line that says something. Raises LeaderGone."""
        line = _BEAT
        while line == _BEAT:
            try:
                async with asyncio.timeout(SILENT):
                    line = await self._reader.readline()
            except (OSError, TimeoutError, ValueError):
                raise LeaderGone from None
        if not line.endswith(b"\n"):  # its end, maybe in the middle of a line
            raise LeaderGone
        return line

    async def pieces(self, after: int) -> AsyncGenerator[Out, None]:
        number = 0
        while (line := await self.line()) != _END:
            number += 1
            try:
                piece = piece_of(line)
            except ValueError as error:
                log.warning("another process told what is not understood: %s", error)
                raise LeaderGone from None
            if number > after:
                yield piece

    def free(self) -> None:
        self._writer.close()


def _place(key: str) -> int:
    """Where in the file a key has its place."""
    return int.from_bytes(blake2b(key.encode(), digest_size=6).digest()) % (PLACES - 1)
