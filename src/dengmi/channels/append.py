"""Renders an answer where text can only be appended: what was said cannot be taken back.

Only sentences that are sure to stand in the final answer are given out. A written answer becomes
sure with its first sentence that cites: before that, all of it may still be replaced by quotes.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from dengmi.answer.told import told
from dengmi.channels.links import defused
from dengmi.core.events import Cited, Done, Event, Text
from dengmi.core.records import Answer, Citation

_TAIL = re.compile(r"(?: ?\[\d{1,3}\])+(?= \[\?\]\Z|\Z)")
_NUMBER = re.compile(r"\[(\d{1,3})\]")


@dataclass(frozen=True, slots=True)
class Placed:
    """A citation where it stands: `text[start:end]` of what was given out is its number."""

    citation: Citation
    start: int
    end: int


class Appending:
    """What to append for each event of an answer.

    Args:
        mark: a citation's number as it stands in the text, such as a link.

    Attributes:
        text: everything given out so far.
        placed: the citations in it.
        citations: each of them once, in order of their numbers.
    """

    def __init__(self, mark: Callable[[Citation], str]) -> None:
        self._mark = mark
        self.text = ""
        self.placed: list[Placed] = []
        self.citations: list[Citation] = []
        self._held: list[Text] = []
        self._raw = ""
        self._sure = False
        self._written = False
        self._mixed = False
        self._known: dict[int, Citation] = {}
        self._before = 0

    def feed(self, event: Event) -> str:
        """What to append now; mostly "" or a sentence."""
        at = len(self.text)
        match event:
            case Text():
                self._hear(event)
            case Cited():
                self._know(event.citation)
            case Done():
                self._end(event.answer)
        self._flush()
        return self.text[at:]

    def _hear(self, event: Text) -> None:
        if event.claim is not None:
            self._written = True
            self._sure = self._sure or bool(event.claim.cited)
        elif not self._sure:  # quotes in place of what was written so far
            self._held.clear()
            self._raw = ""
            self._sure = True
        elif self._written:  # the final answer will tell
            self._mixed = True
        self._held.append(event)
        self._raw += event.text

    def _know(self, citation: Citation) -> None:
        numbered = replace(citation, n=citation.n + self._before)
        self._known[citation.n] = numbered

    def _flush(self, *, all_of_it: bool = False) -> None:
        while self._held and (all_of_it or (self._sure and not self._mixed)):
            numbers = _cited(self._held[0])
            if not all_of_it and any(n not in self._known for n in numbers):
                return
            self._say(self._held.pop(0).text, numbers)

    def _end(self, answer: Answer) -> None:
        """Give out the rest. Should the answer be another one than was told, it follows whole."""
        if not answer.text.startswith(self._raw):
            self._held.clear()
            if self.text:
                self.text += "\n\n"
                self._before = len(self.citations)
            self._raw, self._known = "", {}
            self._sure = self._written = self._mixed = False
            for event in told(answer):
                self.feed(event)
        for citation in answer.citations:
            if citation.n not in self._known:
                self._know(citation)
        if len(self._raw) < len(answer.text):
            self._held.append(Text(answer.text[len(self._raw) :]))
            self._raw = answer.text
        self._flush(all_of_it=True)

    def _say(self, text: str, numbers: tuple[int, ...]) -> None:
        """Put a sentence into the text, the numbers behind it as marks."""
        tail = _TAIL.search(text) if numbers else None
        if tail is None:
            self._put(text)
            return
        self._put(text[: tail.start()])
        found = list(_NUMBER.finditer(text, tail.start(), tail.end()))
        marked = found[-1:] if len(numbers) == 1 else found
        at = tail.start()
        for number in marked:
            citation = self._known.get(int(number[1]))
            self.text += text[at : number.start()]
            at = number.end()
            if citation is None:
                self.text += number.group()
            else:
                self._place(citation)
        self.text += text[at:]

    def _put(self, text: str) -> None:
        """Words as they stand; no link comes about where they meet what stands before them."""
        gap = "\\" if self.text.endswith("]") and text.startswith(("(", ":")) else ""
        self.text += gap + defused(text)

    def _place(self, citation: Citation) -> None:
        start = len(self.text)
        self.text += self._mark(citation)
        self.placed.append(Placed(citation, start, len(self.text)))
        if all(each.n != citation.n for each in self.citations):
            self.citations.append(citation)


def _cited(event: Text) -> tuple[int, ...]:
    """The numbers that stand behind a sentence; a quote has one."""
    if event.claim is not None:
        return event.claim.cited
    tail = _TAIL.search(event.text)
    return (int(_NUMBER.findall(tail.group())[-1]),) if tail else ()
