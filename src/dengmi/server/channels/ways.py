"""The channels that the settings describe, as the server runs them."""

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Protocol

from starlette.routing import BaseRoute

from dengmi.server.context import Context

_WAYS: Mapping[str, tuple[str, str]] = {
    "wechat": ("dengmi.server.channels.wechat", "WeChatAccounts"),
    "wecom": ("dengmi.server.channels.wecom", "WeComWays"),
    "matrix": ("dengmi.server.channels.matrix", "MatrixAccounts"),
    "ilink": ("dengmi.server.channels.ilink", "ILinkAccounts"),
}
"""Each table of the settings with what serves it, which is imported where the table has entries."""


class Way(Protocol):
    """Every account of one platform."""

    def routes(self) -> Sequence[BaseRoute]:
        """The paths that the platform calls."""
        ...

    async def begin(self) -> None:
        """Go on with what an earlier stop cut off, and begin what runs beside the requests."""
        ...

    async def close(self) -> None:
        """Close the connections to the platform."""
        ...


def ways_of(context: Context) -> Sequence[Way]:
    """What serves the channels of the settings. One that lacks something is off; the log says so,
    and everything else runs."""
    settings = context.parts.settings
    wanted = [made for table, made in _WAYS.items() if getattr(settings, table)]
    return [getattr(import_module(module), name)(context) for module, name in wanted]
