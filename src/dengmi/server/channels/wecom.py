"""/wecom/{name}: where WeCom delivers what people write to bots, applications and customer
service."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from starlette.routing import BaseRoute

from dengmi.channels.budget import SendBudget
from dengmi.channels.links import Links
from dengmi.channels.wecom.app import App
from dengmi.channels.wecom.bot import Bot
from dengmi.channels.wecom.check import envelope_of
from dengmi.channels.wecom.client import TAKEN, WeCom, WeComFailed
from dengmi.channels.wecom.kf import Service
from dengmi.channels.wecom.markdown import Paper
from dengmi.channels.wecom.plain import Sheet
from dengmi.channels.wecom.pushing import Pusher, Send
from dengmi.channels.wecom.sealed import Door
from dengmi.channels.wecom.talk import Parts, Talk, Way
from dengmi.server.channels import callback
from dengmi.server.channels.able import able
from dengmi.server.channels.places import links_at
from dengmi.server.channels.wecom_line import LineKeeper
from dengmi.server.channels.wecom_robot import Robot
from dengmi.server.context import Context
from dengmi.settings.wecom import WeComSettings

FOLLOWING = 5
"""Messages that may follow one of a customer's (WeChat Customer Service, 2026-11)."""


class Called(callback.Called, Protocol):
    """What the platform calls."""

    channel: str

    async def recover(self) -> None:
        """Go on with what an earlier stop cut off."""
        ...


class WeComWays:
    """Every way into WeCom that the settings name and that can be opened."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clients: list[WeCom] = []
        self._called: dict[str, Called] = {}
        self._lines: list[LineKeeper] = []
        self._robots: list[Robot] = []
        for name, wanted in able("wecom", context.parts.settings.wecom).items():
            self._make(name, wanted)

    def routes(self) -> Sequence[BaseRoute]:
        """Where WeCom delivers."""
        return callback.Callback("wecom", self._called).routes()

    async def begin(self) -> None:
        """Go on with what an earlier stop cut off."""
        for each in self._called.values():
            await each.recover()
        for line in self._lines:
            self._context.crew.keep(line.hold(), f"line of {line.channel}")
        for robot in self._robots:
            self._context.crew.keep(robot.tell(), f"robot {robot.channel}")

    async def close(self) -> None:
        """Close the connections to the platform."""
        await asyncio.gather(*(client.close() for client in self._clients))

    def _make(self, name: str, wanted: WeComSettings) -> None:
        match wanted.kind:
            case "bot":
                bot = self._called[name] = self._bot(name, wanted)
                if self._context.parts.late is not None:
                    self._context.parts.late.hand_to(bot)
            case "bot-socket":
                self._lines.append(self._line(name, wanted))
            case "app":
                self._called[name] = self._app(name, wanted)
            case "kf":
                self._called[name] = self._kf(name, wanted)
            case "robot":
                client = self._client(wanted)
                self._robots.append(Robot(self._context, name, wanted, client))

    def _bot(self, name: str, wanted: WeComSettings) -> Bot:
        return Bot(
            _way(name, wanted),
            self._parts(),
            self._door(wanted),
            Paper(most_bytes=wanted.max_bytes or 20_480, links=self._links),
            self._client(wanted),
        )

    def _line(self, name: str, wanted: WeComSettings) -> LineKeeper:
        paper = Paper(most_bytes=wanted.max_bytes or 20_480, links=self._links)
        return LineKeeper(
            self._context,
            name=name,
            wanted=wanted,
            way=_way(name, wanted),
            talk=self._parts(),
            paper=paper,
        )

    def _app(self, name: str, wanted: WeComSettings) -> App:
        client, parts, sheet = self._client(wanted), self._parts(), self._sheet(wanted)
        talk = Talk(_way(name, wanted), parts)

        async def send(to: str, content: str, _: str, careful: bool) -> None:
            await client.send_text(to, wanted.agent_id, content, careful=careful)

        self._pusher(talk, send, sheet, wanted)
        return App(talk, parts, self._door(wanted), sheet, self._context.outbox.ready)

    def _kf(self, name: str, wanted: WeComSettings) -> Service:
        client, parts, sheet = self._client(wanted), self._parts(), self._sheet(wanted)
        talk = Talk(_way(name, wanted), parts)

        async def send(to: str, content: str, known: str, careful: bool) -> None:
            try:
                await client.send_kf(to, content, known)
            except WeComFailed as error:
                if not (careful and error.errcode == TAKEN):  # it arrived before
                    raise

        pusher = self._pusher(talk, send, sheet, wanted, quota=FOLLOWING)
        return Service(
            talk,
            parts,
            self._door(wanted),
            sheet=sheet,
            pusher=pusher,
            ready=self._context.outbox.ready,
            api=client,
        )

    def _sheet(self, wanted: WeComSettings) -> Sheet:
        return Sheet(
            most_bytes=wanted.max_bytes or 2_048,
            most_parts=wanted.messages,
            anchors=wanted.kind == "app",
            links=self._links,
        )

    def _pusher(
        self, talk: Talk, send: Send, sheet: Sheet, wanted: WeComSettings, *, quota: int = 0
    ) -> Pusher:
        """Sends what a channel owes."""
        parts = self._context.parts
        # Each process of the server has its part: together they keep what the platform allows.
        workers = parts.settings.server.workers
        limits = (
            (max(1, wanted.per_minute // workers), 60.0),
            (max(1, wanted.per_hour // workers), 3_600.0),
        )
        pusher = Pusher(
            talk.channel,
            send,
            parts.store,
            parts.clock,
            sheet=sheet,
            budget=SendBudget(limits),
            quota=quota,
        )
        self._context.outbox.hand_to(pusher)
        return pusher

    @property
    def _links(self) -> Links | None:
        public = self._context.parts.settings.server.public_url.rstrip("/")
        return links_at(public) if public else None

    def _door(self, wanted: WeComSettings) -> Door:
        return Door(envelope_of(wanted), "json" if wanted.kind == "bot" else "xml", wanted.skew)

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
            resolve=parts.desks.for_channel,
            start=self._context.crew.start,
            keep=self._context.crew.keep,
            pace=self._context.callers.pace,
            hear=self._context.along.follow,
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
        refresh=wanted.refresh,
        messages=wanted.messages,
        person=frozenset(each.lower() for each in wanted.person),
    )
