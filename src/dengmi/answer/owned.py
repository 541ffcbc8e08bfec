"""Which questions a process works on: its own, and those that the end of another one cut off."""

import asyncio
import logging
from collections.abc import Collection, Sequence
from typing import Protocol

from dengmi.core.clock import Clock
from dengmi.core.errors import DengmiError
from dengmi.core.inbox import Census
from dengmi.core.ports import Inbox, Lives
from dengmi.core.records import Question

log = logging.getLogger(__name__)

FORGOTTEN = 900.0
"""Seconds after which a question without an answer is taken over whoever works on it: a process of
another machine, of which nothing is known here."""


class Calls(Protocol):
    """Knows the calls of models that processes have open."""

    async def writing(self) -> Collection[str]:
        """Ids of the questions that processes which live are writing answers to."""
        ...

    async def recover(self, gone: Collection[str]) -> None:
        """Close the calls that processes left open when they were killed."""
        ...


class Owned:
    """The questions of this process.

    Args:
        store: keeps the questions.
        lives: tells which processes are alive; None where it matters to nobody.

    Attributes:
        here: ids of the questions that are being answered.
    """

    def __init__(self, store: Inbox, clock: Clock, lives: Lives | None = None) -> None:
        self._store = store
        self._clock = clock
        self._lives = lives
        self._name: str | None = None
        self.here: set[str] = set()

    def live_among(self, lives: Lives) -> None:
        """Have a name among the processes that write, from now on."""
        self._lives, self._name = lives, None

    async def name(self) -> str:
        """The name of this process; the first time it is asked for, a file is made."""
        if self._name is None:
            self._name = await asyncio.to_thread(self._lives.name) if self._lives else ""
        return self._name

    async def take_over(self, calls: Calls | None) -> Sequence[Question]:
        """The questions that the end of a process cut off, which are this one's from now on. What a
        living process works on is left to it: two calls would be paid for one answer.

        Args:
            calls: where models write; None where none does.
        """
        name, lives = await self.name(), self._lives
        gone = await asyncio.to_thread(lives.gone) if lives else ()
        alive = await asyncio.to_thread(lives.alive) if lives else ()
        busy = await calls.writing() if calls else ()
        known = Census(
            gone=sorted(gone),
            alive=sorted(alive),
            busy=sorted(busy),
            before=self._clock.now() - FORGOTTEN,
        )
        claimed = await self._store.claim_questions(name, known)
        if calls:
            await calls.recover(gone)
        if lives and gone:  # behind the claim: nobody would ask for their questions any more
            await asyncio.to_thread(lives.bury, gone)
        taken = [one for one in claimed if one.id not in self.here]
        self.here.update(one.id for one in taken)
        return taken

    async def leave(self) -> None:
        """The process ends: what it did not come to is for whoever comes next."""
        if not self._name:
            return
        try:
            await self._store.leave_questions(self._name)
        except DengmiError as error:
            log.warning("questions left behind are taken over later: %s", error)
