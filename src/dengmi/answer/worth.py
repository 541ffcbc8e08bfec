"""Whether a model could find an answer where the quotes are unsure."""

from dengmi.answer.asked import names_of, read_question
from dengmi.answer.common import commonness
from dengmi.answer.reading import distinct_terms
from dengmi.core.records import Evidence

HOPELESS = 0.02
"""Confidence of the quotes below which the articles are about something else."""

NAMED = 0.05
"""Share of the question's weight that the title of a near article holds, in words that are on no
list of common words, from which the question is about that article all the same.

"What does the tea garden do in each season?" shares no other word with an article that tells of
spring and summer; the quotes are for sure no answer, but a model reads on. Of 4,800 questions of
strangers (qqp and bq, asked of SQuAD, CMRC and the guide) 17.3 % were put to a model without this,
and 18.1 % are with it.
"""

_NEAR = 3
"""Articles whose titles are looked at."""


def worth_asking(question: str, evidence: Evidence, confidence: float) -> bool:
    """Whether a model is asked at all.

    Args:
        question: the question that stands alone.
        evidence: what it found.
        confidence: how sure the quotes are that the articles answer.
    """
    if not evidence.hits or confidence >= HOPELESS:
        return bool(evidence.hits)
    asked = read_question(question, evidence.weights)
    rare = {term for term in names_of(asked) if not commonness(term)}
    return any(
        sum(asked.weights[term] for term in rare & distinct_terms(hit.head.title))
        >= NAMED * asked.total
        for hit in evidence.hits[:_NEAR]
    )
