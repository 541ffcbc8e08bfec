"""The noun phrases of an English question and how much it is about each of them, by word order and
closed lists alone. Good enough to say what "it" means in the next question."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from dengmi.language.classes_en import (
    AUXILIARY,
    BE,
    CLOSED,
    DETERMINERS,
    NUMBERED,
    PREPOSITIONS,
    PRONOUNS,
    QUALITY,
    RELATIONAL,
    TIME,
    verbs,
)
from dengmi.language.plurals import one_of
from dengmi.language.scripts import words_of

_TOKEN = re.compile(r"[\w$€£%#@+]+(?:['’.&/+-][\w+]+)*['’]?|[^\w\s]")
_DOES = words_of(
    "do does did can could should would will shall may might must don't doesn't didn't can't"
    " cannot couldn't shouldn't wouldn't won't has have had"
)
_ADJECTIVE = re.compile(r"\w{3,}(?:able|ible|ful|ous|less|proof|ically)$")
_PARTICIPLE = re.compile(
    r"\w{2,}ed$|^(?:built|made|known|born|held|found|done|given|taken|seen|written|sold|bought|kept"
    r"|lost|won|chosen|begun|grown|thought|taught|caught|spent|worn|based)$"
)
_OBJECT = DETERMINERS | PRONOUNS
_NO_VERB_AFTER = DETERMINERS | PREPOSITIONS | NUMBERED
_SUPERLATIVE = re.compile(r"\w{2,}est$|most$|least$")
_MANY = re.compile(r"how (?:many|much)$|(?:which|what|whose)$")
_COUNTED = words_of("children people men women mice feet teeth police data media species series")
_TELL = re.compile(
    r"(?:tell (?:me|us)|know|learn|hear|talk|read)(?: (?:a bit|a little|something))?(?: more)? about$"
    r"|^(?:what|who)(?: (?:is|are|was|were)|'s|’s)$|^(?:describe|explain|define)$"
)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")


@dataclass(frozen=True, slots=True)
class Token:
    """A word or mark and where it stands; `low` is its lower case."""

    low: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase.

    Attributes:
        text: as it stands, with its article.
        head: its last word, lower case, as one.
        weight: how much the question is about it.
        lead: the preposition before it, or "".
        name: whether it holds a word with a capital.
        many: whether it is plural.
        of: whether it says little without "of …": the price, the symptoms.
    """

    text: str
    start: int
    end: int
    head: str
    weight: float = 0.0
    lead: str = ""
    name: bool = False
    many: bool = False
    of: bool = False

    @property
    def bare(self) -> str:
        """Without its article."""
        return re.sub(r"^(?:the|an?|any|some|all)\s+", "", self.text, flags=re.IGNORECASE)


def tokens(text: str) -> list[Token]:
    """The words and marks of a text."""
    return [
        Token(found.group().lower().replace("’", "'"), found.start(), found.end())
        for found in _TOKEN.finditer(text)
    ]


@lru_cache(maxsize=1024)
def phrases(text: str) -> tuple[Phrase, ...]:
    """The noun phrases in order, times left out, none weighed yet."""
    words = tokens(text)
    found = [
        _phrase(text, words, first, last)
        for first, last in _runs(text, words)
        if not all(_says_nothing(word.low) for word in words[first:last])
        and not _PARTICIPLE.match(text[words[first].start : words[last - 1].end].lower())
    ]
    return tuple(_joined(text, found))


@lru_cache(maxsize=512)
def subjects(text: str) -> tuple[Phrase, ...]:
    """The noun phrases with their weights, the one it is most about first."""
    found = phrases(text)
    low = text.lower()
    asks = last_sentence(text)
    weighed: list[Phrase] = []
    ahead = False
    for at, one in enumerate(found):
        before = low[: one.start].rstrip()
        weight = 1.5 if one.lead and ahead else 3.0
        owned = at > 0 and re.fullmatch(r"['’]s?\s+", text[found[at - 1].end : one.start])
        if owned or (one.of and at + 1 < len(found)):
            weight = 1.0
        elif one.lead and at and found[at - 1].of:
            weight = 3.4
        elif _MANY.search(before):
            weight = 1.2
        elif one.of:
            weight = 1.6
        elif at and not one.lead:
            weight = 2.0
        last = before.rsplit(". ", 1)[-1].rsplit("? ", 1)[-1]
        if _TELL.search(last) and not one.of:
            weight = 4.5
        if one.start < asks:
            weight *= 0.5
        ahead = ahead or weight >= 2.0
        weighed.append(replace(one, weight=weight + 0.6 * one.name))
    return tuple(sorted(weighed, key=lambda one: -one.weight))


