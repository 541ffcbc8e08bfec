"""A search in memory with the product's own formulas, for training on many small desks.

The measured numbers come from the real search; this one only saves writing an index per sample.
"""

from collections import Counter
from collections.abc import Sequence
from math import inf

from _data import Text

from dengmi.core.records import Evidence, Head, Hit, Passage, SearchQuery, Sentence
from dengmi.language.sentences import sentences
from dengmi.language.words import terms
from dengmi.search.asked import asked
from dengmi.search.rank import IDEAL, Found, idf, ranked

_K1, _B, _READ = 1.2, 0.75, 30


class Prepared:
    """An article as one passage, with its lines of terms."""

    def __init__(self, article: Text) -> None:
        places = sentences(article.text)
        self.article = article
        self.passage = Passage(
            id=f"p_{article.id}",
            n=1,
            text=article.text,
            sentences=tuple(Sentence(n=n, start=s, end=e) for n, (s, e) in enumerate(places, 1)),
        )
        parts = [article.title, "", *[article.text[s:e] for s, e in places]]
        lines = [" ".join(terms(part)) for part in parts]
        self.terms = "\n".join(lines)
        self.counts = Counter(" ".join(lines).split())
        self.length = sum(self.counts.values())


class Memory:
    """A desk of these articles."""

    def __init__(self, articles: Sequence[Prepared]) -> None:
        self.articles = articles
        self._holders: dict[str, list[int]] = {}
        for place, article in enumerate(articles):
            for term in article.counts:
                self._holders.setdefault(term, []).append(place)
        self._usual = sum(a.length for a in articles) / max(len(articles), 1)

    def search(self, question: str, limit: int = 8) -> Evidence:
        """The evidence of a question, as the product's search gives it."""
        weights: dict[str, float] = {}
        scores: Counter[int] = Counter()
        read = asked(question)
        for term, count in read.terms.items():
            holders = self._holders.get(term, ())
            weights[term] = count * idf(len(self.articles), len(holders))
            for place in holders:
                a = self.articles[place]
                times = a.counts[term]
                norm = _K1 * (1 - _B + _B * a.length / self._usual)
                scores[place] += weights[term] * times * (_K1 + 1) / (times + norm)
        best = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:_READ]
        found = [Found(str(p), score, 0, self.articles[p].terms) for p, score in best]
        order = ranked(found, weights, read.pairs)[:limit]
        return Evidence(
            query=SearchQuery(text=question, desk="bench", limit=limit),
            hits=tuple(
                Hit(
                    rank=n,
                    score=score,
                    head=self._head(int(one.passage_id)),
                    passage=self.articles[int(one.passage_id)].passage,
                )
                for n, (score, one) in enumerate(order, 1)
            ),
            weights=weights,
            ideal=sum(weights.values()) * IDEAL or inf,
            seq=1,
            took_ms=0.0,
        )

    def _head(self, place: int) -> Head:
        a = self.articles[place].article
        return Head(pk=place + 1, id=a.id, desk="bench", source_id="s", title=a.title)
