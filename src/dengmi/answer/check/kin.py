"""Words that may stand for each other when something is said anew: "buy" and "acquire", 房东 and
出租人. The list is `kin.txt`."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from dengmi.language.forms import word_terms

_NONE: frozenset[int] = frozenset()


class _Groups(NamedTuple):
    """By word, the groups it is in; English words are stems, phrases as written. Phrases are kept
    by the signs around their first space, with its place in them; Chinese words are also kept by
    their first two signs, the longest first."""

    words: Mapping[str, frozenset[int]]
    phrases: Mapping[str, Sequence[tuple[int, str, frozenset[int]]]]
    han: Mapping[str, Sequence[str]]
    names: frozenset[int]
    loose: frozenset[int]


def groups_of(word: str) -> frozenset[int]:
    """The groups a word (a stem, or Chinese as it stands) is in."""
    return _groups().words.get(word, _NONE)


def name_groups_of(word: str) -> frozenset[int]:
    """The groups of names a word is in: "Denmark", "Danish"."""
    return groups_of(word) & _groups().names


def close(groups: frozenset[int]) -> frozenset[int]:
    """Of some groups, those whose words mean nearly the same."""
    return groups - _groups().loose


def groups_in(lower: str, stems: frozenset[str]) -> frozenset[int]:
    """The groups that a text (lower case, Simplified) with these stems has a word of."""
    groups = _groups()
    found: set[int] = set()
    for stem in stems:
        if stem in groups.words:
            found |= groups.words[stem]
    if lower.isascii():
        at = lower.find(" ", 1)
        while at > 0:
            for place, phrase, numbers in groups.phrases.get(lower[at - 1 : at + 2], ()):
                if lower.startswith(phrase, at - place):
                    found |= numbers
            at = lower.find(" ", at + 1)
    else:
        # At every place, so that words that overlap are all found: 不超过 and 超过.
        for at in range(len(lower) - 1):
            for word in groups.han.get(lower[at : at + 2], ()):
                if lower.startswith(word, at):
                    found |= groups.words[word]
                    break
    return frozenset(found)


def _by_first_signs(words: Iterable[str]) -> Mapping[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        found.setdefault(word[:2], []).append(word)
    return found


def _by_first_space(
    phrases: Mapping[str, set[int]],
) -> Mapping[str, Sequence[tuple[int, str, frozenset[int]]]]:
    found: dict[str, list[tuple[int, str, frozenset[int]]]] = {}
    for phrase, numbers in phrases.items():
        place = phrase.index(" ")
        key = phrase[place - 1 : place + 2]
        found.setdefault(key, []).append((place, phrase, frozenset(numbers)))
    return found


def _stem(word: str) -> str:
    return (word_terms(word) or (word,))[0]


@cache
def _groups() -> _Groups:
    words: dict[str, set[int]] = {}
    phrases: dict[str, set[int]] = {}
    names: set[int] = set()
    loose: set[int] = set()
    text = files(__package__).joinpath("kin.txt").read_text("utf-8")
    forms: list[list[str]] = []
    for n, line in enumerate(text.splitlines()):
        if line.startswith("#"):
            continue
        if line.startswith("+"):
            forms.append(line[1:].split())
        if line.startswith("="):
            names.add(n)
        if line.startswith("~"):
            loose.add(n)
        for word in line.lstrip("=~+").split():
            if "-" in word:
                phrases.setdefault(word.replace("-", " "), set()).add(n)
            elif word.isascii():
                for stem in word_terms(word) or (word,):
                    words.setdefault(stem, set()).add(n)
            else:
                words.setdefault(word, set()).add(n)
    for base, *others in forms:
        for form in others:
            stem = _stem(form)
            words.setdefault(stem, set()).update(words.get(_stem(base), ()))
    return _Groups(
        {word: frozenset(numbers) for word, numbers in words.items()},
        _by_first_space(phrases),
        _by_first_signs(word for word in words if not word.isascii() and len(word) > 1),
        frozenset(names),
        frozenset(loose),
    )
