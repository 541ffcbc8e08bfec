"""/{platform}/{name}: where a platform of Tencent's calls us, the same for WeChat and WeCom."""

import logging
from collections.abc import Mapping, Sequence
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from dengmi.channels.errors import Forged, WireError
from dengmi.channels.wechat.body import MOST_BYTES
from dengmi.server.bodies import read
from dengmi.server.problems import Refusal

log = logging.getLogger(__name__)


class Called(Protocol):
    """An account that the platform calls."""

    def verify(self, query: Mapping[str, str]) -> str:
        """The word that says that this is the server. Raises Forged."""
        ...

    async def receive(self, query: Mapping[str, str], body: bytes) -> bytes | None:
        """The reply to a message; None where there is none in time. Raises WireError."""
        ...


class Callback:
    """The paths of a platform's accounts.

    Args:
        platform: the first part of the paths.
        accounts: by the name that is the second part.
    """

    def __init__(self, platform: str, accounts: Mapping[str, Called]) -> None:
        self._platform = platform
        self._accounts = accounts

    def routes(self) -> Sequence[BaseRoute]:
        """Where the platform delivers, and where it asks whether this is the server."""
        return [Route(f"/{self._platform}/{{name}}", self, methods=["GET", "POST"])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request. Asked by its route itself: what the framework puts around a function
        costs as much as reading a delivery does."""
        request = Request(scope, receive)
        asked = self._receive if scope["method"] == "POST" else self._verify
        response = await asked(request)
        await response(scope, receive, send)

    async def _verify(self, request: Request) -> Response:
        account = self._named(request)
        try:
            return Response(account.verify(request.query_params), media_type="text/plain")
        except Forged as error:
            return self._refused(request, error)

    async def _receive(self, request: Request) -> Response:
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

    def _named(self, request: Request) -> Called:
        account = self._accounts.get(request.path_params["name"])
        if account is None:
            raise Refusal("path_unknown", 404, path=request.url.path)
        return account

    def _refused(self, request: Request, error: WireError) -> Response:
        """The platform reads the status alone; whoever else writes here learns nothing."""
        name = request.path_params["name"]
        log.info("%s %s: refused (%s)", self._platform, name, error.reason)
        return Response(status_code=403 if isinstance(error, Forged) else 400)
