"""What the store keeps for the ledger: a part of `dengmi.store.store`."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from dengmi.core.charges import Charge, Outlay
from dengmi.core.limits import Alert, Reserved, Span, Used
from dengmi.core.paying import Decide
from dengmi.core.together import Together
from dengmi.store import charges
from dengmi.store.connector import Connector


class SqlCharges:
    """Lines of the ledger, as `dengmi.core.paying.Charges` says."""

    _db: Connector

    def __init__(self) -> None:
        self._note = Together(self._note_all)
        self._reserve = Together(self._reserve_all, direct=True)
        self._settle = Together(self._settle_all)

    async def reserve_charge(
        self, charge: Charge, spans: Sequence[Span] = (), decide: Decide | None = None
    ) -> Reserved:
        """Write a line before the call, unless `decide` refuses it, one decision after the other
        in all processes; nothing happens when its id is there already. Who is cancelled meanwhile
        makes no call: the line is closed again, at nothing."""
        if charge.state != "reserved":
            return await self._note(charge)
        try:
            return await self._reserve((charge, spans, decide))
        except asyncio.CancelledError:
            # It may be written all the same. What closes it goes the same way, so it comes behind.
            closed = replace(charge, state="settled", settled_at=charge.at)
            await asyncio.shield(asyncio.ensure_future(self._reserve((closed, (), None))))
            raise

    async def settle_charge(self, charge: Charge) -> bool:
        """Complete a reserved line, once: False when it was settled before."""
        return await self._settle(charge)

    async def open_charges(self, before: float) -> Sequence[Charge]:
        """Lines reserved before a time and never settled, oldest first."""
        return await self._db.read(charges.still_open, before)

    async def charges(
        self, *, desk: str | None = None, since: float = 0.0, until: float | None = None
    ) -> Sequence[Charge]:
        """Lines of a time (Unix seconds, `until` excluded), oldest first."""
        return await self._db.read(charges.between, desk, since, until)

    async def outlays(
        self,
        *,
        desk: str | None = None,
        since: float = 0.0,
        until: float | None = None,
        stretch: float | None = None,
    ) -> Sequence[Outlay]:
        """Lines of a time added up, for each stretch of so many seconds where that is given."""
        return await self._db.read(charges.outlays, desk, since, until, stretch)

    async def used(self, spans: Sequence[Span]) -> Sequence[Used]:
        """What was used in each of these spans."""
        return await self._db.read(charges.used, spans)

    async def alerts(self, since: float) -> Sequence[Alert]:
        """What the operator was told since a time, oldest first."""
        return await self._db.read(charges.alerts, since)

    async def forget_used(self, before: float) -> None:
        """Forget what was used, and what was told, before a time."""
        await self._db.write(charges.forget_used, before)

    async def _reserve_all(
        self, asked: Sequence[tuple[Charge, Sequence[Span], Decide | None]]
    ) -> Sequence[Reserved]:
        """Alone: what else shares a transaction would wait for the lock, and make others wait. The
        call that waits for this waits for no disk: see docs/decisions/0043-unsynced-lines.md."""
        return await self._db.write_unsynced(charges.reserve, asked)

    async def _note_all(self, noted: Sequence[Charge]) -> Sequence[Reserved]:
        return await self._db.write(charges.note, noted)

    async def _settle_all(self, settled: Sequence[Charge]) -> Sequence[bool]:
        """The answer that is stored next takes this to the disk."""
        return await self._db.write_unsynced(charges.settle, settled)
