"""The tools of a desk, and the server of the official package around them.

Needs the extra `mcp`; importing this takes about a second, so it is done when somebody first asks.
"""

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from typing import Annotated, Any, Literal, Protocol

from mcp.server import MCPServer
from mcp.server.mcpserver import Context
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import ToolAnnotations
from pydantic import Field

from dengmi.answer.orders import without
from dengmi.channels.links import Links
from dengmi.channels.mcp.ids import id_of, parted
from dengmi.channels.mcp.shapes import Answered, Document, Quoted, Result, Results
from dengmi.core.errors import DengmiError, NotFound
from dengmi.core.events import Done, Event, Failed, Found, Notice, Text
from dengmi.core.records import Answer, Article, Head

MOST = 10
"""Articles that a search gives back."""

INSTRUCTIONS = (
    "Articles of a publication, searched and quoted. Use `ask` for an answer in which every "
    "sentence names the exact sentence it rests on; `search` and `fetch` to read the articles "
    "yourself. Cite the url of an article, and say so when the articles do not answer."
)

Wanted = Literal["auto", "quote", "quick", "deep"]
Words = Annotated[str, Field(min_length=1, max_length=20_000)]


class Desk(Protocol):
    """A desk, as one request asks it. Every method raises DengmiError."""

    links: Links

    async def find(self, query: str, limit: int) -> Sequence[Head]:
        """Articles for a query, each once, the best first."""
        ...

    async def article(self, desk: str, article_id: str) -> Article | None:
        """An article of any desk that may be asked here."""
        ...

    def ask(self, question: str, level: Wanted) -> AsyncGenerator[Event, None]:
        """The events of an answer. Leaving them ends the writing, unless others follow it."""
        ...

    def say(self, notice: Notice) -> str:
        """A notice in the words of who asks."""
        ...

    def page(self, answer: Answer) -> str:
        """The address of an answer's own page."""
        ...


class Desks(Protocol):
    """Where requests find their desks. A request is what HTTP has of it."""

    async def of(self, request: Any, name: str) -> Desk:
        """The desk that a request asks, or another one by its name. Raises NotFound."""
        ...

    def words(self, request: Any, error: DengmiError) -> str:
        """An error in the language of who asks."""
        ...


def server(desks: Desks, version: str) -> MCPServer[Any]:
    """A server with the tools `search`, `fetch` and `ask`. It keeps nothing between requests, so
    any worker may answer any of them; who may come in is checked before it."""
    tools = _Tools(desks)
    made: MCPServer[Any] = MCPServer(
        "dengmi",
        title="Dengmi",
        instructions=INSTRUCTIONS,
        version=version,
        log_level="WARNING",
        subscriptions=False,
    )
    reads = ToolAnnotations(read_only_hint=True, open_world_hint=False)
    made.add_tool(tools.search, title="Search articles", annotations=reads)
    made.add_tool(tools.fetch, title="Read an article", annotations=reads)
    made.add_tool(tools.ask, title="Ask the articles", annotations=reads)
    made.streamable_http_app(
        stateless_http=True,
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    return made


class _Tools:
    def __init__(self, desks: Desks) -> None:
        self._desks = desks

    async def search(self, query: Words, ctx: Context[Any, Any]) -> Results:
        """Find articles for a query or a question. Read one with `fetch`."""
        with self._told(ctx):
            desk = await self._desk(ctx)
            heads = await desk.find(query, MOST)
        found = [
            Result(id=id_of(head), title=head.title, url=desk.links.article(head)) for head in heads
        ]
        return Results(results=found)

    async def fetch(self, id: Words, ctx: Context[Any, Any]) -> Document:  # noqa: A002
        """Read a whole article by an id that `search` or `ask` gave. "[…]" stands for a sentence
        that gives orders to a language model."""
        with self._told(ctx):
            desk = await self._desk(ctx)
            place = parted(id)
            article = await desk.article(*place) if place else None
            if article is None:
                raise NotFound("article_unknown", article=id[:60])
        head = article.head
        body, left_out = without(article.body)
        known = {
            "author": head.author,
            "published": head.published or "",
            "language": head.lang,
            "desk": head.desk,
            "left_out": str(left_out) if left_out else "",
        }
        return Document(
            id=id_of(head),
            title=head.title,
            text=body,
            url=desk.links.article(head),
            metadata={name: value for name, value in known.items() if value},
        )

    async def ask(
        self,
        question: Words,
        ctx: Context[Any, Any],
        desk: Annotated[
            str, Field(max_length=200, description="name of a desk; * for all; empty: the usual")
        ] = "",
        level: Annotated[
            Wanted, Field(description="highest level wanted; quote: exact sentences, no model")
        ] = "auto",
    ) -> Answered:
        """Get an answer from the articles, in Chinese or English. Every sentence of it cites the
        exact sentence of an article that it rests on; what the articles do not say, it does not
        say. While it is written, its sentences are told as progress."""
        with self._told(ctx):
            asked = await self._desk(ctx, desk)
            async with aclosing(asked.ask(question, level)) as events:
                return await _answered(events, asked, ctx)

    async def _desk(self, ctx: Context[Any, Any], name: str = "") -> Desk:
        return await self._desks.of(ctx.request_context.request, name)

    @contextmanager
    def _told(self, ctx: Context[Any, Any]) -> Iterator[None]:
        """A failure in words that the program's model may read."""
        try:
            yield
        except DengmiError as error:
            raise ToolError(self._desks.words(ctx.request_context.request, error)) from None


async def _answered(
    events: AsyncGenerator[Event, None], desk: Desk, ctx: Context[Any, Any]
) -> Answered:
    """The answer of these events; what happens meanwhile is told as progress."""
    steps = 0.0
    notices: list[str] = []
    async for event in events:
        match event:
            case Found():
                steps += 1
                await ctx.report_progress(
                    steps, message=f"{event.passages} passages, {event.level}"
                )
            case Text():
                steps += 1
                await ctx.report_progress(steps, message=event.text.strip())
            case Notice():
                notices.append(desk.say(event))
            case Done():
                return _shape(event.answer, desk, notices)
            case Failed():
                raise DengmiError(event.code, **event.params)
    raise DengmiError("unexpected", reference="mcp")


def _shape(answer: Answer, desk: Desk, notices: list[str]) -> Answered:
    cited = [
        Quoted(
            n=one.n,
            id=id_of(one.head),
            title=one.head.title,
            url=desk.links.of(one) or desk.links.article(one.head),
            quote=one.quote,
            verdict=one.verdict or "",
        )
        for one in answer.citations
    ]
    return Answered(
        text=answer.text,
        grounded=answer.grounded,
        level=answer.level,
        citations=cited,
        followups=list(answer.followups),
        notices=notices,
        page=desk.page(answer),
        cost=f"{answer.cost.micros / 1_000_000:.6f} {answer.cost.currency}",
    )
