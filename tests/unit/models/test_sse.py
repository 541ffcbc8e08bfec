"""Reading event streams: whatever way the bytes are cut, the same events."""

import re
import time
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.models import sse
from dengmi.models.sse import Events, Lines, TooLong

PARTS = [
    "\r\n",
    "\n",
    "\r",
    ":",
    " ",
    "data:",
    "data: ",
    "id: 7",
    "灯谜",
    "🏮",
    "\ufeff",
    "x",
    '{"a":1}',
]
CUTS = st.lists(st.integers(1, 9), min_size=1, max_size=6)


def _cut(raw: bytes, sizes: Sequence[int]) -> list[bytes]:
    pieces, at = [], 0
    while at < len(raw):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(raw[at : at + size])
        at += size
    return pieces


def _events(pieces: Sequence[bytes]) -> list[str | None]:
    events = Events()
    return [event for piece in pieces for event in events.feed(piece)]


def _by_the_book(raw: bytes) -> list[str | None]:
    """The standard's steps over the whole stream at once."""
    lines = re.split("\r\n|\n|\r", raw.decode("utf-8", "replace").removeprefix("\ufeff"))[:-1]
    found: list[str | None] = []
    data: list[str] = []
    for line in lines:
        if not line:
            found.append("\n".join(data) if data else None)
            data = []
        elif line[0] == ":":
            found.append(None)
        elif line == "data" or line.startswith("data:"):
            data.append(re.sub("^ ", "", line[5:]))
    return found


@given(st.lists(st.sampled_from(PARTS), max_size=30), CUTS)
def test_events_are_those_of_the_standard_however_bytes_arrive(
    parts: list[str], sizes: list[int]
) -> None:
    raw = "".join(parts).encode()
    whole = _by_the_book(raw)
    # Whether the last CR is half of a CRLF is not known before more comes; the line counts already.
    assert _events(_cut(raw, sizes)) == whole
    assert _events([raw]) == whole


@given(st.binary(max_size=200), CUTS)
def test_any_bytes_are_read(raw: bytes, sizes: list[int]) -> None:
    assert _events(_cut(raw, sizes)) == _events([raw])


def test_an_event_that_is_cut_off_is_not_given() -> None:
    assert _events([b"data: whole\n\ndata: half\n"]) == ["whole"]


def test_signs_of_life_are_given() -> None:
    assert _events([b": keep-alive\n\n"]) == [None, None]


def test_what_is_endless_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "LONGEST", 1000)
    with pytest.raises(TooLong):
        _events([b"data: "] + [b"x" * 100] * 11)
    with pytest.raises(TooLong):
        _events([b"data: xxxxxxxxxxxxxxxxxxxx\n"] * 60)


def test_a_long_line_in_small_chunks_takes_time_in_proportion() -> None:
    def seconds(chunks: int) -> float:
        lines = Lines()
        began = time.process_time()
        for _ in range(chunks):
            assert lines.feed(b"x" * 16) == []
        (line,) = lines.feed(b"\n")
        assert len(line) == chunks * 16
        return time.process_time() - began

    seconds(20_000)
    assert seconds(160_000) < 40 * max(seconds(20_000), 0.001)
