"""How the processes of one server speak with each other.

Each listens on the loopback interface; at which port, and the word that opens it, stand in a file
in the folder where they meet, which only the server's own user can read. A connection is for one
wish: a line with the word and what kind of wish it is, a line with the wish, and `here` where it
can be granted; what follows is a matter of its kind. Without such a folder there is nobody to speak
with.
"""

import asyncio
import hmac
import logging
import os
import secrets
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

log = logging.getLogger(__name__)

HERE = b"here\n"
"""The first line of a reply, where there is one."""

LONGEST = 4_000_000
"""Bytes of one line."""

_ENDING = ".sibling"
_HOST = "127.0.0.1"
_SOON = 2.0  # seconds for a sibling to say whether it can grant a wish
_PATIENCE = 20.0  # seconds for one to say what it wishes

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]

Grant = Callable[[bytes, asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""Grants a wish: its line, and both ends of the connection, which is closed afterwards. Says
nothing where it cannot."""


class Where(msgspec.Struct, frozen=True):
    """How a sibling is reached."""

    port: int
    word: str


class _Hello(msgspec.Struct, frozen=True):
    word: str
    kind: str


class Siblings:
    """This process among those of its server.

    Args:
        folder: where they meet; None where this is the only one.

    Attributes:
        port: where this one listens; 0 where it does not.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.port = 0
        self._word = secrets.token_hex(16)
        self._grants: dict[str, Grant] = {}
        self._known: dict[int, Where] = {}
        self._server: asyncio.Server | None = None
        self._granting: set[asyncio.Task[None]] = set()

    def grant(self, kind: str, how: Grant) -> None:
        """Grant wishes of a kind from now on."""
        self._grants[kind] = how

    async def open(self) -> None:
        """Listen. Where that cannot be, this process is on its own, and the log says so."""
        if self.folder is None:
            return
        try:
            self._server = await asyncio.start_server(self._serve, _HOST, 0, limit=LONGEST)
            port = self._server.sockets[0].getsockname()[1]
            raw = msgspec.json.encode(Where(port, self._word))
            await asyncio.to_thread(_write, self._file(port), raw)
            self.port = port
        except OSError as error:
            log.warning("this process does not share with the others: %s", error)

    async def close(self) -> None:
        """Listen no more; whoever is being told something hears that it ends."""
        if self._server is None or self.folder is None:
            return
        self._server.close()
        for task in tuple(self._granting):
            task.cancel()
        await asyncio.gather(*self._granting, return_exceptions=True)
        await asyncio.to_thread(_remove, self._file(self.port))
        self.port, self._server = 0, None

    async def others(self) -> Sequence[Where]:
        """Where the others are; some may be gone."""
        if self.folder is None:
            return ()
        return await asyncio.to_thread(_all, self.folder, self.port)

    async def at(self, port: int) -> Where | None:
        """Where the one is that listens at a port."""
        if self.folder is None:
            return None
        if (known := self._known.get(port)) is None:
            known = await asyncio.to_thread(_read, self._file(port))
            if known is not None:
                self._known[port] = known
        return known

    async def ask(
        self, where: Where, kind: str, wish: bytes, *, within: float = _SOON
    ) -> Ends | None:
        """The connection to a sibling that grants a wish, behind its first line; to be closed by
        whoever asked. None where it does not, or not within so many seconds, or is gone."""
        writer: asyncio.StreamWriter | None = None
        granted = False
        try:
            async with asyncio.timeout(within):
                reader, writer = await asyncio.open_connection(_HOST, where.port, limit=LONGEST)
                hello = msgspec.json.encode(_Hello(where.word, kind))
                writer.write(hello + b"\n" + wish + b"\n")
                granted = await reader.readline() == HERE
                return (reader, writer) if granted else None
        except TimeoutError:
            return None
        except (OSError, ValueError):
            self._known.pop(where.port, None)  # another one may listen there some day
            return None
        finally:
            if writer is not None and not granted:
                writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Grant what one sibling wishes."""
        task = asyncio.current_task()
        assert task is not None
        self._granting.add(task)
        try:
            async with asyncio.timeout(_PATIENCE):
                hello = msgspec.json.decode(await reader.readline(), type=_Hello)
                wish = await reader.readline()
            how = self._grants.get(hello.kind)
            if how is not None and hmac.compare_digest(hello.word, self._word):
                await how(wish, reader, writer)
        except (OSError, TimeoutError, ValueError, msgspec.DecodeError):
            pass  # whoever asked has gone, or was no sibling
        except asyncio.CancelledError:
            pass  # this process listens no more; asyncio would log who was cancelled
        finally:
            self._granting.discard(task)
            writer.close()

    def _file(self, port: int) -> Path:
        assert self.folder is not None
        return self.folder / f"{port}{_ENDING}"


def _all(folder: Path, own: int) -> list[Where]:
    """Where the others are; blocks."""
    found = [_read(path) for path in sorted(folder.glob("*" + _ENDING))]
    return [each for each in found if each is not None and each.port != own]


def _read(path: Path) -> Where | None:
    """What a file says; blocks."""
    with suppress(OSError, msgspec.DecodeError):
        return msgspec.json.decode(path.read_bytes(), type=Where)
    return None


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
