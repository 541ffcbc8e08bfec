"""What one might ask at a desk: the examples of the settings, else such as its articles answer."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Protocol

from dengmi.core.clock import Clock
from dengmi.core.errors import DengmiError
from dengmi.core.history import History
from dengmi.core.ports import Changes, Search, Shelf
from dengmi.core.records import HALL, Head, Passage
from dengmi.language.detect import language_of
from dengmi.settings.desks import DeskSettings

log = logging.getLogger(__name__)

EXAMPLES = 4

FRESH = 60.0
"""Seconds that chosen examples are told again without a look."""

PATIENCE = 0.4
"""Seconds that a page waits for examples that are still being chosen."""

LATELY = 7 * 86_400.0
"""Seconds that make an answer count for what is asked of late."""

_KNOWN = 400
_LOOKED_AT = 40
_COUNTED = 300
_POPULAR = 12


class Kept(Shelf, Changes, History, Protocol):
    """What is read of the store."""


class Examples:
    """Chooses examples, at most once a minute for each desk and language.

    Args:
        desks: settings of desks, by name.
    """

    def __init__(
        self, store: Kept, search: Search, clock: Clock, desks: Mapping[str, DeskSettings]
    ) -> None:
        self._store = store
        self._search = search
        self._clock = clock
        self._desks = desks
        self._known: dict[tuple[str, str], tuple[float, tuple[str, ...]]] = {}
        self._choosing: dict[tuple[str, str], asyncio.Task[None]] = {}

    async def of(self, name: str, lang: str, patience: float = PATIENCE) -> tuple[str, ...]:
        """A few things to ask in a language: those of the settings, else such as the articles
        answer, first from the articles that are cited most of late. Nothing where choosing takes
        longer than `patience` (seconds)."""
        settings = self._desks.get(name)
        if settings and settings.examples:
            own = tuple(one for one in settings.examples if language_of(one) == lang)
            return (own or settings.examples)[:EXAMPLES]
        key = (name, lang)
        seen, known = self._known.get(key, (-1e9, ()))
        if self._clock.steady() - seen > FRESH and key not in self._choosing:
            choosing = asyncio.create_task(self._choose(key))
            self._choosing[key] = choosing
            choosing.add_done_callback(lambda _: self._choosing.pop(key, None))
        if not known and key in self._choosing:
            # Nobody waits long for a few suggestions; whoever comes next has them.
            await asyncio.wait([self._choosing[key]], timeout=patience)
            known = self._known.get(key, (0.0, ()))[1]
        return known

    async def close(self) -> None:
        """Choose no more."""
        choosing = list(self._choosing.values())
        for task in choosing:
            task.cancel()
        await asyncio.gather(*choosing, return_exceptions=True)

    async def _choose(self, key: tuple[str, str]) -> None:
        try:
            chosen = await self.chosen(*key)
        except DengmiError as error:
            log.warning("no examples for desk %s: %s", key[0], error.code)
            chosen = ()
        self._known[key] = (self._clock.steady(), chosen)

    async def chosen(self, name: str, lang: str) -> tuple[str, ...]:
        """Questions that quotes answer, else headings in the language, else any."""
        from dengmi.answer.offered import answered, questions

        often, other = await self.headings(name, lang)
        found: list[str] = []
        for one in await asyncio.to_thread(questions, often, other, lang):
            if len(found) < EXAMPLES and await answered(self._search, one, name):
                found.append(one)
        if found:
            return tuple(found)
        known = list(_good([*often, *other]))
        own = [one for one in known if language_of(one) == lang]
        return tuple((own or known)[:EXAMPLES])

    async def headings(self, name: str, lang: str) -> tuple[list[str], list[str]]:
        """Headings and titles (of a desk's articles that are cited most of late, of others), those
        of articles in a language first."""
        store = self._store
        since = self._clock.now() - LATELY
        cited = await store.cited_lately(name, since, _COUNTED)
        popular = sorted(cited, key=lambda pk: (-cited[pk], pk))[:_POPULAR]
        known = await store.articles(None if name == HALL else name, limit=_KNOWN)
        heads = sorted(known, key=lambda head: not head.lang.startswith(lang))[:_LOOKED_AT]
        pks = list(dict.fromkeys([*popular, *(head.pk for head in heads)]))
        found = await store.article_passages(pks)
        if name == HALL:
            found = {pk: one for pk, one in found.items() if self._is_public(one[0].desk)}
        often = [_told(*found[pk]) for pk in popular if pk in found]
        other = [
            one for pk in pks if pk in found and pk not in popular for one in _told(*found[pk])
        ]
        # One of each article in turn, so that no article asks everything.
        turns = (one for row in zip_longest(*often) for one in row if one)
        return list(dict.fromkeys(turns)), _spread(list(dict.fromkeys(other)))

    def _is_public(self, name: str) -> bool:
        settings = self._desks.get(name)
        return settings is None or settings.public


def _told(head: Head, passages: Sequence[Passage]) -> Iterable[str]:
    """The headings of an article, each once, then its title."""
    return dict.fromkeys(
        [*(heading for passage in passages for heading in passage.headings), head.title]
    )


def _good(texts: Sequence[str]) -> Iterable[str]:
    """Headings of a length worth asking, questions first."""
    fitting = [one.strip() for one in dict.fromkeys(texts) if 4 <= _width(one.strip()) <= 48]
    questions = [one for one in fitting if one.endswith(("?", "？"))]
    others = [one for one in fitting if not one.endswith(("?", "？")) and _width(one) >= 10]
    return [*questions, *others]


def _spread(texts: list[str]) -> list[str]:
    step = max(1, len(texts) // (2 * EXAMPLES))
    return texts[::step] + [one for index, one in enumerate(texts) if index % step]


def _width(text: str) -> int:
    return sum(2 if char >= "\u2e80" else 1 for char in text)
