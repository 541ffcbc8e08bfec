"""Late answers of a server whose first model may come while it runs."""

import asyncio
from typing import Protocol

from dengmi.core.late import Push


class Runs(Protocol):
    """Writes late answers."""

    async def run(self) -> None: ...

    def hand_to(self, push: Push) -> None: ...


class Standby:
    """Stands for what writes late answers until that is there, and hands on to it what came
    before."""

    def __init__(self) -> None:
        self._pushes: dict[str, Push] = {}
        self._runs: Runs | None = None
        self._begun = asyncio.Event()

    def begin(self, runs: Runs) -> None:
        """Write from now on."""
        self._runs = runs
        for push in self._pushes.values():
            runs.hand_to(push)
        self._begun.set()

    async def run(self) -> None:
        """Serve the late queue until cancelled, once there is one."""
        await self._begun.wait()
        assert self._runs is not None
        await self._runs.run()

    def hand_to(self, push: Push) -> None:
        """Hand the answers of a channel to it from now on."""
        self._pushes[push.channel] = push
        if self._runs is not None:
            self._runs.hand_to(push)
