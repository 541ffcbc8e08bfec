"""/desks/{desk}/sources: where the articles of a desk come from."""

from contextlib import suppress
from pathlib import PurePath
from typing import Literal

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.errors import BadInput, Conflict, DengmiError, NotFound
from dengmi.core.records import Source
from dengmi.server.access import is_operator
from dengmi.server.bodies import clean, read_json
from dengmi.server.context import Context
from dengmi.server.negotiate import api_language
from dengmi.server.problems import Refusal, detail
from dengmi.server.replies import json_reply
from dengmi.server.rest.source_models import SourceRequest
from dengmi.server.shapes import Json, report_json, source_json


class Sources:
    """Lists sources; an operator adds, syncs and removes them."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts = context.parts
        self._syncs = context.syncs

    async def list(self, request: Request) -> Response:
        """The sources of a desk, and those whose first sync failed a short while ago, with the
        reason: they are not kept, but whoever added them wants to know. Operators alone are told
        paths on this computer, what stands behind a question mark, where addresses of feeds hold
        keys, and reports, which name files."""
        desk, whole = await self._desk(request), await self._may_see(request)
        sources = {source.id: source for source in self._syncs.recent(desk)}
        sources |= {source.id: source for source in await self._parts.store.sources(desk)}
        running = await self._syncs.running(sources.values())
        shapes = [
            self._shape(request, each, syncing=each.id in running, whole=whole)
            for each in sources.values()
        ]
        return json_reply({"sources": shapes})

    async def add(self, request: Request) -> Response:
        """Add a source and start its first sync; its `report` follows when the sync has ended."""
        power = await self._context.rights.check(request, "operate")
        body = await read_json(request, SourceRequest)
        if power == "part":
            _check_address(body)
        desk = await self._parts.desks.for_adding(clean(request.path_params["desk"]))
        given = msgspec.to_builtins(body.options) if body.options else {}
        options = {name: value for name, value in given.items() if value is not None}
        source = await self._parts.corpus.add(
            desk, clean(body.address), kind=body.kind, options=options
        )
        if not self._syncs.is_running(source.id):
            self._syncs.start(source)
        return json_reply(self._shape(request, source, syncing=True), 202)

    async def sync(self, request: Request) -> Response:
        """Bring the store to what the source holds now, in the background."""
        await self._context.rights.check(request, "operate")
        source = await self._source(request)
        self._syncs.start(source)
        return json_reply(self._shape(request, source, syncing=True), 202)

    async def remove(self, request: Request) -> Response:
        """Remove a source with its articles."""
        await self._context.rights.check(request, "operate")
        failed = self._syncs.failed(clean(request.path_params["source_id"]))
        if failed is not None and await self._parts.store.source(failed.id) is None:
            self._syncs.forget(failed.id)
            return json_reply({"articles": 0})
        source = await self._source(request)
        if await self._syncs.running([source]):
            raise Conflict("source_being_synced", source=source.id)
        articles = await self._parts.corpus.remove(source.id)
        self._syncs.forget(source.id)
        await self._context.follower.look()
        return json_reply({"articles": articles})

    async def _desk(self, request: Request) -> str:
        return await self._parts.desks.resolve(clean(request.path_params["desk"]) or "-")

    async def _source(self, request: Request) -> Source:
        desk = await self._desk(request)
        source_id = clean(request.path_params["source_id"])
        source = await self._parts.store.source(source_id)
        if source is None or source.desk != desk:
            raise NotFound("source_not_of_desk", source=source_id[:60], desk=desk)
        return source

    async def _may_see(self, request: Request) -> bool:
        """Whether the request may see what strangers may not."""
        scopes: tuple[Literal["read", "operate"], ...] = ("read", "operate")
        for scope in scopes:
            with suppress(Refusal):
                await self._context.rights.check(request, scope)
                return True
        return False

    def _shape(
        self, request: Request, source: Source, *, syncing: bool, whole: bool = True
    ) -> Json:
        shape = source_json(source)
        shape["syncing"] = syncing
        is_web = "://" in source.address
        if not is_operator(request, self._parts.settings.server) and not is_web:
            shape["address"] = PurePath(source.address).name
            return shape
        if not whole:
            shape["address"] = source.address.partition("?")[0]
            shape["options"] = {}  # networks that may be reached say what they are called inside
            return shape
        ended = self._syncs.last(source.id)
        lang = api_language(request)
        if isinstance(ended, DengmiError):
            shape["report"] = _failed(source, ended, lang)
        elif ended is not None:
            shape["report"] = report_json(ended, lang)
        return shape


def _check_address(body: SourceRequest) -> None:
    """Who has neither the operator's token nor this computer names addresses of the web only.
    Raises BadInput."""
    if not body.address.strip().lower().startswith(("http://", "https://")):
        raise BadInput("console_address_bad")


def _failed(source: Source, error: DengmiError, lang: str) -> Json:
    """The report of a sync that could not read the source at all."""
    trouble = {"key": source.address, "code": error.code, "detail": detail(error, lang)}
    counts = dict.fromkeys(("added", "changed", "unchanged", "skipped", "removed"), 0)
    return {**counts, "failed": [trouble], "notes": [], "complete": False}
