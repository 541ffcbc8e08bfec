"""The console as a route: nothing of it is imported before somebody asks for it."""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING

from starlette.types import Receive, Scope, Send

from dengmi.server.context import Context

if TYPE_CHECKING:
    from dengmi.server.console.console import Console


class LazyConsole:
    """Makes the console when it is first asked for, and hands every request on to it."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._made: Console | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._made is None:
            module = await asyncio.to_thread(import_module, "dengmi.server.console.console")
            self._made = self._made or module.Console(self._context)
        await self._made(scope, receive, send)
