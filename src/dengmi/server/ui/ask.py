"""The ask page: a thread of questions and answers, with and without scripts."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from dengmi.answer.late.waits import Standing
from dengmi.core.errors import DengmiError, NotFound
from dengmi.core.events import (
    EVENT_NAMES,
    Cited,
    Done,
    Event,
    Failed,
    Found,
    Notice,
    Text,
    Thinking,
)
from dengmi.core.ids import new_id, stable_id
from dengmi.core.records import HALL, Answer, Exchange, Question, Wanted
from dengmi.server.askers import KEPT, check_own_page
from dengmi.server.bodies import clean, read
from dengmi.server.context import Context
from dengmi.server.oidc.way import payer_of
from dengmi.server.problems import detail, notice_text
from dengmi.server.rest.answers import stored
from dengmi.server.staying import Staying
from dengmi.server.stream import stream
from dengmi.server.ui.card import (
    answer_card,
    error_card,
    meanwhile,
    pending_text,
    quote_block,
    turn,
    waiting_card,
)
from dengmi.server.ui.conversation import bar
from dengmi.server.ui.growing import Growing
from dengmi.server.ui.lines import lines_of, spoken
from dengmi.server.ui.links import answer_path
from dengmi.server.ui.markup import Child, Html, el, icon
from dengmi.server.ui.meant import check_asked_here, is_meant
from dengmi.server.ui.overview import Overview, frame_of
from dengmi.server.ui.page import LEVEL_COOKIE, Frame, page
from dengmi.server.ui.shared import check_own
from dengmi.server.ui.turns import LONGEST_THREAD, Turns

CONVERSATION = re.compile(r"c_[a-z2-7]{16}")

_ONCE: Mapping[str, Wanted] = {"quote": "quote", "quick": "quick", "deep": "deep"}


class AskPage:
    """Where readers ask."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts = context.parts
        self._overview = Overview(context.parts, context.pictures)
        self._turns = Turns(context.parts)
        self._staying = Staying(context.siblings)

    async def show(self, request: Request) -> Response:
        """The page of a desk: earlier answers (?a=) or a conversation (?c=), and the answer to
        ?q= right in it; ?w= are words left in the box."""
        params = request.query_params
        asker = await self._context.askers.met(request, again="c" in params)
        frame = await frame_of(self._overview, request, await self._desk(request))
        frame = self._asked_how(dataclasses.replace(frame, asker=asker), params)
        if asker and "c" not in params and (ids := params.getlist("a")):
            known = await self._parts.store.conversation_of(asker, clean(ids[-1])[:100])
            frame = dataclasses.replace(frame, conversation=known or frame.conversation)
        words = clean(params.get("q", "")).strip()
        response = await self._shown(request, frame, words if is_meant(request) else "")
        await self._context.askers.keep(request, response, asker)
        remember_level(request, response, params)
        return response

    async def conversation(self, request: Request) -> Response:
        """One of the reader's own conversations, to read and to go on with; ?before= (Unix time)
        shows what was said earlier."""
        asker = await self._context.askers.known(request)
        name = clean(request.path_params["conversation"])[:100]
        found = await self._parts.store.conversation(asker, name)
        if found is None:
            raise NotFound("conversation_unknown")
        frame = await frame_of(self._overview, request, found.desk)
        frame = dataclasses.replace(frame, asker=asker)
        params = {**request.query_params, "c": name}
        return await self._shown(request, self._asked_how(frame, params), "")

    async def _shown(self, request: Request, frame: Frame, words: str) -> Response:
        """The page: what was said before, and the answer to `words` where there are any."""
        frame = dataclasses.replace(frame, asking=_left(request, frame))
        before = _moment(request, self._parts.clock.now())
        exchanges = await self._turns.conversation(frame, before)
        named = await self._turns.named(request, frame.asker, request.query_params.getlist("a"))
        turns, thread = await self._turns.shown(frame, exchanges, named)
        if words:
            payer = await self._payer(request, frame.asker)
            try:
                done, notices = await self._answer(request, frame, words, payer)
            except DengmiError as error:
                frame = dataclasses.replace(frame, asking=words[: frame.max_chars])
                card = error_card(frame, detail(error, frame.lang))
                turns.append(turn(short(words), card, last=True))
            else:
                card = answer_card(frame, done.answer, Standing(done.answer, None, done.pending))
                turns.append(turn(done.answer.question, card, last=True, notices=notices))
                thread = (*thread, done.answer.id)
        frame = dataclasses.replace(frame, thread=thread[-LONGEST_THREAD:])
        welcome = None if turns else await self._welcome(frame)
        title = f"{short(words)} · {frame.name}" if words else frame.name
        top = await self._bar(frame, exchanges)
        return page(request, frame, title, thread_of(frame, turns, welcome, top), index=not turns)

    async def _bar(self, frame: Frame, exchanges: Sequence[Exchange]) -> Child:
        """What stands above a conversation that is kept."""
        if not exchanges:
            return None
        found = await self._parts.store.conversation(frame.asker, frame.conversation)
        if found is None:
            return None
        first = exchanges[0].question.asked_at
        return bar(frame, found, before=first if found.began < first else None)

    async def ask(self, request: Request) -> Response:
        """The same, asked by the page's script: events whose data carry pieces of HTML."""
        check_asked_here(request, self._parts.settings.server.public_url)
        form = parse_qs((await read(request)).decode("utf-8", "replace"))
        words = clean(" ".join(form.get("q", [])))
        asker = await self._context.askers.met(request, again="c" in form)
        payer = await self._payer(request, asker)
        frame = await frame_of(self._overview, request, await self._desk(request))
        given = {name: values[-1] for name, values in form.items()}
        frame = self._asked_how(dataclasses.replace(frame, asker=asker), given)
        question = self._question(frame, words, payer, given.get("at", ""))
        question = await self._parts.ladder.accept(question)
        growing = Growing(frame)
        response = stream(
            self._context,
            question,
            lambda event: (EVENT_NAMES[type(event)], _piece(frame, event, growing)),
            thinking=True,
            staying=self._staying if asker else None,
        )
        await self._context.askers.keep(request, response, asker)
        remember_level(request, response, given)
        return response

    async def stop(self, request: Request) -> Response:
        """The asker wants no more of an answer that is being written."""
        check_own_page(request)
        asker = await self._context.askers.known(request)
        await self._staying.stop(clean(request.path_params["answer_id"]), asker)
        return Response(status_code=204)

    async def withdraw(self, request: Request) -> Response:
        """The asker waits no longer: back to the answer that is there."""
        answer = await stored(self._parts, request)
        asker = await self._context.askers.known(request)
        await check_own(request, self._parts, answer, asker)
        await self._parts.waits.withdraw(answer)
        return RedirectResponse(answer_path(answer.id), 303)

    async def _payer(self, request: Request, asker: str) -> str:
        """Who pays for a question, once it may be asked. Raises Refusal."""
        payer = await self._context.callers.admit(request)
        return await payer_of(self._context, asker, payer)

    async def _desk(self, request: Request) -> str:
        """The desk of the path; empty when nothing was ever added."""
        name = request.path_params.get("desk")
        if name is None:
            return await self._overview.default()
        return await self._parts.desks.resolve(clean(name) or "-")

    def _asked_how(self, frame: Frame, given: Mapping[str, str]) -> Frame:
        """The frame with the conversation it goes on with and the level that is wished for. Where
        the asker takes no cookie, the conversation's id is a secret of the page."""
        conversation = clean(given.get("c", ""))
        if not CONVERSATION.fullmatch(conversation):
            conversation = new_id("c")
        wish = given.get("level")
        deep = frame.levels and wish == "deep" if wish else frame.deep
        return dataclasses.replace(frame, conversation=conversation, deep=deep)

    def _question(self, frame: Frame, words: str, payer: str, at: str, dedup: str = "") -> Question:
        """The question; `at` is a level that is wished for this once."""
        wanted: Wanted = "deep" if frame.deep else "auto"
        return Question(
            id="",
            desk=frame.desk.name,
            text=words,
            wanted=_ONCE.get(at, wanted),
            channel="web",
            payer=payer,
            asker=frame.asker,
            conversation=frame.conversation,
            dedup=dedup,
        )

    async def _answer(
        self, request: Request, frame: Frame, words: str, payer: str
    ) -> tuple[Done, tuple[str, ...]]:
        """The answer, and what is said beside it. The same address opened again, as by a reload,
        is the same question."""
        if not frame.desk.name:
            raise NotFound("desk_none")
        params = request.query_params
        at = params.get("at", "")
        dedup = ""
        if "c" in params and not at:
            dedup = stable_id("d", frame.asker, frame.conversation, words, *params.getlist("a"))
        asked = self._question(frame, words, payer, at, dedup)
        question = await self._parts.ladder.accept(asked)
        notices: list[str] = []
        async for event in self._parts.ladder.run(question):
            if isinstance(event, Notice):
                notices.append(notice_text(event, frame.lang))
            if isinstance(event, Done):
                return event, tuple(notices)
            if isinstance(event, Failed):
                raise DengmiError(event.code, **event.params)
        raise DengmiError("unexpected", reference=question.id)

    async def _welcome(self, frame: Frame) -> Html:
        if not frame.desk.articles:
            return empty_desk(frame)
        examples = await self._overview.examples(frame.desk.name, frame.lang)
        links = [
            el("li", el("a", one, href=_asking(frame, one), rel="nofollow")) for one in examples
        ]
        welcome = "ui_welcome_written" if frame.offered else "ui_welcome"
        return el(
            "div",
            icon("lantern"),
            el("h1", frame.name),
            el("p", frame.desk.greeting or frame.say(welcome)),
            el("ul", links, class_="examples", aria_label=frame.say("ui_examples"))
            if links
            else None,
            class_="welcome",
        )


