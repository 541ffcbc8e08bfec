"""The application: every route on one screen."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dengmi.core.errors import DengmiError
from dengmi.server.access import check_host
from dengmi.server.context import Context, make_context
from dengmi.server.parts import Parts
from dengmi.server.problems import api_problem, from_http, unexpected
from dengmi.server.rest.answers import Answers
from dengmi.server.rest.health import Health
from dengmi.server.rest.openapi import PREFIX, openapi
from dengmi.server.rest.reading import Reading
from dengmi.server.rest.sources import Sources
from dengmi.server.shell import Shell
from dengmi.server.ui.article import ArticlePage
from dengmi.server.ui.ask import AskPage
from dengmi.server.ui.errors import error_page
from dengmi.server.ui.static import Static
from dengmi.server.warm import read_files, warm


def routes(context: Context) -> Sequence[BaseRoute]:
    """Every path and who answers it. The busiest come first: they are tried in this order."""
    answers, reading, sources = Answers(context), Reading(context), Sources(context)
    health, page, article, static = (
        Health(context),
        AskPage(context),
        ArticlePage(context),
        Static(),
    )
    api = PREFIX
    return [
        Route(f"{api}/answers", answers.ask, methods=["POST"]),
        Route(f"{api}/search", reading.search, methods=["POST"]),
        Route(f"{api}/answers/{{answer_id}}", answers.get, methods=["GET"]),
        Route(f"{api}/answers/{{answer_id}}/events", answers.events, methods=["GET"]),
        Route(f"{api}/answers/{{answer_id}}/pending", answers.withdraw, methods=["DELETE"]),
        Route(f"{api}/answers/{{answer_id}}/thumb", answers.thumb, methods=["PUT"]),
        Route(f"{api}/answers/{{answer_id}}/reuse", answers.reuse, methods=["PUT"]),
        Route(f"{api}/articles/{{article_id:path}}", reading.article, methods=["GET"]),
        Route(f"{api}/desks", reading.desks, methods=["GET"]),
        Route(f"{api}/desks/{{desk}}/sources", sources.list, methods=["GET"]),
        Route(f"{api}/desks/{{desk}}/sources", sources.add, methods=["POST"]),
        Route(f"{api}/desks/{{desk}}/sources/{{source_id}}", sources.remove, methods=["DELETE"]),
        Route(f"{api}/desks/{{desk}}/sources/{{source_id}}/sync", sources.sync, methods=["POST"]),
        Route(f"{api}/openapi.json", openapi, methods=["GET"]),
        Route("/openapi.json", openapi, methods=["GET"]),
        Route("/healthz", health.healthz, methods=["GET"]),
        Route("/readyz", health.readyz, methods=["GET"]),
        Route("/metrics", health.metrics, methods=["GET"]),
        Route("/", page.show, methods=["GET"]),
        Route("/", page.ask, methods=["POST"]),
        Route("/d/{desk}", page.show, methods=["GET"]),
        Route("/d/{desk}", page.ask, methods=["POST"]),
        Route("/a/{answer_id}", page.answer, methods=["GET"]),
        Route("/a/{answer_id}/events", page.events, methods=["GET"]),
        Route("/a/{answer_id}/withdraw", page.withdraw, methods=["POST"]),
        Route("/articles/{article_id:path}", article.show, methods=["GET"]),
        Route("/static/{version}/{name}", static.file, methods=["GET"]),
        Route("/favicon.ico", static.favicon, methods=["GET"]),
        Route("/robots.txt", static.robots, methods=["GET"]),
    ]


def create_app(parts: Parts) -> Starlette:
    """The ASGI application around opened parts. It does not close them."""
    context = make_context(parts)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(read_files)
        context.crew.start(asyncio.to_thread(warm, bool(parts.settings.models)), "warming up")
        context.crew.start(parts.ladder.resume(), "finishing earlier questions")
        ongoing = [context.crew.start(context.follower.follow(), "following the store")]
        if parts.late is not None:
            ongoing.append(context.crew.start(parts.late.run(), "late answers"))
        yield
        for each in ongoing:
            each.cancel()
        await context.crew.stop()

    async def refuse(request: Request, error: Exception) -> Response:
        return _refusal(request, error, context)

    def door(request: Request) -> Response | None:
        try:
            check_host(request, parts.settings.server)
        except DengmiError as error:
            return _refusal(request, error, context)
        return None

    return Starlette(
        routes=routes(context),
        middleware=[Middleware(Shell, metrics=context.metrics, door=door)],
        exception_handlers={DengmiError: refuse, HTTPException: refuse, Exception: refuse},
        lifespan=lifespan,
    )


def _refusal(request: Request, error: Exception, context: Context) -> Response:
    """Any failure in the form its caller reads: a problem document, or a page."""
    if isinstance(error, HTTPException):
        error = from_http(request, error)
    elif not isinstance(error, DengmiError):
        error = unexpected()
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(
        "/api/"
    ):
        return error_page(request, error, context)
    return api_problem(request, error)
