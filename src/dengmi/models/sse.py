"""Reads server-sent events (HTML standard, section 9.2.6) from the bytes of a response.

Comments are given too: DeepSeek holds a waiting request open with `: keep-alive` lines, which are
the only sign of its queue. An event's type and id do not matter here and are left out.
"""

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


class Events:
    """Takes the bytes of a stream as they come and gives its events and comments, as their lines
    are complete. An event that the end of the stream cuts off is not given, as the standard says.
    """

    def __init__(self) -> None:
        self._lines = Lines()
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[Data | Comment]:
        """What a chunk completes.

        Raises:
            TooLong: there is a line or an event of more than 4 MB.
        """
        found: list[Data | Comment] = []
        if not self._data and (whole := self._lines.events(chunk)):
            return [Data(each[6:].decode("utf-8", "replace")) for each in whole]
        for line in self._lines.feed(chunk):
            if not line:
                found.append(Data("\n".join(self._data)) if self._data else Comment())
                self._data, self._size = [], 0
            elif line.startswith(":"):
                found.append(Comment())
            else:
                name, _, value = line.partition(":")
                if name == "data":
                    self._data.append(value.removeprefix(" "))
                    self._size += len(value)
                    if self._size > LONGEST:
                        raise TooLong
        return found


class Lines:
    """Cuts bytes into lines of text: they end with CRLF, LF or CR, wherever the bytes are cut."""

    def __init__(self) -> None:
        self._left: list[bytes] = []
        self._size = 0
        self._after_cr = False
        self._first = True

    def events(self, chunk: bytes) -> list[bytes]:
        """The events of a chunk that is nothing but whole ones with one line of data each, as most
        are: then it is taken. [] for any other."""
        if self._left or self._after_cr or len(chunk) > LONGEST or b"\r" in chunk:
            return []
        *found, left = chunk.split(b"\n\n")
        if left or any(not each.startswith(b"data: ") or b"\n" in each for each in found):
            return []
        self._first = False
        return found

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
