"""GET /v1/models, POST /v1/chat/completions: desks as models of the chat completions API."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dengmi.channels.openai import history
from dengmi.channels.openai.failures import error_json
from dengmi.channels.openai.messages import Said
from dengmi.channels.openai.names import Model, offered, parted, unknown
from dengmi.channels.openai.render import Completion, Manner
from dengmi.channels.openai.request import Chat, read_chat
from dengmi.channels.openai.shapes import Shape, message_json
from dengmi.core.errors import DengmiError, NotFound
from dengmi.core.events import Done, Event, Failed
from dengmi.core.ids import new_id
from dengmi.core.plain import clean
from dengmi.core.records import Exchange, Level, Question, Wanted
from dengmi.language.texts import text
from dengmi.server.bodies import check_json, read
from dengmi.server.channels.places import links_of, page_of
from dengmi.server.context import Context
from dengmi.server.negotiate import api_language
from dengmi.server.once import once
from dengmi.server.problems import Refusal, detail, notice_text
from dengmi.server.replies import json_reply
from dengmi.server.stream import KEEP_ALIVE, SILENCE, Told, event_stream, start
from dengmi.settings.options import Settings

PREFIX = "/v1"

LIMIT = 4 * 1024 * 1024
"""Bytes of the largest request: programs send the whole conversation, old pictures included."""

ASKER = "x-openwebui-user-id"
"""The header in which Open WebUI names the person, where its operator has it do so."""


class OpenAI:
    """Desks for programs that speak OpenAI's API."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts = context.parts

    @property
    def _settings(self) -> Settings:
        return self._parts.settings

    async def models(self, request: Request) -> Response:
        """Every desk, and every level of it."""
        found = await self._models(api_language(request), await self._check(request))
        return json_reply({"object": "list", "data": [model.json() for model in found]})

    async def model(self, request: Request) -> Response:
        """One desk."""
        key = await self._check(request)
        name = clean(request.path_params["model"])
        desk, _ = await self._desk(name, api_language(request))
        for one in await self._models(api_language(request), key):
            if one.id == name:
                return json_reply(one.json())
        return json_reply(Model(name, desk, 0).json())

    async def complete(self, request: Request) -> Response:
        """Answer the last question of a conversation, whole or in chunks."""
        await self._check(request)
        check_json(request)
        chat = read_chat(await read(request, LIMIT))
        lang = api_language(request)
        desk, wanted = await self._desk(chat.model, lang)
        named = chat.asker or clean(request.headers.get(ASKER, "")).strip()[:200]
        asker = await self._context.callers.asker(request, named, history.CHANNEL)
        if chat.done:
            content = await self._followups(chat, desk, asker) or chat.done
            return self._chore(chat, desk, content)
        payer = await self._context.callers.admit(request, named, history.CHANNEL)
        question = await self._parts.ladder.accept(
            Question(
                id="",
                desk=desk,
                text=chat.question,
                wanted=wanted,
                channel=history.CHANNEL,
                asker=asker,
                payer=payer,
                conversation=history.place(chat.turns, chat.question),
                dedup=once(request, payer, asker),
            )
        )
        turns = await self._turns(chat.turns, desk, asker)
        shape = self._shape(chat, question.id, desk)
        completion = Completion(shape, self._manner(request, lang))
        thinking = chat.thinking and self._settings.channels.openai.thinking
        told = start(self._context, question, thinking=thinking, turns=turns)
        if chat.stream:
            return event_stream(_chunks(told, completion, shape.begin(), lang))
        return await _whole(request, told, completion)

    async def _check(self, request: Request) -> str:
        """The name of the caller's key. Raises Refusal."""
        if not self._settings.channels.openai.enabled:
            raise Refusal("channel_off", 404, setting="channels.openai.enabled")
        return await self._context.callers.program(request)

    async def _models(self, lang: str, key: str = "") -> list[Model]:
        """What is offered. Private desks are named only to who has a key."""
        settings = self._settings
        desks = await self._parts.store.desks()
        private = {name for name, desk in settings.desks.items() if not desk.public}
        listed = [one for one in desks if key or one.name not in private]
        levels: list[Level] = ["quick"] if settings.levels.quick else []
        levels += ["deep"] if settings.levels.deep else []
        hall = text("chat_hall", lang) if len(desks) - len(private) > 1 else ""
        return offered(listed, ["quote", *levels] if levels else [], hall)

    async def _desk(self, name: str, lang: str) -> tuple[str, Wanted]:
        """The desk and the level of a model's name. Raises NotFound."""
        try:
            desk, wanted = parted(name)
            return await self._parts.desks.resolve(desk or None), wanted
        except (ValueError, NotFound):
            listed = [model.id for model in await self._models(lang)]
        raise unknown(name, listed)

    async def _turns(
        self, said: Sequence[Said], desk: str, asker: str, most: int | None = None
    ) -> list[Exchange]:
        """What was said before. What was answered here is found again with all it rested on."""
        found: list[Exchange] = []
        most = self._settings.writing.history if most is None else most
        now = self._parts.clock.now()
        for at in range(max(0, len(said) - most), len(said)):
            kept: Exchange | None = None
            if said[at].answer:
                place = history.place(said[:at], said[at].question)
                stored = await self._parts.store.turns(desk, asker, place, now, 4)
                kept = history.answered_so(stored, said[at])
            found.append(kept or history.as_sent(said[at], desk))
        return found

    async def _followups(self, chat: Chat, desk: str, asker: str) -> str:
        """Follow-up questions that the articles answer, as the answer suggested them; "" for
        none."""
        for exchange in await self._turns(chat.after, desk, asker, 1):
            if exchange.answer is not None and exchange.answer.followups:
                return msgspec.json.encode({"follow_ups": exchange.answer.followups}).decode()
        return ""

    def _chore(self, chat: Chat, desk: str, content: str) -> Response:
        """The reply to a chore, for which nothing was searched."""
        shape = self._shape(chat, new_id("chore"), desk)
        if not chat.stream:
            return json_reply(shape.whole(message_json(content), "stop", {}))
        chunks = [
            shape.begin(),
            shape.chunk({"content": content}),
            shape.chunk({}, "stop"),
            *shape.spent({}),
        ]

        async def lines() -> AsyncIterator[bytes]:
            for chunk in chunks:
                yield _line(chunk)
            yield _LAST

        return event_stream(lines())

    def _shape(self, chat: Chat, name: str, desk: str) -> Shape:
        created = int(self._parts.clock.now())
        return Shape(
            id=f"chatcmpl-{name}", model=chat.model or desk, created=created, usage=chat.usage
        )

    def _manner(self, request: Request, lang: str) -> Manner:
        links = links_of(request, self._settings)
        return Manner(
            links=links,
            sources=self._settings.channels.openai.sources,
            say=lambda notice: notice_text(notice, lang),
            page=lambda answer: page_of(links, answer.id),
        )


