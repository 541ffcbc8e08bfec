"""The JSON shapes of records, the same over HTTP and with `--json` in the terminal.

Pure functions from records to plain values; importing this costs nothing beside core.
"""

import math
from typing import TYPE_CHECKING

from dengmi.answer.thought import KEY as THOUGHT
from dengmi.core.late import LateState, Pending
from dengmi.core.records import (
    Answer,
    Article,
    Citation,
    Claim,
    Cost,
    Desk,
    Evidence,
    Head,
    Hit,
    Source,
)
from dengmi.language.texts import text

if TYPE_CHECKING:
    from dengmi.answer.late.waits import Standing
    from dengmi.corpus.items import Trouble
    from dengmi.corpus.sync import Report

Json = dict[str, object]


def head_json(head: Head) -> Json:
    """What names an article: its public id, title, address, author and date."""
    shape: Json = {
        "article_id": head.id,
        "desk": head.desk,
        "title": head.title,
        "url": head.url,
        "author": head.author,
        "published": head.published,
        "lang": head.lang,
    }
    if len(head.addresses) > 1:
        shape["addresses"] = list(head.addresses)
    return shape


def hit_json(hit: Hit) -> Json:
    """One passage found. `match` holds the [start, end] of matched words inside each sentence."""
    sentences = [
        {
            "n": sentence.n,
            "text": hit.passage.text[sentence.start : sentence.end],
            "match": [list(span) for span in marks],
        }
        for sentence, marks in zip(
            hit.passage.sentences,
            hit.marks or ((),) * len(hit.passage.sentences),
            strict=False,
        )
    ]
    return {
        "rank": hit.rank,
        "score": round(hit.score, 4),
        **head_json(hit.head),
        "source_id": hit.head.source_id,
        "passage_id": hit.passage.id,
        "headings": list(hit.passage.headings),
        "text": hit.passage.text,
        "sentences": sentences,
    }


def evidence_json(evidence: Evidence) -> Json:
    """The answer to a search."""
    return {
        "hits": [hit_json(hit) for hit in evidence.hits],
        "took_ms": round(evidence.took_ms, 2),
    }


def citation_json(citation: Citation) -> Json:
    """One citation; `first` and `last` number the quoted sentences of the passage."""
    return {
        "n": citation.n,
        **head_json(citation.head),
        "passage_id": citation.passage_id,
        "first": citation.first,
        "last": citation.last,
        "quote": citation.quote,
        "match": [list(span) for span in citation.marks],
        "verdict": citation.verdict,
    }


def answer_json(
    answer: Answer, pending: Pending | None = None, late: LateState | None = None
) -> Json:
    """A whole answer; `pending` while a better one is waited for, `late` how the wait stands."""
    return {
        "id": answer.id,
        "question_id": answer.question_id,
        "desk": answer.desk,
        "question": answer.question,
        "level": answer.level,
        "wanted": answer.wanted,
        "text": answer.text,
        "grounded": answer.grounded,
        "confidence": round(answer.confidence, 4),
        "citations": [citation_json(citation) for citation in answer.citations],
        "nearest": [head_json(head) for head in answer.nearest],
        "followups": list(answer.followups),
        "standalone": answer.standalone or answer.question,
        "claims": [claim_json(claim) for claim in answer.claims],
        "reused": answer.reused,
        "origin": answer.origin,
        "model": answer.model,
        "cost": cost_json(answer.cost),
        "full_cost": cost_json(answer.full_cost),
        "usage": {kind: many for kind, many in answer.usage.items() if kind != THOUGHT},
        "lang": answer.lang,
        "took_ms": round(answer.took_ms, 2),
        "created_at": answer.created_at,
        "pending": pending_json(pending) if pending else None,
        "late": late or ("waiting" if pending else None),
        "notices": [],  # told once, by who answers the question
    }


def standing_json(standing: "Standing") -> Json:
    """The answer that holds, with what is known of the wait for a better one."""
    late = standing.late.state if standing.late else None
    return answer_json(standing.answer, standing.pending, late)


def pending_json(pending: Pending) -> Json:
    """What is told while a better answer is waited for; `until` is Unix time."""
    return {
        "level": pending.level,
        "position": pending.position,
        "wait": math.ceil(pending.wait),
        "until": pending.until,
    }


def claim_json(claim: Claim) -> Json:
    """One sentence of a written answer; `start` and `end` are places in its text."""
    return {
        "start": claim.start,
        "end": claim.end,
        "cited": list(claim.cited),
        "verdict": claim.verdict,
    }


def cost_json(cost: Cost) -> Json:
    """Money in millionths of the currency unit."""
    return {"currency": cost.currency, "micros": cost.micros}


def source_json(source: Source) -> Json:
    """A source as it is listed."""
    return {
        "id": source.id,
        "desk": source.desk,
        "kind": source.kind,
        "address": source.address,
        "options": dict(source.options),
        "articles": source.articles,
        "added_at": source.added_at,
        "synced_at": source.synced_at,
    }


def desk_json(desk: Desk) -> Json:
    """A desk as it is listed."""
    return {"name": desk.name, "title": desk.title or desk.name}


def article_json(article: Article) -> Json:
    """A whole article at its current version."""
    return {
        **head_json(article.head),
        "addresses": list(article.head.addresses),
        "source_id": article.head.source_id,
        "form": article.form,
        "body": article.body,
        "version": article.version,
        "content_hash": article.content_hash,
        "changed_at": article.changed_at,
    }


def report_json(report: "Report", lang: str) -> Json:
    """What a sync did. Each trouble has a code for programs and a sentence for people."""
    return {
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "skipped": report.skipped,
        "removed": report.removed,
        "failed": [trouble_json(trouble, lang) for trouble in report.failed],
        "notes": [trouble_json(trouble, lang) for trouble in report.notes],
        "complete": report.complete,
    }


def trouble_json(trouble: "Trouble", lang: str) -> Json:
    """One item that gave no article."""
    detail = text(trouble.code, lang, **trouble.params)
    return {"key": trouble.key, "code": trouble.code, "detail": detail}
