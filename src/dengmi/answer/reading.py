"""Passages read for quoting: where words stand, and what a sentence offers as an answer.

Reading does not depend on the question, so the passages read last are kept.
"""

import re
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from dengmi.answer.aspects import ASPECTS
from dengmi.answer.orders import among, may_hold
from dengmi.core.records import Passage
from dengmi.language.forms import word_forms, word_terms
from dengmi.language.han import simplified
from dengmi.language.scripts import HAN, LETTERS, UNSPACED
from dengmi.language.words import terms

KEPT = 4096
"""Passages kept read, at most: some 5 kB each."""

_WORD = re.compile(rf"[{LETTERS}]++(?:[-_.@'’&/+:,]++[{LETTERS}]++)*[+#]*+")
_WIDE = re.compile(f"[{HAN}{UNSPACED}]+")

_NUMBER = re.compile(
    r"\d+(?:[.,:]\d+)*%?"
    r"|[一二三四五六七八九十百千万亿两]+(?=[年月日个名人位次所座米公种部条万亿岁届期章集只家类层度等])"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
    r"|thousands?|millions?|billions?|half|third|quarter|twice|first|second|third|several)\b"
)
# The capital comes first, although what stands before it decides: so only capitals are tried.
_NAME = re.compile(
    r"[A-Z](?:(?<=[a-z,;:)] [A-Z])[\w'-]+|(?<=[A-Z][\w'-] [A-Z])\w+|(?<=\b[A-Z])[A-Z]+\b)"
)
_OFFERS = tuple(
    re.compile(pattern)
    for pattern in (
        _NUMBER.pattern,
        r"\b1\d{3}s?\b|\b20\d\ds?\b|\b(?:Jan|Febr)uary\b|\b(?:March|April|May|June|July|August)\b"
        r"|\b(?:Septem|Octo|Novem|Decem)ber\b|\bcentur|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b"
        r"|[年月日]|世纪|时期|期间",
        r"[A-Z][a-z]+ (?:[A-Z]\. )?[A-Z][a-z]+"
        r"|·|先生|女士|导演|教授|[由被他她]|\b(?:[Hh]e|[Ss]he|his|her)\b",
        r"\b(?:in|at|near|from|to) (?:the )?[A-Z]|[省市县州区岛镇村国城街路山河湖港]|位于|地处|在",
        r"because|due to|since|as a result|in order to|caus|reason|so that|led to|result|therefore"
        r"|thus|to avoid|由于|因为|因此|为了|导致|所以|因而|使得|原因|以便|旨在",
        r"called|known as|named|referred|term|nickname|dubbed"
        r"|[称叫即\"“”‘’《》「」()（）]|名为|别名",
        r"\b(?:by|through|using|via|with)\b|通过|利用|[以用]|采用|方式",
        r"\b(?:is|are|was|were) (?:a|an|the|one)\b|refers? to|defined|means|[是为]",
        r"[,、，;；]|\band\b|[和与及]",
    )
)
"""What speaks for an answer of each kind, in the order of `asked.QUANTITY` …"""

LEANS = re.compile(
    r"(?:It|He|She|They|This|These|Those|That|His|Her|Their|Its|Such|However|But|And|Also|Then"
    r"|Therefore|Otherwise|Instead|Thus|Hence)\b"
    r"|[它他她其这那该此]|但是?|而[且是]?|然而|因此|所以|并且?|同时|此外|另外|后来|之后|随后|否则|不过"
)
"""The start of a sentence that leans on the one before it."""


_VERB = re.compile(r"\b(?:is|are|was|were|means|refers)\b|[是为指]")


class Told(NamedTuple):
    """What a sentence tells whatever was asked.

    Attributes:
        length: in words; 1.7 Chinese characters count as one.
        leans: 1 if it leans on the one before it, else 0.
        verb: where its first "is" stands; -1 without one.
        numbers, names: the numbers and the capitalised words in it, in lower case.
    """

    length: float
    leans: float
    verb: int
    numbers: Sequence[str]
    names: Sequence[str]


