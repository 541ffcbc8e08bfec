"""An answer that is still being written, for those who open its link meanwhile.

The page holds what was told so far; its script gets the rest as events. They carry words, no HTML:
the whole card comes from the answer's own page when it is there.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing

import msgspec

from dengmi.core.errors import DengmiError
from dengmi.core.events import Done, Event, Failed, Found, Notice, Text
from dengmi.core.records import Question
from dengmi.server.context import Context
from dengmi.server.problems import detail, notice_text
from dengmi.server.stream import KEEP_ALIVE, SILENCE
from dengmi.server.ui.card import meanwhile
from dengmi.server.ui.lines import lines_of
from dengmi.server.ui.links import answer_path
from dengmi.server.ui.markup import Html, el
from dengmi.server.ui.page import Frame
from dengmi.server.ui.written import blocks

LOOK, SELDOM = 0.25, 4.0
"""Seconds between two looks for the answer of a question that nobody tells of: at first, and after
a while."""

LONGEST = 600.0
"""Seconds after which a reader has to come again, which browsers do by themselves."""

_CITE = re.compile(r"\[(\d{1,3})\]")

_LEAD = re.compile(r"^(?:([-*+])\s+|#{1,6}\s+|(?:```|~~~).*)")
"""What stands in front of an item or a heading, or begins and ends code."""

_BEFORE = re.compile(r"\s*\[\d{1,3}\]")

Numbered = tuple[int, Event]


def live_card(frame: Frame, question: Question, told: Sequence[Event]) -> Html:
    """The card with what was told so far; its script goes on from there."""
    found = next((event for event in told if isinstance(event, Found)), None)
    written = [event for event in told if isinstance(event, Text) and event.claim]
    quotes = meanwhile(frame, found) if found else None
    level = frame.say(f"ui_level_{found.level}" if found else "ui_searching")
    path = f"{answer_path(question.id)}/events?after={len(told)}"
    return el(
        "article",
        el("div", el("span", level, class_="level breathe"), class_="meta"),
        [el("p", notice_text(one, frame.lang), class_="notice") for one in _notices(told)],
        el("div", _so_far(frame, told), class_="says prose", hidden=not written),
        el("div", None if written else quotes, class_="quotes"),
        el("p", frame.say("ui_live"), class_="soft"),
        class_="card waiting",
        aria_busy="true",
        data_live=path,
        data_lost=frame.say("ui_live_lost"),
    )


def reload_alone() -> Html:
    """Without scripts the page is loaded anew until the answer is there."""
    return el("noscript", el("meta", http_equiv="refresh", content="2"))


async def lines(
    context: Context, frame: Frame, question: Question, after: int
) -> AsyncIterator[bytes]:
    """The rest of the answer as server-sent events, from behind the event of a number."""
    yield b"retry: 1000\n\n"
    clock = context.parts.clock
    async with aclosing(_following(context, question, after)) as events:
        coming = asyncio.ensure_future(anext(events, None))
        end = clock.steady() + LONGEST
        try:
            while clock.steady() < end:
                if not (await asyncio.wait([coming], timeout=KEEP_ALIVE))[0]:
                    yield SILENCE
                    continue
                numbered = coming.result()
                if numbered is None:
                    return
                if line := _line(frame, *numbered):
                    yield line
                coming = asyncio.ensure_future(anext(events, None))
        finally:
            coming.cancel()
            await asyncio.wait([coming])


async def _following(context: Context, question: Question, after: int) -> AsyncGenerator[Numbered]:
    """What is told of it; where nothing more is, the answer as soon as it is stored."""
    parts, at, wait = context.parts, after, LOOK
    while True:
        async with aclosing(context.along.follow(question.id, at)) as events:
            async for at, event in events:
                yield at, event
                if isinstance(event, Done | Failed):
                    return
        if (answer := await parts.store.answer(question.id)) is not None:
            standing = await parts.waits.standing(answer)
            yield at + 1, Done(standing.answer, standing.pending)
            return
        known = await parts.store.question(question.id)
        if known is None or known.state == "failed":
            yield at + 1, Failed(question.id, "answer_failed", {})
            return
        await asyncio.sleep(wait)
        wait = min(2 * wait, SELDOM)


def _line(frame: Frame, number: int, event: Event) -> bytes:
    name = ""
    data: dict[str, object] = {}
    match event:
        case Found():
            name, data = "found", {"level": frame.say(f"ui_level_{event.level}")}
        case Text() if event.claim:
            name, data = "text", _words(frame, event)
        case Notice():
            name, data = "notice", {"text": notice_text(event, frame.lang)}
        case Done():
            name, data = "done", {"address": answer_path(event.answer.id)}
        case Failed():
            words = detail(DengmiError(event.code, **event.params), frame.lang)
            name, data = "failed", {"text": words, "title": frame.say("ui_failed")}
    if not name:
        return b""
    raw = msgspec.json.encode(data)
    return b"event: %b\nid: %d\ndata: %b\n\n" % (name.encode(), number, raw)


def _words(frame: Frame, event: Text) -> dict[str, object]:
    """A sentence as plain words, with the numbers it cites."""
    bare = _BEFORE.sub("", event.text).replace("[?]", "").replace("**", "").strip()
    if bare.startswith("|"):  # a row; what only parts the head from the rows says nothing
        bare = " · ".join(cell.strip() for cell in bare.strip("|").split("|")).strip(" ·:-")
    bare = _LEAD.sub(lambda found: "• " if found[1] else "", bare)
    verdict = event.claim.verdict if event.claim else None
    weak = verdict if verdict in ("partial", "unsupported") else ""
    return {
        "text": bare,
        "cites": _CITE.findall(event.text),
        "new": "\n" in event.text[:3],
        "space": event.text[:1].isspace(),
        "weak": frame.say(f"ui_verdict_{weak}") if weak else "",
    }


def _notices(told: Sequence[Event]) -> list[Notice]:
    return [event for event in told if isinstance(event, Notice)]


def _so_far(frame: Frame, told: Sequence[Event]) -> Html:
    """The sentences that came, in their paragraphs, lists and tables."""
    texts = [event for event in told if isinstance(event, Text)]
    claims = [event.claim for event in texts if event.claim]
    return blocks(frame, lines_of("".join(event.text for event in texts), claims))


def after_of(given: str) -> int:
    """The number of the event after which to go on, as a browser says it."""
    return min(int(given), 1_000_000) if given.isdecimal() else 0
