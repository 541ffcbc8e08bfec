"""The paths of the widget: its script, what it says, questions, and a page that shows it."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.errors import DengmiError, NotFound
from dengmi.core.records import HALL, Question
from dengmi.language.texts import text
from dengmi.server.bodies import clean, read_json
from dengmi.server.channels.places import base_of
from dengmi.server.context import Context
from dengmi.server.later import later
from dengmi.server.negotiate import api_language, known
from dengmi.server.problems import Refusal, api_problem
from dengmi.server.replies import json_reply
from dengmi.server.rest.answers import stored
from dengmi.server.stream import stream
from dengmi.server.ui.ask import CONVERSATION
from dengmi.server.ui.overview import Overview
from dengmi.server.ui.shared import shared_answer, shared_of
from dengmi.server.widget.demo import demo
from dengmi.server.widget.script import script
from dengmi.server.widget.shapes import standing_json, told, words
from dengmi.server.widget.sites import check_site, preflight
from dengmi.settings.options import Settings

USUAL = "-"
"""What stands in a path for the desk that is asked when none is named."""

Handler = Callable[[Request, str], Awaitable[Response]]


class Asked(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What the widget sends."""

    question: Annotated[str, Meta(max_length=20_000)]
    conversation: Annotated[str, Meta(max_length=40)] = ""
    level: Annotated[str, Meta(pattern="^(auto|deep)$")] = "auto"


class Widget:
    """Serves the widget to the sites that may show it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts = context.parts
        self._overview = Overview(context.parts)

    @property
    def _settings(self) -> Settings:
        return self._parts.settings

    async def answer(self, request: Request) -> Response:
        """One request."""
        if not self._settings.channels.widget.enabled:
            raise Refusal("path_unknown", 404, path=request.url.path)
        rest = request.path_params.get("rest")
        if request.url.path == "/widget.js":
            return self._script(request)
        if rest is None:
            return await demo(request, self._overview, base_of(request, self._settings))
        desk, _, more = rest.partition("/")
        return await self._within(request, desk, more)

    def _script(self, request: Request) -> Response:
        """The script, for a tag on any page: it is the desk that may refuse."""
        whole = script()
        headers = {
            "cache-control": "public, max-age=3600",
            "cross-origin-resource-policy": "cross-origin",
            "etag": f'"{whole.tag}"',
            "vary": "Accept-Encoding",
        }
        if whole.tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        body = whole.plain
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            body = whole.packed
        return Response(body, media_type="text/javascript", headers=headers)

    async def _within(self, request: Request, named: str, more: str) -> Response:
        """What a desk answers, readable by the site if that may ask."""
        try:
            desk = await self._parts.desks.resolve(None if named == USUAL else clean(named) or "-")
            allowed = check_site(request, self._settings, desk)
        except DengmiError as error:
            return api_problem(request, error)
        try:
            if request.method == "OPTIONS":
                return Response(status_code=204, headers=dict(preflight(allowed)))
            response = await self._handler(request, more)(request, desk)
        except DengmiError as error:
            response = api_problem(request, error)
        response.headers.update(allowed)
        return response

    def _handler(self, request: Request, more: str) -> Handler:
        match request.method, more.split("/"):
            case "GET", [""]:
                return self._about
            case "POST", ["answers"]:
                return self._ask
            case "GET", ["answers", _, "events"]:
                return self._events
        raise Refusal("path_unknown", 404, path=request.url.path)

    async def _about(self, request: Request, desk: str) -> Response:
        """What the desk is called, what the widget says, and what one might ask."""
        lang = _lang(request)
        view = await self._overview.desk(desk)
        title = text("ui_hall", lang) if desk == HALL else view.title
        reply = json_reply(
            {
                "title": title,
                "say": words(lang),
                "examples": await self._overview.examples(desk, lang),
                "deep": bool(self._settings.levels.deep),
                "max": self._settings.ask.max_chars,
            }
        )
        reply.headers["cache-control"] = "private, max-age=300"
        return reply

    async def _ask(self, request: Request, desk: str) -> Response:
        """Answer a question, as events."""
        asked = await read_json(request, Asked)
        payer = await self._context.callers.admit(request, channel="widget")
        conversation = clean(asked.conversation)
        question = await self._parts.ladder.accept(
            Question(
                id="",
                desk=desk,
                text=clean(asked.question),
                wanted="deep" if asked.level == "deep" and self._settings.levels.deep else "auto",
                channel="widget",
                payer=payer,
                conversation=conversation if CONVERSATION.fullmatch(conversation) else "",
            )
        )
        base = base_of(request, self._settings)
        names = [one.name for one in await self._overview.desks()] if desk == HALL else [desk]
        shared = shared_of(self._settings, names).open
        return stream(self._context, question, told(_lang(request), base, shared), alike=True)

    async def _events(self, request: Request, desk: str) -> Response:
        """How it stands with an answer that the desk gave, while a better one is waited for."""
        request.scope["path_params"]["answer_id"] = request.path_params["rest"].split("/")[2]
        answer = await stored(self._parts, request)
        if answer.desk != desk:
            raise NotFound("answer_unknown", answer=answer.id)
        lang, base = _lang(request), base_of(request, self._settings)
        shared = shared_answer(self._settings, answer).open
        return later(
            self._parts.waits.follow(answer),
            lambda standing: standing_json(standing, lang, base, shared),
        )


def _lang(request: Request) -> str:
    """The widget says which language it speaks; it follows its site."""
    return known(request.query_params.get("lang")) or api_language(request)
