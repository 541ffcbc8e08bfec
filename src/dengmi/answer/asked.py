"""What a question asks for: its weighted terms, its question word and the kind of answer wanted."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from dengmi.answer.aspects import ASPECTS, WEIGHT, aspects_of
from dengmi.answer.common import commonness
from dengmi.answer.sums import Greatest, Sums
from dengmi.language.han import has_han, simplified
from dengmi.language.scripts import HAN, UNSPACED
from dengmi.language.words import spans

_WIDE = re.compile(f"[{HAN}{UNSPACED}]")
_HAN_ASKS = "什么|什麼|多少|几|幾|谁|誰|哪|何|怎|为啥|多[大长高久远重宽深]"
# These read small letters, and each begins with a letter rather than with what must stand before
# it: so nothing but such letters is tried.
_QUESTION_WORD = re.compile(
    r"h(?<=\bh)ow\b|w(?<=\bw)h(?:at|ich|o(?:se|m)?|en|ere|y)\b"
    rf"|{_HAN_ASKS}"
)
_ASKING = re.compile(
    r"[?？]|[吗嗎呢]$|\b(?:how|what|which|who|whose|whom|when|where|why)\b"
    rf"|{_HAN_ASKS}",
    re.IGNORECASE,
)
# Words that ask or join; they name nothing that an article could hold.
_EMPTY_WORDS = re.compile(
    r"\b(?:(?:what|which) (?:kind|type|sort)s? of"
    r"|how (?:long|old|far|often|big|large|tall|high|fast|soon)"
    r"|how|what|which|who|whose|whom|when|where|why|do|does|did|doing|done|can|could|should|would"
    r"|may|might|must|shall|many|much|i|you|he|she|we|me|my|your|his|her|our|us|them|some|any|about"
    r"|please|tell|than|so|also)\b"
    r"|什么|什麼|多少|哪(?:一|个|個|些|里|裡|儿|兒|几|位|种|種|年|天)?|怎(?:么|麼|样|樣)?|为何|為何|为什么"
    r"|多[久长長大高远遠重少]|请问|請問|吗|嗎|呢|吧|啊|几|幾|谁|誰|何|如何|我想|想问|一下|你们|你|我"
)
_KINDS = tuple(
    re.compile(pattern)
    for pattern in (
        r"how (?:many|much|long|far|old|tall|large|big|high|fast|often|wide|deep|small)"
        r"|what (?:percent\w*|number|amount|age|size|length|proportion|fraction|population)"
        r"|多少|几|幾|多[大长高久远重宽深]",
        r"w(?:(?<=\bw)hen\b|h(?:at|ich) (?:\w+ )?"
        r"(?:year|date|day|month|century|decade|time|period|era))"
        r"|什[么麼]时候|什[么麼]時候|何[时時年]|哪一?年|哪[个個]?[月日天]|几[月日年]|幾[月日年]"
        r"|时[间間]|時[间間]|年代|哪[个個]世[纪紀]",
        r"w(?:(?<=\bw)ho(?:se|m)?\b|h(?:at|ich) (?:\w+ )?"
        r"(?:person|man|woman|people|scientist|king|president|leader|author|singer|artist|player))"
        r"|谁|誰|哪位|何人|哪[个個些]人|什[么麼]人",
        r"w(?:(?<=\bw)here\b|h(?:at|ich) (?:\w+ )?(?:city|country|place|state|region|area|river"
        r"|location|continent|town|county|island|street|building))"
        r"|哪[里裡儿兒]|何[处處]|在哪|什[么麼]地方|哪[个個]?[国國省市县縣区區城地]|位于|位於",
        r"w(?:(?<=\bw)hy\b|hat (?:\w+ )?(?:cause|reason|purpose))"
        r"|为什么|為什麼|为何|為何|原因|为啥|目的",
        r"name|called|term|known as|叫|称|稱|名字|名称|别名",
        r"h(?<=\bh)ow\b|怎[么麼样樣]|如何|方式|方法",
        r"w(?<=^w)hat (?:is|are|was|were|does|do) |是什[么麼]|什[么麼]是|指什[么麼]|是指",
        r"哪些|哪[几幾两兩三]|which of|what (?:are|were) |what types|what kinds",
    )
)
QUANTITY, TIME, PERSON, PLACE, REASON, NAME, MANNER, MEANING, LIST = range(len(_KINDS))
"""The kinds of answer, as positions in `Asked.kinds`."""

_FULL_TRUST = 100.0
"""Articles from which on half of a term's weight comes from the articles searched."""


