"""What the processes of one server do together while they run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from dengmi.server.context import Context

if TYPE_CHECKING:
    from dengmi.server.joining import Joining


@asynccontextmanager
async def met(context: Context) -> AsyncIterator[None]:
    """Share with the others what is being answered, meanwhile."""
    if context.siblings.folder is None:
        yield
        return
    await context.siblings.open()
    joining = await _joining(context) if context.parts.settings.models else None
    try:
        yield
    finally:
        await context.siblings.close()
        if joining is not None:
            await joining.close()


async def _joining(context: Context) -> "Joining":
    """Have what is the same written once. Imported here: a home without a model writes nothing."""
    from dengmi.server.joining import Joining

    joining = Joining(context.siblings)
    if (hub := context.parts.ladder.share_with(joining)) is not None:
        await joining.open(hub)
    return joining
