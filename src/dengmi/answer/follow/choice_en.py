"""What an English conversation gives to choose from: "the second one", "which is cheaper?"."""

import re
from collections.abc import Sequence
from itertools import pairwise

from dengmi.answer.follow.topic import listed
from dengmi.answer.follow.turns import Turn, bare
from dengmi.language.phrases_en import phrases

_ORDINAL = re.compile(
    r"\bthe (?P<which>first|second|third|fourth|fifth|last|former|latter|two|other)"
    r"(?: (?:one|two|option|item|choice|of (?:them|these|those))\b"
    r"|(?=\s*(?:[?.,!]|$)|\s+(?:is|are|was|were|do|does|did|can|could|should|will|would|has|have"
    r"|work|works|cost|costs|mean|means|located|called|different|differ|compare)\b))",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "former": 0, "latter": 1}
_OR = ("and", "or", "vs", "vs.", "versus")
_WEIGHED = ("to", "with", "from")
_WEIGHING = re.compile(r"\b(?:compare|differ|different|better|prefer)", re.IGNORECASE)


def ordinal_in(text: str) -> re.Match[str] | None:
    """Where a question says "the second one", unless it says itself of what."""
    found = _ORDINAL.search(text)
    if found is None or found["which"].lower() == "other":
        return None
    alone = found["which"].lower() in ("first", "last") and " one" not in found.group()
    return None if alone and len(phrases(text)) > 1 else found


def numbered(found: re.Match[str], turns: Sequence[Turn]) -> str:
    """What stands at the place it says in the list or the choice before; "" where there is none."""
    which = found["which"].lower()
    items = listed(turns[-1]) or choice(turns)
    if which == "two":
        return f"{items[0]} and {items[1]}" if len(items) == 2 else ""
    place = len(items) - 1 if which == "last" else _PLACES[which]
    return items[place] if 0 <= place < len(items) else ""


def choice(turns: Sequence[Turn]) -> list[str]:
    """The two things a conversation weighs against each other: "A or B?", or A in one question and
    B in the same one after it."""
    last = turns[-1].question
    for one, other in pairwise(phrases(last)):
        between = last[one.end : other.start].strip().lower()
        if between in _OR or (between in _WEIGHED and _WEIGHING.search(last)):
            return [one.text, other.text]
    return _differing(turns[-2].question, last) if len(turns) > 1 else []


def _differing(old: str, new: str) -> list[str]:
    """Where two questions differ in one phrase, this phrase of each."""
    for one in phrases(old):
        for other in phrases(new):
            before = bare(old[: one.start] + old[one.end :]).lower()
            after = bare(new[: other.start] + new[other.end :]).lower()
            if before == after and one.text.lower() != other.text.lower():
                return [one.text, other.text]
    return []


def single(noun: str) -> str:
    """A noun phrase in the singular."""
    first, _, last = noun.rpartition(" ")
    one = re.sub(r"(?<=[^su])s$", "", re.sub(r"ies$", "y", last))
    return f"{first} {one}".strip()
