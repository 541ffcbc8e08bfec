"""Where the sentences of a text stand, in Chinese and English.

A line break always ends a sentence. Inside a line, short quoted or bracketed stretches are
never cut open, and a closing quote belongs to the sentence it closes.
"""

import re
import unicodedata
from collections.abc import Iterator

from dengmi.language.abbreviations import ends_sentence
from dengmi.language.scripts import HAN, UNSPACED

LONGEST = 600
"""A sentence of more characters than this is cut at its weakest seam."""

_SHORTEST_CUT = 200
_REACH = 24
_LONGEST_MARKER = 12

_LINE = re.compile("[^\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+")
_CLOSERS = "\"'”’」』）)】》〉\\]］｝}"
# One stop at a time: a short quoted or bracketed stretch, or a run of end marks; then whatever
# closes around it. Every repeat is bounded or possessive, so the time stays linear.
_STOP = re.compile(
    '[“"「『（(《【。！？｡!?….．]'
    '(?:(?<=“)[^“”]{0,120}+”|(?<=")[^"]{0,120}+"|(?<=「)[^「」]{0,120}+」|(?<=『)[^『』]{0,120}+』'
    "|(?<=（)[^（）]{0,120}+）|(?<=[(])[^()]{0,120}+[)]|(?<=《)[^《》]{0,80}+》|(?<=【)[^【】]{0,80}+】"
    "|(?<=[。！？｡!?….．])[。！？｡!?….．]*+"
    ")"
    rf"[{_CLOSERS}。！？!?.]*+(?:\[\d{{1,3}}\])*"
)
_MARKS = re.compile(rf"([。！？｡!?….．]++)([{_CLOSERS}]*+(?:\[\d{{1,3}}\])*)$")
_MARKER = re.compile(r"[\s(（]*(?:\d{0,4}|[A-Za-z])[)）]?")
_CJK = re.compile(f"[{HAN}{UNSPACED}]")
_SAYS = re.compile(
    "[，、；：,;]|[的地得]|(?:[他她我你它]们?|\\w{2,3}|)(?:[\\w]{0,2})(?:说|道|问|喊|叫|答|称|表示)"
)
_SEAMS = tuple(map(re.compile, ("[|｜；;]", "[，,：:、]", r"\s", r"[)）\]】”」』]")))


def sentences(text: str) -> list[tuple[int, int]]:
    """The sentences of a text as (start, end), trimmed of outer whitespace.

    In order, not overlapping, together covering every character that is not whitespace. A line
    with "|" in it (a table row) is one sentence. None is longer than `LONGEST` characters.
    """
    found: list[tuple[int, int]] = []
    for line in _LINE.finditer(text):
        start, end = line.span()
        row = "|" in line.group()
        for cut in (end,) if row else _cuts(text, start, end):
            left, right = _trimmed(text, start, cut)
            if right - left > LONGEST:
                found += _pieces(text, left, right)
            elif left < right:
                found.append((left, right))
            start = cut
    return found


def _cuts(text: str, start: int, end: int) -> Iterator[int]:
    """The ends of the sentences between two offsets; the last one is `end`."""
    for stop in _STOP.finditer(text, start, end):
        at = stop.end()
        if at < end and (
            _is_point_end(text, start, at - 1, at)
            if stop.group() == "."
            else _is_end(text, start, stop, end)
        ):
            yield at
            start = at
    yield end


def _is_end(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Whether a sentence that began at `start` ends with this stop."""
    marked, at = stop.group(), stop.end()
    if marked[-1] in "。！？":
        return True
    found = _MARKS.search(marked)
    if found is None or (found[2] and _goes_on(text, start, stop, end)):
        return False
    marks, closers = found.groups()
    point = stop.start() + found.start()
    if marks in (".", "．"):
        return _is_point_end(text, start, point, at)
    if any(mark in "。！？｡" for mark in marks):
        return True
    if not text[at].isspace():
        return (
            marks[-1] in "!?"
            and _CJK.search(text[max(start, point - 1) : point] + text[at]) is not None
        )
    lower = text[at : at + _REACH].lstrip()[:1].islower()
    return not (lower and (closers or marks[-1] != "?"))


def _goes_on(text: str, start: int, stop: re.Match[str], end: int) -> bool:
    """Whether the sentence runs on behind a bracket or quotation that ends like a sentence: a
    title, a remark in the middle, speech with its speaker."""
    marked, at = stop.group(), stop.end()
    opened = marked[0] in "（(【" and text[start : stop.start()].strip() != ""
    return opened or "》" in marked[-2:] or _SAYS.match(text, at, min(end, at + 10)) is not None


def _is_point_end(text: str, start: int, point: int, at: int) -> bool:
    """Whether a full stop at `point`, with what closes behind it up to `at`, ends a sentence."""
    before = text[max(start, point - _REACH) : point]
    after = text[at : at + _REACH]
    if not after[0].isspace():
        last = before[-1:]
        return (
            _CJK.match(after) is not None
            and not last.isdigit()
            and (_CJK.match(last) is not None or ends_sentence(before, after))
        )
    if point - start <= _LONGEST_MARKER and _MARKER.fullmatch(text, start, point):
        return False  # the number of a list item
    if before[-1:].isspace() and _CJK.match(after.lstrip()):
        return False  # a lone point, as in “pip install . 即可”
    return ends_sentence(before, after.lstrip())


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return end - len(part.lstrip()), start + len(part.rstrip())


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """An overlong sentence in pieces, cut after ；, then ，, then a space, else between letters."""
    while end - start > LONGEST:
        cut = _seam(text, start, start + LONGEST)
        left, right = _trimmed(text, start, cut)
        if left < right:
            yield left, right
        start = _trimmed(text, cut, end)[0]
    if start < end:
        yield start, end


def _seam(text: str, start: int, end: int) -> int:
    window = text[start + _SHORTEST_CUT : end]
    for seam in _SEAMS:
        last = max((hit.end() for hit in seam.finditer(window)), default=0)
        if last:
            return start + _SHORTEST_CUT + last
    cut = end
    while cut > start + 1 and _joined(text[cut - 1], text[cut]):
        cut -= 1
    return cut if cut > start + 1 else end


def _joined(left: str, right: str) -> bool:
    """Whether two neighbouring characters make one written sign."""
    return (
        unicodedata.category(right) in ("Mn", "Mc", "Me")
        or right in "\u200d\ufe0e\ufe0f"
        or left == "\u200d"
        or "\U0001f3fb" <= right <= "\U0001f3ff"
        or ("\ud800" <= left <= "\udbff" and "\udc00" <= right <= "\udfff")
        or ("\U0001f1e6" <= left <= "\U0001f1ff" and "\U0001f1e6" <= right <= "\U0001f1ff")
    )
