"""Suggests questions to go on with, each of which the article answers whose heading it is: asked of
all articles, "What are the prices?" may find the prices of something else."""

from dengmi.answer.quote import quote
from dengmi.answer.suggest import candidates
from dengmi.core.ports import Search
from dengmi.core.records import Evidence, SearchQuery
from dengmi.language.normal import normal_form

MOST = 3
_DEPTH = 6


class Suggesting:
    """Finds follow-up questions; searches for each before it is offered."""

    def __init__(self, search: Search) -> None:
        self._search = search

    async def after(
        self, question: str, answer: str, evidence: Evidence, lang: str
    ) -> tuple[str, ...]:
        """At most three questions to ask after an answer, in the asker's language."""
        found: list[str] = []
        seen: set[str] = set()
        for one, article in candidates(question, answer, evidence, lang):
            seen = seen or {normal_form(question)}
            form = normal_form(one)
            if form in seen:
                continue
            seen.add(form)
            query = SearchQuery(text=one, desk=evidence.query.desk, limit=_DEPTH, marked=False)
            best = quote(one, await self._search.search(query), 1)
            if best.grounded and best.citations[0].head.pk == article:
                found.append(one)
                if len(found) == MOST:
                    break
        return tuple(found)
