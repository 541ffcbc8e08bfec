"""The store's methods for settings that operators change: a part of `SqlStore`."""

from collections.abc import Sequence

from dengmi.core.edits import Edit
from dengmi.store import edits
from dengmi.store.connector import Connector


class SqlEdits:
    """`dengmi.core.edits.Edits` behind a connector. Raises only DengmiErrors."""

    _db: Connector

    async def edits(self) -> Sequence[Edit]:
        """Every edit, oldest first."""
        return await self._db.read(edits.listed)

    async def change_edits(self, put: Sequence[Edit], gone: Sequence[Edit]) -> None:
        """Keep edits, each in the place of the one of its setting, and forget others."""
        await self._db.write(edits.change, put, gone)
