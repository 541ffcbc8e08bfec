"""/wecom/{name}: where WeCom delivers what people write to bots, applications and customer
service."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from dengmi.channels.errors import Forged, WireError
from dengmi.channels.tencent import Envelope
from dengmi.channels.wechat.body import MOST_BYTES
from dengmi.channels.wecom.bot import Bot
from dengmi.channels.wecom.client import WeCom
from dengmi.channels.wecom.markdown import Paper
from dengmi.channels.wecom.sealed import Door
from dengmi.channels.wecom.talk import Parts, Way
from dengmi.core.errors import BadSettings
from dengmi.core.records import Answer, Question
from dengmi.server.bodies import read
from dengmi.server.channels.places import links_at
from dengmi.server.context import Context
from dengmi.server.problems import Refusal
from dengmi.settings.wecom import WeComSettings

log = logging.getLogger(__name__)

NEEDED: Mapping[str, Sequence[str]] = {
    "bot": ("token", "aes_key"),
}
"""What each kind cannot do without."""


class Called(Protocol):
    """What the platform calls."""

    channel: str

    def verify(self, query: Mapping[str, str]) -> str: ...
    async def receive(self, query: Mapping[str, str], body: bytes) -> bytes: ...
    async def recover(self, pending: Sequence[Question]) -> None: ...
    async def push(self, question: Question, answer: Answer, key: str) -> None: ...


class WeComWays:
    """Every way into WeCom that the settings name.

    Raises:
        BadSettings: one of them lacks what its kind needs.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clients: list[WeCom] = []
        self._called: dict[str, Called] = {}
        for name, wanted in context.parts.settings.wecom.items():
            for needed in NEEDED[wanted.kind]:
                if not getattr(wanted, needed):
                    raise BadSettings("channel_secret_missing", key=f"wecom.{name}.{needed}")
            self._called[name] = self._bot(name, wanted)
        if context.parts.late is not None:
            for each in self._called.values():
                context.parts.late.hand_to(each)

    async def verify(self, request: Request) -> Response:
        """The platform asks whether this is the server."""
        called = self._named(request)
        try:
            return Response(called.verify(request.query_params), media_type="text/plain")
        except Forged as error:
            return self._refused(request, error)

    async def receive(self, request: Request) -> Response:
        """A message, an event, or the question how far an answer is."""
        called = self._named(request)
        body = await read(request, MOST_BYTES)
        try:
            reply = await called.receive(request.query_params, body)
        except WireError as error:
            return self._refused(request, error)
        kind = {b"<": "text/xml", b"{": "application/json"}.get(reply[:1], "text/plain")
        return Response(reply, media_type=kind)

    async def begin(self) -> None:
        """Go on with what an earlier stop cut off."""
        if self._called:
            pending = await self._context.parts.store.pending_questions()
            for each in self._called.values():
                await each.recover(pending)

    async def close(self) -> None:
        """Close the connections to the platform."""
        await asyncio.gather(*(client.close() for client in self._clients))

    def _named(self, request: Request) -> Called:
        called = self._called.get(request.path_params["name"])
        if called is None:
            raise Refusal("path_unknown", 404, path=request.url.path)
        return called

    def _refused(self, request: Request, error: WireError) -> Response:
        """The platform reads the status alone; whoever else writes here learns nothing."""
        log.info("wecom %s: refused (%s)", request.path_params["name"], error.reason)
        return Response(status_code=403 if isinstance(error, Forged) else 400)

    def _bot(self, name: str, wanted: WeComSettings) -> Bot:
        public = self._context.parts.settings.server.public_url.rstrip("/")
        envelope = Envelope(wanted.token, (wanted.aes_key, wanted.old_aes_key), "")
        client = WeCom(wanted.api, self._context.parts.clock)
        self._clients.append(client)
        return Bot(
            self._way(name, wanted),
            self._parts(),
            Door(envelope, "json", wanted.skew),
            Paper(
                most_bytes=wanted.max_bytes or 20_480,
                links=links_at(public) if public else None,
            ),
            client,
        )

    def _way(self, name: str, wanted: WeComSettings) -> Way:
        return Way(
            name=name,
            desk=wanted.desk,
            level=wanted.level,
            called=wanted.called,
            welcome=wanted.welcome,
            language=wanted.language,
            hold=wanted.hold,
            close=wanted.close,
            refresh=wanted.refresh,
            messages=wanted.messages,
        )

    def _parts(self) -> Parts:
        parts = self._context.parts
        return Parts(
            answering=parts.ladder,
            store=parts.store,
            clock=parts.clock,
            resolve=parts.desks.resolve,
            start=self._context.crew.start,
            keep=self._context.crew.keep,
            pace=self._context.callers.pace,
        )
