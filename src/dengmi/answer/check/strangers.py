"""Names in a claim that its sentences do not have."""

from collections.abc import Sequence
from functools import lru_cache

from dengmi.answer.check.kin import close, groups_of, name_groups_of
from dengmi.answer.check.names import Name
from dengmi.answer.check.reading import Read, head_of
from dengmi.language.forms import word_terms

_LEAST = 4


def wrong_names(
    claim: Read, sources: Sequence[Read], context: Sequence[Read], foreign: bool
) -> float:
    """How many names of the claim neither the sentences nor their context have.

    A capitalised word that only opens the claim counts where the sentences have a name that the
    claim does not: "Tom scored" beside "Ali scored".
    """
    wrong = 0.0
    for name in dict.fromkeys(claim.names):
        if has_name(sources, name) or has_name(context, name):
            continue
        if foreign and not name.term.isascii():
            continue
        if foreign and not any(c.isdigit() for c in name.term):
            continue
        if name.sure or _rivalled(claim, sources):
            wrong += 1.0
    return wrong


def _rivalled(claim: Read, sources: Sequence[Read]) -> bool:
    """Whether the sentences have a name that the claim has not."""
    return any(name.sure and not _has(claim, name) for source in sources for name in source.names)


def has_name(sources: Sequence[Read], name: Name) -> bool:
    """Whether one of the sentences has a name."""
    return any(_has(source, name) for source in sources)


@lru_cache(maxsize=1024)
def _has(text: Read, name: Name) -> bool:
    """Whether a text has a name, maybe in another form: China, Chinese; WHO."""
    term = name.term
    if (name_groups_of(term) | close(groups_of(term))) & text.groups:
        return True
    if not term.isascii():
        return _has_han(text, name)
    if term in text.stems or (not text.lower.isascii() and term in text.lower):
        return True
    if any(stem in text.stems for stem in word_terms(term)):
        return True
    if any(_one_name(term, stem) for stem in text.fours.get(term[:_LEAST], ())):
        return True
    return len(term) <= 5 and term in _initials(text.text)


def _has_han(text: Read, name: Name) -> bool:
    term = name.term
    if term in text.lower:
        return True
    if term[-1] in "文语":  # 英文, 英语
        return term[:-1] + ("语" if term[-1] == "文" else "文") in text.lower
    if name.person:
        return any(other.person and term.startswith(other.term) for other in text.names)
    return len(term) > 3 and _most_of(term, text.lower)


def _one_name(term: str, stem: str) -> bool:
    """Whether two words that begin alike are one name in two forms: Armenia, Armenian."""
    near = abs(len(stem) - len(term)) <= 2 and len(term) > 6
    return (
        stem.startswith(term) or term.startswith(stem) or (near and head_of(stem) == head_of(term))
    )


def _most_of(term: str, text: str) -> bool:
    """Whether most pairs of a long Chinese name stand in a text: a short form of it."""
    parts = [term[n : n + 2] for n in range(len(term) - 1)]
    return sum(part in text for part in parts) * 3 >= len(parts) * 2


def _initials(text: str) -> str:
    return "".join(word[0] for word in text.split() if word[:1].isupper()).lower()
