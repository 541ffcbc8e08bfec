"""What only one process of a server may do at a time: hold a connection, tell an operator."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from dengmi.core.lock import FileLock

EVERY = 5.0
"""Seconds between two looks whether it is this process's turn."""


@asynccontextmanager
async def alone(path: Path) -> AsyncIterator[None]:
    """Wait until no other process is at it, and keep them away. A process that dies lets go."""
    lock = FileLock(path)
    while not await asyncio.to_thread(lock.take):  # noqa: ASYNC110 - another process lets go
        await asyncio.sleep(EVERY)
    try:
        yield
    finally:
        lock.free()
