"""Downloads model files: with progress, going on where an earlier try ended, checked before use.

What is under way is kept beside the file as NAME.part; it takes the file's name only when it is
whole and its checksum is right, so a file of that name is always complete.
"""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from dengmi.core.errors import BadInput, Unavailable

if TYPE_CHECKING:
    import httpx

_CHUNK = 1 << 16
_TIMEOUT = 30.0
_TRIES = 3

Progress = Callable[[int, int | None], None]
"""Called with (bytes there, bytes in all or None)."""


@dataclass(frozen=True, slots=True)
class Known:
    """A model file that can be named shortly."""

    name: str
    url: str
    about: int
    """Bytes, about."""


KNOWN = {
    known.name: known
    for known in (
        Known(
            "r1-distill-1.5b",
            "https://huggingface.co/bartowski/DeepSeek-R1-Distill-Qwen-1.5B-GGUF/resolve/main/"
            "DeepSeek-R1-Distill-Qwen-1.5B-Q4_K_M.gguf",
            1_120_000_000,
        ),
        Known(
            "r1-distill-7b",
            "https://huggingface.co/bartowski/DeepSeek-R1-Distill-Qwen-7B-GGUF/resolve/main/"
            "DeepSeek-R1-Distill-Qwen-7B-Q4_K_M.gguf",
            4_680_000_000,
        ),
    )
}
"""DeepSeek's small distilled models, as others have packed them into GGUF files."""

DEFAULT = "r1-distill-1.5b"


def file_name(url: str) -> str:
    """The name a downloaded file gets.

    Raises:
        BadInput: the address is none that can be fetched, or names no GGUF file.
    """
    parts = urlsplit(url)
    name = parts.path.rpartition("/")[2]
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise BadInput("address_bad", address=url[:200])
    if not name.lower().endswith(".gguf") or name.startswith("."):
        raise BadInput("model_no_gguf", address=url[:200])
    return name


async def pull(url: str, folder: Path, sha256: str, progress: Progress) -> Path:
    """Download a model file, or go on with it.

    Args:
        url: its address.
        folder: where it goes; made if it is not there.
        sha256: its checksum in hex; "" to take the one the server tells, if it does.
        progress: told how far it is.

    Returns:
        The complete file. Nothing is fetched when it is there already.

    Raises:
        BadInput: the address is no GGUF file's, or the checksum is another one.
        Unavailable: it cannot be fetched; what has come is kept for the next try. Or the disk
            has no room.
    """
    target = folder / file_name(url)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    if not await asyncio.to_thread(target.is_file):
        told = await _fetched(url, target, progress)
        await asyncio.to_thread(_finish, target, (sha256 or told).lower())
    return target


async def _fetched(url: str, target: Path, progress: Progress) -> str:
    """Fetch what is missing of the part; the checksum the server tells, or ""."""
    import httpx

    reason = ""
    async with await asyncio.to_thread(_client) as client:
        for _ in range(_TRIES):
            try:
                return await _go_on(client, url, target, progress)
            except httpx.HTTPError as error:
                reason = str(error) or type(error).__name__
    raise Unavailable("model_not_fetched", address=url[:200], reason=reason[:200])


def _client() -> "httpx.AsyncClient":
    import httpx

    return httpx.AsyncClient(follow_redirects=True, timeout=_TIMEOUT)


async def _go_on(client: "httpx.AsyncClient", url: str, target: Path, progress: Progress) -> str:
    part, mark = _part(target), _mark(target)
    there = await asyncio.to_thread(lambda: part.stat().st_size if part.exists() else 0)
    etag = await asyncio.to_thread(lambda: mark.read_text() if mark.exists() else "")
    headers = {"Range": f"bytes={there}-", "If-Range": etag} if there and etag else {}
    async with client.stream("GET", url, headers=headers) as response:
        if response.status_code == 416:  # nothing is missing, or the part is too long
            await asyncio.to_thread(part.unlink)
            return await _go_on(client, url, target, progress)
        if response.status_code not in (200, 206):
            raise Unavailable(
                "model_not_fetched", address=url[:200], reason=f"HTTP {response.status_code}"
            )
        there = there if response.status_code == 206 else 0
        length = response.headers.get("content-length", "")
        total = there + int(length) if length.isdecimal() else None
        await asyncio.to_thread(_room, target.parent, (total or 0) - there)
        if not there:  # before the mark: what is there is of a version that the mark does not name
            await asyncio.to_thread(part.unlink, missing_ok=True)
        await asyncio.to_thread(mark.write_text, response.headers.get("etag", ""))
        progress(there, total)
        with await asyncio.to_thread(part.open, "ab" if there else "wb") as file:
            async for chunk in response.aiter_raw(_CHUNK):
                await asyncio.to_thread(file.write, chunk)
                there += len(chunk)
                progress(there, total)
            await asyncio.to_thread(_sync, file.fileno(), file.flush)
        return _told((*response.history, response))


def _told(answers: "Sequence[httpx.Response]") -> str:
    """The checksum that a server tells. Hugging Face does where it sends on to the file's store,
    which knows nothing of it."""
    told = [answer.headers.get("x-linked-etag", "").strip('"') for answer in answers]
    return next((each for each in told if len(each) == 64), "")


def _finish(target: Path, sha256: str) -> None:
    part = _part(target)
    with part.open("rb") as file:
        if file.read(4) != b"GGUF":
            part.unlink()
            raise BadInput("model_no_gguf", address=target.name)
        if sha256:
            file.seek(0)
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != sha256:
                part.unlink()
                raise BadInput("model_sum_wrong", name=target.name, found=found, wanted=sha256)
    part.replace(target)
    _mark(target).unlink(missing_ok=True)


def _room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Unavailable(
            "model_no_room", folder=str(folder), needed=needed // 10**6, free=free // 10**6
        )


def _sync(number: int, flush: Callable[[], None]) -> None:
    flush()
    os.fsync(number)


def _part(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def _mark(target: Path) -> Path:
    """Which version of the file the part belongs to: its ETag."""
    return target.with_name(target.name + ".etag")
