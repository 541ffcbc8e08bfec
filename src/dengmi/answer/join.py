"""Join: the same question already being answered is answered once, for everyone who asks it.

What is being made keeps all it has given so far, so somebody who comes late reads it from the
start. One who leaves takes nothing from the others; when the last one leaves, the making ends.
What was made well stays for a moment longer: its answer takes some time to be written down, and
whoever asks in between must not have it made a second time.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable
from contextlib import aclosing
from typing import Generic, TypeVar

T = TypeVar("T")


LINGER = 30.0
"""Seconds that what was made stays to be joined."""


class _Making(Generic[T]):
    """Something that is being made, and everyone who follows it."""

    def __init__(self) -> None:
        self.given: list[T] = []
        self.ended = False
        self.error: BaseException | None = None
        self.followers = 0
        self.changed = asyncio.Event()
        self.task: asyncio.Task[None] | None = None

    def tell(self) -> None:
        """Wake whoever waits for more."""
        self.changed.set()
        self.changed = asyncio.Event()


class Hub(Generic[T]):
    """What is being made in this process, by key. `linger`: seconds that it stays afterwards."""

    def __init__(self, linger: float = LINGER) -> None:
        self._linger = linger
        self._makings: dict[Hashable, _Making[T]] = {}

    def running(self, key: Hashable) -> bool:
        """Whether something of this key is being made, or was a moment ago."""
        return key in self._makings

    async def follow(
        self, key: Hashable, make: Callable[[], AsyncGenerator[T, None]]
    ) -> AsyncGenerator[T, None]:
        """Everything that the making of this key gives, from its first piece on.

        Args:
            key: the same for what is the same.
            make: starts the making where none of this key runs.

        Raises:
            Whatever the making raises, to everyone who follows it.
        """
        making = self._makings.get(key)
        if making is None:
            making = self._makings[key] = _Making()
            making.task = asyncio.create_task(self._run(key, making, make))
        making.followers += 1
        try:
            at = 0
            while True:
                while at < len(making.given):
                    yield making.given[at]
                    at += 1
                if making.ended:
                    break
                await making.changed.wait()
            if making.error is not None:
                raise making.error
        finally:
            making.followers -= 1
            if making.followers == 0 and not making.ended:
                await self._stop(key, making)

    async def _run(
        self, key: Hashable, making: _Making[T], make: Callable[[], AsyncGenerator[T, None]]
    ) -> None:
        try:
            async with aclosing(make()) as pieces:
                async for piece in pieces:
                    making.given.append(piece)
                    making.tell()
        # The outermost loop of this task: what went wrong belongs to those who follow.
        except Exception as error:  # noqa: BLE001
            making.error = error
        finally:
            making.ended = True
            if making.error is None and self._linger and self._makings.get(key) is making:
                loop = asyncio.get_running_loop()
                loop.call_later(self._linger, self._forget, key, making)
            else:
                self._forget(key, making)
            making.tell()

    async def _stop(self, key: Hashable, making: _Making[T]) -> None:
        """Nobody follows any more: nobody may join either, and the making ends."""
        self._forget(key, making)
        task = making.task
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task])

    def _forget(self, key: Hashable, making: _Making[T]) -> None:
        if self._makings.get(key) is making:
            del self._makings[key]
