"""Parts thinking from answer in the text of servers that send both as one: `<think>…</think>`.

Nothing between the tags ever counts as answer: not when a tag is split over pieces, not when the
end is missing, not when the template has written the opening tag already and the text begins
inside the thinking.
"""

from collections.abc import Iterator

from dengmi.core.chat import Said, Thought

OPEN, CLOSE = "<think>", "</think>"


class ThinkSplitter:
    """Takes pieces of text and gives pieces of thinking and of answer.

    Args:
        inside: whether the text begins inside the thinking.
    """

    def __init__(self, *, inside: bool = False) -> None:
        self._inside = inside
        self._held = ""
        self._fresh = True

    def feed(self, piece: str) -> Iterator[Thought | Said]:
        """Add a piece; what of it is certain."""
        self._held += piece
        while self._held:
            tag = CLOSE if self._inside else OPEN
            at = self._held.find(tag)
            stray = -1 if self._inside else self._held.find(CLOSE)
            if stray >= 0 and (at < 0 or stray < at):
                # An end without a beginning: what came before on this stream was thinking too.
                yield from self._give(self._held[:stray], thinking=True)
                self._held = self._held[stray + len(CLOSE) :]
                self._fresh = True
                continue
            if at >= 0:
                yield from self._give(self._held[:at], thinking=self._inside)
                self._held = self._held[at + len(tag) :]
                self._inside, self._fresh = not self._inside, True
                continue
            keep = max(_begun(self._held, OPEN), _begun(self._held, CLOSE))
            sure, self._held = (
                (self._held[:-keep], self._held[-keep:]) if keep else (self._held, "")
            )
            yield from self._give(sure, thinking=self._inside)
            return

    def end(self) -> Iterator[Thought | Said]:
        """No more comes: what was held back."""
        yield from self._give(self._held, thinking=self._inside)
        self._held = ""

    def _give(self, text: str, *, thinking: bool) -> Iterator[Thought | Said]:
        if self._fresh:
            text = text.lstrip()
        if text:
            self._fresh = False
            yield Thought(text) if thinking else Said(text)


def _begun(text: str, tag: str) -> int:
    """How many characters at the end of a text may be the beginning of a tag."""
    return next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
