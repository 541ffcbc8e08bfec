"""What the processes of one server do together while they run."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from dengmi.core.ports import Locks
from dengmi.server.context import Context

if TYPE_CHECKING:
    from dengmi.server.joining import Joining


@asynccontextmanager
async def met(context: Context) -> AsyncIterator[None]:
    """Share with the others what is being answered, meanwhile."""
    locks = context.locks
    if context.siblings.folder is None and locks is None:
        yield
        return
    await context.siblings.open()
    begun, joined = context.parts.writing.begun, list["Joining"]()

    async def join() -> None:
        await begun.wait()
        joined.append(await _joining(context, locks))

    if begun.is_set():
        await join()
    else:  # the first model may come while the server runs
        context.crew.keep(join(), "joining the others")
    try:
        yield
    finally:
        await context.siblings.close()
        for joining in joined:
            await joining.close()
        if locks is not None:
            await locks.close()


async def _joining(context: Context, locks: Locks | None) -> "Joining":
    """Have what is the same written once. Imported here: a home without a model writes nothing."""
    from dengmi.server.joining import Joining
    from dengmi.server.machines import Machines

    joining = Joining(context.siblings)
    leads = Machines(joining, locks) if locks is not None else joining
    if (hub := context.parts.ladder.share_with(leads)) is not None:
        await joining.open(hub)
    return joining
