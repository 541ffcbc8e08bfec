"""The one place where the parts are chosen and joined."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from dengmi.answer.desks import Desks
from dengmi.answer.ladder import Ladder
from dengmi.core.clock import SystemClock
from dengmi.core.errors import Unavailable
from dengmi.corpus.corpus import Corpus
from dengmi.search.searcher import Searcher
from dengmi.server.parts import Parts
from dengmi.settings.options import Settings
from dengmi.store.open import open_store


@asynccontextmanager
async def open_parts(settings: Settings) -> AsyncIterator[Parts]:
    """Everything a command or the server works with, opened; closed again at the end.

    Raises:
        Unavailable: the home cannot be made, or the store cannot be reached.
    """
    try:
        await asyncio.to_thread(settings.home.mkdir, parents=True, exist_ok=True)
    except OSError as error:
        raise Unavailable(
            "home_unusable", path=str(settings.home), reason=error.strerror or ""
        ) from None
    clock = SystemClock()
    store = open_store(settings.store_address)
    await store.open()
    try:
        private = [name for name, desk in settings.desks.items() if not desk.public]
        search = Searcher(store, settings.index_folder, clock, private=private)
        await search.open()
        try:
            yield Parts(
                settings=settings,
                clock=clock,
                store=store,
                search=search,
                desks=Desks(store, settings.default_desk),
                ladder=Ladder(
                    store,
                    search,
                    clock,
                    most_quotes=settings.ask.quotes,
                    most_chars=settings.ask.max_chars,
                ),
                corpus=Corpus(store, search, settings, clock),
            )
        finally:
            await search.close()
    finally:
        await store.close()
