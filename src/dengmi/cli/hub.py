"""What the parent of several serving processes keeps for all of them: the slots of the models.

It runs beside the parent's own work, in a thread with an event loop, and does little else than
answer, so that no process waits for what another one computes.
"""

import asyncio
import socket
import threading
from concurrent.futures import Future

from dengmi.core.clock import SystemClock
from dengmi.core.talk import talk_over
from dengmi.gate.host import Host
from dengmi.gate.keeper import Keeper
from dengmi.gate.open import slots_of
from dengmi.settings.options import Settings


class Hub:
    """The keeper of the slots, and the lines to those who ask it."""

    def __init__(self, settings: Settings) -> None:
        self._host = Host(Keeper(slots_of(settings), SystemClock()))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="hub", daemon=True)
        self._thread.start()

    def welcome(self) -> socket.socket:
        """A connected socket for a new process, which is served until it is gone; the caller
        closes its own copy of it."""
        here, there = socket.socketpair()
        welcoming: Future[None] = asyncio.run_coroutine_threadsafe(self._serve(here), self._loop)
        welcoming.result()
        return there

    def close(self) -> None:
        """End; nobody is left who asks."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        telling = self._loop.create_task(self._host.run())
        self._loop.run_forever()
        telling.cancel()
        self._loop.run_until_complete(asyncio.gather(telling, return_exceptions=True))

    async def _serve(self, line: socket.socket) -> None:
        self._host.welcome(await talk_over(line))
