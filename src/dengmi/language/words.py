"""The search terms of a text: what the index stores and what a question looks for.

Chinese runs give every pair of neighbouring characters, and the dictionary words (jieba) of
three and more characters beside them. English words give Snowball stems. Numbers, dates,
versions, identifiers and addresses are kept whole and in parts (see `forms`). Upper and lower
case, accents, full-width forms and Traditional characters make no difference.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import chain
from operator import add

from dengmi.language.forms import Form, word_forms, word_terms
from dengmi.language.han import simplified
from dengmi.language.scripts import HAN, LETTERS, PICTURES, UNSPACED, words_of

VERSION = 3
"""Raised whenever a text gives other terms than before: indexes made with others are rebuilt."""

_WORD = (
    r"(?:https?|ftp)://[!#-&(-;=?-Z\[\]_a-z~]{1,500}(?<![.,:;!?)\]])"  # an address, in ASCII
    r"|\d{1,3}(?:,\d{3}){1,9}(?![\d,])(?:\.\d{1,20})?"  # 1,000
    rf"|(?:(?<![.\w])\.(?=[A-Za-z]))?[{LETTERS}]{{1,64}}+"
    rf"(?:(?:::|(?<=\d):(?=\d)|[-_.@'’&/+‐‑])[{LETTERS}]{{1,64}}+){{0,8}}"
    r"(?:\+{1,2}(?!\w)|#(?!\w)|(?<![^\W_]{2})\*(?![\w*]))?"
)
_TOKEN = re.compile(
    rf"[{HAN}]++"
    r"|\d{4} ?年|\d{1,2} ?月(?![球亮饼份])|\d{1,2} ?[日号](?![本期报常线楼])"
    rf"|(?<![{LETTERS}])[A-Za-z][{HAN}]++"
    rf"|{_WORD}|[{UNSPACED}]++|[{PICTURES}]"
)
_ASCII_TOKEN = re.compile(_WORD, re.ASCII)
_UNSPACED = re.compile(f"[{UNSPACED}{PICTURES}]")
_HAN = re.compile(f"[{HAN}]")
_WIDE = re.compile("[０-９Ａ-Ｚａ-ｚ＋＃]")
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

# No pair is made across these words, and they are no terms: a question asks with other ones than
# its answer uses. Measured on CMRC: nDCG@10 0.986 without this, 0.992 with it.
_SEPARATORS = words_of(
    "的 了 是 在 和 与 及 或 着 吗 呢 吧 啊 请问 是否 什么 什么时候 何时 哪 哪些 哪个 哪里"
    " 哪位 哪家 哪年 哪种 谁 多少 几个 如何 怎么 怎么样 怎样 为什么 为何"
)
_EMPTY_SINGLES = words_of(
    "也 都 就 而 被 把 对 从 到 个 这 那 之 其 为 以 于 上 下 中 年 月 日 不 有 我"
    " 你 他 她 它 们 过 地 得 元"
) | {word for word in _SEPARATORS if len(word) == 1}
_NOT_ALONE = _EMPTY_SINGLES | _SEPARATORS


def terms(text: str) -> list[str]:
    """The search terms of an article or a question, in order, repeated as they occur.

    A text of nothing but stop words gives those words, so every question has something to find.
    No term holds whitespace. Within one run of Chinese characters the pairs come first, then
    the longer words.
    """
    if text.isascii():
        found = list(chain.from_iterable(map(word_terms, _ASCII_TOKEN.findall(text))))
    else:
        found = []
        for token in _TOKEN.findall(_plain(text)):
            if "一" <= token[0] <= "鿿":
                found += _han_terms(token)
            elif token.isascii():
                found += word_terms(token)
            else:
                found += _forms_of(token)[1](token)
    return found or [term for term, _, _ in _spans(text, False)]


@lru_cache(maxsize=256)
def spans(text: str) -> tuple[tuple[str, int, int], ...]:
    """The terms of a text with their ranges: (term, start, end), in the order of `terms`. What was
    read last is kept: a question is read by the search and again to choose quotes.

    Ranges overlap where terms do: a pair of characters and the word it is part of, an address
    and its parts.
    """
    return tuple(_spans(text, True) or _spans(text, False))


def _spans(text: str, stops: bool) -> list[Form]:
    found: list[Form] = []
    pattern = _ASCII_TOKEN if text.isascii() else _TOKEN
    for hit in pattern.finditer(_plain(text)):
        token, at = hit.group(), hit.start()
        forms = word_forms(token, stops) if token.isascii() else _forms_of(token)[0](token, stops)
        found += [(term, at + start, at + end) for term, start, end in forms]
    return found


def _plain(text: str) -> str:
    """Half-width and Simplified, at the same length."""
    if text.isascii():
        return text
    return simplified(text.translate(_NARROW) if _WIDE.search(text) else text)


_Readers = tuple[Callable[[str, bool], Sequence[Form]], Callable[[str], Sequence[str]]]


def _forms_of(token: str) -> _Readers:
    """How to read a token that is not plain ASCII: with ranges, and without."""
    if token[0].isdecimal() or not _HAN.match(token[-1]):
        return (_pair_forms, _pair_terms) if _UNSPACED.match(token) else (word_forms, word_terms)
    return (_lettered_forms, _lettered_terms) if token[0].isascii() else (_han_forms, _han_terms)


def _han_terms(run: str) -> list[str]:
    """What `_han_forms` gives, without ranges: most of the time of indexing Chinese goes here."""
    if len(run) < 2:
        return [] if run in _EMPTY_SINGLES else [run]
    words = _cutter()(run, False)
    if _SEPARATORS.isdisjoint(words):
        found = list(map(add, run, run[1:]))
    else:
        found = []
        for part in "".join([" " if w in _SEPARATORS else w for w in words]).split(" "):
            found += map(add, part, part[1:])
    found += [w for w in words if len(w) != 2 and w not in _NOT_ALONE]
    return found


def _han_forms(run: str, stops: bool = True) -> list[Form]:
    """Pairs of neighbours, none across a separator, then words of three and more characters and
    telling single ones."""
    if not stops:
        return _pair_forms(run)
    if len(run) < 2:
        return [] if run in _EMPTY_SINGLES else [(run, 0, 1)]
    pairs: list[Form] = []
    words: list[Form] = []
    at = 0
    inside = False
    for word in _cutter()(run, False):
        if word in _SEPARATORS:
            inside = False
        else:
            end = at + len(word)
            first = at - 1 if inside else at
            pairs += [(run[n : n + 2], n, n + 2) for n in range(first, end - 1)]
            if len(word) != 2 and word not in _NOT_ALONE:
                words.append((word, at, end))
            inside = True
        at += len(word)
    return pairs + words


def _lettered_terms(run: str) -> list[str]:
    return [run[:2].lower(), *_han_terms(run[1:])]


def _lettered_forms(run: str, stops: bool = True) -> list[Form]:
    """A股, X光: the letter with the character after it, then the rest."""
    rest = [(term, start + 1, end + 1) for term, start, end in _han_forms(run[1:], stops)]
    return [(run[:2].lower(), 0, 2), *rest]


def _pair_terms(run: str) -> list[str]:
    return list(map(add, run, run[1:])) if len(run) > 1 else [run]


def _pair_forms(run: str, _stops: bool = True) -> list[Form]:
    return [(term, at, at + len(term)) for at, term in enumerate(_pair_terms(run))]


@cache
def _cutter() -> Callable[[str, bool], list[str]]:
    from rjieba import cut

    return cut
