"""Keeps a process at the settings that operators want, whichever process they were told."""

import asyncio
import logging

from dengmi.core.errors import DengmiError
from dengmi.server.parts import Parts

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two looks: what an operator changes holds everywhere that soon."""


async def follow_edits(parts: Parts) -> None:
    """Look until cancelled. A failure is logged and tried again; the settings stay meanwhile."""
    told: set[str] = set()
    while True:
        try:
            await take_edits(parts)
            await parts.pinned.look()
        except DengmiError as error:
            log.warning("settings of the console could not be read: %s", error.code)
        for path, why in parts.tuned.refused.items():
            if path not in told:
                log.warning("a setting of the console does not hold: %s (%s)", path, why.code)
        lacks = _lacking(parts)
        for name in lacks.keys() - told:
            log.warning("a model of the console has no key: %s (%s is not set)", name, lacks[name])
        told = parts.tuned.refused.keys() | lacks.keys()
        await asyncio.sleep(EVERY)


def _lacking(parts: Parts) -> dict[str, str]:
    """Models that were added and whose key is in a variable that is not set, with that."""
    if not parts.tuned.edits:
        return {}
    from dengmi.settings.added import unset  # most homes have no edits

    return {f"models.{name}": variable for name, variable in unset(parts.tuned.edits)}


async def take_edits(parts: Parts) -> None:
    """Have what operators want now. Raises DengmiError."""
    async with parts.tuned.taking:  # what was read last is taken last
        edits = await parts.store.edits()
        if tuple(edits) != parts.tuned.edits:
            await asyncio.to_thread(parts.tuned.take, edits)  # time zones are files
            await parts.writing.become(parts.settings)
