"""The WeChat accounts of persons (iLink) that the settings name, polled while the server runs."""

import asyncio
from collections.abc import Sequence

from starlette.routing import BaseRoute

from dengmi.channels.ilink.account import Account, Parts, Way
from dengmi.channels.ilink.client import ILink
from dengmi.channels.wecom.plain import Sheet
from dengmi.server.channels.able import able
from dengmi.server.channels.alone import alone
from dengmi.server.channels.places import links_at
from dengmi.server.context import Context
from dengmi.settings.ilink import ILinkSettings


class ILinkAccounts:
    """Every account that can be opened. Of all processes, one polls an account; all may send."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clients: list[ILink] = []
        self._accounts: dict[str, Account] = {}
        for name, wanted in able("ilink", context.parts.settings.ilink).items():
            account = self._accounts[name] = self._account(name, wanted)
            context.outbox.hand_to(account)

    def routes(self) -> Sequence[BaseRoute]:
        """None: accounts poll."""
        return []

    async def begin(self) -> None:
        """Begin to poll, beside everything else."""
        for name, account in self._accounts.items():
            self._context.crew.keep(self._polled(name, account), f"ilink {name}")

    async def close(self) -> None:
        """Close the connections."""
        await asyncio.gather(*(client.close() for client in self._clients))

    async def _polled(self, name: str, account: Account) -> None:
        await alone(self._context, f"ilink/{name}", account.run)

    def _account(self, name: str, wanted: ILinkSettings) -> Account:
        parts = self._context.parts
        public = parts.settings.server.public_url.rstrip("/")
        client = ILink(wanted.api, wanted.token)
        self._clients.append(client)
        way = Way(
            name=name,
            desk=wanted.desk,
            level=wanted.level,
            language=wanted.language,
            allow=wanted.allow,
            hold=wanted.hold,
        )
        sheet = Sheet(
            most_bytes=wanted.max_bytes,
            most_parts=wanted.messages,
            anchors=False,
            links=links_at(public) if public else None,
        )
        work = Parts(
            answering=parts.ladder,
            store=parts.store,
            clock=parts.clock,
            resolve=parts.desks.for_channel,
            start=self._context.crew.start,
            ready=self._context.outbox.ready,
            pace=self._context.callers.pace,
        )
        return Account(way, work, client, sheet)
