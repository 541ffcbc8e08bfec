"""A desk in a list: evidence for quoting, without store or index."""

from collections.abc import Callable, Sequence

import pytest

from dengmi.answer.quote import Quoted, quote
from dengmi.core.records import Evidence, Head, Hit, Passage, SearchQuery, Sentence, SentenceKind
from dengmi.language.sentences import sentences
from dengmi.language.words import terms
from dengmi.search.asked import asked
from dengmi.search.rank import IDEAL, Found, idf, ranked

Written = tuple[str, str]
"""A title and a text; lines that begin with "- " are list items, with "| " table rows."""


def written(number: int, title: str, text: str) -> tuple[Head, Passage]:
    kinds: dict[str, SentenceKind] = {"- ": "item", "| ": "row"}
    plain, found = "", []
    for line in text.split("\n"):
        kind = kinds.get(line[:2], "prose")
        start = len(plain) + bool(plain)
        body = line[2:] if kind == "item" else line
        plain += ("\n" if plain else "") + body
        for left, right in sentences(body):
            found.append(
                Sentence(n=len(found) + 1, start=start + left, end=start + right, kind=kind)
            )
    head = Head(pk=number, id=f"a_{number}", desk="d", source_id="s", title=title)
    return head, Passage(id=f"p_{number}", n=1, text=plain, sentences=tuple(found))


def evidence_of(articles: Sequence[Written], question: str) -> Evidence:
    """What the product's search would find for a question, by its own formulas."""
    shelf = [written(n, *article) for n, article in enumerate(articles, 1)]
    lines = [
        [
            " ".join(terms(head.title)),
            "",
            *[" ".join(terms(passage.quote(s.n))) for s in passage.sentences],
        ]
        for head, passage in shelf
    ]
    bags = [" ".join(each).split() for each in lines]
    read = asked(question)
    weights = {
        term: count * idf(len(shelf), sum(term in bag for bag in bags))
        for term, count in read.terms.items()
    }
    found = [
        Found(str(n), sum(weights[t] for t in weights if t in bag), 0, "\n".join(each))
        for n, (bag, each) in enumerate(zip(bags, lines, strict=True))
        if any(t in bag for t in weights)
    ]
    hits = [
        Hit(
            rank=rank,
            score=score,
            head=shelf[int(one.passage_id)][0],
            passage=shelf[int(one.passage_id)][1],
        )
        for rank, (score, one) in enumerate(ranked(found, weights), 1)
    ]
    return Evidence(
        query=SearchQuery(text=question, desk="d"),
        hits=tuple(hits[:8]),
        weights=weights,
        ideal=IDEAL * sum(weights.values()),
        seq=1,
        took_ms=0.0,
    )


Ask = Callable[..., Quoted]


@pytest.fixture
def ask() -> Ask:
    """ask(articles, question, most=3) → Quoted."""

    def answer(articles: Sequence[Written], question: str, most: int = 3) -> Quoted:
        return quote(question, evidence_of(articles, question), most)

    return answer
