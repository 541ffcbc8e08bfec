"""POST /mcp and /mcp/DESK: desks for programs that speak MCP."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from typing import TYPE_CHECKING, Literal

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from dengmi import __version__
from dengmi.channels.links import Links
from dengmi.core.errors import BadInput, DengmiError
from dengmi.core.events import Event, Notice
from dengmi.core.plain import clean
from dengmi.core.records import Answer, Article, Head, Question, SearchQuery
from dengmi.server.access import check_origin
from dengmi.server.channels.places import links_of, page_of
from dengmi.server.context import Context
from dengmi.server.negotiate import api_language
from dengmi.server.problems import Refusal, detail, notice_text
from dengmi.server.stream import start

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
CHANNEL = "mcp"


class Mcp:
    """The endpoint. The package behind it is imported when somebody first comes."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._settings = context.parts.settings.channels
        self._opening = asyncio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        if not self._settings.mcp.enabled:
            raise Refusal("channel_off", 404, setting="channels.mcp.enabled")
        check_origin(request, self._settings)
        await self._context.callers.program(request)
        if name := request.path_params.get("desk"):
            await self._context.parts.desks.resolve(clean(name) or "-")
        manager = self._manager or await self._open()
        await manager.handle_request(scope, receive, send)

    async def _open(self) -> "StreamableHTTPSessionManager":
        """Import the package and keep it running until the server stops.

        Raises:
            Refusal: the extra is not installed.
        """
        async with self._opening:
            if self._manager is None:
                manager = await asyncio.to_thread(self._made)
                running = asyncio.Event()
                self._context.crew.keep(_run(manager, running), "MCP")
                await running.wait()
                self._manager = manager
            return self._manager

    def _made(self) -> "StreamableHTTPSessionManager":
        try:
            from dengmi.channels.mcp.tools import server
        except ImportError:
            raise Refusal("extra_missing", 501, extra="mcp") from None
        return server(_Desks(self._context), __version__).session_manager


async def _run(manager: "StreamableHTTPSessionManager", running: asyncio.Event) -> None:
    async with manager.run():
        running.set()
        await asyncio.Event().wait()


class _Desks:
    """Finds the desk that a request asks."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def of(self, request: Request, name: str) -> "_Desk":
        """The desk of this name, of the path, or the usual one; the hall, where there is none."""
        desks = self._context.parts.desks
        said = clean(name or request.path_params.get("desk") or "")
        found = await desks.for_channel(said or None)
        return _Desk(self._context, request, found)

    def words(self, request: Request, error: DengmiError) -> str:
        """An error in the language of who asks."""
        return detail(error, api_language(request))


class _Desk:
    """A desk as one request asks it."""

    def __init__(self, context: Context, request: Request, name: str) -> None:
        self._context = context
        self._request = request
        self._parts = context.parts
        self._name = name
        self._lang = api_language(request)
        self.links: Links = links_of(request, context.parts.settings)

    async def find(self, query: str, limit: int) -> Sequence[Head]:
        """Articles for a query, each once, the best first."""
        words = clean(query).strip()
        most = self._parts.settings.ask.max_chars
        if not words:
            raise BadInput("query_empty")
        if len(words) > most:
            raise BadInput("question_too_long", chars=len(words), most=most)
        await self._context.callers.admit(self._request, channel=CHANNEL)
        evidence = await self._parts.search.search(
            SearchQuery(text=words, desk=self._name, limit=3 * limit, marked=False)
        )
        heads = {hit.head.pk: hit.head for hit in evidence.hits}
        return tuple(heads.values())[:limit]

    async def article(self, desk: str, article_id: str) -> Article | None:
        """An article of a desk."""
        return await self._parts.store.article(article_id, desk)

    async def ask(
        self, question: str, level: Literal["auto", "quote", "quick", "deep"]
    ) -> AsyncGenerator[Event, None]:
        """The events of an answer."""
        payer = await self._context.callers.admit(self._request, channel=CHANNEL)
        accepted = await self._parts.ladder.accept(
            Question(
                id="",
                desk=self._name,
                text=clean(question),
                wanted=level,
                channel=CHANNEL,
                payer=payer,
            )
        )
        told = start(self._context, accepted)
        try:
            while (event := await told.next()) is not None:
                yield event
        finally:
            told.leave()

    def say(self, notice: Notice) -> str:
        """A notice in the language of who asks."""
        return notice_text(notice, self._lang)

    def page(self, answer: Answer) -> str:
        """The address of an answer's own page."""
        return page_of(self.links, answer.id)
