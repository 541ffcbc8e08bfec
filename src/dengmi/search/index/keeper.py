"""Keeps the index in step with the store, one process at a time."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TypeVar, TypeVarTuple

from dengmi.core.lock import FileLock
from dengmi.core.ports import Changes
from dengmi.core.records import Change
from dengmi.search.index.lexical import Damaged, Writer, unusable, usable, version
from dengmi.search.index.state import State, read_state, write_state

BATCH = 200
"""Articles read from the store at a time."""

COMMIT_AFTER = 5.0
"""Seconds of work after which what was done so far is committed."""

LOCK = "index.lock"

_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")


@dataclass(frozen=True, slots=True)
class Keeper:
    """Writes the index folder. `wait`: seconds to wait for another process that is writing."""

    store: Changes
    folder: Path
    pool: Executor
    wait: float = 2.0

    async def catch_up(self) -> int:
        """Bring the index to the store's newest change, or rely on the process that is at it.

        Returns the change the index stands at. Raises Unavailable if building it fails twice.
        """
        last = await self.store.last_change()
        state = await self._run(self._usable_state)
        if state is not None and state.seq == last:
            return last
        return await self._locked(self._follow)

    async def rebuild(self) -> int:
        """Build the index anew beside the old one, which answers until the new one is there."""
        return await self._locked(partial(self._follow, anew=True))

    async def _locked(self, work: Callable[[], Awaitable[int]]) -> int:
        with FileLock(self.folder / LOCK) as lock:
            until = monotonic() + self.wait
            while not await self._run(lock.take):
                if monotonic() >= until:
                    state = await self._run(self._usable_state)
                    return state.seq if state is not None else 0
                await asyncio.sleep(0.05)
            try:
                return await work()
            except Damaged:
                try:
                    return await self._follow(anew=True)
                except Damaged as error:
                    raise unusable(str(error)) from error

    async def _follow(self, anew: bool = False) -> int:
        state = None if anew else await self._run(self._usable_state)
        last = await self.store.last_change()
        if state is not None and (state.seq > last or not await self._opens(state)):
            state = None
        make = state is None
        if state is None:
            state = State(version=version(), seq=0, folder=await self._run(self._new_folder))
        if make or state.seq != last:
            state = await self._write(state, make, anew)
        await self._run(self._clean, state.folder)
        return state.seq

    async def _opens(self, state: State) -> bool:
        return await self._run(usable, self.folder / state.folder)

    async def _write(self, state: State, make: bool, anew: bool) -> State:
        """Follow the changes from `state` on. Half-done work is shown to readers at each commit,
        unless an index that still answers is being replaced."""
        shown = not anew
        writer = await self._run(Writer, self.folder / state.folder, make)
        try:
            began = monotonic()
            while changes := await self.store.changes(state.seq, BATCH):
                await self._put(writer, changes)
                state = replace(state, seq=changes[-1].seq)
                if shown and monotonic() - began > COMMIT_AFTER:
                    await self._commit(writer, state)
                    began = monotonic()
            await self._commit(writer, state)
        finally:
            await self._run(writer.close)
        return state

    async def _put(self, writer: Writer, changes: Sequence[Change]) -> None:
        pks = [change.article_pk for change in changes]
        alive = [change.article_pk for change in changes if not change.gone]
        articles = await self.store.article_passages(alive) if alive else {}
        await self._run(writer.put, pks, articles)

    async def _commit(self, writer: Writer, state: State) -> None:
        """The index first, then what it says of itself: after a crash between the two, the same
        articles are put again, which changes nothing."""
        await self._run(writer.commit)
        await self._run(write_state, self.folder, state)

    def _usable_state(self) -> State | None:
        state = read_state(self.folder)
        if state is None or state.version != version():
            return None
        return state if (self.folder / state.folder / "meta.json").is_file() else None

    def _new_folder(self) -> str:
        """A folder name no index had yet."""
        used = [int(name) for path in self._folders() if (name := path.name[6:]).isdecimal()]
        return f"words-{max(used, default=0) + 1}"

    def _clean(self, current: str) -> None:
        for path in self._folders():
            if path.name != current:
                shutil.rmtree(path, ignore_errors=True)

    def _folders(self) -> list[Path]:
        return list(self.folder.glob("words-*"))

    async def _run(self, work: "Callable[[*_Args], _T]", *args: *_Args) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self.pool, work, *args)
