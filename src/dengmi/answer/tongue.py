"""Evidence in the asker's language first."""

from dataclasses import replace

from dengmi.core.records import Evidence
from dengmi.language.detect import language_of


def own_language(question: str, evidence: Evidence) -> Evidence:
    """The evidence without passages of articles in another language than the question's.

    Articles that do not say their language stay. The evidence itself is given back when nothing
    has to go, or when nothing would be left: a quote in another language beats none.
    """
    lang = language_of(question)
    if not lang:
        return evidence
    hits = tuple(hit for hit in evidence.hits if _reads(hit.head.lang, lang))
    if not hits or len(hits) == len(evidence.hits):
        return evidence
    return replace(evidence, hits=hits)


def _reads(written: str, asked: str) -> bool:
    """Whether a language tag such as "zh-Hant", or "" for unknown, is the language asked in."""
    return written.partition("-")[0].lower() in ("", asked)
