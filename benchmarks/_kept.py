"""Vectors that were made once, kept in the temporary folder: a run that was stopped goes on."""

import hashlib
import sqlite3
import tempfile
from array import array
from collections.abc import Sequence
from pathlib import Path

from dengmi.models.embedding import Encoder, Vector

FILE = "dengmi-bench-vectors.sqlite"


class KeptEncoder:
    """An encoder that asks another one for what is not kept yet.

    Args:
        model: name under which the vectors are kept; another address of the same model has them.
    """

    def __init__(self, encoder: Encoder, model: str) -> None:
        self._encoder = encoder
        self._model = model
        self._db = sqlite3.connect(Path(tempfile.gettempdir()) / FILE, timeout=60)
        self._db.execute("create table if not exists kept (key blob primary key, vector blob)")

    async def encode(self, texts: Sequence[str], *, hurry: bool) -> Sequence[Vector]:
        """See `Encoder`."""
        keys = [hashlib.sha256(f"{self._model}\0{text}".encode()).digest() for text in texts]
        found = [self._read(key) for key in keys]
        left = [n for n, vector in enumerate(found) if vector is None]
        if left:
            made = await self._encoder.encode([texts[n] for n in left], hurry=hurry)
            for n, vector in zip(left, made, strict=True):
                found[n] = vector
                row = keys[n], array("f", vector).tobytes()
                self._db.execute("insert or replace into kept values (?, ?)", row)
            self._db.commit()
        return [vector or () for vector in found]

    async def open(self) -> None:
        """See `Encoder`."""
        await self._encoder.open()

    async def close(self) -> None:
        """See `Encoder`."""
        await self._encoder.close()
        self._db.close()

    def _read(self, key: bytes) -> Vector | None:
        row = self._db.execute("select vector from kept where key = ?", (key,)).fetchone()
        return array("f", row[0]) if row else None
