"""The search terms of one written word: its stem, and an identifier, number or address whole and
in parts. Pure; `words` finds the words in a text and puts the terms together."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from itertools import pairwise
from typing import Final

from dengmi.language.scripts import words_of

Form = tuple[str, int, int]
"""A term and the range it stands at."""

STOP_WORDS: Final = words_of(
    "a also an and are as at be been but by can could did do does for from had has have he her his"
    " i if in into is it its not of on or she should such than that the their then there these"
    " they this to was we were what when where which who whom whose why how will with would you"
)
"""Words that stand in nearly every text or only ask. Measured with the question words left in:
SQuAD-dev nDCG@10 0.876, without them 0.885."""

LONGEST: Final = 64
"""Terms are never longer than this; longer words are cut into pieces."""

_MOST = 640
_STRIP = re.compile("[\u0300-\u036f\u00ad\u200c\u200d\ufe00-\ufe0f\\s]+")
_SPECIAL = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "⁄": "/"}
)
_SUFFIX = re.compile(r"(?:n['’]t|['’](?:s|re|ve|ll|d|m|t))$", re.IGNORECASE)
_ATOM = re.compile(r"\d+(?:\.\d+)+(?![^\W_])|[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_LETTERS_DIGITS = re.compile(r"([^\W\d_]{3,})(\d+)|(\d+)(?!(?:st|nd|rd|th)$)([^\W\d_]{2,})")
_PLURAL_YEARS = re.compile(r"(\d+)s")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLURAL = re.compile("[A-Z]{2,}s")
_VERSION = re.compile(r"[vV](\d+\.\d+)|[vV]?(\d+(?:\.\d+){2,})")
_DATE = re.compile(r"(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?")
_HAN_DATE = re.compile(r"(\d+)[ ]?([年月日号])")
_INITIALS = re.compile(r"[^\W\d_](?:\.[^\W\d_])+")
_SCHEME = re.compile(r"(?:https?|ftp)://(?:www\.)?|www\.(?=[a-z])", re.IGNORECASE)
_PLAIN_JOINTS = frozenset("-_'’‐‑")


@lru_cache(maxsize=1 << 16)
def word_terms(word: str) -> tuple[str, ...]:
    """The terms of one written word, without their places."""
    return tuple(term for term, _, _ in word_forms(word))


@lru_cache(maxsize=1 << 12)
def word_forms(word: str, stops: bool = True) -> tuple[Form, ...]:
    """The terms of one written word with their ranges inside it.

    Args:
        word: as `words` finds it: no spaces, letters and digits with joining signs between.
        stops: leave stop words out.

    Only the first 640 characters count; what `words` finds is never longer.
    """
    word = word[:_MOST]
    if word.isascii() and word.isalpha() and (word[1:].islower() or len(word) == 1):
        term = _stem(word.lower(), stops)
        return ((term, 0, len(word)),) if term else ()
    for special in (_han_date, _date, _number, _address):
        found = special(word)
        if found is not None:
            return found
    return _compound(word, stops)


def fold(text: str) -> str:
    """Lower case, without accents, compatibility forms replaced; no whitespace is left."""
    if text.isascii():
        return text.lower()
    # Case again after decomposing: some compatibility forms hide capitals.
    plain = unicodedata.normalize("NFKD", text.casefold()).casefold()
    return unicodedata.normalize("NFC", _STRIP.sub("", plain).translate(_SPECIAL))


def _stem(lower: str, stops: bool) -> str:
    """The stem of a folded word, or "" for a stop word; long words are cut off."""
    if stops and lower in STOP_WORDS:
        return ""
    return _stemmer()(lower[:LONGEST]) if lower.isalpha() else lower[:LONGEST]


@cache
def _stemmer() -> Callable[[str], str]:
    from Stemmer import Stemmer  # type: ignore[import-not-found]

    stem: Callable[[str], str] = Stemmer("english").stemWord
    return stem


def _han_date(word: str) -> tuple[Form, ...] | None:
    """2024年 as 2024; 3月, 5日 as number with unit."""
    found = _HAN_DATE.fullmatch(word)
    if found is None:
        return None
    number, unit = found.groups()
    term = number if unit == "年" else number.lstrip("0") + unit.replace("号", "日")
    return ((term, 0, len(word)),)


def _date(word: str) -> tuple[Form, ...] | None:
    """2024-1-2 as 2024-01-02, 2024, 1月, 2日: what the Chinese way of writing it gives."""
    found = _DATE.fullmatch(word)
    if found is None:
        return None
    year, mark, month, day = found.groups()
    if not 1 <= int(month) <= 12 or (mark == "." and day is None):
        return None
    forms = [(year, 0, 4), (f"{int(month)}月", *found.span(3))]
    if day is not None:
        if not 1 <= int(day) <= 31:
            return None
        forms.append((f"{int(day)}日", *found.span(4)))
        forms.insert(0, (f"{year}-{int(month):02}-{int(day):02}", 0, len(word)))
    return tuple(forms)


def _number(word: str) -> tuple[Form, ...] | None:
    """1,000 as 1000; 3.5 whole; v1.2.3 as 1.2.3 and 1.2."""
    if _NUMBER.fullmatch(word):
        return ((word.replace(",", "")[:LONGEST], 0, len(word)),)
    version = _VERSION.fullmatch(word)
    if version:
        whole = version.group(1) or version.group(2)
        short = ".".join(whole.split(".")[:2])
        start = len(word) - len(whole)
        return _kept(
            [(whole[:LONGEST], 0, len(word)), (short[:LONGEST], start, start + len(short))]
        )
    return None


def _address(word: str) -> tuple[Form, ...] | None:
    """A web or mail address whole and in parts."""
    scheme = _SCHEME.match(word)
    if scheme is None and "@" not in word[1:]:
        return None
    start = scheme.end() if scheme else 0
    whole = fold(word[start:]).rstrip("/")
    forms = [(whole, start, len(word))] if whole and len(whole) <= LONGEST else []
    host_end = min((at for at in map(word.find, "/?#", (start,) * 3) if at >= 0), default=len(word))
    if scheme and host_end < len(word):
        forms.append((fold(word[start:host_end])[:LONGEST], start, host_end))
    return _kept(forms + _parts(word, start, True))


def _compound(word: str, stops: bool) -> tuple[Form, ...]:
    """A word with joining signs, digits or inner capitals: whole first, then its parts."""
    if word.lower().replace("’", "'") in ("can't", "won't", "shan't"):
        return _kept([(_stem(word[:-2].lower(), stops), 0, len(word))])
    if _PLURAL.fullmatch(word):  # the stemmer leaves "pdfs" and "gpus" as they are
        return _kept([(_stem(word[:-1].lower(), False), 0, len(word))])
    suffix = _SUFFIX.search(word)
    body = word[: suffix.start()] if suffix and suffix.start() else word
    if _INITIALS.fullmatch(body):
        return ((fold(body.replace(".", ""))[:LONGEST], 0, len(word)),)
    whole = _whole(body)
    if whole.isalpha() and body.isalpha() and not _HUMP.search(body):
        return _kept([(_stem(whole, stops), 0, len(word))])
    first = (_stem(whole, stops and whole == body.lower()), 0, len(word))
    return _kept([first if len(whole) <= LONGEST else ("", 0, 0), *_parts(body, 0, stops)])


def _whole(body: str) -> str:
    """The one form of a compound: joined where only hyphens, underscores and capitals divide it
    (max_tokens, maxTokens and max-tokens are one), else with its signs (node.js, c++, at&t)."""
    folded = fold(body)
    if all(sign.isalnum() or sign in _PLAIN_JOINTS for sign in folded):
        return "".join(sign for sign in folded if sign not in _PLAIN_JOINTS)
    return folded


def _parts(word: str, start: int, stops: bool) -> list[Form]:
    """The pieces of a word from `start` on: between joining signs, then at inner capitals
    (DeepSeek) and between letters and digits (covid19). Single letters are left to the whole."""
    forms: list[Form] = []
    for hit in _ATOM.finditer(word, start):
        atom, at = hit.group(), hit.start()
        if len(atom) > 1 or atom.isdigit():
            forms.append((_stem(fold(atom), stops), at, hit.end()))
        forms += [
            (_stem(fold(atom[left:right]), stops), at + left, at + right)
            for left, right in _inner(atom)
        ]
    return forms


def _inner(atom: str) -> list[tuple[int, int]]:
    """Where the words inside one atom stand; empty when there is only one."""
    mixed = _LETTERS_DIGITS.fullmatch(atom)
    if mixed:
        return [mixed.span(group) for group in (1, 2, 3, 4) if mixed.group(group)]
    years = _PLURAL_YEARS.fullmatch(atom)
    if years:
        return [years.span(1)]
    edges = [0, *(hump.start() for hump in _HUMP.finditer(atom)), len(atom)]
    humps = list(pairwise(edges))
    return humps if len(humps) > 1 and all(right - left > 1 for left, right in humps) else []


def _kept(forms: list[Form]) -> tuple[Form, ...]:
    """Without empty ones and without saying one term twice."""
    seen: dict[str, Form] = {}
    for form in forms:
        if form[0]:
            seen.setdefault(form[0], form)
    return tuple(seen.values())
