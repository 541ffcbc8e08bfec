"""Deletes the questions of desks that keep them for so many days only."""

import asyncio
import logging

from dengmi.core.errors import DengmiError
from dengmi.server.parts import Parts

log = logging.getLogger(__name__)

EVERY = 3_600.0
"""Seconds between two looks. Every process looks: what is deleted already is not there any more."""

AT_ONCE = 500
"""Questions deleted in one transaction, so that nobody waits long for the writer."""

DAY = 86_400.0


async def keep_only(parts: Parts) -> None:
    """Look every hour, until cancelled. A failure is logged, and tried again."""
    while True:
        try:
            gone = await forget_old(parts)
            if gone:
                log.info("old questions deleted", extra={"told": {"questions": gone}})
        except DengmiError:
            log.exception("old questions could not be deleted")
        await asyncio.sleep(EVERY)


async def forget_old(parts: Parts) -> int:
    """Delete what is older than its desk keeps it; how many questions went."""
    gone, now = 0, parts.clock.now()
    limited = [(name, desk) for name, desk in parts.settings.desks.items() if desk.keep_days]
    if not limited:
        return 0  # most desks keep everything, and then nothing is imported for it
    review = parts.store.review()
    for name, desk in limited:
        before = now - desk.keep_days * DAY
        while some := await review.forget_before(name, before, AT_ONCE):
            gone += some
    return gone
