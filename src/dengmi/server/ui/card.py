"""Answer cards: how an answer, a quote and an error look."""

import math
from collections.abc import Sequence
from urllib.parse import urlencode

from dengmi.answer.late.waits import Standing
from dengmi.answer.thought import seconds_of
from dengmi.core.events import Found
from dengmi.core.late import Pending
from dengmi.core.links import outside
from dengmi.core.records import Answer, Citation, Head
from dengmi.language.han import has_han
from dengmi.language.texts import text
from dengmi.server.ui.again import again_menu, own_acts
from dengmi.server.ui.links import answer_path, article_path, picture_path, sentence_path
from dengmi.server.ui.markup import Child, Html, el, icon, join
from dengmi.server.ui.page import TAGS, Frame
from dengmi.server.ui.written import written


def turn(question: str, card: Child, *, last: bool = False, notices: Sequence[str] = ()) -> Html:
    """A question and what came of it, with what is said beside it."""
    return el(
        "section",
        el("h2", el("span", question), class_="asked"),
        [el("p", words, class_="notice") for words in notices],
        card,
        class_="turn",
        id="last" if last else None,
    )


def answer_card(
    frame: Frame, answer: Answer, standing: Standing | None = None, *, own: bool = False
) -> Html:
    """A whole answer; with how it stands with a better one, where that was waited for.
    `own`: whoever asked reads it again, and is told how long the model thought."""
    body = _grounded(frame, answer) if answer.grounded else _not_grounded(frame, answer)
    return el(
        "article",
        _meta(frame, answer, seconds_of(answer.usage) if own else 0.0),
        _wait(frame, answer, standing) if standing else None,
        body,
        _followups(frame, answer),
        None if answer.greets else _acts(frame, answer),
        class_="card" if answer.grounded else "card none",
        id=answer.id,
        aria_label=frame.say("ui_answer"),
    )


def error_card(frame: Frame, words: str) -> Html:
    """What went wrong, where the answer would stand."""
    return el(
        "article",
        el("div", el("span", frame.say("ui_failed"), class_="level"), class_="meta"),
        el("p", words, class_="says"),
        class_="card none",
        role="alert",
    )


def lost_card(frame: Frame, question: str, path: str = "") -> Html:
    """A question of before that has no answer: it failed, or it is being answered, to be seen at
    `path`."""
    return el(
        "article",
        el("div", el("span", frame.say("ui_failed"), class_="level"), class_="meta"),
        el("p", frame.say("ui_unanswered"), class_="says"),
        el("p", el("a", frame.say("ui_look"), class_="chip", href=path)) if path else None,
        el("div", again_menu(frame, question, question), class_="acts"),
        class_="card none",
    )


def waiting_card(frame: Frame) -> Html:
    """What stands there until the first event."""
    return el(
        "article",
        el("div", el("span", frame.say("ui_searching"), class_="level breathe"), class_="meta"),
        el(
            "details",
            el("summary", frame.say("ui_thinking"), class_="folds"),
            el("p", class_="pre"),
            class_="thinking",
            hidden=True,
        ),
        el("div", class_="says prose", hidden=True),
        el("div", class_="quotes"),
        class_="card waiting",
        aria_busy="true",
    )


def quote_block(frame: Frame, citation: Citation, answer_id: str) -> Html:
    """One quote with the matched words marked, and where it stands."""
    words = el(
        "p", marked(citation.quote, citation.marks), class_="words", lang=_tag(citation.head.lang)
    )
    return el(
        "blockquote",
        el("span", str(citation.n), class_="n", aria_hidden="true"),
        words,
        el("footer", _reference(frame, citation, answer_id)),
        class_="quote",
        id=f"{answer_id}-{citation.n}" if answer_id else None,
        cite=outside(citation.head.url) or None,
    )


def marked(words: str, marks: tuple[tuple[int, int], ...]) -> Html:
    """Text with ranges marked; ranges that overlap or lie outside are cut to fit."""
    pieces: list[Child] = []
    at = 0
    for start, end in _merged(words, marks):
        pieces += [words[at:start], el("mark", words[start:end])]
        at = end
    return join([*pieces, words[at:]])


def title_of(frame: Frame, head: Head) -> str:
    """An article's title as text shows it."""
    title = head.title or head.id
    chinese = head.lang.startswith("zh") or (not head.lang and frame.lang == "zh")
    return f"《{title}》" if chinese and not title.startswith("《") else title


