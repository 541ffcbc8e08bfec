"""Lets searches and checks use a model that may be slow or away: answers in time or not at all.

What was asked lately is remembered; what is asked at the same time is asked once; a model that
fails again and again is left alone for a while, then tried with one call.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from time import monotonic
from typing import Generic, TypeVar

from dengmi.core.errors import ModelFailed
from dengmi.gate.health import Health

log = logging.getLogger(__name__)

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST_RUNNING = 32
"""Calls in flight; who comes while there are so many gets nothing."""


class InTime(Generic[K, V]):
    """Answers by key.

    Args:
        name: what messages call the model.
        call: asks it; raises ModelFailed.
        deadline: most seconds that anybody waits. A call goes on after that, for the next who
            asks the same.
        kept: how many answers are remembered.
    """

    def __init__(
        self, name: str, call: Callable[[K], Awaitable[V]], deadline: float, kept: int = 512
    ) -> None:
        self._name = name
        self._call = call
        self._deadline = deadline
        self._kept = kept
        self._known: OrderedDict[K, V] = OrderedDict()
        self._running: dict[K, asyncio.Task[V | None]] = {}
        self._health = Health()

    async def __call__(self, key: K) -> V | None:
        """The answer; None where there is none in time."""
        if key in self._known:
            self._known.move_to_end(key)
            return self._known[key]
        task = self._running.get(key)
        if task is None:
            if self._health.pause(monotonic()) > 0 or len(self._running) >= MOST_RUNNING:
                return None
            task = asyncio.create_task(self._ask(key))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))
        await asyncio.wait({task}, timeout=self._deadline)
        return task.result() if task.done() and not task.cancelled() else None

    async def close(self) -> None:
        """Give up the calls in flight."""
        running = list(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _ask(self, key: K) -> V | None:
        """Ask the model, and learn how it is. Being late counts when it happens, whatever comes
        afterwards."""
        probe = self._health.begin()
        noted = False

        def note(error: ModelFailed) -> None:
            nonlocal noted
            if not noted:
                noted = True
                self._note(error, probe)

        loop = asyncio.get_running_loop()
        late = loop.call_later(self._deadline, note, ModelFailed("slow", self._name))
        try:
            answer = await self._call(key)
        except ModelFailed as error:
            note(error)
            return None
        except BaseException:
            self._health.left(probe=probe)
            raise
        finally:
            late.cancel()
        if not noted:
            self._health.well()
        self._known[key] = answer
        if len(self._known) > self._kept:
            self._known.popitem(last=False)
        return answer

    def _note(self, error: ModelFailed, probe: bool) -> None:
        now = monotonic()
        before = self._health.pause(now)
        self._health.failed(error.trouble, now, probe=probe)
        if not before and (pause := self._health.pause(now)):
            text = "%s: %s; Dengmi goes on without it for %.0f seconds"
            log.warning(text, self._name, error, pause)