def empty_desk(frame: Frame) -> Html:
    """What to do where there are no articles yet."""
    desk = f" --desk {frame.desk.name}" if frame.desk.name not in ("", HALL, frame.default) else ""
    return el(
        "div",
        icon("lantern"),
        el("h1", frame.say("ui_empty_title")),
        el("p", frame.say("ui_empty_text")),
        el("pre", el("code", f"dengmi add {frame.say('ui_empty_what')}{desk}")),
        class_="welcome",
    )


def remember_level(request: Request, response: Response, given: Mapping[str, str]) -> None:
    """Have the browser keep whether its reader wishes for deep answers, once that was said."""
    level = given.get("level")
    if level in ("auto", "deep") and level != request.cookies.get(LEVEL_COOKIE):
        response.set_cookie(LEVEL_COOKIE, level, max_age=KEPT, samesite="lax", httponly=True)


def _left(request: Request, frame: Frame) -> str:
    """Words that the address leaves in the box."""
    return clean(request.query_params.get("w", "")).strip()[: frame.max_chars]


def _moment(request: Request, now: float) -> float:
    """The time that ?before= names, else now."""
    try:
        return min(now, float(request.query_params.get("before", now)))
    except ValueError:
        return now


def thread_of(frame: Frame, turns: list[Html], welcome: Child, top: Child = None) -> list[Child]:
    """The thread, and the pieces its script fills in."""
    heading = None if top or welcome else el("h1", frame.name, class_="vh")
    return [
        top,
        welcome,
        heading,
        el(
            "div",
            turns,
            id="thread",
            data_earlier=frame.say("ui_earlier") if frame.asker else None,
        ),
        el("div", id="live", class_="vh", aria_live="polite"),
        el(
            "template",
            turn("", waiting_card(frame)),
            id="turn",
            data_offline=frame.say("ui_offline"),
            data_failed=frame.say("ui_failed"),
            data_stopped=frame.say("ui_stopped"),
            data_thought=frame.say("ui_thought", s="#"),
        ),
    ]


