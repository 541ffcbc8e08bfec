"""/wecom/{name}: where WeCom delivers what people write to bots, applications and customer
service."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from dengmi.channels.budget import Sends
from dengmi.channels.errors import Forged, WireError
from dengmi.channels.links import Links
from dengmi.channels.tencent import Envelope
from dengmi.channels.wechat.body import MOST_BYTES
from dengmi.channels.wecom.app import App
from dengmi.channels.wecom.bot import Bot
from dengmi.channels.wecom.client import WeCom
from dengmi.channels.wecom.markdown import Paper
from dengmi.channels.wecom.plain import Sheet, answered
from dengmi.channels.wecom.sealed import Door
from dengmi.channels.wecom.sending import Sending
from dengmi.channels.wecom.talk import Parts, Talk, Way
from dengmi.core.errors import BadSettings
from dengmi.core.events import Notice
from dengmi.core.records import Answer, Question
from dengmi.server.bodies import read
from dengmi.server.channels.places import links_at
from dengmi.server.context import Context
from dengmi.server.problems import Refusal
from dengmi.settings.wecom import WeComSettings

log = logging.getLogger(__name__)

NEEDED: Mapping[str, Sequence[str]] = {
    "bot": ("token", "aes_key"),
    "app": ("corp_id", "token", "aes_key", "secret", "agent_id"),
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
            make = self._app if wanted.kind == "app" else self._bot
            self._called[name] = make(name, wanted)
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
        return Bot(
            _way(name, wanted),
            self._parts(),
            self._door(wanted),
            Paper(most_bytes=wanted.max_bytes or 20_480, links=self._links),
            self._client(wanted),
        )

    def _app(self, name: str, wanted: WeComSettings) -> App:
        client, parts = self._client(wanted), self._parts()
        sheet = Sheet(
            most_bytes=wanted.max_bytes or 2_048, most_parts=wanted.messages, links=self._links
        )
        talk = Talk(_way(name, wanted), parts)

        async def send(to: str, content: str, _: str, careful: bool) -> None:
            await client.send_text(to, wanted.agent_id, content, careful=careful)

        def render(answer: Answer, notices: Sequence[Notice], lead: str) -> Sequence[str]:
            return answered(answer, sheet, notices, lead)

        limits = ((wanted.per_minute, 60.0), (wanted.per_hour, 3_600.0))
        sending = Sending(talk, parts, send, render, Sends(limits))
        return App(talk, parts, self._door(wanted), sheet, sending)

    @property
    def _links(self) -> Links | None:
        public = self._context.parts.settings.server.public_url.rstrip("/")
        return links_at(public) if public else None

    def _door(self, wanted: WeComSettings) -> Door:
        envelope = Envelope(
            wanted.token,
            (wanted.aes_key, wanted.old_aes_key),
            "" if wanted.kind == "bot" else wanted.corp_id,
        )
        return Door(envelope, "json" if wanted.kind == "bot" else "xml", wanted.skew)

    def _client(self, wanted: WeComSettings) -> WeCom:
        client = WeCom(wanted.api, self._context.parts.clock, wanted.corp_id, wanted.secret)
        self._clients.append(client)
        return client

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


def _way(name: str, wanted: WeComSettings) -> Way:
    return Way(
        name=name,
        desk=wanted.desk,
        level=wanted.level,
        called=wanted.called,
        welcome=wanted.welcome,
        language=wanted.language,
        hold=wanted.hold,
        close=wanted.close,
        messages=wanted.messages,
    )
