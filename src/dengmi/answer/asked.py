"""What a question asks for: its weighted terms, its question word and the kind of answer wanted."""

import math
import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dengmi.answer.aspects import ASPECTS, WEIGHT, aspects_of
from dengmi.answer.common import commonness
from dengmi.language.han import has_han, simplified
from dengmi.language.scripts import HAN, UNSPACED
from dengmi.language.words import spans

_WIDE = re.compile(f"[{HAN}{UNSPACED}]")
_QUESTION_WORD = re.compile(
    r"\b(?:how|what|which|who|whose|whom|when|where|why)\b"
    r"|什么|什麼|多少|几|幾|谁|誰|哪|何|怎|为啥|多[大长高久远重宽深]",
    re.IGNORECASE,
)
_ASKING = re.compile(rf"[?？]|[吗嗎呢]$|{_QUESTION_WORD.pattern}", re.IGNORECASE)
# Words that ask or join; they name nothing that an article could hold.
_EMPTY_WORDS = re.compile(
    r"\b(?:what|which) (?:kind|type|sort)s? of\b"
    r"|\bhow (?:long|old|far|often|big|large|tall|high|fast|soon)\b"
    r"|\b(?:how|what|which|who|whose|whom|when|where|why|do|does|did|doing|done|can|could|should|would"
    r"|may|might|must|shall|many|much|i|you|he|she|we|me|my|your|his|her|our|us|them|some|any|about"
    r"|please|tell|than|so|also)\b"
    r"|什么|什麼|多少|哪(?:一|个|個|些|里|裡|儿|兒|几|位|种|種|年|天)?|怎(?:么|麼|样|樣)?|为何|為何|为什么"
    r"|多[久长長大高远遠重少]|请问|請問|吗|嗎|呢|吧|啊|几|幾|谁|誰|何|如何|我想|想问|一下|你们|你|我",
    re.IGNORECASE,
)
_KINDS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"how (?:many|much|long|far|old|tall|large|big|high|fast|often|wide|deep|small)"
        r"|what (?:percent\w*|number|amount|age|size|length|proportion|fraction|population)"
        r"|多少|[几幾]|多[大长高久远重宽深]",
        r"\bwhen\b|(?:what|which) (?:\w+ )?(?:year|date|day|month|century|decade|time|period|era)"
        r"|什[么麼]时候|什[么麼]時候|何[时時年]|哪一?年|哪[个個]?[月日天]|[几幾][月日年]|[时時][间間]|年代|哪[个個]世[纪紀]",
        r"\bwho(?:se|m)?\b|(?:what|which) (?:\w+ )?"
        r"(?:person|man|woman|people|scientist|king|president|leader|author|singer|artist|player)"
        r"|[谁誰]|哪位|何人|哪[个個些]人|什[么麼]人",
        r"\bwhere\b|(?:what|which) (?:\w+ )?(?:city|country|place|state|region|area|river|location"
        r"|continent|town|county|island|street|building)"
        r"|哪[里裡儿兒]|何[处處]|在哪|什[么麼]地方|哪[个個]?[国國省市县縣区區城地]|位于|位於",
        r"\bwhy\b|what (?:\w+ )?(?:cause|reason|purpose)|为什么|為什麼|[为為]何|原因|为啥|目的",
        r"(?:name|called|named|term|known as|nickname)|叫|[称稱]|名字|名称|别名",
        r"\bhow\b|怎[么麼样樣]|如何|方式|方法",
        r"^what (?:is|are|was|were|does|do) |是什[么麼]|什[么麼]是|指什[么麼]|是指",
        r"哪些|哪[几幾两兩三]|which of|what (?:are|were) |what types|what kinds",
    )
)
QUANTITY, TIME, PERSON, PLACE, REASON, NAME, MANNER, MEANING, LIST = range(len(_KINDS))
"""The kinds of answer, as positions in `Asked.kinds`."""

_FULL_TRUST = 100.0
"""Articles from which on half of a term's weight comes from the articles searched."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, read.

    Attributes:
        text: the question in lower case.
        weights: what every distinct term is worth, above 0; empty words are left out, and what they
            ask for (see `aspects`) stands in their place.
        near: 1 at the question word, less for terms further away, by term.
        order: the place of each term in the question.
        wide: the terms written without spaces; they are found as plain strings.
        kinds: which kinds of answer are wanted (QUANTITY …).
        total, near_total: the sum of the weights; the same times `near`, never 0.
        han: whether the question is written in Chinese characters.
    """

    text: str
    weights: Mapping[str, float]
    near: Mapping[str, float]
    order: Mapping[str, int]
    wide: frozenset[str]
    kinds: tuple[bool, ...]
    total: float
    near_total: float
    han: bool


def read_question(question: str, weights: Mapping[str, float]) -> Asked:
    """Read a question.

    Args:
        question: as asked.
        weights: the inverse document frequency of its terms, as the search found them.
    """
    text = question.lower()
    found = spans(question)
    empty = [hit.span() for hit in _EMPTY_WORDS.finditer(question)]
    asks = _QUESTION_WORD.search(question)
    at = asks.start() if asks else len(question) / 2
    han = has_han(question)
    aspects = aspects_of(simplified(text) if han else text)
    # 要钱吗 is read as a whole; in English "how much" is empty anyway.
    whole = [span for name, span in aspects.items() if han or ASPECTS[name].whole]
    if whole:
        empty = _merged([*empty, *whole])
    begins = [left for left, _ in empty]
    reach = 8.0 if han else 25.0
    sound = _sound_weights(weights)
    worth: dict[str, float] = {}
    near: dict[str, float] = {}
    order: dict[str, int] = {}
    for place, (term, start, end) in enumerate(sorted(found, key=lambda span: span[1:])):
        before = bisect_left(begins, end)  # of those that begin before its end, the last one
        if before and empty[before - 1][1] > start:
            continue
        worth[term] = sound.get(term, 0.0) or 0.01
        near[term] = max(near.get(term, 0.0), math.exp(-abs((start + end) / 2 - at) / reach))
        order.setdefault(term, place)
    for name, (start, _) in aspects.items():
        worth[name], order[name] = WEIGHT, len(order)
        near[name] = math.exp(-abs(start - at) / reach)
    return Asked(
        text=text,
        weights=worth,
        near=near,
        order=order,
        wide=frozenset(filter(_WIDE.search, worth)),
        kinds=tuple(kind.search(question) is not None for kind in _KINDS),
        total=sum(worth.values()),
        near_total=sum([value * near[term] for term, value in worth.items()]) or 1.0,
        han=han,
    )


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for left, right in sorted(ranges):
        if merged and left < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]))
        else:
            merged.append((left, right))
    return merged


def names_of(asked: Asked) -> list[str]:
    """The terms of a question that are words."""
    return [term for term in asked.weights if term not in ASPECTS]


def asks(text: str) -> bool:
    """Whether a line reads like a question."""
    return _ASKING.search(text) is not None


def _sound_weights(weights: Mapping[str, float]) -> dict[str, float]:
    """Weights that mean something in a small desk too.

    A handful of articles says little about how telling a word is, so the smaller the desk, the
    more of the weight comes from how common the word is in the language.
    """
    most = max(weights.values(), default=0.0)
    articles = math.expm1(min(most, 20.0)) / 2
    own = articles / (articles + _FULL_TRUST)
    return {
        term: own * weight + (1 - own) * (1 - commonness(term)) * 6.0
        for term, weight in weights.items()
    }
