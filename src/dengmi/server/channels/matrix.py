"""Matrix accounts: which process of a server holds each, and how it meets the ladder.

An account reads its rooms in one process; as an appservice it is given what is said, by requests to
/matrix/NAME/…, which any process takes.
"""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from dengmi.channels.errors import WireError
from dengmi.channels.matrix.appservice import MOST_BYTES, events_of, is_from
from dengmi.core.errors import DengmiError
from dengmi.server.bodies import read
from dengmi.server.channels.able import able
from dengmi.server.channels.alone import Seat
from dengmi.server.channels.places import links_at
from dengmi.server.context import Context
from dengmi.server.problems import Refusal
from dengmi.server.replies import json_reply
from dengmi.settings.matrix import MatrixSettings

if TYPE_CHECKING:
    from dengmi.channels.matrix.account import Account
    from dengmi.channels.matrix.client import Matrix
    from dengmi.channels.matrix.way import Way

log = logging.getLogger(__name__)

TAKE_OVER = 1.0
"""Seconds between two looks whether the process that holds an account is gone."""


class MatrixAccounts:
    """Every account of the settings that can be opened. Of all processes, one holds an account: two
    that read the same messages would answer them twice."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._clients: list[Matrix] = []
        self._seats: list[Seat] = []
        self._given: dict[str, Account] = {}
        self._making = asyncio.Lock()
        self._able = able("matrix", context.parts.settings.matrix)

    def routes(self) -> Sequence[BaseRoute]:
        """What homeservers call (application service API v1)."""
        base = "/matrix/{name}/_matrix/app/v1"
        return [
            Route(f"{base}/transactions/{{transaction}}", self.deliver, methods=["PUT"]),
            Route(f"{base}/ping", self.ping, methods=["POST"]),
            Route(f"{base}/users/{{user}}", self.unknown, methods=["GET"]),
            Route(f"{base}/rooms/{{alias}}", self.unknown, methods=["GET"]),
        ]

    async def begin(self) -> None:
        """Begin to serve, beside everything else: a homeserver may be slow, or away."""
        for name, wanted in self._able.items():
            self._context.crew.keep(self._held(name, wanted), f"matrix {name}")

    async def close(self) -> None:
        """Close the connections, and let others have the accounts."""
        await asyncio.gather(*(client.close() for client in self._clients))
        for seat in self._seats:
            seat.free()

    async def _held(self, name: str, wanted: MatrixSettings) -> None:
        """Serve an account, once no other process does."""
        seat = Seat(self._context, f"matrix/{name}", every=TAKE_OVER)
        self._seats.append(seat)
        await seat.held(partial(self._serve, name, wanted))

    async def _serve(self, name: str, wanted: MatrixSettings) -> None:
        if wanted.hs_token:
            await (await self._taking(name)).serve()
        await asyncio.to_thread(_warm)
        await self._account(name, wanted).run()

    async def deliver(self, request: Request) -> Response:
        """Events that a homeserver delivers. It sends them again until it is told that they were
        taken."""
        name = self._from(request)
        body = await read(request, MOST_BYTES)
        account = await self._taking(name)
        try:
            await account.given(events_of(body))
        except WireError:
            return _refused(400, "M_BAD_JSON")
        except DengmiError as error:
            log.warning("matrix %s: not taken: %s", name, error)
            return _refused(503, "M_UNKNOWN")
        return json_reply({})

    async def ping(self, request: Request) -> Response:
        """The homeserver looks whether it is heard."""
        self._from(request)
        return json_reply({})

    async def unknown(self, request: Request) -> Response:
        """Whether there is a user or a room of some name: none but the account."""
        self._from(request)
        return _refused(404, "M_NOT_FOUND")

    def _from(self, request: Request) -> str:
        """The account that a request is for. Raises Refusal."""
        name = request.path_params["name"]
        wanted = self._able.get(name)
        token = wanted.hs_token if wanted else ""
        if not is_from(token, request.headers, request.query_params):
            raise Refusal("matrix_token_wrong", 403)
        return str(name)

    async def _taking(self, name: str) -> "Account":
        """The account of this process that takes what is delivered."""
        async with self._making:
            if name not in self._given:
                await asyncio.to_thread(_warm)
                wanted = self._able[name]
                self._given[name] = self._account(name, wanted)
            return self._given[name]

    def _account(self, name: str, wanted: MatrixSettings) -> "Account":
        from dengmi.channels.matrix.account import Account
        from dengmi.channels.matrix.pace import Pace
        from dengmi.channels.matrix.rendering import Style
        from dengmi.channels.matrix.replies import Replies
        from dengmi.channels.matrix.speaking import Speaking

        parts = self._context.parts
        client = _client(wanted, parts.settings.home / "matrix" / name)
        self._clients.append(client)
        public = parts.settings.server.public_url.rstrip("/")
        style = Style(links_at(public) if public else None)
        pace = Pace(0.0 if wanted.hs_token else wanted.rate, wanted.burst)
        speaking = Speaking(client, pace, parts.clock, "m.notice" if wanted.notice else "m.text")
        account = Account(
            _way(name, wanted),
            client,
            speaking=speaking,
            replies=Replies(parts.ladder, parts.store, speaking, style, every=wanted.every),
            answering=parts.ladder,
            store=parts.store,
            resolve=parts.desks.for_channel,
            clock=parts.clock,
            start=self._context.crew.start,
            pace=self._context.callers.pace,
        )
        if parts.late is not None:
            parts.late.hand_to(account)
        return account


def _client(wanted: MatrixSettings, folder: Path) -> "Matrix":
    from dengmi.channels.matrix.client import Login, Matrix

    login = Login(
        homeserver=wanted.homeserver,
        user=wanted.user,
        token=wanted.token,
        password=wanted.password,
        device=wanted.device,
        appservice=bool(wanted.hs_token),
    )
    return Matrix(login, folder, encrypted=wanted.encryption)


def _way(name: str, wanted: MatrixSettings) -> "Way":
    from dengmi.channels.matrix.way import Way

    return Way(
        name=name,
        desk=wanted.desk,
        level=wanted.level,
        language=wanted.language,
        allow=wanted.allow,
        rooms=wanted.rooms,
        command=wanted.command,
        forget=wanted.forget,
        threads=wanted.threads,
        welcome=wanted.welcome,
        backlog=wanted.backlog,
    )


def _warm() -> None:
    """Half a second of imports, which the first questions over HTTP need not wait for."""
    import_module("dengmi.channels.matrix.client")
    from dengmi.channels.matrix.rendering import warm

    warm()


def _refused(status: int, errcode: str) -> Response:
    """What the homeserver reads; it looks at the status."""
    return JSONResponse({"errcode": errcode}, status_code=status)
