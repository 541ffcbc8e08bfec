"""Opens the parts a verb works with, and closes them again."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from dengmi.cli.app import App
from dengmi.core.errors import DengmiError, NotFound
from dengmi.settings.options import Settings

if TYPE_CHECKING:
    from dengmi.server.parts import Parts


@asynccontextmanager
async def opened(app: App, settings: Settings | None = None) -> "AsyncIterator[Parts]":
    """All parts, in a home that is made if it is not there; by other settings than the home's
    where those are given."""
    from dengmi.wire import open_parts

    if not app.debug:
        # What went wrong is said in words; the log with its stack traces is for --debug.
        logging.getLogger("dengmi").addHandler(logging.NullHandler())
    async with open_parts(settings or app.settings) as parts:
        yield parts


@asynccontextmanager
async def opened_for_reading(app: App, settings: Settings | None = None) -> "AsyncIterator[Parts]":
    """All parts of a home that exists, as `opened` gives them.

    Raises:
        NotFound: nothing was ever added here; a question leaves no folder behind.
    """
    if not has_store(app.settings):
        raise NotFound("desk_none", desk="", known="")
    async with opened(app, settings) as parts:
        yield parts


async def settings_now(app: App) -> Settings:
    """The settings with what operators changed in the console; as they are written where the store
    does not tell."""
    if not has_store(app.settings):
        return app.settings
    from dengmi.settings.tuned import Tuned
    from dengmi.store.open import open_store

    store = open_store(app.settings.store_address)
    try:
        await store.open()
        return Tuned(app.settings, await store.edits()).settings
    except DengmiError:
        return app.settings
    finally:
        await store.close()


def has_store(settings: Settings) -> bool:
    """Whether anything was ever kept in this home (a database server always counts)."""
    return bool(settings.store.url) or Path(settings.store_address).exists()
