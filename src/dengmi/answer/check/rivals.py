"""Words that rule each other out: a claim that says "wheat" where the sentence says "maize". The list
is `rivals.txt`."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files

from dengmi.answer.check.reading import Read

_ENDINGS = 2
_WORD = re.compile("[a-z]+")

Member = tuple[int, int]
"""(kind, which of its words)."""


def rivals(claim: Read, sources: Sequence[Read], context: Sequence[Read]) -> int:
    """How many words of the claim stand in no sentence nor in their context, while a sentence has
    another of their kind that the claim does not have."""
    mine = members(claim)
    there = frozenset().union(*(members(source) for source in sources))
    around = frozenset().union(*(members(text) for text in context)) | there
    new = {member for member in mine if not _known(member, around)}
    left = {kind for kind, word in there if (kind, word) not in mine}
    return len({kind for kind, _ in new} & left)


def _known(member: Member, around: frozenset[Member]) -> bool:
    return member in around


@lru_cache(maxsize=4096)
def members(text: Read) -> frozenset[Member]:
    """The listed words of a text."""
    _, han, signs = _table()
    found: set[Member] = set()
    found.update(*map(_members_of, _WORD.findall(text.lower)))
    if not text.lower.isascii():
        for hit in han.finditer(text.lower):
            found.update(signs[hit.group()])
        words = {unit.term for unit in text.units if unit.han and len(unit.term) == 1}
        for word in words & signs.keys():
            found.update(signs[word])
    return frozenset(found)


@lru_cache(maxsize=1 << 14)
def _members_of(word: str) -> tuple[Member, ...]:
    """What an English word is listed as, whatever its ending."""
    if len(word) < 3:
        return ()
    latin = _table()[0]
    exact = latin.get(word + "=", ())
    for end in range(len(word), max(len(word) - _ENDINGS - 1, 2), -1):
        if some := latin.get(word[:end]):
            return (*exact, *some)
    return tuple(exact)


@cache
def _table() -> tuple[dict[str, list[Member]], re.Pattern[str], dict[str, list[Member]]]:
    latin: dict[str, list[Member]] = {}
    signs: dict[str, list[Member]] = {}
    text = files(__package__).joinpath("rivals.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    for kind, line in enumerate(lines):
        for n, words in enumerate(line.split()):
            for word in words.split("|"):
                (latin if word.isascii() else signs).setdefault(word, []).append((kind, n))
    long = sorted((word for word in signs if len(word) > 1), key=len, reverse=True)
    return latin, re.compile("|".join(long)), signs
