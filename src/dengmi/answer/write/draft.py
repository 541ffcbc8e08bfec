"""Cuts what a model writes into sentences while it comes, each with the numbers it cites.

Numbers (`marks.py`) are taken out of the text; a number belongs to the sentence it stands in or
right behind, or before, on a line that begins with one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dengmi.answer.write.marks import (
    Marks,
    Means,
    Ref,
    alone,
    any_number,
    raw_place,
    settled,
    without_marks,
)
from dengmi.language.sentences import sentences

MOST_BUFFERED = 4_000
"""Characters without an end of a sentence after which what is there counts as one."""

_MAY_END = re.compile("[.．。！？!?…\n]")
_SURE_END = "。！？\n"
_SURE = re.compile(f"[{_SURE_END}]")
_SETTLES = 14
"""So many characters behind a full stop tell whether it ends a sentence."""

UNSEEN = re.compile(
    "[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
)
"""Signs that nobody sees, and that turn round or part what is seen: 06 behind one reads 60."""

_LEAD = re.compile(r"(?:[ \t]*(?:[-*+•]|\d{1,2}[.)、]|#{1,6}|>)[ \t]+)*(?:\*\*|__)?")
_ITEM = re.compile(r"[-*+•]|\d{1,2}[.)、]")
_DEEPEST = 12
"""Columns that an item of a list stands further in than the first at the most."""
_ROW = re.compile(r"\|[^|]*\||\S[ \t]+\|[ \t]+\S")
"""What makes a line a row of a table, with marks around it or between its cells only."""
FENCE = re.compile(r"[ \t]*(?:```|~~~)")
"""A line that begins or ends a stretch of code."""


@dataclass(frozen=True, slots=True)
class Sentenced:
    """A finished sentence of a draft.

    Attributes:
        gap: what stands between it and what came before: "", " " or line breaks.
        lead: the mark of a list item, heading or quotation in front of it; that of a list inside
            a list with the blanks that say so.
        text: the sentence, without numbers.
        cites: (passage, sentence) it cites, in order; sentence 0 means the whole passage.
        code: whether it is a line of code or a table's row, which no sentence rules apply to; `row`
            tells which.
    """

    gap: str
    lead: str
    text: str
    cites: tuple[tuple[int, int], ...] = ()
    code: bool = False
    row: bool = False

    @property
    def raw(self) -> str:
        """About what the model wrote."""
        refs = "".join(f"[{p}.{s}]" if s else f"[{p}]" for p, s in self.cites)
        return f"{self.gap}{self.lead}{self.text}{' ' if refs else ''}{refs}"


class Draft:
    """Takes pieces of text and gives finished sentences.

    Args:
        means: tells whether a number that could be something else is the number of a sentence.
    """

    def __init__(self, means: Means = any_number) -> None:
        self._means = means
        self._raw = ""
        self._gap = ""
        self._breaks = 0
        self._fenced = False
        self._begun = False
        self._ahead: bool | None = None
        """Whether the numbers of this line stand before their sentences; None where it begins."""
        self._carried: tuple[Ref, ...] = ()
        self._marked = False
        """Whether what left of this line had numbers."""
        self._margin: int | None = None
        """How far in the first item of this list stands; None outside of lists."""
        self._inset = ""
        """What the first sentence of this line keeps of the blanks in front of it."""

    def feed(self, piece: str) -> Iterator[Sentenced]:
        """Add a piece; the sentences that are finished by it."""
        if not piece.isprintable():
            piece = UNSEEN.sub("", piece)
        finished = not self.holds(piece)
        self._raw += piece.replace("\r\n", "\n").replace("\r", "\n")
        if finished:
            yield from self._lines(final=False)
            if not self._fenced and not FENCE.match(self._raw) and "|" not in self._raw:
                yield from self._running()

    def holds(self, text: str) -> bool:
        """Whether no sentence can be finished by this text behind what is there: no line has
        ended, and behind the first stop there is too little to tell whether it ends one."""
        raw = self._raw + text if self._raw else text
        stop = _MAY_END.search(raw)
        if stop is None:
            return len(raw) <= MOST_BUFFERED and "\r" not in text
        if len(raw) >= stop.end() + _SETTLES or "\r" in text:
            return False
        return _SURE.search(raw, stop.start()) is None

    def broken(self) -> None:
        """What is unfinished is forgotten; what comes next stands behind the last sentence."""
        self._raw, self._ahead, self._carried, self._marked = "", None, (), False

    def go_on(self) -> None:
        """Sentences stand before the first one already."""
        self._gap, self._begun = " ", True

    def end(self) -> Iterator[Sentenced]:
        """No more comes; the rest as sentences."""
        yield from self._lines(final=True)
        yield from self._line(self._raw)
        self._raw = ""

    def _lines(self, *, final: bool) -> Iterator[Sentenced]:
        """The lines that have their end."""
        while "\n" in self._raw:
            line, _, rest = self._raw.partition("\n")
            behind = self._behind(line, rest, final)
            if behind is None:
                return
            yield from self._line(line + rest[:behind])
            self._ahead, self._carried, self._marked = None, (), False
            self._breaks += 1
            self._raw = rest[behind:]

    def _running(self) -> Iterator[Sentenced]:
        """Sentences of the last line that are certain to be finished."""
        if "\n" in self._raw:
            return
        raw = settled(self._raw)
        plain, marks = without_marks(raw, self._means)
        spans = _spans(plain, marks)
        done = 0
        for n, ((start, end), (follow, _)) in enumerate(pairwise(spans)):
            if plain[end - 1] not in _SURE_END and len(plain) - follow < _SETTLES:
                break
            self._begin(plain, marks)
            yield self._sentence(plain, marks, start, end, first=n == 0, last=False)
            self._gap = " " if end < follow else ""
            done = follow
        if done:
            self._marked = self._marked or any(mark.place <= done for mark in marks)
            self._raw = self._raw[raw_place(marks, done) :]
        elif len(self._raw) > MOST_BUFFERED:
            yield from self._line(self._raw)
            self._raw = ""

    def _line(self, line: str) -> Iterator[Sentenced]:
        """The sentences of a whole line, or of what is left of it."""
        if FENCE.match(line):
            self._fenced = not self._fenced
            yield self._given("", line.rstrip(), (), code=True)
            return
        plain, marks = without_marks(line, self._means)
        row = not self._fenced and _ROW.search(plain) is not None
        if self._fenced and not all(s and self._means((p, s)) for m in marks for p, s in m.refs):
            plain, marks = line, ()  # code has brackets of its own
        if self._fenced or row:
            self._margin = None
            if plain.strip():
                refs = tuple(ref for mark in marks for ref in mark.refs)
                yield self._given("", plain.rstrip(), refs, code=True, row=row)
            return
        self._begin(plain, marks)
        spans = _spans(plain, marks)
        before = 0
        for n, (start, end) in enumerate(spans):
            if n:
                self._gap = " " if before < start else ""
            last = n + 1 == len(spans)
            yield self._sentence(plain, marks, start, end, first=n == 0, last=last)
            before = end

    def _begin(self, plain: str, marks: Marks) -> None:
        """Look where the numbers of a line stand, and how far in, before its first sentence
        leaves."""
        if self._ahead is None:
            lead = _LEAD.match(plain)
            self._ahead = bool(marks) and marks[0].place <= (lead.end() if lead else 0)
            self._inset = self._inset_of(plain, lead.group() if lead else "")

    def _inset_of(self, plain: str, lead: str) -> str:
        """The blanks that make an item one of a list inside a list. Those in front of a list's
        first item make nothing but code of it, to readers of Markdown."""
        if not _ITEM.match(lead.lstrip()):
            if plain.strip():
                self._margin = None
            return ""
        blanks = plain[: len(plain) - len(plain.lstrip())].expandtabs(4)
        if self._margin is None:
            self._margin = len(blanks)
        return " " * min(max(0, len(blanks) - self._margin), _DEEPEST)

    def _sentence(
        self, plain: str, marks: Marks, start: int, end: int, *, first: bool, last: bool
    ) -> Sentenced:
        lead = _LEAD.match(plain, start, end)
        at = lead.end() if lead and lead.end() < end else start
        cites, behind = list(self._carried), list[Ref]()
        for mark in marks:
            if start < mark.place < end or (first and mark.place <= start):
                cites += mark.refs
            elif mark.place == end:
                behind += mark.refs
        ahead = self._ahead and not last
        self._carried = tuple(behind) if ahead else ()
        text = plain[at:end]
        if any(mark.place in (start, at) for mark in marks):
            text = text[:1].upper() + text[1:]
        inset, self._inset = self._inset, ""
        return self._given(inset + plain[start:at], text, tuple(cites if ahead else cites + behind))

    def _behind(self, line: str, rest: str, final: bool) -> int | None:
        """How much of the next line belongs to this one: numbers that stand alone on it, where this
        one has none. None while that cannot be told yet."""
        if not line.strip() or self._marked or without_marks(line, self._means)[1]:
            return 0
        following, ended, _ = rest.partition("\n")
        found = alone(following, self._means, whole=bool(ended) or final)
        return None if found is None else len(following) * found

    def _given(
        self, lead: str, text: str, cites: tuple[Ref, ...], *, code: bool = False, row: bool = False
    ) -> Sentenced:
        gap = "\n" * min(self._breaks, 2) or self._gap
        sentence = Sentenced(gap if self._begun else "", lead, text, cites, code, row)
        self._gap, self._breaks, self._begun = " ", 0, True
        return sentence


def _spans(plain: str, marks: Marks) -> list[tuple[int, int]]:
    """The sentences of a text; a full stop with numbers behind it ends one even where the stop
    alone would not, as in "at 6 p.m. [1.3] Dr. Lin …"."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(plain):
        begin = start
        for mark in marks:
            place = mark.place
            if not begin < place < end or _LEAD.fullmatch(f"{plain[begin:place]} "):
                continue
            if plain[place - 1] in ".．" and plain[place].isspace():
                follow = end - len(plain[place:end].lstrip())
                if not plain[follow].islower():
                    spans.append((begin, place))
                    begin = follow
        spans.append((begin, end))
    return spans