_LAST = b"data: [DONE]\n\n"


def _line(value: object) -> bytes:
    return b"data: %b\n\n" % msgspec.json.encode(value)


async def _chunks(
    told: Told, completion: Completion, first: object, lang: str
) -> AsyncIterator[bytes]:
    """The lines of the chunks; what has come up to a moment leaves as one piece."""
    try:
        yield _line(first)
        while True:
            try:
                event = await told.next(KEEP_ALIVE)
            except TimeoutError:
                yield SILENCE
                continue
            come = [event, *told.take()]
            lines = [
                line for each in come if each is not None for line in _lines(each, completion, lang)
            ]
            if lines:
                yield b"".join(lines)
            if come[-1] is None:
                return
    finally:
        told.leave()


def _lines(event: Event, completion: Completion, lang: str) -> Iterator[bytes]:
    """The lines of one event."""
    for chunk in completion.feed(event):
        yield _line(chunk)
    if isinstance(event, Failed):
        error = DengmiError(event.code, **event.params)
        yield _line(error_json(error, error.status, detail(error, lang)))
    elif isinstance(event, Done):
        yield _LAST


async def _whole(request: Request, told: Told, completion: Completion) -> Response:
    """The completion in one piece. A reader who hangs up meanwhile leaves the model, as one of a
    stream does."""
    hanging = asyncio.create_task(_hung_up(request, told))
    try:
        while (event := await told.next()) is not None:
            for _ in completion.feed(event):
                pass
            if isinstance(event, Done):
                return json_reply(completion.whole(event.answer))
            if isinstance(event, Failed):
                raise DengmiError(event.code, **event.params)
        raise Refusal("request_bad", 400)  # nobody reads it
    finally:
        hanging.cancel()
        told.leave()


async def _hung_up(request: Request, told: Told) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    told.leave()


def refusal(request: Request, error: DengmiError) -> Response:
    """An error in the shape that programs of this API expect."""
    lang = api_language(request)
    status = error.http_status if isinstance(error, Refusal) else error.status
    reply = json_reply(error_json(error, status, detail(error, lang)), status)
    if isinstance(error, Refusal):
        reply.headers.update(error.headers)
    return reply
