"""Loads once what the first request would otherwise wait for: texts, files, word lists, trees."""

from dengmi.answer.quote import quote
from dengmi.core.records import Evidence, Head, Hit, Passage, SearchQuery, Sentence
from dengmi.language.detect import language_of
from dengmi.language.texts import catalogue
from dengmi.language.words import terms
from dengmi.server.ui.static import version

_QUESTION = "灯笼什么时候亮？ When is the lantern lit?"
_WORDS = "The lantern is lit at six. 灯笼六点亮。"


def read_files() -> None:
    """Read what every page and message needs: a few milliseconds. Call it in a thread."""
    catalogue()
    version()


def warm(writes: bool = False) -> None:
    """Load what the first answer needs, by making one. Takes a moment: call it in a thread.

    Args:
        writes: whether models write answers, which are then checked.
    """
    language_of(_WORDS)
    quote(_QUESTION, _evidence())
    if writes:
        from dengmi.answer.check.judge import warm as warm_judge
        from dengmi.language.asking import asking

        warm_judge()
        for question in _QUESTION.split("？"):
            asking(question)


def _evidence() -> Evidence:
    """One passage of two sentences that answers the question, as a search would find it."""
    cut = _WORDS.index("灯")
    passage = Passage(
        id="p_warm",
        n=1,
        text=_WORDS,
        sentences=(
            Sentence(n=1, start=0, end=cut - 1),
            Sentence(n=2, start=cut, end=len(_WORDS)),
        ),
    )
    head = Head(pk=1, id="a_warm", desk="warm", source_id="s_warm", title="")
    query = SearchQuery(text=_QUESTION, desk="warm")
    weights = dict.fromkeys(terms(_QUESTION), 1.0)
    hit = Hit(rank=1, score=1.0, head=head, passage=passage)
    return Evidence(query=query, hits=(hit,), weights=weights, ideal=10.0, seq=0, took_ms=0.0)
