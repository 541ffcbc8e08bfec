"""The application around opened parts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.errors import DengmiError
from dengmi.server.access import check_host
from dengmi.server.channels.able import tell_off
from dengmi.server.channels.openai import PREFIX as CHAT
from dengmi.server.channels.openai import refusal
from dengmi.server.channels.sites import Sites
from dengmi.server.channels.ways import ways_of
from dengmi.server.context import Context, make_context
from dengmi.server.front import Front
from dengmi.server.keeping import keep_only
from dengmi.server.meeting import met
from dengmi.server.parts import Parts
from dengmi.server.problems import api_problem, from_http, unexpected
from dengmi.server.routes import routes
from dengmi.server.shell import Shell
from dengmi.server.tuning import follow_edits
from dengmi.server.ui.errors import error_page
from dengmi.server.vectors import VectorFollower
from dengmi.server.warm import read_files, warm

TAKE_OVER = 30.0
"""Seconds between two looks for questions of processes that are gone."""


def create_app(parts: Parts, board: Path | None = None) -> Starlette:
    """The ASGI application around opened parts. It does not close them.

    Args:
        board: the folder where the processes of this server meet; None where it is the only one.
    """
    context = make_context(parts, board)
    ways = ways_of(context)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        ongoing: list[asyncio.Task[Any]] = []
        async with met(context):
            try:
                await front.open()
                await _begin(context, ongoing)
                for way in ways:
                    await way.begin()
                yield
            finally:  # also where one of them could not begin
                for each in ongoing:
                    each.cancel()
                await context.crew.stop()
                for way in ways:
                    await way.close()

    async def refuse(request: Request, error: Exception) -> Response:
        return _refusal(request, error, context)

    front = Front(parts.settings, context.crew.start)

    def door(request: Request) -> Response | None:
        front.look(request)
        try:
            check_host(request, parts.settings.server)
        except DengmiError as error:
            return _refusal(request, error, context)
        return None

    return Starlette(
        routes=routes(context, ways),
        middleware=[
            Middleware(Shell, counts=parts.counts, door=door),
            Middleware(Sites, origins=parts.settings.channels.origins),
        ],
        exception_handlers={DengmiError: refuse, HTTPException: refuse, Exception: refuse},
        lifespan=lifespan,
    )


async def _begin(context: Context, ongoing: list[asyncio.Task[Any]]) -> None:
    """Begin what runs beside the requests, and note what goes on until the server stops."""
    parts = context.parts
    await asyncio.to_thread(read_files)
    await asyncio.to_thread(tell_off, parts.settings)
    context.crew.start(asyncio.to_thread(warm, bool(parts.settings.models)), "warming up")
    context.crew.start(parts.search.ready(), "opening the vectors")
    context.crew.start(parts.ladder.resume(), "finishing earlier questions")
    ongoing += [
        context.crew.start(context.follower.follow(), "following the store"),
        context.crew.start(_take_over(context), "taking questions over"),
        context.crew.start(context.load.keep(), "telling the load"),
        context.crew.start(follow_edits(parts), "following the console"),
        context.crew.start(keep_only(parts), "deleting old questions"),
        context.crew.start(context.firsts.keep(), "keeping first replies"),
    ]
    if parts.late is not None:
        ongoing.append(context.crew.start(parts.late.run(), "late answers"))
    if context.outbox.channels:
        ongoing.append(context.crew.start(context.outbox.run(), "sending answers"))
    if parts.vectors is not None:
        making = VectorFollower(parts.vectors).follow()
        ongoing.append(context.crew.start(making, "making vectors"))


async def _take_over(context: Context) -> None:
    """Finish the questions of processes that are gone, now and then, until cancelled."""
    while True:
        await asyncio.sleep(TAKE_OVER)
        await context.crew.start(context.parts.ladder.resume(), "finishing earlier questions")


def _refusal(request: Request, error: Exception, context: Context) -> Response:
    """Any failure in the form its caller reads: a problem document, or a page."""
    if isinstance(error, HTTPException):
        error = from_http(request, error)
    elif not isinstance(error, DengmiError):
        error = unexpected()
    if request.url.path.startswith(f"{CHAT}/"):
        return refusal(request, error)
    if "text/html" in request.headers.get("accept", "") and not request.url.path.startswith(
        "/api/"
    ):
        return error_page(request, error, context)
    return api_problem(request, error)
