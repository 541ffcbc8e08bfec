"""Where the words of a question stand in a passage."""

from collections.abc import Set as AbstractSet

from dengmi.core.records import Passage
from dengmi.language.words import spans

Marks = tuple[tuple[tuple[int, int], ...], ...]


def marks(passage: Passage, wanted: AbstractSet[str]) -> Marks:
    """For each sentence the (start, end) ranges of the wanted terms, counted from the sentence's
    own start; in order, ranges that touch or overlap joined."""
    return tuple(
        _joined(passage.text[sentence.start : sentence.end], wanted)
        for sentence in passage.sentences
    )


def _joined(text: str, wanted: AbstractSet[str]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for start, end in sorted((start, end) for term, start, end in spans(text) if term in wanted):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return tuple(found)