def _runs(text: str, words: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """Where phrases begin and end, as places of words."""
    first: int | None = None
    nouns = 0
    pending = ""
    for at, word in enumerate(words):
        low = word.low
        capital = text[word.start].isupper() and not _opens(words, at)
        mark = not (low[0].isalnum() or low[0] in "$€£#@")
        if low in AUXILIARY:
            pending = low
        closed = mark or (low in CLOSED and not (capital and nouns and low not in AUXILIARY))
        verb = not closed and not capital and _is_verb(text, words, at, nouns, pending)
        if verb:
            pending = ""
        if closed or verb:
            if first is not None and nouns:
                yield first, at
            first, nouns = None, 0
            if low in DETERMINERS and not mark:
                first = at
            continue
        if first is None:
            first = at
        nouns += 1
        if _owns(text, words, at):
            yield first, at + 1
            first, nouns = None, 0
    if first is not None and nouns:
        yield first, len(words)


def _is_verb(  # noqa: PLR0911 - one for each rule
    text: str, words: Sequence[Token], at: int, nouns: int, pending: str
) -> bool:
    """Whether a word is a verb where it stands. `nouns` words of a phrase are open before it,
    `pending` is the auxiliary whose verb has not come yet."""
    low = words[at].low
    before = words[at - 1].low if at else ""
    if low in QUALITY or _ADJECTIVE.match(low):
        ends = at + 1 == len(words) or words[at + 1].low in CLOSED
        ends = ends or not words[at + 1].low[0].isalnum()
        if before == "how" or (ends and (before in BE or (nouns and pending in BE))):
            return True
    if low not in verbs():
        return bool(nouns and pending in BE and _PARTICIPLE.match(low))
    if _opens(words, at) or before in (
        "to",
        "not",
        "also",
        "ever",
        "often",
        "usually",
        "still",
    ):
        return True
    if before in PRONOUNS or before in ("who", "what", "which", "that"):
        return True
    if before in _NO_VERB_AFTER or before[0].isdigit():  # but: plan A cost
        return text[words[at - 1].start].isupper() and bool(nouns) and pending in _DOES
    if before in AUXILIARY:
        return bool(_PARTICIPLE.match(low)) or low.endswith("ing")
    if nouns and pending in BE:
        return bool(_PARTICIPLE.match(low)) or low.endswith("ing")
    if nouns and pending in _DOES:
        return not low.endswith(("s", "ing")) or low in ("pass", "cross", "miss", "discuss")
    after = words[at + 1].low if at + 1 < len(words) else ""
    leads = low.endswith("ed") or (low.endswith("s") and after in _OBJECT)
    return bool(nouns and not pending and before not in QUALITY and leads)


def _phrase(text: str, words: Sequence[Token], first: int, last: int) -> Phrase:
    own = words[first:last]
    start, end = own[0].start, own[-1].end
    written = text[start:end]
    low = own[-1].low
    if low.endswith(("'s", "s'")):
        cut = 2 if low.endswith("'s") else 1
        written, end, low = written[:-cut], end - cut, low[:-cut]
    named = [
        w for n, w in enumerate(own, first) if text[w.start].isupper() and not _opens(words, n)
    ]
    said = [w for w in own if w.low not in DETERMINERS]
    lead = words[first - 1].low if first and words[first - 1].low in PREPOSITIONS else ""
    many = low in _COUNTED or (
        low.endswith("s") and one_of(low) != low and not text[own[-1].start].isupper()
    )
    head = one_of(low)
    return Phrase(
        written,
        start,
        end,
        head,
        lead=lead,
        name=bool(named),
        many=many,
        of=head in RELATIONAL and not named and len(said) <= 2,
    )


def _joined(text: str, found: Sequence[Phrase]) -> list[Phrase]:
    """Phrases with "of" between them as one where the first says something by itself: the Battle of
    Hastings."""
    joined: list[Phrase] = []
    for one in found:
        last = joined[-1] if joined else None
        if last and not last.of and text[last.end : one.start].strip().lower() == "of":
            joined[-1] = replace(
                last, text=text[last.start : one.end], end=one.end, name=last.name or one.name
            )
        else:
            joined.append(one)
    return joined


def _owns(text: str, words: Sequence[Token], at: int) -> bool:
    """Whether a word is a possessive with its thing behind it."""
    if not words[at].low.endswith(("'s", "s'")) or at + 1 == len(words):
        return False
    after = words[at + 1]
    return after.low[0].isalnum() and after.low not in CLOSED and text[after.start].islower()


def _opens(words: Sequence[Token], at: int) -> bool:
    """Whether a word opens a sentence, where a capital says nothing."""
    return at == 0 or words[at - 1].low in ".?!:"


def last_sentence(text: str) -> int:
    """Where the last sentence begins."""
    ends = [found.end() for found in re.finditer(r"[.?!]\s+(?=\S)", text)]
    return ends[-1] if ends else 0


def _says_nothing(low: str) -> bool:
    """Whether a word names nothing by itself: largest, good, first, Monday."""
    return (
        low in DETERMINERS
        or low in NUMBERED
        or low in QUALITY
        or _is_time(low)
        or _SUPERLATIVE.match(low) is not None
    )


def _is_time(low: str) -> bool:
    return low in TIME or bool(_YEAR.match(low))
