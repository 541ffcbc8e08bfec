"""Claims that copy a sentence but for a few words: "extra costs" for "savings", and in Chinese, where
words may be cut too differently to be laid side by side, 建设街 for 文昌街, 要用 for 不要用."""

import re
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from functools import lru_cache

from dengmi.answer.check.kin import groups_in
from dengmi.answer.check.names import names_something
from dengmi.answer.check.reading import Read, means_little, read
from dengmi.answer.check.signs import sides
from dengmi.answer.check.units import units

_COPY = 0.72
"""The share of the claim's signs that must stand in the sentence in order."""

_LONGEST_TEXT, _LONGEST_EDIT = 160, 4
_LITTLE = 0.35
_AROUND = 3
"""Signs that must stand in both texts around an edit."""
_DENIES = frozenset("不没未无非勿别莫")
_PARTICLES = frozenset("的了着地得")
_WORD = re.compile(r"\w+(?:[.,]\d+)*")
_NUMERAL = frozenset("零〇一二两三四五六七八九十百千万亿半几多0123456789.,%")


def edited(claim: Read, sources: Sequence[Read]) -> int:
    """How many places the claim says otherwise than the sentence that it copies."""
    found = [_edited(claim, source) for source in sources]
    return min([edits for edits in found if edits is not None], default=0)


@lru_cache(maxsize=512)
def _edited(claim: Read, source: Read) -> int | None:
    """The same of one sentence; None where the claim is no copy of it."""
    tokens = _signs if claim.lang == "zh" else _words
    exchanged = _exchanged if claim.lang == "zh" else _exchanged_words
    mine, theirs = tokens(claim), tokens(source)
    if not 4 <= len(mine) <= _LONGEST_TEXT or len(theirs) > _LONGEST_TEXT:
        return None
    told = set(mine)
    if len(told.intersection(theirs)) < _COPY * len(told):
        return None
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    if sum(block.size for block in matcher.get_matching_blocks()) < _COPY * len(mine):
        return None
    return _otherwise(mine, theirs, matcher.get_opcodes(), exchanged)


@lru_cache(maxsize=512)
def _signs(text: Read) -> list[str]:
    return [sign for sign in text.lower if sign.isalnum() or sign in "%."]


@lru_cache(maxsize=512)
def _words(text: Read) -> list[str]:
    return _WORD.findall(text.lower)


def _otherwise(
    mine: list[str],
    theirs: list[str],
    steps: Sequence[tuple[str, int, int, int, int]],
    exchanged: Callable[[list[str], list[str]], bool],
) -> int:
    wrong = 0
    swapped = set()
    for n, (kind, a, b, c, d) in enumerate(steps):
        here, there = mine[a:b], theirs[c:d]
        if kind == "replace":
            swapped.add((tuple(here), tuple(there)))
            # "poorly on planes but well" beside "well on planes but poorly"
            wrong += (tuple(there), tuple(here)) in swapped
        if kind == "equal" or _held(steps, n - 1) + _held(steps, n + 1) < _AROUND:
            continue
        if kind == "replace":
            wrong += _opposed(here, there) or exchanged(here, there)
        else:
            wrong += bool(set(here + there) & _DENIES) and len(here + there) == 1
    return wrong


def _opposed(mine: list[str], theirs: list[str]) -> bool:
    """Whether one short stretch has the opposite of a word of the other."""
    gap = "" if mine[0] > "\u2e7f" else " "
    here = {side for side, _ in sides(gap.join(mine))}
    there = {side for side, _ in sides(gap.join(theirs))}
    return any(f"{side[:-1]}{'r' if side[-1] == 'l' else 'l'}" in there for side in here - there)


def _held(steps: Sequence[tuple[str, int, int, int, int]], n: int) -> int:
    """How many signs beside an edit stand in both texts: the edge counts as enough, and nothing
    does where there are none."""
    if not 0 <= n < len(steps):
        return 2
    kind, a, b, _, _ = steps[n]
    return min(b - a, 3) if kind == "equal" else -_AROUND


def _exchanged(mine: list[str], theirs: list[str]) -> bool:
    """Whether two short stretches in the same place mean different things."""
    here, there = "".join(mine), "".join(theirs)
    if len(here) != len(there) and (len(here), len(there)) not in ((1, 2), (2, 1)):
        return False
    if len(here) > _LONGEST_EDIT or set(here + there) & _PARTICLES:
        return False
    if set(here + there) & _NUMERAL or set(here) & set(there):
        return False
    if means_little(here) or means_little(there):
        return False
    named = names_something(here) + names_something(there)
    if named < (1 if len(here) == len(there) else 2):
        return False
    return not groups_in(here, frozenset([here])) & groups_in(there, frozenset([there]))


def _exchanged_words(mine: list[str], theirs: list[str]) -> bool:
    """The same of English: up to two words for up to two, and none of them kindred."""
    here, there = read(" ".join(mine)), read(" ".join(theirs))
    if max(len(mine), len(theirs)) > 2 or here.facts.amounts or there.facts.amounts:
        return False
    if not (_telling(here) and _telling(there)):
        return False
    heads = here.heads.keys() & there.heads.keys()
    return not (here.groups & there.groups or here.terms & there.terms or heads)


def _telling(text: Read) -> bool:
    return any(unit.weight > _LITTLE for unit in text.units) or text.lower in units()
