"""Preparing many drafts beside the event loop: on a thread, and in a second process once there is
so much that starting one pays.

The second process is this module run as a program. It reads and writes frames (four bytes of
length, then MessagePack) on its standard input and output, and ends when its input does: also
when the first process is killed.
"""

import asyncio
import contextlib
import struct
import sys
from collections.abc import Sequence
from typing import BinaryIO

import msgspec

from dengmi.core.records import Draft, Prepared, Source
from dengmi.corpus.prepare import prepare

_HEAD = struct.Struct(">I")
_BYTES_BEFORE_HELP = 600_000
"""Bytes of text prepared here before a second process is started: about 0.3 s of work, which is
what its start costs."""


class _Work(msgspec.Struct):
    source: Source
    drafts: list[Draft]


_TO_WORK = msgspec.msgpack.Decoder(_Work)
_TO_PREPARED = msgspec.msgpack.Decoder(list[Prepared])
_PACK = msgspec.msgpack.Encoder()


class Preparer:
    """Prepares batches of drafts, one after the other; close it when done."""

    def __init__(self) -> None:
        self._done = 0
        self._helper: asyncio.subprocess.Process | None = None
        self._refused = False

    async def prepare(self, source: Source, drafts: Sequence[Draft]) -> list[Prepared]:
        """Everything derived from these drafts, in their order."""
        size = sum(len(draft.body) for draft in drafts)
        self._done += size
        if self._done > _BYTES_BEFORE_HELP and not self._refused:
            found = await self._ask_helper(source, drafts)
            if found is not None:
                return found
        return await asyncio.to_thread(lambda: [prepare(source, draft) for draft in drafts])

    async def _ask_helper(self, source: Source, drafts: Sequence[Draft]) -> list[Prepared] | None:
        frame = await asyncio.to_thread(_PACK.encode, _Work(source, list(drafts)))
        try:
            helper = self._helper or await self._start()
            assert helper.stdin is not None and helper.stdout is not None
            helper.stdin.write(_HEAD.pack(len(frame)) + frame)
            await helper.stdin.drain()
            (length,) = _HEAD.unpack(await helper.stdout.readexactly(_HEAD.size))
            answer = await helper.stdout.readexactly(length)
        except (OSError, asyncio.IncompleteReadError):
            # The helper is a convenience: without it the work is done here.
            self._refused = True
            await self.aclose()
            return None
        return await asyncio.to_thread(_TO_PREPARED.decode, answer)

    async def _start(self) -> asyncio.subprocess.Process:
        self._helper = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "dengmi.corpus.preparing",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 22,
        )
        return self._helper

    async def aclose(self) -> None:
        """End the second process, if there is one."""
        helper, self._helper = self._helper, None
        if helper is None:
            return
        assert helper.stdin is not None
        helper.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            try:
                async with asyncio.timeout(2.0):
                    await helper.wait()
            except TimeoutError:
                helper.kill()
                await helper.wait()


def serve(inward: BinaryIO, outward: BinaryIO) -> None:
    """Prepare frame after frame until the input ends."""
    while len(head := inward.read(_HEAD.size)) == _HEAD.size:
        (length,) = _HEAD.unpack(head)
        body = inward.read(length)
        if len(body) < length:
            return
        work = _TO_WORK.decode(body)
        answer = _PACK.encode([prepare(work.source, draft) for draft in work.drafts])
        outward.write(_HEAD.pack(len(answer)) + answer)
        outward.flush()


if __name__ == "__main__":
    import signal

    # Ctrl-C reaches the whole process group; the first process decides when this one ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, sys.stdout.buffer)