def _merged(words: str, marks: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    """Ranges in order, those that touch or are parted by one space joined to one."""
    rows: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        low, high = max(0, start), min(len(words), end)
        if low >= high:
            continue
        if rows and not words[rows[-1][1] : low].strip(" "):
            rows[-1] = (rows[-1][0], max(rows[-1][1], high))
        else:
            rows.append((low, high))
    return rows


def _meta(frame: Frame, answer: Answer, thought: float) -> Html | None:
    """How it was made; a greeting says nothing of that."""
    if answer.greets:
        return None
    level = frame.say(f"ui_level_{answer.level}" if answer.grounded else "ui_level_none")
    return el(
        "div",
        el("span", level, class_="level"),
        el("span", _took(frame, answer.took_ms), class_="dot"),
        el("span", frame.say("ui_thought", s=f"{thought:.1f}"), class_="dot") if thought else None,
        el("span", frame.say("ui_reused"), class_="dot") if answer.reused else None,
        el("span", _price(answer), class_="dot") if answer.cost.micros and frame.priced else None,
        class_="meta",
    )


def pending_text(frame: Frame, pending: Pending) -> str:
    """Where one who waits stands, and how long that takes, in a quiet word."""
    return waiting_words(frame.lang, pending)


def waiting_words(lang: str, pending: Pending) -> str:
    """The same in a language."""
    level = text(f"ui_level_{pending.level}", lang)
    seconds = math.ceil(pending.wait)
    wait = text("ui_wait_s", lang, s=seconds)
    if seconds > 90:
        wait = text("ui_wait_min", lang, min=math.ceil(seconds / 60))
    return text("ui_pending", lang, level=level, position=pending.position, wait=wait)


def _wait(frame: Frame, answer: Answer, standing: Standing) -> Html | None:
    """That a better answer comes, or that none came. The button works without a script too."""
    if standing.pending is None:
        ended = standing.late.state if standing.late else ""
        words = f"ui_late_{ended}" if ended in ("expired", "ended") else ""
        return el("p", frame.say(words), class_="notice") if words else None
    path = answer_path(answer.id)
    asked = f"?{urlencode({'c': frame.conversation})}" if frame.conversation else ""
    return el(
        "form",
        el("span", pending_text(frame, standing.pending)),
        el("button", frame.say("ui_withdraw")) if frame.own else None,
        class_="notice pending",
        method="post",
        action=f"{path}/withdraw{asked}",
        data_events=f"{path}/events{asked}",
    )


def _grounded(frame: Frame, answer: Answer) -> Html:
    quotes = [quote_block(frame, citation, answer.id) for citation in answer.citations]
    if answer.greets:
        return el("div", el("p", answer.text), class_="says prose")
    if answer.quoted:
        return el("div", quotes, class_="quotes")
    folded = el(
        "details",
        el("summary", frame.say("ui_sources", count=len(quotes)), class_="folds"),
        el("div", quotes, class_="quotes"),
        class_="sources",
    )
    return join([el("div", written(frame, answer), class_="says prose"), folded])


def _followups(frame: Frame, answer: Answer) -> Html | None:
    """Questions to go on with, in the same conversation where there is one."""
    if not answer.followups:
        return None
    context = {"c": frame.conversation, "a": answer.id} if frame.conversation else {}
    address = {
        one: f"{frame.home}?{urlencode({'q': one, **context})}#last" for one in answer.followups
    }
    links = [el("li", el("a", one, href=to, rel="nofollow")) for one, to in address.items()]
    return el("ul", links, class_="followups", aria_label=frame.say("ui_followups"))


def meanwhile(frame: Frame, found: Found) -> Html:
    """What there is to read while a model writes."""
    if found.quotes:
        return join([quote_block(frame, quote, "") for quote in found.quotes])
    return _nearest(frame, found.nearest, "")


def _not_grounded(frame: Frame, answer: Answer) -> Html:
    if not answer.nearest:
        return el("p", frame.say("ui_nothing_near"), class_="says")
    says = el("p", frame.say("ui_not_in_articles"), class_="says")
    return join([says, _nearest(frame, answer.nearest, answer.id)])


def _nearest(frame: Frame, heads: Sequence[Head], answer_id: str) -> Html:
    rows = [
        el(
            "li",
            el("a", title_of(frame, head), href=article_path(head, answer_id)),
            el("small", _date(head)) if head.published else None,
            lang=_tag(head.lang),
        )
        for head in heads
    ]
    if not rows:
        return join([])
    return join([el("p", frame.say("ui_nearest"), class_="soft"), el("ul", rows, class_="near")])


def _reference(frame: Frame, citation: Citation, answer_id: str) -> Html:
    head = citation.head
    link = el(
        "a",
        title_of(frame, head),
        class_="title",
        href=sentence_path(citation, answer_id),
        title=frame.say("ui_open_sentence"),
    )
    parts: list[Child] = [link]
    if head.published:
        parts.append(el("time", _date(head), datetime=head.published))
    if head.author:
        parts.append(el("span", head.author))
    if original := outside(head.url):
        name = frame.say("ui_original")
        parts.append(
            el("a", name, icon("out"), class_="out", href=original, rel="noopener external")
        )
    return el("cite", parts)


def _acts(frame: Frame, answer: Answer) -> Html:
    """Copy and share need a script and stay away without one; link and picture work for everybody,
    where the desk's answers are shared."""
    shared: list[Child] = [
        el("button", frame.say("ui_share"), type="button", data_act="share", hidden=True),
        el("a", frame.say("ui_link"), class_="self", href=answer_path(answer.id)),
    ]
    if can_draw(frame.pictures, answer):
        path, words = picture_path(answer.id), frame.say("ui_image")
        shared.append(el("a", words, class_="image", href=path, target="_blank"))
    return el(
        "div",
        el("button", frame.say("ui_copy"), type="button", data_act="copy", hidden=True),
        shared if frame.shared else None,
        el("span", role="status", class_="told", data_copied=frame.say("ui_copied")),
        own_acts(frame, answer),
        class_="acts",
    )


def can_draw(pictures: str, answer: Answer) -> bool:
    """Whether an answer can be drawn as a picture with the fonts there are."""
    return pictures == "all" or (pictures == "latin" and not has_han(answer.question + answer.text))


def _took(frame: Frame, took_ms: float) -> str:
    if took_ms < 1000:
        return frame.say("ui_took_ms", ms=max(1, round(took_ms)))
    return frame.say("ui_took_s", s=f"{took_ms / 1000:.1f}")


def _price(answer: Answer) -> str:
    sign = {"CNY": "¥", "USD": "$"}.get(answer.cost.currency, f"{answer.cost.currency} ")
    return f"{sign}{answer.cost.micros / 1_000_000:.4f}"


def _date(head: Head) -> str:
    return (head.published or "")[:10]


def _tag(lang: str) -> str | None:
    return TAGS.get(lang, lang) or None