def _piece(  # noqa: PLR0911 - one for each event
    frame: Frame, event: Event, growing: Growing
) -> dict[str, str]:
    """An event as the page's script wants it: HTML that goes in as it is."""
    match event:
        case Found():
            level = frame.say(f"ui_level_{event.level}")
            html = str(meanwhile(frame, event))
            return {"level": level, "html": html, "question": event.question_id}
        case Thinking():
            return {"text": event.text}
        case Text():
            return growing.add(event)
        case Cited():
            return {"html": str(quote_block(frame, event.citation, ""))}
        case Notice():
            return {"text": notice_text(event, frame.lang)}
        case Done():
            return stands(frame, Standing(event.answer, None, event.pending))
        case Failed():
            words = detail(DengmiError(event.code, **event.params), frame.lang)
            return {"html": str(error_card(frame, words)), "heard": words}
        case _:
            return {}


def stands(frame: Frame, standing: Standing) -> dict[str, str]:
    """An answer with its wait as the page's script wants it."""
    answer = standing.answer
    wait = pending_text(frame, standing.pending) if standing.pending else ""
    return {
        "id": answer.id,
        "address": answer_path(answer.id),
        "html": str(answer_card(frame, answer, standing)),
        "heard": _heard(frame, answer),
        "told": _heard_sources(frame, answer),
        "wait": wait,
    }


def _heard(frame: Frame, answer: Answer) -> str:
    """What a screen reader says when the answer is there."""
    if not answer.grounded:
        return frame.say("ui_not_in_articles")
    said = _heard_sources(frame, answer)
    if answer.quoted:
        return said
    return f"{spoken(lines_of(answer.text, answer.claims))} {said}".rstrip()


def _heard_sources(frame: Frame, answer: Answer) -> str:
    return "" if answer.greets else frame.say("ui_heard_quotes", count=len(answer.citations))


def _asking(frame: Frame, words: str) -> str:
    return f"{frame.home}?{urlencode({'q': words})}"


def short(words: str) -> str:
    return words if len(words) <= 80 else words[:79] + "…"
