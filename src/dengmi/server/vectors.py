"""Makes the missing vectors while the server runs. Searching goes on meanwhile: by words, and by
the vectors there are."""

import asyncio
import logging
from time import monotonic

from dengmi.core.errors import DengmiError
from dengmi.server.parts import Vectors

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two looks."""

LONGEST = 300.0
"""Seconds of the longest pause after failures."""

LONGEST_WAIT = 30.0
"""Seconds of the longest pause while something is missing that another process may be making."""

TELL_EVERY = 30.0
"""Seconds between two lines of the log that say how far it is."""


class VectorFollower:
    """Lets the vectors catch up again and again."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors
        self._told = 0.0
        self._begun = False

    async def follow(self) -> None:
        """Follow until cancelled. A failure is logged and tried again, less and less often; what
        was made before it is kept."""
        pause = EVERY
        while True:
            try:
                complete = await self.look()
            except DengmiError as error:
                pause = min(2 * pause, LONGEST)
                log.warning("vectors wait %.0f seconds: %s", pause, error)
            except Exception:
                pause = min(2 * pause, LONGEST)
                log.exception("vectors could not be made")
            else:  # where another process is at it, there is nothing to hurry for
                pause = EVERY if complete else min(2 * pause, LONGEST_WAIT)
            await asyncio.sleep(pause)

    async def look(self) -> bool:
        """Make now what is missing; whether nothing is missing any more."""
        self._begun = False
        self._told = monotonic()
        standing = await self._vectors.catch_up(self._tell)
        if self._begun and standing.complete:
            log.info("vectors of %s are complete: %d", standing.live, standing.count)
        return standing.complete

    def _tell(self, count: int) -> None:
        now = monotonic()
        if now - self._told >= TELL_EVERY:
            self._told = now
            self._begun = True
            log.info("vectors: %d made so far", count)
