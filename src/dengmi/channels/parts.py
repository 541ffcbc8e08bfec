"""Cuts a text for channels whose messages hold so many bytes: at the borders of sentences, never
inside a link or a character."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from dengmi.language.sentences import sentences

CUT = "…"
"""Stands where a sentence had to be cut, or where something was left out."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a message. A `whole` one is kept or left out, never cut: a link."""

    text: str
    whole: bool = False


def size(text: str) -> int:
    """Bytes of a text in UTF-8; a lone surrogate counts as what replaces it."""
    return len(text.encode("utf-8", "replace"))


def parts(pieces: Iterable[Piece], most_bytes: int, most_parts: int) -> tuple[list[str], bool]:
    """Messages made of pieces, and whether all found room.

    Args:
        most_bytes: of one message, in UTF-8; more than 16.
        most_parts: of messages.
    """
    made: list[str] = []
    now = ""
    complete = True
    for text, whole in _atoms(pieces):
        if size((now + text).rstrip()) <= most_bytes:
            now += text
            continue
        if now.strip():
            made.append(now.strip())
        now = text.lstrip()
        if len(made) >= most_parts:
            now, complete = "", False
            break
        if size(now.rstrip()) > most_bytes:
            if whole:
                now, complete = "", False
                continue
            *full, now = list(_chopped(now, most_bytes))
            made += full
            if len(made) >= most_parts:
                now, complete = "", False
                break
    if now.strip():
        made.append(now.strip())
    if not complete and made:
        made[-1] = _marked(made[-1], most_bytes)
    return made[:most_parts], complete and len(made) <= most_parts


def shortened(text: str, most_bytes: int) -> str:
    """A text of at most so many bytes, cut behind a character and marked where it was longer."""
    return text if size(text) <= most_bytes else next(_chopped(text, most_bytes - size(CUT))) + CUT


def _atoms(pieces: Iterable[Piece]) -> Iterator[tuple[str, bool]]:
    """Sentences with the space behind them, and whole pieces."""
    for piece in pieces:
        if piece.whole:
            yield piece.text, True
            continue
        starts = [start for start, _ in sentences(piece.text)] or [0]
        edges = [0, *starts[1:], len(piece.text)]
        for start, end in pairwise(edges):
            if start < end:
                yield piece.text[start:end], False


def _chopped(text: str, most_bytes: int) -> Iterator[str]:
    """A long sentence in stretches that fit; behind a space or a comma where one is near."""
    while size(text) > most_bytes:
        end = len(text.encode("utf-8", "replace")[:most_bytes].decode("utf-8", "ignore"))
        end = _seam(text, max(1, end))
        yield text[:end].rstrip()
        text = text[end:].lstrip()
    yield text


def _seam(text: str, end: int) -> int:
    """A place at or before `end` that parts no character from what belongs to it."""
    for near in range(end, max(end - 40, end // 2), -1):
        if text[near - 1] in " ,，、;；:：":
            return near
    at = end
    while at > 1 and _belongs(text, at):
        at -= 1
    return at if at > 1 else end


def _belongs(text: str, at: int) -> bool:
    """Whether the character at a place belongs to the one before: accents, joined emoji."""
    char, before = text[at], text[at - 1]
    return (
        unicodedata.combining(char) != 0
        or char in "\u200d\ufe0e\ufe0f"
        or before == "\u200d"
        or "\U0001f3fb" <= char <= "\U0001f3ff"
    )


def _marked(text: str, most_bytes: int) -> str:
    """A text with the mark that something was left out, where there is room for it."""
    return text + CUT if not text.endswith(CUT) and size(text + CUT) <= most_bytes else text
