"""What the hall may tell of desks that have become private since it told of them."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from dengmi.core.records import HALL, Answer, Exchange, Head, Passage

Found = Mapping[str, tuple[Head, Passage]]
"""Passages by their ids, with their articles."""


def may_tell(desk: str, answer: Answer, private: Collection[str]) -> bool:
    """Whether an answer of a desk, or of the hall, holds nothing that who asks there may not see.

    Args:
        private: desks of which the hall tells nothing.
    """
    heads = (*(one.head for one in answer.citations), *answer.nearest)
    return desk != HALL or not any(head.desk in private for head in heads)


def told_still(desk: str, exchange: Exchange, private: Collection[str]) -> Exchange:
    """What was said before, as far as a new answer may rest on it: a question stays, as its asker
    wrote it; its answer does not where it tells of a private desk."""
    answer = exchange.answer
    if answer is None or may_tell(desk, answer, private):
        return exchange
    return replace(exchange, answer=None)


def shown_still(desk: str, found: Found, private: Collection[str]) -> Found:
    """Of passages that were shown before, those that may be shown again."""
    if desk != HALL:
        return found
    return {key: one for key, one in found.items() if one[0].desk not in private}
