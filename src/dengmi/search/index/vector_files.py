"""The files of the vectors. They are derived, like the index of words.

    vectors/live.json       which set of vectors answers
    vectors/set-3/told.json what the set is, how far it got and which files hold it
    vectors/set-3/41.usearch, 41.rows   the vectors, and what is known of each

Each file is whole before the one that names it is replaced, so a kill at any moment leaves a set
as it was last saved. A set that is being made stands beside the live one until it is complete.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from usearch.index import Index

FOLDER = "vectors"
LIVE = "live.json"
TOLD = "told.json"
_SET = "set-"

EXPANSION = 256
"""Candidates that a search of the graph keeps: with usearch's own 64 it misses more."""

DAMAGED = (OSError, RuntimeError, ValueError, msgspec.DecodeError)
"""What opening files that are gone or damaged raises."""


class Row(msgspec.Struct, frozen=True, array_like=True):
    """What is known of one vector. Its key in usearch is `key`; `digest` tells whether the text
    it was made of has changed."""

    key: int
    article: int
    passage_id: str
    desk: str
    source_id: str
    day: int
    digest: int


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What a set of vectors says of itself: who made it, the store's change it stands at, where
    its vectors are, how many there are, and how many passages the model refused."""

    name: str
    recipe: dict[str, str]
    dimensions: int
    seq: int = 0
    file: int = 0
    count: int = 0
    refused: int = 0


class _Live(msgspec.Struct, frozen=True):
    folder: str


class Set(msgspec.Struct, frozen=True):
    """One set of vectors: its folder and what it says of itself."""

    folder: Path
    told: Told


def live_set(root: Path) -> Set | None:
    """The set that answers; None where there is none. Blocks."""
    try:
        live = msgspec.json.decode((root / LIVE).read_bytes(), type=_Live)
    except (OSError, msgspec.DecodeError):
        return None
    return read_set(root / Path(live.folder).name)


def sets(root: Path) -> list[Set]:
    """Every set that can be read, the newest last. Blocks."""
    found = (read_set(folder) for folder in sorted(_folders(root), key=_number))
    return [one for one in found if one is not None]


def read_set(folder: Path) -> Set | None:
    """What is in a folder, if its files are there. Blocks."""
    try:
        told = msgspec.json.decode((folder / TOLD).read_bytes(), type=Told)
    except (OSError, msgspec.DecodeError):
        return None
    return Set(folder, told) if _vectors(folder, told).is_file() else None


def new_folder(root: Path) -> Path:
    """A folder for a new set, with a name no set had while another is there. Blocks."""
    number = max((_number(folder) for folder in _folders(root)), default=0) + 1
    folder = root / f"{_SET}{number}"
    folder.mkdir(parents=True)
    return folder


def make_live(root: Path, folder: Path) -> None:
    """Let this set answer from now on, and throw the others away. Blocks."""
    _replace(root / LIVE, msgspec.json.encode(_Live(folder.name)))
    for other in _folders(root):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def save(folder: Path, index: "Index", rows: Sequence[Row], told: Told) -> None:
    """Write a set: its vectors, what is known of them, then what it says of itself. Blocks."""
    fresh = _vectors(folder, told).with_suffix(".new")
    index.save(str(fresh))
    _flush(fresh)
    fresh.replace(_vectors(folder, told))
    _replace(_vectors(folder, told).with_suffix(".rows"), msgspec.msgpack.encode(rows))
    _replace(folder / TOLD, msgspec.json.encode(told))
    for old in folder.iterdir():
        if old.stem != str(told.file) and old.name != TOLD:
            with suppress(OSError):  # another process may be opening it
                old.unlink()


def load(one: Set, *, view: bool = False) -> "tuple[Index, Mapping[int, Row]]":
    """The vectors of a set and its rows by key; `view` leaves the vectors on the disk. Blocks.

    Raises:
        OSError, RuntimeError, msgspec.DecodeError: the files are gone or damaged.
    """
    rows = msgspec.msgpack.decode(
        _vectors(one.folder, one.told).with_suffix(".rows").read_bytes(), type=list[Row]
    )
    index = make_index(one.told.dimensions)
    path = str(_vectors(one.folder, one.told))
    read = index.view if view else index.load
    read(path)
    return index, {row.key: row for row in rows}


def load_usearch() -> None:
    """Import usearch. Raises ImportError without it.

    fastembed's onnxruntime (1.32) ends the process with a segmentation fault where usearch (2.26)
    was imported before it; the other way round both work.
    """
    if find_spec("onnxruntime") is not None:
        import_module("onnxruntime")
    import_module("usearch.index")


def make_index(dimensions: int) -> "Index":
    """An empty index. Raises ImportError without usearch."""
    load_usearch()
    from usearch.index import Index

    return Index(ndim=dimensions, metric="cos", dtype="f16", expansion_search=EXPANSION)


def array(vector: Sequence[float]) -> Any:
    """The vector as usearch takes it."""
    import numpy

    return numpy.asarray(vector, dtype=numpy.float32)


def stamp(root: Path) -> tuple[int, ...]:
    """Something that changes whenever a set is saved or made live. Blocks, briefly."""
    try:
        live = (root / LIVE).stat()
        folder = msgspec.json.decode((root / LIVE).read_bytes(), type=_Live).folder
        told = (root / Path(folder).name / TOLD).stat()
    except (OSError, msgspec.DecodeError):
        return ()
    return live.st_mtime_ns, live.st_ino, told.st_mtime_ns, told.st_ino


def _vectors(folder: Path, told: Told) -> Path:
    return folder / f"{told.file}.usearch"


def _folders(root: Path) -> Iterator[Path]:
    for folder in root.glob(f"{_SET}*"):
        if folder.name[len(_SET) :].isdecimal():
            yield folder


def _number(folder: Path) -> int:
    return int(folder.name[len(_SET) :])


def _replace(path: Path, content: bytes) -> None:
    """Write a file so that after a crash it is the old one or the new one."""
    fresh = path.with_name(f"{path.name}.new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
