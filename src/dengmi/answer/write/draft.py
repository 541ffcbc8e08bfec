"""Cuts what a model writes into sentences while it comes, each with the numbers it cites.

Numbers are read in the forms models use: [3.2], [3.2, 3.4], [3.2-3.4], [3.2][4.1], 【3.2】, [^3.2],
[3] for a whole passage. They are taken out of the text; a number belongs to the sentence it stands
in or right behind.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from dengmi.language.sentences import sentences

MOST_BUFFERED = 4_000
"""Characters without an end of a sentence after which what is there counts as one."""

_NUMBER = r"\d{1,4}(?:[.．:·]\d{1,4})?"
_SPAN = rf"\^?{_NUMBER}(?:\s*[-–—~]\s*{_NUMBER})?"
_GROUP = re.compile(rf"[ \t]*[\[【［]\s*({_SPAN}(?:\s*[,，、;；]\s*{_SPAN})*)\s*[\]】］]")
_OPEN = re.compile(r"[ \t]*[\[【［][^\]】］\n]{0,80}$|[ \t]+$")
_ONE = re.compile(rf"({_NUMBER})(?:\s*[-–—~]\s*({_NUMBER}))?")
_MAY_END = re.compile("[.．。！？!?…\n]")
_SURE_END = "。！？\n"
_SURE = re.compile(f"[{_SURE_END}]")
_SETTLES = 14
"""So many characters behind a full stop tell whether it ends a sentence."""

_LEAD = re.compile(r"(?:[ \t]*(?:[-*+•]|\d{1,2}[.)、]|#{1,6}|>)[ \t]+)*(?:\*\*|__)?")
_FENCE = re.compile(r"[ \t]*(?:```|~~~)")

LONGEST_RANGE = 6


@dataclass(frozen=True, slots=True)
class Sentenced:
    """A finished sentence of a draft.

    Attributes:
        gap: what stands between it and what came before: "", " " or line breaks.
        lead: the mark of a list item, heading or quotation in front of it.
        text: the sentence, without numbers.
        cites: (passage, sentence) it cites, in order; sentence 0 means the whole passage.
        code: whether it is a line of code or a table's row, which no sentence rules apply to.
    """

    gap: str
    lead: str
    text: str
    cites: tuple[tuple[int, int], ...] = ()
    code: bool = False

    @property
    def raw(self) -> str:
        """About what the model wrote."""
        refs = "".join(f"[{p}.{s}]" if s else f"[{p}]" for p, s in self.cites)
        return f"{self.gap}{self.lead}{self.text}{' ' if refs else ''}{refs}"


Marks = list[tuple[int, tuple[tuple[int, int], ...]]]
"""Where in a text without its numbers which of them stood, in order."""


class Draft:
    """Takes pieces of text and gives finished sentences."""

    def __init__(self) -> None:
        self._raw = ""
        self._gap = ""
        self._breaks = 0
        self._fenced = False
        self._begun = False

    def feed(self, piece: str) -> Iterator[Sentenced]:
        """Add a piece; the sentences that are finished by it."""
        finished = not self.holds(piece)
        self._raw += piece.replace("\r\n", "\n").replace("\r", "\n")
        if finished:
            yield from self._lines(final=False)
            if not self._fenced and not _FENCE.match(self._raw) and "|" not in self._raw:
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
        self._raw = ""

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
            behind = _behind(line, rest, final)
            if behind is None:
                return
            yield from self._line(line + rest[:behind])
            self._breaks += 1
            self._raw = rest[behind:]

    def _running(self) -> Iterator[Sentenced]:
        """Sentences of the last line that are certain to be finished."""
        if "\n" in self._raw:
            return
        open_ = _OPEN.search(self._raw)
        raw = self._raw[: open_.start()] if open_ else self._raw
        plain, marks = _without_marks(raw)
        spans = _spans(plain, marks)
        done = 0
        for n, ((start, end), (follow, _)) in enumerate(pairwise(spans)):
            if plain[end - 1] not in _SURE_END and len(plain) - follow < _SETTLES:
                break
            yield self._sentence(plain, marks, start, end, first=n == 0)
            self._gap = " " if end < follow else ""
            done = follow
        if done:
            self._raw = self._raw[_raw_place(raw, marks, done) :]
        elif len(self._raw) > MOST_BUFFERED:
            yield from self._line(self._raw)
            self._raw = ""

    def _line(self, line: str) -> Iterator[Sentenced]:
        """The sentences of a whole line, or of what is left of it."""
        if _FENCE.match(line):
            self._fenced = not self._fenced
            yield self._given("", line.rstrip(), (), code=True)
            return
        plain, marks = _without_marks(line)
        if self._fenced or plain.count("|") > 1:
            if plain.strip():
                refs = tuple(ref for _, some in marks for ref in some)
                yield self._given("", plain.rstrip(), refs, code=True)
            return
        before = 0
        for n, (start, end) in enumerate(_spans(plain, marks)):
            if n:
                self._gap = " " if before < start else ""
            yield self._sentence(plain, marks, start, end, first=n == 0)
            before = end

    def _sentence(
        self, plain: str, marks: Marks, start: int, end: int, *, first: bool
    ) -> Sentenced:
        lead = _LEAD.match(plain, start, end)
        at = lead.end() if lead and lead.end() < end else start
        cites = tuple(
            ref
            for place, refs in marks
            for ref in refs
            if start < place <= end or (first and place <= start)
        )
        return self._given(plain[start:at], plain[at:end], cites)

    def _given(
        self, lead: str, text: str, cites: tuple[tuple[int, int], ...], *, code: bool = False
    ) -> Sentenced:
        gap = "\n" * min(self._breaks, 2) or self._gap
        sentence = Sentenced(gap if self._begun else "", lead, text, cites, code)
        self._gap, self._breaks, self._begun = " ", 0, True
        return sentence


def _spans(plain: str, marks: Marks) -> list[tuple[int, int]]:
    """The sentences of a text; a full stop with numbers behind it ends one even where the stop
    alone would not, as in "at 6 p.m. [1.3] Dr. Lin …"."""
    spans: list[tuple[int, int]] = []
    for start, end in sentences(plain):
        begin = start
        for place, _ in marks:
            if begin < place < end and plain[place - 1] in ".．" and plain[place].isspace():
                follow = end - len(plain[place:end].lstrip())
                if not plain[follow].islower():
                    spans.append((begin, place))
                    begin = follow
        spans.append((begin, end))
    return spans


def _behind(line: str, rest: str, final: bool) -> int | None:
    """How much of the next line belongs to this one: numbers that stand alone on it, where this
    one has none. None while that cannot be told yet."""
    if not line.strip() or _GROUP.search(line):
        return 0
    blank = len(rest) - len(rest.lstrip(" \t"))
    if not final and (blank == len(rest) or _OPEN.fullmatch(rest)):
        return None
    found = _GROUP.match(rest, blank)
    if found is None:
        return 0
    while following := _GROUP.match(rest, found.end()):
        found = following
    tail, ended, _ = rest[found.end() :].partition("\n")
    if tail.strip():
        return 0
    return found.end() if ended or final else None


def _without_marks(raw: str) -> tuple[str, Marks]:
    """The text without its numbers, and where in it which stood."""
    plain: list[str] = []
    marks: Marks = []
    at = length = 0
    for found in _GROUP.finditer(raw):
        plain.append(raw[at : found.start()])
        length += found.start() - at
        marks.append((length, tuple(_refs(found[1]))))
        at = found.end()
    plain.append(raw[at:])
    return "".join(plain), marks


def _raw_place(raw: str, marks: Marks, place: int) -> int:
    """Where in the raw text a place of the plain text is."""
    taken = 0
    for (at, _), found in zip(marks, _GROUP.finditer(raw), strict=True):
        if at > place:
            break
        taken += len(found.group())
    return place + taken


def _refs(inside: str) -> Iterator[tuple[int, int]]:
    for found in _ONE.finditer(inside):
        first, last = _ref(found[1]), _ref(found[2]) if found[2] else None
        if last is not None and first[0] == last[0] and 0 < first[1] < last[1]:
            for n in range(first[1], min(last[1], first[1] + LONGEST_RANGE - 1) + 1):
                yield first[0], n
        else:
            yield first
            if last is not None:
                yield last


def _ref(number: str) -> tuple[int, int]:
    passage, _, sentence = re.sub("[．:·]", ".", number).partition(".")
    return int(passage), int(sentence or 0)
