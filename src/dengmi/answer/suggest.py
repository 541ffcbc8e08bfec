"""Questions that may follow an answer, made from what stands around it: headings that ask, and
sections of the same articles."""

import re
from collections.abc import Iterator

from dengmi.core.records import Evidence
from dengmi.language.detect import language_of
from dengmi.language.words import terms

MOST = 6
_LONGEST = 60
_ASKS_EN = re.compile(
    r"^(?:(?:what|who|which|how|why|when|where)\s+(?:\w+\s+)?(?:is|are|was|were|do|does|did|can"
    r"|could|should|will|would|has|have|to)\b|(?:can|does|do|is|are|should|will)\s)",
    re.IGNORECASE,
)
_ASKS_ZH = re.compile("[？?]$|^(?:怎么|怎样|如何|为什么|什么|哪|谁|何时|能否|是否)|吗$|多少|什么")
_DONE = re.compile(r"[\d#*_`|<>\[\]{}]")


def candidates(question: str, answer: str, evidence: Evidence, lang: str) -> tuple[str, ...]:
    """Questions that the evidence may answer, the most promising first; none says again what was
    asked or answered.

    Args:
        question: the stand-alone question that was answered.
        answer: what was answered.
        evidence: what the question found.
        lang: the asker's language.
    """
    asked = frozenset(terms(question))
    known = asked | frozenset(terms(answer))
    found: dict[str, float] = {}
    for rank, heading in _headings(evidence):
        if language_of(heading) not in ("", lang[:2]) or len(heading) > _LONGEST:
            continue
        new = frozenset(terms(heading))
        if not new or new <= asked or len(new & asked) > 0.7 * len(new | asked):
            continue
        made = _as_question(heading, lang)
        if made:
            found.setdefault(made, rank + len(new & known) / len(new))
    return tuple(sorted(found, key=found.__getitem__))[:MOST]


def _headings(evidence: Evidence) -> Iterator[tuple[int, str]]:
    """Headings of the evidence with their rank."""
    for hit in evidence.hits:
        for heading in reversed(hit.passage.headings):
            words = " ".join(heading.split()).strip(" .:：。")
            if words:
                yield hit.rank, words


def _as_question(heading: str, lang: str) -> str:
    """A heading as a question; "" where it gives none."""
    if lang.startswith("zh"):
        if _ASKS_ZH.search(heading):
            return heading.rstrip("？?") + "？"
        return "" if _DONE.search(heading) else f"关于“{heading}”，文章怎么说？"
    if _ASKS_EN.match(heading):
        return heading.rstrip("?") + "?"
    if _DONE.search(heading) or len(heading.split()) > 7:
        return ""
    named = heading if heading[1:2].isupper() else heading[:1].lower() + heading[1:]
    return f"What do the articles say about {named}?"
