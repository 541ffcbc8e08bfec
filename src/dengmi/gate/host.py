"""The keeper of several processes, in their parent: what it is asked over their lines, and what it
answers. The words are those of `apart`, at the other end.

The line is the lease: with a process that dies its places in line are given up at once, and its
slots are free a moment later.
"""

import asyncio
from collections.abc import Callable
from dataclasses import astuple
from typing import Any

import msgspec

from dengmi.core.charges import Tokens
from dengmi.core.errors import ModelFailed, NoRoom
from dengmi.core.talk import Talk
from dengmi.gate.decision import Begin
from dengmi.gate.keeper import Keeper, Kept, Told, Want
from dengmi.gate.model import Offered

TOPIC = "gate"

SHOWN = 0.25
"""Seconds between two times that the processes are told how it stands."""

LINGERS = 0.2
"""Seconds after a process died until its slots are free: the endpoint has to notice as well."""

STILL = 10.0
"""Seconds without a word after which they are told no more: nothing has changed."""


class Host:
    """Keeps the slots for the processes of a server.

    Args:
        keeper: holds them.
    """

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._guests: set[_Guest] = set()
        self._heard = 0.0

    def welcome(self, talk: Talk) -> None:
        """Serve the process at the other end of a line, until that is lost."""
        guest = _Guest(self._keeper, talk, self._asked)
        self._guests.add(guest)

        def gone() -> None:
            self._guests.discard(guest)
            guest.withdraw()
            asyncio.get_running_loop().call_later(LINGERS, guest.free)
            self._asked()

        talk.when_lost(gone)

    async def run(self) -> None:
        """Tell the processes how it stands, until cancelled."""
        while True:
            await asyncio.sleep(SHOWN)
            if self._guests and self._keeper.clock.steady() - self._heard < STILL:
                told = self._told()
                for guest in self._guests:
                    guest.show(told)

    def _told(self) -> Any:
        return msgspec.to_builtins(self._keeper.load())

    def _asked(self) -> None:
        """Somebody said something."""
        self._heard = self._keeper.clock.steady()
        self._keeper.waited_for(any(guest.waited for guest in self._guests))


class _Guest:
    """One process. `waited` says whether questions wait in its late queue."""

    def __init__(self, keeper: Keeper, talk: Talk, asked: Callable[[], None]) -> None:
        self.waited = False
        self._keeper = keeper
        self._talk = talk
        self._asked = asked
        self._tickets: dict[int, Kept] = {}
        talk.on(TOPIC, self._heard)

    def show(self, told: Any) -> None:
        """Tell it how it stands."""
        self._talk.say(TOPIC, "load", told)

    def withdraw(self) -> None:
        """It is gone: its calls wait no longer."""
        for number, ticket in list(self._tickets.items()):
            if ticket.call is None:
                del self._tickets[number]
                ticket.leave()

    def free(self) -> None:
        """And what it held is free: the endpoint saw its connections close."""
        for ticket in self._tickets.values():
            ticket.ended("left", 0.0, None)
        self._tickets.clear()

    def _heard(self, words: list[Any]) -> None:
        match words:
            case ["ask", int(number), raw]:
                self._ask(number, msgspec.convert(raw, Want))
            case ["models", raw]:
                self._keeper.become(msgspec.convert(raw, dict[str, Offered]))
            case ["adopt", int(number), raw, str(model), bool(probe)]:
                want = msgspec.convert(raw, Want)
                self._tickets[number] = self._keeper.adopt(want, Begin(model, probe))
            case ["vacancy", int(number), list(models)]:
                free = self._keeper.vacant(models)
                self._talk.say(TOPIC, "told", number, *astuple(free))
            case ["had", int(number), str(asker)]:
                self._talk.say(TOPIC, "told", number, self._keeper.share(asker))
            case ["hello"]:
                self.show(msgspec.to_builtins(self._keeper.load()))
            case ["waited", bool(waited)]:
                self.waited = waited
            case [str(word), int(number), *rest] if number in self._tickets:
                self._of(word, number, rest)
        self._asked()

    def _of(self, word: str, number: int, rest: list[Any]) -> None:
        """What is said of a call that is known here."""
        ticket = self._tickets[number]
        match word, rest:
            case "held", [float(seconds)]:
                ticket.held(seconds)
            case "first", [float(held)]:
                ticket.first(held)
            case "left", []:
                del self._tickets[number]
                ticket.leave()
            case "ended", [trouble, float(again), used]:
                del self._tickets[number]
                ticket.ended(trouble, again, None if used is None else Tokens(**used))

    def _ask(self, number: int, want: Want) -> None:
        refused = False

        def tell(told: Told) -> None:
            nonlocal refused
            match told:
                case Begin(model, probe):
                    self._talk.say(TOPIC, "begin", number, model, probe)
                    return
                case NoRoom():
                    self._talk.say(TOPIC, "room", number, told.model, told.position, told.wait)
                case ModelFailed():
                    again = told.retry_after
                    self._talk.say(TOPIC, "failed", number, told.trouble, told.model, again)
            refused = True
            self._tickets.pop(number, None)

        ticket = self._keeper.ask(want, tell)
        if not refused:
            self._tickets[number] = ticket
            if ticket.call is None:
                self._talk.say(TOPIC, "waits", number)
