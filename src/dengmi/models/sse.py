"""Reads server-sent events (HTML standard, section 9.2.6) from the bytes of a response.

Comments are given too: DeepSeek holds a waiting request open with `: keep-alive` lines, which are
the only sign of its queue. An event's type and id do not matter here and are left out.
"""

LONGEST = 4_000_000
"""Bytes of one line, and characters of one event, at the most; longer is no answer of a model."""


class TooLong(ValueError):
    """A line or an event is longer than any of a model could be."""


class Events:
    """Takes the bytes of a stream as they come and gives the data of its events, as their lines
    are complete; several data lines of one are joined by line breaks. None stands for a comment,
    or an empty line outside of an event: a sign of life. An event that the end of the stream cuts
    off is not given, as the standard says.
    """

    def __init__(self) -> None:
        self._lines = Lines()
        self._data: list[str] = []
        self._size = 0

    def feed(self, chunk: bytes) -> list[str | None]:
        """What a chunk completes.

        Raises:
            TooLong: there is a line or an event of more than 4 MB.
        """
        found: list[str | None] = []
        if not self._data:
            found += self._lines.events(chunk)
            if found:
                return found
        for line in self._lines.feed(chunk):
            if not line:
                found.append("\n".join(self._data) if self._data else None)
                self._data, self._size = [], 0
            elif line.startswith(":"):
                found.append(None)
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

    def events(self, chunk: bytes) -> list[str]:
        """The data of the events of a chunk that is nothing but whole ones with one line each, as
        most are: then it is taken. [] for any other."""
        if self._left or self._after_cr or len(chunk) > LONGEST or b"\r" in chunk:
            return []
        if not (chunk.startswith(b"data: ") and chunk.endswith(b"\n\n")):
            return []
        found = chunk[6:-2].decode("utf-8", "replace").split("\n\ndata: ")
        if chunk.count(b"\n") != 2 * len(found):  # there is a line break inside of one
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
