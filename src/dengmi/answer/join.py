"""Join: the same question already being answered is answered once, for everyone who asks it.

What is being made keeps all it has given so far, so somebody who comes late reads it from the
start. One who leaves takes nothing from the others; when the last one leaves, the making ends.
What was made well can be joined until the last one who holds it has let go: an answer takes some
time to be stored, and whoever asks in between must not have it made a second time.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Hashable
from contextlib import aclosing, asynccontextmanager
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")

Make = Callable[[], AsyncGenerator[T, None]]

Hear = Callable[[T], bool]
"""Takes a piece at the moment it is given; False where it is not for it, nor what follows."""


class Leading(Protocol):
    """Which process makes it. `ours`: whether it is this one."""

    ours: bool

    def free(self) -> None:
        """Nobody may join any more."""
        ...


class _Making(Generic[T]):
    """Something that is being made, and how many hold it."""

    def __init__(self, led: Leading | None) -> None:
        self.led = led
        self.given: list[T] = []
        self.ended = False
        self.error: BaseException | None = None
        self.holders = 0
        self.changed = asyncio.Event()
        self.hearing: dict[_Hearing[T], None] = {}
        self.task: asyncio.Task[None] | None = None

    def tell(self) -> None:
        """Let those hear it who listen, and wake whoever else waits for more."""
        for hearing in tuple(self.hearing):
            hearing.more()
        self.changed.set()
        self.changed = asyncio.Event()


class _Hearing(Generic[T]):
    """One who hears pieces at the moment they are given, without a task that is woken for each:
    with thousands of readers that is most of what an event costs. `at`: how many were heard."""

    def __init__(self, making: _Making[T], at: int, hear: Hear[T]) -> None:
        self.at = at
        self._making = making
        self._hear = hear
        self._over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def listen(self) -> None:
        """Until the making has ended, or gave something that is not for it."""
        self._making.hearing[self] = None
        try:
            await self._over
        finally:
            self._making.hearing.pop(self, None)

    def more(self) -> None:
        """Something was given, or the making has ended."""
        given = self._making.given
        while self.at < len(given) and not self._over.done():
            if not self._hear(given[self.at]):
                self._over.set_result(None)
                return
            self.at += 1
        if self._making.ended and not self._over.done():
            self._over.set_result(None)


class Held(Generic[T]):
    """A making that somebody holds, and lets go of when its outcome is stored."""

    def __init__(self, hub: "Hub[T]", key: Hashable, making: _Making[T], joined: bool) -> None:
        self._joined = joined
        self._hub = hub
        self._key = key
        self._making = making
        self._left = False

    @property
    def joined(self) -> bool:
        """Whether somebody else has begun it, here or in another process; who joined may come
        to lead it."""
        led = self._making.led
        return self._joined or (led is not None and not led.ours)

    async def pieces(self, hear: Hear[T] | None = None) -> AsyncGenerator[T, None]:
        """Everything that the making gives, from its first piece on. Raises what it raises.

        Args:
            hear: is given what comes, from the moment on at which there is nothing to wait for
                here; what it takes is not given here any more.
        """
        making = self._making
        at = 0
        while True:
            while at < len(making.given):
                yield making.given[at]
                at += 1
            if making.ended:
                break
            if hear is None:
                await making.changed.wait()
                continue
            hearing, hear = _Hearing(making, at, hear), None
            await hearing.listen()
            at = hearing.at
        if making.error is not None:
            raise making.error

    async def leave(self) -> None:
        """Let go; the last one ends the making. A second time does nothing."""
        if not self._left:
            self._left = True
            await self._hub.let_go(self._key, self._making)


class Hub(Generic[T]):
    """What is being made in this process, by key."""

    def __init__(self) -> None:
        self._makings: dict[Hashable, _Making[T]] = {}
        self._deciding: dict[Hashable, tuple[asyncio.Lock, list[None]]] = {}

    def running(self, key: Hashable) -> bool:
        """Whether something of this key is being made, or was made and is still held."""
        return key in self._makings

    def join(self, key: Hashable) -> Held[T] | None:
        """Hold what is being made already, if anything of this key is."""
        making = self._makings.get(key)
        if making is None:
            return None
        making.holders += 1
        return Held(self, key, making, joined=True)

    def hold(self, key: Hashable, make: Make[T], led: Leading | None = None) -> Held[T]:
        """Hold the making of this key; it begins where none runs.

        Args:
            key: the same for what is the same.
            make: starts the making.
            led: which process makes it; None where there is but this one.
        """
        held = self.join(key)
        if held is not None:
            if led is not None:
                led.free()
            return held
        making: _Making[T] = _Making(led)
        making.holders = 1
        self._makings[key] = making
        making.task = asyncio.create_task(self._run(key, making, make))
        return Held(self, key, making, joined=False)

    @asynccontextmanager
    async def deciding(self, key: Hashable) -> AsyncIterator[None]:
        """One at a time of those who look whether something has to be made: the next one then
        finds it being made, or made and stored."""
        lock, waiting = self._deciding.setdefault(key, (asyncio.Lock(), []))
        waiting.append(None)
        try:
            async with lock:
                yield
        finally:
            waiting.pop()
            if not waiting:
                del self._deciding[key]

    async def let_go(self, key: Hashable, making: _Making[T]) -> None:
        """One who held it has gone. When nobody is left nobody may join either, and the making
        ends if it goes on still."""
        making.holders -= 1
        if making.holders:
            return
        self._forget(key, making)
        task = making.task
        if task is not None and not task.done():
            task.cancel()
            await asyncio.wait([task])

    async def _run(self, key: Hashable, making: _Making[T], make: Make[T]) -> None:
        try:
            async with aclosing(make()) as pieces:
                async for piece in pieces:
                    making.given.append(piece)
                    making.tell()
        # The outermost loop of this task: what went wrong belongs to those who follow.
        except Exception as error:  # noqa: BLE001
            making.error = error
            self._forget(key, making)
        finally:
            making.ended = True
            making.tell()

    def _forget(self, key: Hashable, making: _Making[T]) -> None:
        if self._makings.get(key) is making:
            del self._makings[key]
            if making.led is not None:
                making.led.free()
