"""Files that operators drop: kept in the home, one folder for each desk, which is a source like any
other folder."""

import shutil
import unicodedata
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from dengmi.core.errors import BadInput
from dengmi.core.plain import clean
from dengmi.corpus.folder import ENDINGS
from dengmi.server.problems import Refusal

MOST_FILES = 200
MOST_BYTES = 500_000_000
"""Files, and bytes of all files together, of one drop."""

LONGEST_NAME = 180
"""Bytes of a file's name; systems take 255."""


class Dropped(NamedTuple):
    """What a form with files brought: its fields, and its files."""

    fields: dict[str, str]
    files: list[UploadFile]


async def dropped(request: Request, most: int) -> Dropped:
    """Read a form with files. They lie in temporary files of the system until they are closed.

    Args:
        most: bytes of one file.

    Raises:
        Refusal: it is too large (413), or no such form (400).
    """
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > MOST_BYTES:
        raise Refusal("body_too_large", 413, most=MOST_BYTES)
    parser = MultiPartParser(
        request.headers, _counted(request), max_files=MOST_FILES, max_fields=20
    )
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError, ClientDisconnect, UnicodeDecodeError):
        raise Refusal("request_bad", 400) from None
    fields = {name: clean(value) for name, value in form.multi_items() if isinstance(value, str)}
    files = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    for one in files:
        if (one.size or 0) > most:
            await form.close()
            megabytes = round(most / 1e6)
            raise BadInput("file_too_large", name=one.filename or "", megabytes=megabytes)
    return Dropped(fields, files)


async def _counted(request: Request) -> AsyncGenerator[bytes, None]:
    seen = 0
    async for piece in request.stream():
        seen += len(piece)
        if seen > MOST_BYTES:
            raise Refusal("body_too_large", 413, most=MOST_BYTES)
        yield piece


def folder_of(home: Path, desk: str) -> Path:
    """Where the files of a desk lie."""
    return home / "uploads" / desk


def is_ours(home: Path, address: str) -> bool:
    """Whether a source is such a folder."""
    return Path(address).parent == home / "uploads"


def named(name: str) -> str:
    """The name of a file as it is kept: no folders, nothing hidden, no control characters.

    Raises:
        BadInput: it cannot be read by Dengmi, or has no name.
    """
    plain = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    plain = "".join(char for char in clean(plain) if char not in '<>:"|?*').strip().lstrip(".~ ")
    stem, dot, ending = plain.rpartition(".")
    if not dot or f".{ending.lower()}" not in ENDINGS:
        known = ", ".join(sorted(ENDINGS))
        raise BadInput("console_file_kind", name=name[:100], known=known)
    while len(f"{stem}.{ending}".encode()) > LONGEST_NAME:
        stem = stem[:-1]
    return f"{stem}.{ending}"


def keep(folder: Path, files: Sequence[tuple[str, UploadFile]]) -> None:
    """Write files, each whole or not at all; one of the same name is replaced. Blocks."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in files:
        part = folder / f".{name}.part"
        file.file.seek(0)
        with part.open("wb") as out:
            shutil.copyfileobj(file.file, out, 1 << 20)
        part.replace(folder / name)


def names_in(folder: Path) -> list[str]:
    """The names of the files that were dropped there. Blocks."""
    try:
        return sorted(each.name for each in folder.iterdir() if each.name[0] != ".")
    except OSError:
        return []


def drop(folder: Path, name: str) -> bool:
    """Remove one file; False where there is none of that name. Blocks."""
    if name not in names_in(folder):
        return False
    (folder / name).unlink(missing_ok=True)
    return True


def drop_all(folder: Path) -> None:
    """Remove a desk's folder. Blocks."""
    shutil.rmtree(folder, ignore_errors=True)
