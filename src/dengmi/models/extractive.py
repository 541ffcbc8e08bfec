"""Answers from a prompt of ours without a model: copies the numbered sentences that share most
with the question. It stands in for a model where none is to be had: to try the product, and behind
the endpoint that the tests run."""

import re
from collections.abc import Sequence

from dengmi.core.chat import Message
from dengmi.language.words import terms

DECLINED = "NO_ANSWER"
"""The word by which a model says that it found no answer (see answer.write.prompt)."""

_SENTENCE = re.compile(r"^\[(\d+\.\d+)\] (.+)$", re.MULTILINE)
_QUESTION = re.compile(r"^Question: (.+)$", re.MULTILINE)
_LEAST = 0.2


def extract(messages: Sequence[Message], most: int = 2) -> str:
    """The sentences of the prompt that answer its last question best, each with its number."""
    text = "\n".join(each.text for each in messages if each.role == "user")
    asked = _QUESTION.findall(messages[-1].text) if messages else []
    wanted = frozenset(terms(asked[-1])) if asked else frozenset()
    scored = []
    for place, (number, sentence) in enumerate(_SENTENCE.findall(text)):
        held = wanted.intersection(terms(sentence))
        if wanted and len(held) >= _LEAST * len(wanted) and not sentence.endswith(("?", "？")):
            scored.append((-len(held), place, number, sentence))
    chosen = sorted(scored)[:most]
    if not chosen:
        return DECLINED
    gap = "" if any("\u4e00" <= sign <= "\u9fff" for sign in chosen[0][3]) else " "
    return gap.join(f"{sentence}{gap}[{number}]" for *_, number, sentence in chosen)
