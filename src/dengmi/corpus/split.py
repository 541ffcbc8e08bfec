"""Cuts an article's blocks into passages.

A passage never crosses a heading. A section that fits stays whole; a longer one is cut between
sentences into parts of about equal size, at the end of a paragraph where one is near.
Sizes are UTF-8 bytes, so that one number fits Chinese (three bytes a character) and English.
Measured, nDCG@10 by articles (docs/decisions/0003-search.md): SciFact 0.682 at 1,000 bytes, 0.700
at 2,200; CMRC 0.982 at 1,000, 0.985 from 1,500 on; SQuAD hardly minds.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

from dengmi.core.ids import stable_id
from dengmi.core.records import Passage, Sentence, SentenceKind
from dengmi.corpus.blocks import Block
from dengmi.language.sentences import sentences

LONGEST = 2_200
"""A section of at most this many bytes is one passage."""

USUAL = 1_500
"""About the size of the parts of a longer section."""

LONGEST_HEADING = 300
"""Characters of a heading that stay with the passages below it. Each passage carries a copy, so
one endless heading would otherwise make megabytes into gigabytes."""

_KINDS: dict[str, SentenceKind] = {"item": "item", "row": "row", "code": "code"}


@dataclass(frozen=True, slots=True)
class _Unit:
    """One sentence inside one block; `size` in bytes, `last` at the end of its block."""

    block: int
    start: int
    end: int
    kind: SentenceKind
    size: int
    last: bool


def passages(
    desk: str, article_key: str, title: str, blocks: Sequence[Block]
) -> tuple[Passage, ...]:
    """The passages of an article in order; together they hold every block but its headings.

    Headings stand in `Passage.headings`, outermost first, the article's own title left out. A
    heading with nothing below it is a passage itself, so no words are lost. Ids depend on desk,
    key and text alone: unchanged text keeps its id.
    """
    found: list[Passage] = []
    repeats: Counter[str] = Counter()
    for path, first, end in _sections(title, blocks):
        for units in _parts(_units(blocks, first, end)):
            text, placed = _text(blocks, units)
            again = repeats[text]
            repeats[text] += 1
            found.append(
                Passage(
                    id=stable_id("p", desk, article_key, text, *([str(again)] if again else [])),
                    n=len(found) + 1,
                    text=text,
                    sentences=placed,
                    headings=path,
                    block=units[0].block,
                    offset=units[0].start,
                )
            )
    return tuple(found)


def _sections(title: str, blocks: Sequence[Block]) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """(headings, first block, block after the last) of each stretch between headings, and of
    each run of headings that have nothing below them."""
    open_headings: list[tuple[int, str]] = []
    at = 0
    while at < len(blocks):
        end = at
        if blocks[at].kind != "heading":
            while end < len(blocks) and blocks[end].kind != "heading":
                end += 1
            yield _path(title, open_headings), at, end
        else:
            while end < len(blocks) and _is_bare(blocks, end):
                end += 1
            _close(open_headings, blocks[at].level)
            if end > at:
                yield _path(title, open_headings), at, end
            else:
                open_headings.append((blocks[at].level, blocks[at].text))
                end = at + 1
        at = end


def _is_bare(blocks: Sequence[Block], at: int) -> bool:
    """Whether this is a heading with neither text nor a deeper heading below it."""
    if blocks[at].kind != "heading":
        return False
    below = blocks[at + 1] if at + 1 < len(blocks) else None
    return below is None or (below.kind == "heading" and below.level <= blocks[at].level)


def _close(open_headings: list[tuple[int, str]], level: int) -> None:
    while open_headings and open_headings[-1][0] >= level:
        open_headings.pop()


def _path(title: str, open_headings: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    return tuple(text[:LONGEST_HEADING] for _, text in open_headings if text != title)


def _units(blocks: Sequence[Block], first: int, end: int) -> list[_Unit]:
    units: list[_Unit] = []
    for number in range(first, end):
        block = blocks[number]
        ranges = _lines(block.text) if block.kind == "code" else sentences(block.text)
        kind = _KINDS.get(block.kind, "prose")
        for n, (start, stop) in enumerate(ranges, 1):
            size = len(block.text[start:stop].encode("utf-8", "surrogatepass"))
            units.append(_Unit(number, start, stop, kind, size, n == len(ranges)))
    return units


def _lines(text: str) -> list[tuple[int, int]]:
    """The lines of code that are not blank, indents kept inside the block but not counted."""
    found, at = [], 0
    for line in text.split("\n"):
        if line.strip():
            start = at + len(line) - len(line.lstrip())
            found.append((start, at + len(line.rstrip())))
        at += len(line) + 1
    return found


def _parts(units: list[_Unit]) -> Iterator[list[_Unit]]:
    total = sum(unit.size for unit in units)
    count = ceil(total / USUAL) if total > LONGEST else 1
    begin = 0
    for end in [*_cuts(units, total, count), len(units)]:
        if end > begin:
            yield units[begin:end]
            begin = end


def _cuts(units: list[_Unit], total: int, count: int) -> Iterator[int]:
    """Where to cut: the sentence ends nearest to equal shares, paragraph ends preferred."""
    share = total / count
    ends, at = [], 0
    for unit in units:
        at += unit.size
        ends.append(at)
    begin = 0
    for n in range(1, count):
        best = begin
        for index in range(begin, len(units)):
            if _miss(ends[index], units[index], n * share, share) <= _miss(
                ends[best], units[best], n * share, share
            ):
                best = index
            elif ends[index] > (n + 0.5) * share:
                break
        yield best + 1
        begin = min(best + 1, len(units) - 1)


def _miss(end: int, unit: _Unit, wanted: float, share: float) -> float:
    return abs(end - wanted) + (0.0 if unit.last else 0.2 * share)


def _text(blocks: Sequence[Block], units: list[_Unit]) -> tuple[str, tuple[Sentence, ...]]:
    """The text from the first to the last unit, and where its sentences stand in it."""
    first, last = units[0], units[-1]
    pieces: list[str] = []
    base: dict[int, int] = {}
    length = 0
    for number in range(first.block, last.block + 1):
        start = first.start if number == first.block else 0
        end = last.end if number == last.block else len(blocks[number].text)
        base[number] = length - start
        pieces.append(blocks[number].text[start:end])
        length += end - start + 1
    placed = tuple(
        Sentence(n=n, start=base[u.block] + u.start, end=base[u.block] + u.end, kind=u.kind)
        for n, u in enumerate(units, 1)
    )
    return "\n".join(pieces), placed
