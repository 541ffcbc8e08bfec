"""/wechat/{name}: where WeChat delivers the messages to an Official Account."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

from starlette.routing import BaseRoute

from dengmi.channels.wechat.account import Account, Later, Way
from dengmi.channels.wechat.check import envelope_of
from dengmi.channels.wechat.client import WeChat
from dengmi.channels.wechat.pushing import Pusher
from dengmi.channels.wechat.rendering import Dialect
from dengmi.core.errors import Conflict
from dengmi.server.channels.able import able
from dengmi.server.channels.callback import Callback
from dengmi.server.channels.places import links_at
from dengmi.server.context import Context
from dengmi.settings.wechat import WeChatSettings


class WeChatAccounts:
    """Every account of the settings that can be opened."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clients: list[WeChat] = []
        self._accounts: Mapping[str, Account] = {
            name: self._account(name, each)
            for name, each in able("wechat", context.parts.settings.wechat).items()
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Where WeChat delivers."""
        return Callback("wechat", self._accounts).routes()

    async def begin(self) -> None:
        """Nothing: what is owed goes out by the outbox."""

    async def close(self) -> None:
        """Close the connections to the platform."""
        await asyncio.gather(*(client.close() for client in self._clients))

    def _account(self, name: str, wanted: WeChatSettings) -> Account:
        parts = self._context.parts
        public = parts.settings.server.public_url.rstrip("/")
        links = links_at(public) if public else None
        dialect = Dialect(most_bytes=wanted.max_bytes, links=links)
        way = Way(
            name=name,
            desk=wanted.desk,
            level=wanted.level,
            hold=wanted.hold,
            whole=wanted.whole,
            deliveries=wanted.deliveries,
            skew=wanted.skew,
            welcome=wanted.welcome,
            language=wanted.language,
            dialect=dialect,
            person=frozenset(each.lower() for each in wanted.person),
        )
        return Account(
            way,
            envelope_of(wanted),
            answering=parts.ladder,
            inbox=parts.store,
            resolve=parts.desks.for_channel,
            clock=parts.clock,
            start=self._context.crew.start,
            pace=self._context.callers.pace,
            later=self._later(way.channel, dialect, wanted) if wanted.push else None,
            published=partial(self._read, name),
        )

    async def _read(self, name: str) -> None:
        """The account has published something: read its sources."""
        from dengmi.corpus.kinds import PREFIX

        for source in await self._context.parts.store.sources():
            if source.kind == "wechat" and source.address == f"{PREFIX}{name}":
                with suppress(Conflict):  # it is being read
                    self._context.syncs.start(source)

    def _later(self, channel: str, dialect: Dialect, wanted: WeChatSettings) -> Later:
        parts, outbox = self._context.parts, self._context.outbox
        client = WeChat(wanted.api, wanted.app_id, wanted.secret, parts.clock, label=wanted.label)
        self._clients.append(client)
        outbox.hand_to(
            Pusher(
                channel,
                client,
                parts.store,
                dialect=dialect,
                parts=wanted.messages,
                quota=wanted.quota,
            )
        )
        return Later(client, outbox.ready)
