"""Makes the quote answer of a question."""

from dataclasses import dataclass, replace

from dengmi.answer.orders import is_order
from dengmi.answer.quote import Quoted, quote
from dengmi.answer.tongue import own_language
from dengmi.core.ids import stable_id
from dengmi.core.records import Answer, Cost, Evidence, Head, Question
from dengmi.language.texts import text

NEAREST = 3
"""Articles named when none answers."""

DEPTH = 6
"""Passages a quote answer chooses from: `quote` looks at no more."""


@dataclass(frozen=True, slots=True)
class QuoteAnswer:
    """A quote answer with the evidence that is best to write from: in the asker's language where
    that answers."""

    answer: Answer
    evidence: Evidence
    near: Quoted


def quote_answer(
    question: Question, standalone: str, evidence: Evidence, *, most: int
) -> QuoteAnswer:
    """The best sentences of the evidence, or the plain word that there are none.

    Args:
        question: as it was asked; `standalone` completed from its conversation.
        evidence: what the stand-alone question retrieved.
        most: quotes at the most.
    """
    own = own_language(standalone, evidence)
    chosen = own
    quoted = quote(standalone, own, most)
    if not quoted.grounded and own is not evidence:
        other = quote(standalone, evidence, most)
        if other.grounded:
            chosen, quoted = evidence, other
    nearest = () if quoted.grounded else nearest_of(own)
    answer = Answer(
        id=stable_id("an", question.id, "quote"),
        question_id=question.id,
        desk=question.desk,
        question=question.text,
        level="quote",
        wanted=question.wanted,
        text=_words(quoted, nearest, question.lang),
        grounded=quoted.grounded,
        confidence=quoted.confidence,
        citations=quoted.citations,
        nearest=nearest,
        standalone=standalone if standalone != question.text else "",
        cost=Cost(),
        took_ms=0.0,
        created_at=question.asked_at,
        lang=question.lang,
    )
    return QuoteAnswer(answer, chosen, quoted)


def quotes_for(
    quoted: QuoteAnswer, question: Question, standalone: str, *, now: float, took_ms: float
) -> QuoteAnswer:
    """The quote answer to a question that means what another one meant, in the same language.

    Args:
        now: the time (Unix seconds); `took_ms` the milliseconds since the question began.
    """
    answer = replace(
        quoted.answer,
        id=stable_id("an", question.id, "quote"),
        question_id=question.id,
        question=question.text,
        wanted=question.wanted,
        standalone=standalone if standalone != question.text else "",
        took_ms=took_ms,
        created_at=now,
    )
    return replace(quoted, answer=answer)


def nearest_of(evidence: Evidence) -> tuple[Head, ...]:
    """The articles of the best hits, each once; none whose title gives orders to a model."""
    heads = {hit.head.pk: hit.head for hit in evidence.hits if not is_order(hit.head.title)}
    return tuple(heads.values())[:NEAREST]


def not_answered(nearest: tuple[Head, ...], lang: str) -> str:
    """The plain word that the articles do not answer, with the nearest ones."""
    if not nearest:
        return text("answer_nothing_near", lang)
    titles = text("list_comma", lang).join(
        text("title_quoted", lang, title=head.title) for head in nearest
    )
    return text("answer_not_in_articles", lang, titles=titles)


def _words(quoted: Quoted, nearest: tuple[Head, ...], lang: str) -> str:
    if quoted.grounded:
        return "\n\n".join(f"{citation.quote} [{citation.n}]" for citation in quoted.citations)
    return not_answered(nearest, lang)
