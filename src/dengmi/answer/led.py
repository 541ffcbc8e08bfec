"""One making for all processes of a server: who leads it writes, the others tell what it gives.

Whoever leads is alone in it, and its lead ends however its process does. Who followed it then
leads, or follows the one that does, and goes on behind what was told already.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Protocol

from dengmi.answer.paid import full_of
from dengmi.answer.told import told as events_of
from dengmi.answer.write.begun import Out, Written
from dengmi.core.charges import Charge
from dengmi.core.events import Cited, Text
from dengmi.core.records import Answer

Write = Callable[[tuple[Out, ...]], AsyncGenerator[Out, None]]
"""Writes an answer behind what was told of it."""

Look = Callable[[], Awaitable[Answer | None]]
"""Looks for a stored answer that serves again."""


class LeaderGone(Exception):
    """Whoever led the making is gone, or has let go of it."""


class Lead(Protocol):
    """The lead of a making, or the way to whoever has it.

    Attributes:
        ours: whether this process has it.
    """

    ours: bool

    def begun(self) -> None:
        """The making of its key can be held in this process from now on."""
        ...

    async def alone(self) -> bool:
        """Wait until nobody elsewhere writes it either; where it is ours. False where something
        may have been stored meanwhile, even so."""
        ...

    def pieces(self, after: int, /) -> AsyncGenerator[Out, None]:
        """What whoever leads gives, behind so many pieces. Raises what the making raises, and
        LeaderGone."""
        ...

    def free(self) -> None:
        """Let go of it; a second time does nothing."""
        ...


class Leads(Protocol):
    """Who of several processes leads what."""

    def take(self, key: str) -> Lead | None:
        """Take the lead of what has this key, at once; None where another process has it."""
        ...

    async def seek(self, key: str) -> Lead:
        """Take the lead, or find the way to whoever has it, as soon as that one has decided that
        something is made."""
        ...


class Led:
    """A making that any process may lead.

    Args:
        key: the same in every process for what is the same.
        lead: its lead, where that was taken, and nothing was found that serves again.

    Attributes:
        ours: whether this process leads it.
    """

    def __init__(self, leads: Leads, key: str, lead: Lead | None = None) -> None:
        self.ours = lead is not None and lead.ours
        self._leads = leads
        self._key = key
        self._lead = lead

    async def pieces(self, write: Write, look: Look) -> AsyncGenerator[Out, None]:
        """Everything it gives, whoever writes it."""
        told: list[Out] = []
        while True:
            looked = self._lead is not None
            lead = self._lead = self._lead or await self._leads.seek(self._key)
            if lead.ours:
                # Whoever had the lead may have found or stored an answer and let go.
                looked = await lead.alone() and looked
                stored = None if looked or told else await look()
                lead.begun()
                self.ours = stored is None
                source = write(tuple(told)) if stored is None else _again(stored)
            else:
                self.ours = False
                source = lead.pieces(len(told))
            try:
                async with aclosing(source) as pieces:
                    async for piece in pieces:
                        if not lead.ours:
                            told.append(piece)
                        yield piece
            except LeaderGone:
                if not (told and isinstance(told[-1], Written)):
                    self.free()
                    continue
            return

    def free(self) -> None:
        """Let go of the lead, or leave whoever has it."""
        lead, self._lead = self._lead, None
        if lead is not None:
            lead.free()


async def _again(answer: Answer) -> AsyncGenerator[Out, None]:
    """A stored answer as if it were being written, at no cost to whoever reads it."""
    for event in events_of(answer):
        if isinstance(event, Text | Cited):
            yield event
    full = full_of(answer)
    charge = Charge(
        id="",
        question_id=answer.question_id,
        desk=answer.desk,
        level=answer.level,
        purpose="reuse",
        model=answer.model,
        currency=full.currency,
        full_micros=full.micros,
    )
    yield Written(
        text=answer.text,
        claims=answer.claims,
        citations=answer.citations,
        evidence=answer.evidence,
        charges=(charge,),
    )