class Reading:
    """One passage, read.

    Attributes:
        plain: its text in Simplified characters and lower case, same length.
        starts, ends: the sentences' ranges.
        orders: the sentences (from 0) that give orders to a language model: none is quoted.
    """

    __slots__ = (
        *("_ascii", "_at", "_edges", "_offers", "_parts", "_places", "_tells", "_terms", "_told"),
        *("ends", "orders", "plain", "starts", "text"),
    )

    def __init__(self, text: str, starts: tuple[int, ...], ends: tuple[int, ...]) -> None:
        self.text = text
        self.starts = starts
        self.ends = ends
        self._ascii = text.isascii()
        self._parts: list[str] = []
        simple = simplified(text)
        lower = simple.lower()
        self.plain = lower if len(lower) == len(text) else simple
        self._edges = (0, *starts[1:])
        self.orders: frozenset[int] = frozenset()
        if may_hold(self.plain):
            self.orders = among([text[a:b] for a, b in zip(starts, ends, strict=True)])
        words: list[str] = []
        starts_at, terms_at = [], []
        for hit in _WORD.finditer(text):
            at = hit.start()
            starts_at.append(at)
            for term in word_terms(hit.group()):
                words.append(term)
                terms_at.append(at)
        self._at = array("I", starts_at)
        self._terms = f" {' '.join(words)} "
        self._places = array("I", terms_at)
        self._offers: dict[tuple[int, int], int] = {}
        self._tells: dict[str, list[int]] = {}
        self._told: dict[int, Told] = {}

    def sentence_at(self, at: int) -> int:
        """The sentence (from 0) that a place in the text belongs to."""
        return bisect_right(self._edges, at) - 1

    def sentences_with(self, sign: str) -> list[int]:
        """The sentences (from 0) in which a character stands."""
        if sign not in self.plain:
            return []
        if not self._parts:
            edges = (*self._edges, len(self.plain))
            self._parts = [self.plain[left:right] for left, right in pairwise(edges)]
        return [n for n, part in enumerate(self._parts) if sign in part]

    def held(self, term: str) -> list[int]:
        """Where a term of spaced writing stands, in order."""
        sign = f" {term} "
        found = []
        at = self._terms.find(sign)
        while at >= 0:
            found.append(self._places[self._terms.count(" ", 0, at)])
            at = self._terms.find(sign, at + len(sign) - 1)
        return found

    def places(self, sign: str) -> list[int]:
        """Where a string of Simplified and small letters stands, in order."""
        found = []
        at = self.plain.find(sign)
        while at >= 0:
            found.append(at)
            at = self.plain.find(sign, at + 1)
        return found

    def telling(self, aspect: str) -> list[int]:
        """Where a text tells of an aspect (see `aspects.ASPECTS`), in order."""
        known = self._tells.get(aspect)
        if known is None:
            known = [hit.start() for hit in ASPECTS[aspect].tells.finditer(self.plain)]
            self._tells[aspect] = known
        return known

    def told(self, n: int) -> Told:
        """What sentence n (from 0) tells."""
        known = self._told.get(n)
        if known is None:
            known = self._told[n] = self._read(n)
        return known

    def _read(self, n: int) -> Told:
        start, end = self.starts[n], self.ends[n]
        verb = _VERB.search(self.text, start, end)
        return Told(
            length=self._length(n),
            leans=float(self.leans(n)),
            verb=verb.start() if verb else -1,
            numbers=_NUMBER.findall(self.plain, start, end) or (),
            names=[name.lower() for name in _NAME.findall(self.text, start, end)] or (),
        )

    def _length(self, n: int) -> float:
        places, edges = self._at, self._edges
        words = len(places) if n + 1 == len(edges) else bisect_left(places, edges[n + 1])
        words -= bisect_left(places, edges[n])
        if self._ascii:
            return float(words)
        return words + sum(map(len, _WIDE.findall(self.text, self.starts[n], self.ends[n]))) / 1.7

    def sentence(self, n: int) -> str:
        """The text of sentence n (from 0)."""
        return self.text[self.starts[n] : self.ends[n]]

    def forms_at(self, at: int) -> list[tuple[str, int, int]]:
        """The terms of the word that starts at a place of the text, with their ranges."""
        word = _WORD.match(self.text, at)
        forms = word_forms(word.group()) if word else ()
        return [(term, at + start, at + end) for term, start, end in forms]

    def leans(self, n: int) -> bool:
        """Whether sentence n (from 0) leans on the one before it."""
        return LEANS.match(self.text, self.starts[n]) is not None

    def offers(self, n: int, kind: int) -> int:
        """How much in sentence n (from 0) could be an answer of a kind."""
        known = self._offers.get((n, kind))
        if known is None:
            found = _OFFERS[kind].findall(self.text, self.starts[n], self.ends[n])
            known = self._offers[n, kind] = len(found)
        return known


@lru_cache(maxsize=KEPT)
def distinct_terms(text: str) -> frozenset[str]:
    """The distinct terms of a title or heading; from memory if they were asked for lately."""
    return frozenset(terms(text))


def read_passage(passage: Passage) -> Reading:
    """The passage, read; from memory if it was read lately."""
    sentences = passage.sentences
    return _read(
        passage.text,
        tuple([sentence.start for sentence in sentences]),
        tuple([sentence.end for sentence in sentences]),
    )


_read = lru_cache(maxsize=KEPT)(Reading)
