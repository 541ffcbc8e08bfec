"""Backup and restore: everything in one file, made while Dengmi serves.

The file is a gzipped tar of `manifest.json`, `store.sqlite` (a snapshot) and, where there was a
consistent one, the files of the search index under `index/`. The index is copied first, so it is
never ahead of the snapshot; what it lacks it fetches by itself, as ever.
"""

import asyncio
import glob
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Protocol

from dengmi import __version__
from dengmi.core.errors import Conflict, Unavailable
from dengmi.store import archive
from dengmi.store.archive import INDEX, MANIFEST, STORE, Manifest

TRIES = 5
"""How often an index that changes while it is copied is tried again before it is left out."""

LEFT_OVER = 24 * 3600.0
"""Seconds after which a work folder is what a killed backup or restore left, and is removed."""


class Copied(Protocol):
    """What of a store a backup needs."""

    async def snapshot(self, path: Path) -> int:
        """Write everything into a fresh SQLite file; the change it stands at."""
        ...

    async def load_snapshot(self, path: Path) -> None:
        """Fill this empty store from such a file."""
        ...


async def backup(store: Copied, index_folder: Path | None, path: Path) -> None:
    """Write a backup to `path`, which appears only when it is complete.

    Args:
        store: an open store; others may go on writing to it.
        index_folder: the folder of the search index, if it is to be in the backup.
        path: the file to write; one that is there already is replaced.
    Raises:
        Unavailable: there is no room, or the folder cannot be written.
    """
    try:
        folder = Path(await asyncio.to_thread(_work_folder, path))
        try:
            if index_folder is not None:
                await asyncio.to_thread(_copy_index, index_folder, folder / INDEX)
            change = await store.snapshot(folder / STORE)
            await asyncio.to_thread(_pack, folder, path, change)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable("store_backup_failed", where=str(path), reason=reason) from error


async def restore(path: Path, store: Copied, index_folder: Path) -> None:
    """Fill an empty store and an empty or absent index folder from a backup.

    The archive may come from anywhere: names, sizes and checksums are verified before anything
    is put in place, and nothing is put in place unless all of it is right.

    Raises:
        Unreadable: not a backup, damaged, or dishonest about its content.
        BadSettings: made by a newer version.
        Conflict: the store or the index folder holds something already.
        Unavailable: there is no room, or a folder cannot be written.
    """
    try:
        if await asyncio.to_thread(_has_files, index_folder):
            raise Conflict("store_not_empty", where=str(index_folder))
        folder = Path(await asyncio.to_thread(_work_folder, index_folder))
        try:
            await asyncio.to_thread(archive.unpack, path, folder)
            await store.load_snapshot(folder / STORE)
            await asyncio.to_thread(_place_index, folder / INDEX, index_folder)
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable("store_backup_failed", where=str(path), reason=reason) from error


def _work_folder(beside: Path) -> str:
    beside.parent.mkdir(parents=True, exist_ok=True)
    for left in beside.parent.glob(f".{glob.escape(beside.name)}-{'?' * 8}"):
        if left.is_dir() and time.time() - left.lstat().st_mtime > LEFT_OVER:
            shutil.rmtree(left, ignore_errors=True)
    return tempfile.mkdtemp(prefix=f".{beside.name}-", dir=beside.parent)


def _has_files(folder: Path) -> bool:
    return folder.exists() and any(folder.iterdir())


def _pack(folder: Path, path: Path, change: int) -> None:
    files = archive.listing(folder)
    manifest = Manifest(
        format=archive.FORMAT, version=__version__, change=change, made_at=time.time(), files=files
    )
    (folder / MANIFEST).write_bytes(archive.encode(manifest))
    packed = folder / "packed"
    archive.pack(folder, packed, [MANIFEST, *files])
    packed.chmod(0o600)  # it holds what the home holds, and may lie anywhere
    os.replace(packed, path)  # noqa: PTH105 - the point is that it is atomic
    archive.sync_folder(path.parent)


def _copy_index(index: Path, target: Path) -> None:
    """Copy the index if it holds still long enough; else leave it out, it can be rebuilt.

    Its files are written once and never changed, apart from small ones that say which belong
    together. Hard links keep a file's content even when the index drops it meanwhile.
    """
    for _ in range(TRIES):
        before = _stamps(index)
        try:
            for name in before:
                _link(index / name, target / name)
        except FileNotFoundError:
            pass
        else:
            if _stamps(index) == before:
                return
        shutil.rmtree(target, ignore_errors=True)
        time.sleep(0.2)


def _stamps(folder: Path) -> dict[str, tuple[int, int, int]]:
    """(size, time of change, file number) of every file below a folder, but lock files."""
    stamps = {}
    for file in sorted(folder.rglob("*")) if folder.is_dir() else ():
        try:
            status = file.lstat()
        except FileNotFoundError:
            continue
        if file.is_file() and not file.is_symlink() and file.suffix != ".lock":
            name = file.relative_to(folder).as_posix()
            stamps[name] = (status.st_size, status.st_mtime_ns, status.st_ino)
    return stamps


def _link(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.suffix == ".json":  # may be rewritten in place: take what is in it now
        shutil.copyfile(source, target)
        return
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, or one without links
        shutil.copyfile(source, target)


def _place_index(unpacked: Path, index: Path) -> None:
    if not unpacked.is_dir():
        return
    if index.exists():
        index.rmdir()
    os.replace(unpacked, index)  # noqa: PTH105
    archive.sync_folder(index.parent)
