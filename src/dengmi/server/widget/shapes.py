"""What the widget is told: the events of an answer as the words it shows. No price, no thinking,
nobody's name. Pure."""

from collections.abc import Callable
from functools import lru_cache

from dengmi.answer.late.waits import Standing
from dengmi.core.errors import DengmiError
from dengmi.core.events import (
    EVENT_NAMES,
    Cited,
    Done,
    Event,
    Failed,
    Found,
    Notice,
    Spent,
    Text,
    Thinking,
)
from dengmi.core.links import outside
from dengmi.core.records import Answer, Citation, Claim, Head
from dengmi.language.texts import text
from dengmi.server.problems import detail, notice_text
from dengmi.server.shapes import Json
from dengmi.server.ui.card import waiting_words
from dengmi.server.ui.links import answer_path, article_path, sentence_path

Told = tuple[str, object]

WORDS = (
    *("open", "close", "fresh", "ask", "question", "send", "stop", "stopped", "deep", "welcome"),
    *("conversation", "searching", "failed", "offline", "nothing", "sources", "original", "page"),
    *("next", "partial", "unsupported"),
)
"""The texts that the widget shows: `widget_…` of the catalogue."""


def words(lang: str) -> Json:
    """The widget's texts in a language."""
    return {name: text(f"widget_{name}", lang) for name in WORDS}


@lru_cache(maxsize=64)
def told(lang: str, base: str, shared: bool) -> Callable[[Event], Told]:
    """Turns events into (name, JSON value).

    Args:
        base: the address of this server as readers know it.
        shared: whether an answer's page may be linked.
    """

    def render(event: Event) -> Told:
        return EVENT_NAMES[type(event)], _value(event, lang, base, shared)

    return render


def standing_json(standing: Standing, lang: str, base: str, shared: bool) -> Json:
    """An answer with the wait for a better one, as it is told later."""
    answer = standing.answer
    pending = standing.pending
    return {
        "id": answer.id,
        "level": _level(answer, lang),
        "grounded": answer.grounded,
        "quoted": answer.quoted,
        "text": answer.text,
        "claims": [_claim(claim) for claim in answer.claims],
        "citations": [_citation(one, base) for one in answer.citations],
        "nearest": [_near(head, base) for head in answer.nearest],
        "followups": list(answer.followups),
        "page": base + answer_path(answer.id) if shared else "",
        "wait": waiting_words(lang, pending) if pending else "",
    }


def _value(event: Event, lang: str, base: str, shared: bool) -> Json:  # noqa: PLR0911
    match event:
        case Found():
            quotes = [_citation(quote, base) for quote in event.quotes]
            nearest = [_near(head, base) for head in event.nearest]
            level = text(f"ui_level_{event.level}", lang)
            return {"level": level, "quotes": quotes, "nearest": nearest}
        case Text():
            return {"text": event.text, "claim": _claim(event.claim) if event.claim else None}
        case Cited():
            return _citation(event.citation, base)
        case Notice():
            return {"text": notice_text(event, lang)}
        case Done():
            standing = Standing(event.answer, None, event.pending)
            return standing_json(standing, lang, base, shared)
        case Failed():
            return {"text": detail(DengmiError(event.code, **event.params), lang)}
        case Thinking() | Spent():
            return {}


def _level(answer: Answer, lang: str) -> str:
    """How it was made; "" for a greeting."""
    if answer.greets:
        return ""
    return text(f"ui_level_{answer.level if answer.grounded else 'none'}", lang)


def _claim(claim: Claim) -> list[object]:
    return [claim.start, claim.end, claim.verdict or ""]


def _citation(one: Citation, base: str) -> Json:
    head = one.head
    by = " · ".join(each for each in (head.author, (head.published or "")[:10]) if each)
    return {
        "n": str(one.n),
        "title": head.title or head.id,
        "by": by,
        "quote": one.quote,
        "url": outside(head.url),
        "page": base + sentence_path(one),
        "verdict": one.verdict or "",
    }


def _near(head: Head, base: str) -> Json:
    return {"title": head.title or head.id, "page": base + article_path(head)}
