"""POST /answers and GET /answers/{id}."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from functools import cache

from starlette.requests import Request
from starlette.responses import Response

from dengmi.answer.pins import pin_of
from dengmi.core.errors import DengmiError, NotFound
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
from dengmi.core.records import Answer, Question
from dengmi.server.access import is_operator
from dengmi.server.bodies import clean, read_json
from dengmi.server.context import Context
from dengmi.server.later import later
from dengmi.server.negotiate import api_language, wants_stream
from dengmi.server.once import once, own_conversation
from dengmi.server.parts import Parts
from dengmi.server.problems import Refusal, detail, notice_text
from dengmi.server.replies import json_reply
from dengmi.server.rest.models import AnswerRequest, ReuseRequest, ThumbRequest
from dengmi.server.shapes import (
    Json,
    answer_json,
    citation_json,
    claim_json,
    cost_json,
    head_json,
    standing_json,
)
from dengmi.server.stream import stream
from dengmi.server.ui.shared import check_readable


class Answers:
    """Questions in, answers out."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts = context.parts

    async def ask(self, request: Request) -> Response:
        """Answer a question, as one JSON value or as typed events."""
        body = await read_json(request, AnswerRequest)
        named, text = clean(body.asker), clean(body.question)
        payer = await self._context.callers.admit(request, named)
        asker = await self._context.callers.asker(request, named)
        question = await self._parts.ladder.accept(
            Question(
                id="",
                desk=await self._parts.desks.resolve(body.desk),
                text=text,
                wanted=body.level,
                channel="rest",
                asker=asker,
                payer=payer,
                conversation=own_conversation(clean(body.conversation), payer, asker),
                dedup=once(request, payer, asker),
            )
        )
        if wants_stream(request):
            render = told(api_language(request))
            return stream(self._context, question, render, thinking=body.thinking, alike=True)
        lang, notices = api_language(request), []
        async with aclosing(self._parts.ladder.run(question)) as events:
            async for event in events:
                if isinstance(event, Notice):
                    notices.append(_value(event, lang))
                if isinstance(event, Done):
                    shape = answer_json(event.answer, event.pending)
                    return json_reply({**shape, "notices": notices})
                if isinstance(event, Failed):
                    raise DengmiError(event.code, **event.params)
        raise DengmiError("unexpected", reference=question.id)

    async def get(self, request: Request) -> Response:
        """A stored answer, by its own id or its question's; the better one, if one came later."""
        answer = await self._readable(request)
        return json_reply(standing_json(await self._parts.waits.standing(answer)))

    async def events(self, request: Request) -> Response:
        """How it stands with an answer while a better one is waited for, as events."""
        answer = await self._readable(request)
        return later(self._parts.waits.follow(answer), standing_json)

    async def withdraw(self, request: Request) -> Response:
        """The asker waits no longer."""
        answer = await self._readable(request)
        await self._check_own(request, answer)
        return json_reply(standing_json(await self._parts.waits.withdraw(answer)))

    async def thumb(self, request: Request) -> Response:
        """What an asker thinks of an answer."""
        body = await read_json(request, ThumbRequest)
        answer_id = clean(request.path_params["answer_id"])
        voter = await self._context.callers.voter(request, clean(body.asker))
        await self._parts.store.put_thumb(answer_id, voter, body.up, self._parts.clock.now())
        return json_reply({"up": body.up})

    async def reuse(self, request: Request) -> Response:
        """An operator pins an answer, or ends its serving again."""
        await self._context.rights.check(request, "operate")
        body = await read_json(request, ReuseRequest)
        answer_id = clean(request.path_params["answer_id"])
        if body.state == "pinned":
            done = await self._pin(answer_id)
        else:
            done = await self._parts.store.set_reuse(answer_id, body.state, "operator")
        await self._parts.pinned.look()
        if not done:
            raise NotFound("answer_not_reusable", answer=answer_id[:60])
        return json_reply({"state": body.state})

    async def _pin(self, answer_id: str) -> bool:
        """Pin an answer, whatever wrote it; False where there is none."""
        store = self._parts.store
        answer = await store.answer(answer_id)
        if answer is None:
            return False
        pin = await asyncio.to_thread(pin_of, answer, self._parts.clock.now(), "")
        return await store.pin_answer(pin)

    async def _readable(self, request: Request) -> Answer:
        """The stored answer that a path names; where its desk does not share, a key opens it too.
        Raises NotFound."""
        answer = await stored(self._parts, request)
        if not await self._context.callers.key(request):
            await check_readable(request, self._parts, answer)
        return answer

    async def _check_own(self, request: Request, answer: Answer) -> None:
        """Let the program pass that asked, and the operator: an id is no secret once its link is
        shared. Without keys all programs are one.

        Raises:
            Refusal: 403, the question came another way.
        """
        if is_operator(request, self._parts.settings.server):
            return
        question = await self._parts.store.question(answer.question_id)
        if question is not None and question.channel == "rest":
            key = await self._context.callers.key(request)
            payer = question.payer
            if payer.partition(":")[0] == key if key else payer[:1] in ("", "@"):
                return
        raise Refusal("answer_not_own", 403)


async def stored(parts: Parts, request: Request) -> Answer:
    """The answer that a path names. Raises NotFound."""
    answer_id = clean(request.path_params["answer_id"])
    answer = await parts.store.answer(answer_id)
    if answer is None:
        raise NotFound("answer_unknown", answer=answer_id[:60])
    return answer


@cache
def told(lang: str) -> Callable[[Event], tuple[str, object]]:
    """Turns events into (name, JSON value), their texts in a language."""

    def render(event: Event) -> tuple[str, object]:
        return EVENT_NAMES[type(event)], _value(event, lang)

    return render


def _value(event: Event, lang: str) -> Json:  # noqa: PLR0911 - one for each event
    match event:
        case Found():
            return {
                "question_id": event.question_id,
                "level": event.level,
                "passages": event.passages,
                "took_ms": round(event.took_ms, 2),
                "quotes": [citation_json(quote) for quote in event.quotes],
                "nearest": [head_json(head) for head in event.nearest],
            }
        case Cited():
            return citation_json(event.citation)
        case Notice():
            words = notice_text(event, lang)
            return {"code": event.code, "text": words, "params": dict(event.params)}
        case Spent():
            return {"cost": cost_json(event.cost), "usage": dict(event.usage)}
        case Done():
            return answer_json(event.answer, event.pending)
        case Failed():
            return _failed(event, lang)
        case Thinking():
            return {"text": event.text}
        case Text():
            claim = claim_json(event.claim) if event.claim else None
            return {"text": event.text, "claim": claim}


def _failed(event: Failed, lang: str) -> Json:
    words = detail(DengmiError(event.code, **event.params), lang)
    return {"question_id": event.question_id, "code": event.code, "detail": words}
