"""The store's methods for what operators change: settings, and answers that are pinned. A part of
`SqlStore`."""

from collections.abc import Sequence

from dengmi.core.edits import Edit
from dengmi.core.pins import Pin
from dengmi.core.records import Answer
from dengmi.store import edits, pins
from dengmi.store.connector import Connector


class SqlEdits:
    """`dengmi.core.edits.Edits` and `dengmi.core.pins.Pins` behind a connector. Raises only
    DengmiErrors."""

    _db: Connector

    async def edits(self) -> Sequence[Edit]:
        """Every edit, oldest first."""
        return await self._db.read(edits.listed)

    async def change_edits(self, put: Sequence[Edit], gone: Sequence[Edit]) -> None:
        """Keep edits, each in the place of the one of its setting, and forget others."""
        await self._db.write(edits.change, put, gone)

    async def pin_keys(self) -> frozenset[str]:
        """The keys of all pins."""
        return await self._db.read(pins.keys)

    async def pinned(self, key: str) -> Sequence[tuple[Pin, Answer]]:
        """The pinned answers of a key, the newest first."""
        return await self._db.read(pins.of_key, key)

    async def pin_answer(self, pin: Pin) -> bool:
        """Pin a stored answer, or what it serves again; False where there is none."""
        return await self._db.write(pins.put, pin)

    async def unpin_answer(self, answer_id: str) -> bool:
        """Take the pin off an answer, or off what it serves again; False where it had none."""
        return await self._db.write(pins.take_off, answer_id)
