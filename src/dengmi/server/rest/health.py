"""/healthz, /readyz and /metrics: for those who keep the server running."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from dengmi import __version__
from dengmi.core.errors import Unavailable
from dengmi.server.context import Context
from dengmi.server.metrics import text
from dengmi.server.replies import json_reply

PATIENCE = 3.0
"""Seconds the store has to show that it is there."""


class Health:
    """Says how the server is."""

    def __init__(self, context: Context) -> None:
        self._context = context

    async def healthz(self, request: Request) -> Response:  # noqa: ARG002
        """The process runs."""
        return json_reply({"status": "ok", "version": __version__})

    async def readyz(self, request: Request) -> Response:  # noqa: ARG002
        """The store answers and takes what is written, and the index has caught up once."""
        follower, store = self._context.follower, self._context.parts.store
        try:
            async with asyncio.timeout(PATIENCE):
                await store.check_writes()
                store_seq = await store.last_change()
        except TimeoutError:
            raise Unavailable("store_slow", seconds=PATIENCE) from None
        if follower.index_seq < 0:
            raise Unavailable("index_not_ready")
        shape = {"status": "ready", "store_change": store_seq, "index_change": follower.index_seq}
        return json_reply(shape)

    async def metrics(self, request: Request) -> Response:
        """Counters in the Prometheus text format, for operators: they hold money."""
        await self._context.rights.check(request, "read")
        whole = await self._context.load.whole()
        budgets = await self._context.load.budgets()
        told = await asyncio.to_thread(text, whole, budgets)
        return Response(told, media_type="text/plain; version=1.0.0; charset=utf-8")
