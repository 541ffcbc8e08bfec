"""Finds the sentences of a passage in the blocks of its article."""

from collections.abc import Mapping, Sequence

from dengmi.core.records import Passage
from dengmi.corpus.blocks import Block

Spans = Mapping[int, tuple[int, int]]
"""Block number → (start, end) of what is meant in the block's text."""


def located(passage: Passage, blocks: Sequence[Block], first: int, last: int) -> Spans:
    """Where sentences `first` to `last` stand; empty when the article has changed since."""
    if not 1 <= first <= last <= len(passage.sentences):
        return {}
    start, end = passage.sentences[first - 1].start, passage.sentences[last - 1].end
    found = _walked(passage, blocks, start, end)
    return found or _looked_for(passage.text[start:end], blocks)


def _walked(passage: Passage, blocks: Sequence[Block], start: int, end: int) -> Spans:
    """Lay the passage's lines beside the blocks it was cut from."""
    found: dict[int, tuple[int, int]] = {}
    at, number, inset = 0, passage.block, passage.offset
    while at < end and number < len(blocks):
        text = blocks[number].text[inset:]
        if not _same(passage.text[at : at + len(text)], text):
            if blocks[number].kind != "heading":
                return {}
            number, inset = number + 1, 0
            continue
        low, high = max(start, at), min(end, at + len(text))
        if low < high:
            found[number] = (low - at + inset, high - at + inset)
        at += len(text) + 1
        number, inset = number + 1, 0
    return found if at >= end else {}


def _same(seen: str, text: str) -> bool:
    """Whether a line of the passage is this block's text, or as much of it as the passage has."""
    return bool(seen) and text.startswith(seen)


def _looked_for(quote: str, blocks: Sequence[Block]) -> Spans:
    """The first block that holds the quote, when places no longer agree."""
    for number, block in enumerate(blocks):
        if (start := block.text.find(quote)) >= 0:
            return {number: (start, start + len(quote))}
    return {}
