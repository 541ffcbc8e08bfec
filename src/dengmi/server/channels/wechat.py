"""/wechat/{name}: where WeChat delivers the messages to an Official Account."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from dengmi.channels.errors import Forged, WireError
from dengmi.channels.tencent import Envelope
from dengmi.channels.wechat.account import Account, Later, Way
from dengmi.channels.wechat.body import MOST_BYTES
from dengmi.channels.wechat.client import WeChat
from dengmi.channels.wechat.pushing import Pusher
from dengmi.channels.wechat.rendering import Dialect
from dengmi.core.errors import BadSettings
from dengmi.server.bodies import read
from dengmi.server.channels.places import links_at
from dengmi.server.context import Context
from dengmi.server.problems import Refusal
from dengmi.settings.channels import WeChatSettings

log = logging.getLogger(__name__)


class WeChatAccounts:
    """Every account of the settings.

    Raises:
        BadSettings: an account's key is not of 43 letters and digits, or it is to push and has
            no secret.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clients: list[WeChat] = []
        wanted = context.parts.settings.wechat
        self._accounts: Mapping[str, Account] = {
            name: self._account(name, each) for name, each in wanted.items()
        }

    def routes(self) -> Sequence[BaseRoute]:
        """Where WeChat delivers."""
        return [
            Route("/wechat/{name}", self.receive, methods=["POST"]),
            Route("/wechat/{name}", self.verify, methods=["GET"]),
        ]

    async def verify(self, request: Request) -> Response:
        """The platform asks whether this is the account's server."""
        account = self._named(request)
        try:
            return Response(account.verify(request.query_params), media_type="text/plain")
        except Forged as error:
            return self._refused(request, error)

    async def receive(self, request: Request) -> Response:
        """A message or an event."""
        account = self._named(request)
        body = await read(request, MOST_BYTES)
        try:
            reply = await account.receive(request.query_params, body)
        except WireError as error:
            return self._refused(request, error)
        if reply is None:  # not in time; the platform has hung up and delivers again
            return Response(status_code=503)
        kind = {b"<": "text/xml", b"{": "application/json"}.get(reply[:1], "text/plain")
        return Response(reply, media_type=kind)

    async def begin(self) -> None:
        """Nothing: what is owed goes out by the outbox."""

    async def close(self) -> None:
        """Close the connections to the platform."""
        await asyncio.gather(*(client.close() for client in self._clients))

    def _named(self, request: Request) -> Account:
        account = self._accounts.get(request.path_params["name"])
        if account is None:
            raise Refusal("path_unknown", 404, path=request.url.path)
        return account

    def _refused(self, request: Request, error: WireError) -> Response:
        """The platform reads the status alone; whoever else writes here learns nothing."""
        log.info("wechat %s: refused (%s)", request.path_params["name"], error.reason)
        return Response(status_code=403 if isinstance(error, Forged) else 400)

    def _account(self, name: str, wanted: WeChatSettings) -> Account:
        parts = self._context.parts
        public = parts.settings.server.public_url.rstrip("/")
        if not wanted.token or (wanted.push and not wanted.secret):
            raise BadSettings(
                "channel_secret_missing",
                key=f"wechat.{name}.{'secret' if wanted.token else 'token'}",
            )
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
        )
        return Account(
            way,
            Envelope(wanted.token, (wanted.aes_key, wanted.old_aes_key), wanted.app_id),
            answering=parts.ladder,
            inbox=parts.store,
            resolve=parts.desks.resolve,
            clock=parts.clock,
            start=self._context.crew.start,
            pace=self._context.callers.pace,
            later=self._later(way.channel, dialect, wanted) if wanted.push else None,
        )

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
