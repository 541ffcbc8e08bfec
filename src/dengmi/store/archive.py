"""The file format of backups: what is in the archive, and how to take it out safely."""

import gzip
import hashlib
import os
import shutil
import tarfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec

from dengmi.core.errors import BadSettings, Unreadable

FORMAT = 1
MANIFEST, STORE, INDEX = "manifest.json", "store.sqlite", "index"

LARGEST_MANIFEST = 16 * 2**20
"""Bytes. An index has some hundred files at most."""

SMALL, DENSEST = 2**30, 100
"""An archive that unpacks to more than `SMALL` bytes and to more than `DENSEST` times its own size
is refused as a bomb: text and indexes shrink to a third or a tenth."""

SPARE = 64 * 2**20
"""Bytes that must stay free on the disk."""

_PIECE = 2**20


class File(msgspec.Struct, frozen=True):
    """Size in bytes and SHA-256 of one file of a backup."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself: first in the archive. `files` goes by name."""

    format: int
    version: str
    change: int
    made_at: float
    files: Mapping[str, File]


def encode(manifest: Manifest) -> bytes:
    """A manifest as JSON."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1)


def listing(folder: Path) -> dict[str, File]:
    """Every file below a folder by its relative name, the store's first."""
    names = [each.relative_to(folder).as_posix() for each in folder.rglob("*") if each.is_file()]
    files = {}
    for name in sorted(names, key=lambda name: (name != STORE, name)):
        with (folder / name).open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        files[name] = File((folder / name).stat().st_size, digest)
    return files


def pack(folder: Path, target: Path, names: Iterable[str]) -> None:
    """Write these files of a folder into an archive that is on the disk afterwards."""
    with target.open("wb") as raw:
        with (
            gzip.GzipFile(filename="", fileobj=raw, mode="wb", compresslevel=1, mtime=0) as zipped,
            tarfile.open(fileobj=zipped, mode="w", format=tarfile.GNU_FORMAT) as tar,
        ):
            for name in names:
                member = tarfile.TarInfo(name)
                member.size = (folder / name).stat().st_size
                with (folder / name).open("rb") as file:
                    tar.addfile(member, file)
        raw.flush()
        os.fsync(raw.fileno())


def unpack(path: Path, folder: Path) -> Manifest:
    """Take every file of a backup out into a folder; its manifest.

    Only plain files that the manifest names, with the size and checksum it gives, are accepted.
    Raises Unreadable for anything else and BadSettings for a backup of a newer version.
    """
    where = str(path)
    try:
        with gzip.open(path) as stream:
            manifest = _manifest(stream, where)
            _check_room(manifest, path, folder)
            left = dict(manifest.files)
            while (member := _next_member(stream)) is not None:
                expected = left.pop(member.name, None)
                if expected is None or not member.isreg() or member.size != expected.size:
                    raise _bad(where, f"unexpected member {member.name[:200]!r}")
                _take(stream, expected, folder / member.name, where)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise _bad(where, str(error) or type(error).__name__) from error
    except FileNotFoundError as error:
        raise _bad(where, error.strerror or "not found") from error
    if left:
        raise _bad(where, f"missing member {next(iter(left))[:200]!r}")
    return manifest


def _next_member(stream: gzip.GzipFile) -> tarfile.TarInfo | None:
    """The next header of the archive; None at its end.

    Headers are read here, not by tarfile.open, which would take extended headers of any size
    into memory before anybody could refuse them. Backups have none.
    """
    header = stream.read(tarfile.BLOCKSIZE)
    if header == tarfile.NUL * tarfile.BLOCKSIZE:
        return None
    return tarfile.TarInfo.frombuf(header, "utf-8", "strict")


def _manifest(stream: gzip.GzipFile, where: str) -> Manifest:
    first = _next_member(stream)
    if first is None or first.name != MANIFEST or not first.isreg():
        raise _bad(where, "no manifest")
    if not 0 < first.size <= LARGEST_MANIFEST:
        raise _bad(where, "the manifest is empty or too large")
    raw = stream.read(first.size)
    _skip_padding(stream, first.size)
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise _bad(where, f"manifest: {error}") from error
    if manifest.format > FORMAT:
        raise BadSettings("store_backup_newer", where=where, version=manifest.version[:40])
    for name, entry in manifest.files.items():
        if not _is_safe(name) or entry.size < 0:
            raise _bad(where, f"manifest names {name[:200]!r}")
    if STORE not in manifest.files:
        raise _bad(where, f"missing member {STORE!r}")
    return manifest


def _skip_padding(stream: gzip.GzipFile, size: int) -> None:
    """Members fill whole blocks."""
    stream.read(-size % tarfile.BLOCKSIZE)


def _is_safe(name: str) -> bool:
    """The store's file, or a relative path below the index folder with nothing odd in it."""
    if name == STORE:
        return True
    parts = PurePosixPath(name).parts
    plain = name.isprintable() and "\\" not in name and ":" not in name and len(name) < 500
    return (
        plain and len(parts) > 1 and parts[0] == INDEX and ".." not in parts
    ) and name == "/".join(parts)


def _check_room(manifest: Manifest, path: Path, folder: Path) -> None:
    total = sum(entry.size for entry in manifest.files.values())
    room = shutil.disk_usage(folder).free - SPARE
    if total > room or (total > SMALL and total > DENSEST * path.stat().st_size):
        raise Unreadable("store_backup_too_large", where=str(path), bytes=total)


def _take(stream: gzip.GzipFile, expected: File, target: Path, where: str) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), expected.size
    with target.open("xb") as file:
        while left and (piece := stream.read(min(_PIECE, left))):
            file.write(piece)
            digest.update(piece)
            left -= len(piece)
        file.flush()
        os.fsync(file.fileno())
    _skip_padding(stream, expected.size)
    if left or digest.hexdigest() != expected.sha256:
        raise _bad(where, f"{target.name!r} does not match its checksum")


def sync_folder(folder: Path) -> None:
    """Make a rename inside a folder last, where the system lets a folder be opened."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _bad(where: str, reason: str) -> Unreadable:
    return Unreadable("store_backup_unreadable", where=where, reason=reason)
