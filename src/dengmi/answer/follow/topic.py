"""What a conversation is about: the noun phrases of its English questions, weighed over its turns,
and the names and lists of its answers."""

import re
from collections.abc import Sequence
from dataclasses import replace

from dengmi.answer.follow.turns import Turn
from dengmi.language.detect import language_of
from dengmi.language.phrases_en import Phrase, subjects
from dengmi.language.phrases_zh import topic_zh
from dengmi.language.plurals import one_of
from dengmi.language.scripts import words_of

_FADE = 0.55
_CLEAR = 0.85
"""What weighs this much of the likeliest topic may be meant as well."""
_LOOKED = 4
"""Turns looked back at."""

_NAME = re.compile(
    r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Sir|Saint|St)\.? )?[A-Z][\w'’-]+(?: (?:(?:of|the|de|van|von|la|al) )?"
    r"[A-Z][\w'’-]*\.?)*"
)
_NAMING = re.compile(
    r"^(?:who\b|(?:which|what)(?:'s| is| was| are) (?:the |its )?(?:(?:\w+ ){0,2}(?:capital|name)\b"
    r"|(?:\w+ )?(?:\w{3,}est|most|best|worst|first|last)\b))",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"(?:^|(?<=\s))(?:\d{1,2}[.)、]|[-*•]|\(\d{1,2}\))\s*([^\n;；。]+?)(?=[.;；。]?(?:\s+(?:\d{1,2}[.)、]|[-*•]|\(\d)|\s*$|\n))"
)
_CITED = re.compile(r"\s*\[\d[\d., ]*\]")
_PERSONS = words_of(
    "author founder inventor creator writer owner leader director president ceo designer architect"
    " man woman king queen minister mayor teacher doctor artist singer actor actress player scientist"
    " philosopher painter composer head chief chairman captain emperor poet engineer girl boy son"
    " daughter father mother wife husband brother sister friend boss manager professor"
)
_NO_NAME = words_of(
    "The A An In On At It He She They This That These Those There If When As But And"
)


def topics(turns: Sequence[Turn]) -> list[Phrase]:
    """The noun phrases a conversation is about, the likeliest first."""
    found: dict[frozenset[str], Phrase] = {}
    for age, turn in enumerate(reversed(turns[-_LOOKED:])):
        for one in _of_turn(turn):
            words = frozenset(one_of(word) for word in one.bare.lower().split())
            weight = one.weight * _FADE**age
            same = next((key for key in found if key <= words or words <= key), None)
            if same is None:
                found[words] = replace(one, weight=weight)
            elif age:
                found[same] = replace(found[same], weight=found[same].weight + 0.5 * weight)
    return sorted(found.values(), key=lambda one: -one.weight)


def _of_turn(turn: Turn) -> Sequence[Phrase]:
    if language_of(turn.question) != "zh":
        return subjects(turn.question)
    what = topic_zh(turn.question)
    return [Phrase(what, 0, len(what), what.lower(), 4.0, name=True)] if what else []


def fitting(found: Sequence[Phrase], word: str) -> list[Phrase]:
    """The topics that a pronoun may stand for, the likeliest first; one alone where it is clear."""
    scores = [(one.weight * _agreement(one, word), -n) for n, one in enumerate(found)]
    best = max(scores, default=(0.0, 0))
    if best[0] < 1.0:
        return []
    near = sorted((each for each in scores if each[0] > _CLEAR * best[0]), reverse=True)
    return [found[-n] for _, n in near]


def _agreement(one: Phrase, word: str) -> float:
    if word in ("he", "him", "his", "she", "her", "hers"):
        return 1.0 if one.head in _PERSONS or (one.name and not one.many) else 0.1
    if word in ("they", "them", "their", "theirs", "these", "those", "ones"):
        return 1.0 if one.many else 0.6
    return 0.45 if one.many or one.head in _PERSONS else 1.0


def named(turn: Turn) -> str:
    """The name that an answer gives to a question for one ("who …?", "what is the capital of …?"),
    or ""."""
    if not turn.answer or not _NAMING.match(turn.question):
        return ""
    known = turn.question.lower()
    first = _CITED.sub("", turn.answer).strip()[:160]
    for found in _NAME.finditer(first):
        name = found.group()
        lead, _, rest = name.partition(" ")
        name = rest if lead in _NO_NAME else name
        if name and name.lower() not in known and name not in _NO_NAME:
            return name.rstrip(".")
    return ""


def listed(turn: Turn) -> list[str]:
    """What an answer lists, in order."""
    text = _CITED.sub("", turn.answer)
    return [item.strip() for item in _ITEM.findall(text) if len(item) <= 80]
