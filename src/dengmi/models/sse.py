"""Reads server-sent events (HTML standard, section 9.2.6) from the bytes of a response.

Comments are given too: DeepSeek holds a waiting request open with `: keep-alive` lines, which are
the only sign of its queue. An event's type and id do not matter here and are left out.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass

LONGEST_LINE = 4_000_000
"""Bytes of one line at the most; a longer one is no answer of a model."""


@dataclass(frozen=True, slots=True)
class Data:
    """The data of one event; several data lines are joined by line breaks."""

    text: str


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment or an empty line outside of an event: a sign of life."""


class LineTooLong(ValueError):
    """A line is longer than any event could be."""


async def read_events(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Data | Comment, None]:
    """The events and comments of a stream, as their lines are complete.

    An event that the end of the stream cuts off is not given, as the standard says.

    Raises:
        LineTooLong: there is a line of more than 4 MB.
    """
    data: list[str] = []
    async for line in _lines(chunks):
        if not line:
            if data:
                yield Data("\n".join(data))
                data = []
            else:
                yield Comment()
        elif line.startswith(":"):
            yield Comment()
        else:
            name, _, value = line.partition(":")
            if name == "data":
                data.append(value.removeprefix(" "))


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncGenerator[str, None]:
    """The complete lines: they end with CRLF, LF or CR."""
    left = b""
    after_cr = False
    first = True
    async for chunk in chunks:
        if after_cr and chunk.startswith(b"\n"):
            chunk = chunk[1:]  # noqa: PLW2901 - the second half of a CRLF
        if not chunk:
            continue
        after_cr = chunk.endswith(b"\r")
        *lines, left = (left + chunk).replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
        if len(left) > LONGEST_LINE:
            raise LineTooLong
        for line in lines:
            text = line.decode("utf-8", "replace")
            yield text.removeprefix("\ufeff") if first else text
            first = False
