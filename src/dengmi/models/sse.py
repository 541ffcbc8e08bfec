"""Reads server-sent events (HTML standard, section 9.2.6) from the bytes of a response.

Comments are given too: DeepSeek holds a waiting request open with `: keep-alive` lines, which are
the only sign of its queue. An event's type and id do not matter here and are left out.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

LONGEST = 4_000_000
"""Bytes of one line, and characters of one event, at the most; longer is no answer of a model."""


@dataclass(frozen=True, slots=True)
class Data:
    """The data of one event; several data lines are joined by line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment or an empty line outside of an event: a sign of life."""


class TooLong(ValueError):
    """A line or an event is longer than any of a model could be."""


async def read_events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Data | Comment, None]:
    """The events and comments of a stream, as their lines are complete.

    An event that the end of the stream cuts off is not given, as the standard says.

    Raises:
        TooLong: there is a line or an event of more than 4 MB.
    """
    data: list[str] = []
    size = 0
    lines = Lines()
    async for chunk in chunks:
        for line in lines.feed(chunk):
            if not line:
                yield Data("\n".join(data)) if data else Comment()
                data, size = [], 0
            elif line.startswith(":"):
                yield Comment()
            else:
                name, _, value = line.partition(":")
                if name == "data":
                    data.append(value.removeprefix(" "))
                    size += len(value)
                    if size > LONGEST:
                        raise TooLong


class Lines:
    """Cuts bytes into lines of text: they end with CRLF, LF or CR, wherever the bytes are cut."""

    def __init__(self) -> None:
        self._left: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._first = True

    def feed(self, chunk: bytes) -> list[str]:
        """The lines that a chunk completes. Raises TooLong."""
        if self._after_cr and chunk:
            self._after_cr = False
            chunk = chunk.removeprefix(b"\n")  # the second half of a CRLF
        if not chunk:
            return []
        self._after_cr = chunk.endswith(b"\r")
        *ends, left = chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if ends:
            ends[0] = b"".join((*self._left, ends[0]))
            self._left, self._size = [], 0
        if left:
            self._left.append(left)
            self._size += len(left)
        if self._size > LONGEST:
            raise TooLong
        lines = [line.decode("utf-8", "replace") for line in ends]
        if self._first and lines:
            lines[0] = lines[0].removeprefix("\ufeff")
            self._first = False
        return lines
