"""Parts thinking from answer in the text of servers that send both as one: `<think>…</think>`.

Nothing of the thinking may count as answer: not when a tag is split over pieces, not when the end
is missing, not when the chat template has written the opening tag already, so that the text begins
inside the thinking. Where that is not known beforehand, the text is held until a tag or the end
tells; `found` then says how the next text of this model will begin.
"""

import re
from collections.abc import Iterator
from typing import Literal

from dengmi.core.chat import Said, Thought

_TAG = re.compile(r"<(/?)think(?:ing)?>", re.IGNORECASE)
_OPEN = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
_TAGS = ("<think>", "</think>", "<thinking>", "</thinking>")

Start = Literal["answer", "thinking", "unsure"]


class ThinkSplitter:
    """Takes pieces of text and gives pieces of thinking and of answer.

    Args:
        start: what the text begins with, apart from an opening tag, which always counts there.
        apart: the server sends thinking on its own, so that a tag inside of the text is a word of
            the answer, such as one about the tag.
    """

    def __init__(self, start: Start = "answer", *, apart: bool = False) -> None:
        self._inside = self._began_inside = start == "thinking"
        self._unsure = start == "unsure"
        self._apart = apart
        self._told = False
        self._held = ""
        self._begun = False
        self._fresh = True

    @property
    def found(self) -> Start:
        """How the text turned out to begin."""
        if self._unsure or (self._began_inside and not self._told):
            return "unsure"
        return "thinking" if self._began_inside else "answer"

    def sure(self) -> Iterator[Thought | Said]:
        """Thinking came on its own, so the text is answer: what was held is given."""
        if not self._told:
            self._apart = self._told = True
            self._inside = self._began_inside = self._unsure = False
            yield from self.feed("")

    def passes(self, piece: str) -> bool:
        """Whether a piece is answer as it stands: no tag begins in it, and none is open."""
        plain = self._begun and not (self._held or self._unsure or self._inside or self._fresh)
        return plain and "<" not in piece

    def feed(self, piece: str) -> Iterator[Thought | Said]:
        """Add a piece; what of it is certain."""
        if self._begun and not self._held and not self._unsure and "<" not in piece:
            yield from self._give(piece, thinking=self._inside)  # no tag begins in it
            return
        self._held += piece
        if not self._begun and not self._opened():
            return
        while self._held:
            plain = self._apart and not self._inside
            if not plain and (tag := _TAG.search(self._held)) is not None:
                yield from self._tag(tag)
                continue
            if self._unsure:
                return
            keep = 0 if plain else max(_begun(self._held, tag) for tag in _TAGS)
            cut = len(self._held) - keep
            sure, self._held = self._held[:cut], self._held[cut:]
            yield from self._give(sure, thinking=self._inside)
            return

    def end(self, *, whole: bool = True) -> Iterator[Thought | Said]:
        """No more comes: what was held back.

        Args:
            whole: the text came to its own end. Text cut off before a tag told what it is may be
                all thinking and counts as that.
        """
        thinking = self._inside or (self._unsure and not whole)
        if whole:
            self._unsure = False
        yield from self._give(self._held, thinking=thinking)
        self._held = ""

    def _opened(self) -> bool:
        """Whether the beginning is known: an opening tag there counts in every case."""
        text = self._held.lstrip()
        if any(tag.startswith(text.lower()) for tag in ("<think>", "<thinking>") if text != tag):
            return False
        self._begun = True
        if (opened := _OPEN.match(text)) is not None:
            self._held = text[opened.end() :]
            self._inside, self._unsure, self._began_inside = True, False, False
            self._told = True
        return True

    def _tag(self, tag: re.Match[str]) -> Iterator[Thought | Said]:
        """A tag is reached. An end without a beginning: what came before was thinking too."""
        closes = bool(tag[1])
        text, self._held = self._held[: tag.start()], self._held[tag.end() :]
        if closes and not self._told:
            self._began_inside = True
        yield from self._give(text, thinking=self._inside or closes)
        self._told, self._unsure = True, False
        self._inside, self._fresh = not closes, True

    def _give(self, text: str, *, thinking: bool) -> Iterator[Thought | Said]:
        if self._fresh:
            text = text.lstrip()
        if text:
            self._fresh = False
            yield Thought(text) if thinking else Said(text)


def _begun(text: str, tag: str) -> int:
    """How many characters at the end of a text may be the beginning of a tag."""
    return next((n for n in range(len(tag) - 1, 0, -1) if text[-n:].lower() == tag[:n]), 0)
