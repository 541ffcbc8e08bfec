"""Makes a quoted sentence stand on its own, by quoting its neighbours along."""

from dengmi.answer.reading import Reading
from dengmi.core.records import Passage

_LONGEST = 420
"""Characters of a quote beyond which no neighbour is added; Chinese ones count three."""

_LEAD_INS = (":", "：")
_QUESTIONS = ("?", "？")
_LIST_REACH = 3
_SHORT = 45


def with_neighbours(passage: Passage, reading: Reading, n: int) -> tuple[int, int]:
    """The range of sentences (first, last, both counted from 0) to quote for sentence n.

    - A sentence that leans on the one before (It …, 该…) takes that one along.
    - A list item takes the line that leads in, a table row the header row, when at most three
      items or rows lie between; a header row takes the first row along.
    - A line that leads in (ends with a colon) or asks takes what follows.
    - A very short sentence takes the next, when that leans on it.
    - An order to language models is taken along by none.
    """
    first, last = _back(passage, reading, n), n
    sentences = passage.sentences
    own = reading.sentence(n).rstrip()
    if own.endswith(_LEAD_INS + _QUESTIONS):
        kind = sentences[n + 1].kind if n + 1 < len(sentences) else "prose"
        reach = _LIST_REACH if kind == "item" and own.endswith(_LEAD_INS) else 1
        while last - n < reach and last + 1 < len(sentences) and sentences[last + 1].kind == kind:
            last += 1
    elif _reads_on(passage, reading, n) or _heads_rows(passage, n):
        last = n + 1
    orders = reading.orders
    first = max([first, *[at + 1 for at in orders if at < n]])
    last = min([last, *[at - 1 for at in orders if at > n]])
    while first < n and _size(reading, first, last) > _LONGEST:
        first += 1
    while last > n and _size(reading, first, last) > _LONGEST:
        last -= 1
    return first, last


def _back(passage: Passage, reading: Reading, n: int) -> int:
    sentences = passage.sentences
    kind = sentences[n].kind
    if not n:
        return n
    if kind in ("item", "row"):
        for back in range(n - 1, max(n - 2 - _LIST_REACH, -1), -1):
            if kind == "row" and sentences[back].kind == "row":
                if back == 0 or sentences[back - 1].kind != "row":
                    return back
            elif sentences[back].kind != kind:
                leads = kind == "item" and reading.sentence(back).rstrip().endswith(_LEAD_INS)
                return back if leads else n
        return n
    if kind == "prose" and sentences[n - 1].kind == "prose" and reading.leans(n):
        return n - 1
    return n


def _heads_rows(passage: Passage, n: int) -> bool:
    """Whether this is the first row of several."""
    kinds = [sentence.kind for sentence in passage.sentences[max(n - 1, 0) : n + 2]]
    return kinds[-2:] == ["row", "row"] and (not n or kinds[0] != "row") and len(kinds) > 1


def _reads_on(passage: Passage, reading: Reading, n: int) -> bool:
    """Whether the next sentence belongs to this one: this is short, and that leans on it."""
    sentences = passage.sentences
    if n + 1 >= len(sentences) or sentences[n].kind != "prose":
        return False
    return (
        sentences[n + 1].kind == "prose" and _size(reading, n, n) <= _SHORT and reading.leans(n + 1)
    )


def _size(reading: Reading, first: int, last: int) -> int:
    part = reading.text[reading.starts[first] : reading.ends[last]]
    return len(part) if part.isascii() else len(part) + 2 * sum(map(_wide, part))


def _wide(character: str) -> bool:
    return character >= "\u2e80"
