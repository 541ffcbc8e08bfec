"""The widget's paths, imported when one is first asked for."""

import asyncio
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from dengmi.server.context import Context

if TYPE_CHECKING:
    from dengmi.server.widget.face import Widget


class LazyWidget:
    """Stands for the widget until somebody asks."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._widget: Widget | None = None

    async def answer(self, request: Request) -> Response:
        """One request."""
        if self._widget is None:
            self._widget = await asyncio.to_thread(_made, self._context)
        return await self._widget.answer(request)


def _made(context: Context) -> "Widget":
    """Blocks: reads the script's sources too."""
    from dengmi.server.widget.face import Widget
    from dengmi.server.widget.script import script

    script()
    return Widget(context)