class Asked(NamedTuple):
    """A question, read. Sets of its terms are numbers (see `sums`): the terms' bits, put together.

    Attributes:
        text: the question in lower case.
        weights: what every distinct term is worth, above 0; empty words are left out, and what they
            ask for (see `aspects`) stands in their place.
        bits: each term's bit; they follow the terms' alphabet.
        order: the place of each term in the question, by the place of its bit.
        wide: the terms written without spaces; they are found as plain strings.
        every, aspects, whole: all terms; those that are aspects; those of them that are `whole`.
        kinds: by kind of answer (QUANTITY …) 1 where it is wanted, else 0; `wanted`: which are.
        total, near_total: the sum of the weights; that of `near`, never 0.
        han: whether the question is written in Chinese characters.
        worth, heaviest: the sum of the weights, and the greatest one, of any terms.
        near: the sum of the weights, those further from the question word counting less.
    """

    text: str
    weights: Mapping[str, float]
    bits: Mapping[str, int]
    order: Sequence[int]
    wide: frozenset[str]
    every: int
    aspects: int
    whole: int
    kinds: tuple[float, ...]
    wanted: Sequence[int]
    total: float
    near_total: float
    han: bool
    worth: Sums
    heaviest: Greatest
    near: Sums


def read_question(question: str, weights: Mapping[str, float]) -> Asked:
    """Read a question.

    Args:
        question: as asked.
        weights: the inverse document frequency of its terms, as the search found them.
    """
    text = _lower(question)
    asks = _QUESTION_WORD.search(text)
    at = asks.start() if asks else len(text) / 2
    han = has_han(question)
    aspects = aspects_of(simplified(text) if han else text)
    reach = 8.0 if han else 25.0
    sound = _sound_weights(weights)
    worth: dict[str, float] = {}
    near: dict[str, float] = {}
    order: dict[str, int] = {}
    for place, (term, start, end) in _named(question, _empty(text, aspects, han)):
        close = math.exp(-abs((start + end) / 2 - at) / reach)
        if term not in worth:
            worth[term], order[term] = sound.get(term, 0.0) or 0.01, place
        near[term] = max(near.get(term, 0.0), close)
    for name, (start, _) in aspects.items():
        worth[name], order[name] = WEIGHT, len(order)
        near[name] = math.exp(-abs(start - at) / reach)
    terms = sorted(worth)
    bits = {term: 1 << n for n, term in enumerate(terms)}
    by_term = [worth[term] for term in terms]
    kinds = tuple([0.0 if kind.search(text) is None else 1.0 for kind in _KINDS])
    return Asked(
        text=text,
        weights=worth,
        bits=bits,
        order=[order[term] for term in terms],
        wide=frozenset([term for term in worth if not term.isascii() and _WIDE.search(term)]),
        every=(1 << len(terms)) - 1,
        aspects=sum([bits[name] for name in aspects]),
        whole=sum([bits[name] for name in aspects if ASPECTS[name].whole]),
        kinds=kinds,
        wanted=[kind for kind, wanted in enumerate(kinds) if wanted],
        total=sum(worth.values()),
        near_total=sum([value * near[term] for term, value in worth.items()]) or 1.0,
        han=han,
        worth=Sums(by_term),
        heaviest=Greatest(by_term),
        near=Sums([worth[term] * near[term] for term in terms]),
    )


def _lower(text: str) -> str:
    """The text in small letters, every one at its place."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join([sign if len(sign.lower()) > 1 else sign.lower() for sign in text])


def _empty(
    text: str, aspects: Mapping[str, tuple[int, int]], han: bool
) -> Sequence[tuple[int, int]]:
    """Where nothing is named: words that ask or join, and what asks for an aspect as a whole. In
    order, none in another."""
    empty = [hit.span() for hit in _EMPTY_WORDS.finditer(text)]
    # 要钱吗 is read as a whole; in English "how much" is empty anyway.
    whole = [span for name, span in aspects.items() if han or ASPECTS[name].whole]
    return _merged([*empty, *whole]) if whole else empty


def _named(
    question: str, empty: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, tuple[str, int, int]]]:
    """The terms that stand outside these ranges, with their ranges, each with its place."""
    begins = [left for left, _ in empty]
    for place, span in enumerate(sorted(spans(question), key=_range)):
        before = bisect_left(begins, span[2])  # of those that begin before its end, the last one
        if not before or empty[before - 1][1] <= span[1]:
            yield place, span


def _merged(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Ranges in order, those that overlap made one."""
    merged: list[tuple[int, int]] = []
    for left, right in sorted(ranges):
        if merged and left < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(right, merged[-1][1]))
        else:
            merged.append((left, right))
    return merged


def _range(span: tuple[str, int, int]) -> tuple[int, int]:
    return span[1:]


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
