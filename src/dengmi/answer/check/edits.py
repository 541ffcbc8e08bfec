"""Chinese claims that copy a sentence but for a few signs, where words are cut too differently to be
laid side by side: 建设街 for 文昌街, 省级 for 国家级, 要用 for 不要用."""

from collections.abc import Sequence
from difflib import SequenceMatcher

from dengmi.answer.check.kin import groups_in
from dengmi.answer.check.names import names_something
from dengmi.answer.check.reading import Read, means_little

_COPY = 0.72
"""The share of the claim's signs that must stand in the sentence in order."""

_LONGEST_TEXT, _LONGEST_EDIT = 160, 4
_AROUND = 3
"""Signs that must stand in both texts around an edit."""
_DENIES = frozenset("不没未无非勿别莫")
_PARTICLES = frozenset("的了着地得")
_NUMERAL = frozenset("零〇一二两三四五六七八九十百千万亿半几多0123456789.,%")


def edited(claim: Read, sources: Sequence[Read]) -> int:
    """How many places the claim says otherwise than the sentence that it copies."""
    mine = _signs(claim)
    if claim.lang != "zh" or not 4 <= len(mine) <= _LONGEST_TEXT:
        return 0
    found: list[int] = []
    for source in sources:
        theirs = _signs(source)
        if len(set(mine) & set(theirs)) >= _COPY * len(set(mine)) and len(theirs) <= _LONGEST_TEXT:
            matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
            same = sum(block.size for block in matcher.get_matching_blocks())
            if same >= _COPY * len(mine):
                found.append(_otherwise(mine, theirs, matcher.get_opcodes()))
    return min(found, default=0)


def _signs(text: Read) -> str:
    return "".join(sign for sign in text.lower if sign.isalnum() or sign in "%.")


def _otherwise(mine: str, theirs: str, steps: Sequence[tuple[str, int, int, int, int]]) -> int:
    wrong = 0
    for n, (kind, a, b, c, d) in enumerate(steps):
        if kind == "equal" or _held(steps, n - 1) + _held(steps, n + 1) < _AROUND:
            continue
        here, there = mine[a:b], theirs[c:d]
        if kind == "replace":
            wrong += _exchanged(here, there)
        else:
            wrong += bool(set(here + there) & _DENIES) and len(here + there) == 1
    return wrong


def _held(steps: Sequence[tuple[str, int, int, int, int]], n: int) -> int:
    """How many signs beside an edit stand in both texts: the edge counts as enough, and nothing
    does where there are none."""
    if not 0 <= n < len(steps):
        return 2
    kind, a, b, _, _ = steps[n]
    return min(b - a, 3) if kind == "equal" else -_AROUND


def _exchanged(here: str, there: str) -> bool:
    """Whether two short stretches in the same place mean different things."""
    if len(here) != len(there) and (len(here), len(there)) not in ((1, 2), (2, 1)):
        return False
    if len(here) > _LONGEST_EDIT or set(here + there) & _PARTICLES:
        return False
    if set(here + there) & _NUMERAL or set(here) & set(there):
        return False
    if means_little(here) or means_little(there):
        return False
    if not (names_something(here) or names_something(there)):
        return False
    return not groups_in(here, frozenset([here])) & groups_in(there, frozenset([there]))
