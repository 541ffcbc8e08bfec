"""Answers from a prompt of ours without a model: copies the numbered sentences that share most
with the question. It stands in for a model where none is to be had: to try the product, and behind
the endpoint that the tests run."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from dengmi.core.chat import DECLINED, Message
from dengmi.language.words import terms

_SENTENCE = re.compile(r"^\[((\d+)\.\d+)\] (.+)$", re.MULTILINE)
_QUESTION = re.compile(r"^Question: (.+)$", re.MULTILINE)
_LABEL = re.compile(r"^(?:(?:A|Answer|答|回答)\s*[:：]|[*•–-](?=\s))\s*")
"""What stands before an answer of a list of questions, or an item of a list."""
_ENDED = re.compile(r"[.!?。！？…\"”』」)）]\s?\[[\d.]+\]$")
"""Behind anything else, such as a row of a table, the next sentence stands on its own line."""
_LEAST = 0.2
"""Share of the question's words that a sentence must hold."""
_NEXT = 0.35
"""Share of the best sentence's weight that another one must reach to stand beside it."""


class _Line(NamedTuple):
    """A numbered sentence, and the words it answers by."""

    number: str
    text: str
    words: frozenset[str]


def extract(messages: Sequence[Message], most: int = 2) -> str:
    """The sentences of the prompt that answer its last question best, each with its number."""
    text = "\n".join(each.text for each in messages if each.role == "user")
    asked = _QUESTION.findall(messages[-1].text) if messages else []
    wanted = frozenset(terms(asked[-1])) if asked else frozenset()
    lines = _lines(text)
    weights = _weights(lines)
    scored = []
    for place, line in enumerate(lines):
        held = wanted & line.words
        if held and len(held) >= _LEAST * len(wanted):
            scored.append((-sum(map(weights.__getitem__, held)), place, line))
    chosen = [each for each in sorted(scored)[:most] if each[0] <= _NEXT * min(scored)[0]]
    if not chosen:
        return DECLINED
    gap = "" if any("\u4e00" <= sign <= "\u9fff" for sign in chosen[0][2].text) else " "
    written = ""
    for *_, line in chosen:
        between = gap if _ENDED.search(written) else "\n"
        written += f"{between if written else ''}{line.text}{gap}[{line.number}]"
    return written


def _lines(text: str) -> list[_Line]:
    """The sentences that may answer. One that asks lends its words to the one behind it; the first
    row of a table only names its columns."""
    found: list[_Line] = []
    passage, lent, table = "", frozenset[str](), False
    for number, own, said in _SENTENCE.findall(text):
        if own != passage:
            passage, lent, table = own, frozenset(), False
        words = frozenset(terms(said))
        row = said.count("|") > 1
        if said.endswith(("?", "？")):
            lent = words
        elif not row or table:
            found.append(_Line(number, _LABEL.sub("", said), words | lent))
            lent = frozenset()
        table = row
    return found


def _weights(lines: Sequence[_Line]) -> Mapping[str, float]:
    """What each word is worth: the fewer sentences hold it, the more."""
    held = Counter(word for line in lines for word in line.words)
    return {word: math.log1p(len(lines) / count) for word, count in held.items()}
