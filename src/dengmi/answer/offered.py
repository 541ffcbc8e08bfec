"""Questions that a desk offers: headings as a person would ask them, where quotes answer them."""

import asyncio
import re
from collections.abc import Iterator, Sequence

from dengmi.answer.common import commonness
from dengmi.answer.quote import quote
from dengmi.answer.suggest import as_question
from dengmi.core.ports import Search
from dengmi.core.records import SearchQuery
from dengmi.language.detect import language_of
from dengmi.language.normal import normal_form
from dengmi.language.words import terms

TRIED = 12
"""Questions tried for the few that are offered."""

LONGEST = 48
"""Characters; a Chinese one counts as two."""

_DEPTH = 6
_WHAT = re.compile(r"What (?:is|are) |什么是")


def questions(often: Sequence[str], other: Sequence[str], lang: str) -> list[str]:
    """What one might ask, in order, each once: questions that headings ask and things to do, those
    of articles that are read often first; then "What is …?", which says less.

    Args:
        often: headings of articles that are cited of late.
        other: headings of others.
    """
    made = [*_made(often, lang), *_made(other, lang)]
    plain = [one for one in made if _WHAT.match(one)]
    first = [one for one in made if one not in plain]
    return list(dict.fromkeys([*first, *filter(_names, plain)]))[:TRIED]


async def answered(search: Search, question: str, desk: str) -> bool:
    """Whether the articles of a desk answer a question with quotes."""
    query = SearchQuery(text=question, desk=desk, limit=_DEPTH, marked=False)
    evidence = await search.search(query)
    return (await asyncio.to_thread(quote, question, evidence, 1)).grounded


def _names(question: str) -> bool:
    """Whether a question names something: asked out of the blue, "What is the history?" names
    nothing."""
    return any(not commonness(term) for term in terms(question))


def _made(headings: Sequence[str], lang: str) -> Iterator[str]:
    seen: set[str] = set()
    for heading in headings:
        words = " ".join(heading.split()).strip(" .:：。")
        width = sum(2 if char >= "\u2e80" else 1 for char in words)
        if not 4 <= width <= LONGEST or language_of(words) not in ("", lang):
            continue
        made = as_question(words, lang)
        form = normal_form(made)
        if made and form not in seen:
            seen.add(form)
            yield made
