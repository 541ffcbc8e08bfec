"""Reading files: a folder with everything below it, one file, or one JSONL file."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePath
from stat import S_ISREG

from dengmi.core.errors import DengmiError, Unreadable
from dengmi.core.records import Draft
from dengmi.corpus.extract.extracted import Extracted
from dengmi.corpus.extract.jsonl import Failure, read_jsonl
from dengmi.corpus.extract.textfile import read_text_file
from dengmi.corpus.items import Incomplete, Item, Job, Same, Total

TEXT_ENDINGS = frozenset(
    (
        *(".md", ".markdown", ".mdx", ".txt", ".text", ".rst", ".org", ".adoc"),
        *(".html", ".htm", ".xhtml", ".shtml"),
    )
)
PARSED_ENDINGS = frozenset([".pdf", ".docx", ".pptx", ".xlsx"])
LINE_ENDINGS = frozenset([".jsonl", ".ndjson"])
ENDINGS = TEXT_ENDINGS | PARSED_ENDINGS | LINE_ENDINGS
"""Endings of the files that are read in a folder; one file alone may have any."""

_LEFT_OUT = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})


def read_folder(job: Job) -> Iterator[Item]:
    r"""The articles of a folder, or of the one file that the source's address names.

    Keys are paths below the folder, with "/" on every system; bytes of a name that are no UTF-8
    are written as \xff, because no database takes them. Files whose size and time of change
    are as stored are not opened. Hidden files and folders are passed over, links to folders and
    links that lead outside are not followed.

    Raises:
        Unreadable: the folder or file is not there (any more), or is empty while articles of it
            are stored: more likely a disk that is not mounted than the wish to lose them all.
    """
    root = Path(job.source.address)
    if root.is_file():
        yield Total(1)
        yield from _file(job, root, _key(root.name), chosen=True)
        return
    if not root.is_dir():
        raise Unreadable("path_missing", path=str(root))
    missed: list[str] = []
    found = sorted(_walk(root, missed))
    if not found and job.known:
        raise Unreadable("folder_empty", path=str(root))
    yield Total(len(found))
    for name in missed:
        yield Incomplete(_key(name), "folder_unreadable", {"path": _key(name)})
    for name in found:
        yield from _file(job, root / name, _key(name), chosen=False)


def _key(name: str) -> str:
    """A file's name as text that can be stored: two names stay two keys."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def read_lines(job: Job) -> Iterator[Item]:
    """The articles of a JSONL file.

    Raises:
        Unreadable: the file cannot be read.
    """
    path = Path(job.source.address)
    if not path.is_file():
        raise Unreadable("path_missing", path=str(path))
    yield Total(_count_lines(path))
    yield from _lines(path, "")


def _lines(path: Path, prefix: str) -> Iterator[Item]:
    for item in read_jsonl(path):
        if isinstance(item, Failure):
            yield Failure(
                key=prefix + item.key, code=item.code, params=item.params, skipped=item.skipped
            )
            if not item.skipped:
                # Nobody knows which article a broken line was: keep all that are not seen.
                yield Incomplete()
        elif prefix:
            yield _renamed(item, prefix + item.key)
        else:
            yield item


def _renamed(draft: Draft, key: str) -> Draft:
    from dataclasses import replace

    return replace(draft, key=key)


def _count_lines(path: Path) -> int:
    count = 0
    last = b"\n"
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            count += part.count(b"\n")
            last = part[-1:]
    return count + (last != b"\n")


def _walk(root: Path, missed: list[str]) -> Iterator[str]:
    inside = root.resolve()

    def note(error: OSError) -> None:
        missed.append(str(error.filename or root))

    for folder, folders, files in os.walk(root, onerror=note):
        folders[:] = sorted(name for name in folders if name[0] != "." and name not in _LEFT_OUT)
        for name in files:
            path = Path(folder, name)
            if name[0] in ".~" or (path.is_symlink() and not _leads_inside(path, inside)):
                continue
            yield path.relative_to(root).as_posix()


def _leads_inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):
        return False


def _file(job: Job, path: Path, name: str, *, chosen: bool) -> Iterator[Item]:
    ending = path.suffix.lower()
    if ending not in ENDINGS and not chosen:
        params = {"name": name, "ending": ending or "-"}
        yield Failure(key=name, code="file_kind", params=params, skipped=True)
        return
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            raise Unreadable("file_not_regular", name=name)
        if ending in LINE_ENDINGS:
            yield from _lines(path, f"{name}#")
            return
        stamp = f"{status.st_mtime_ns}-{status.st_size}"
        before = job.known.get(name)
        if before is not None and before.modified == stamp:
            yield Same(name, modified=stamp)
            return
        if status.st_size > job.files.max_bytes:
            most = round(job.files.max_bytes / 1e6)
            raise Unreadable("file_too_large", name=name, megabytes=most)
        yield _draft(name, stamp, extract_file(job, path, name))
    except DengmiError as error:
        yield Failure(key=name, code=error.code, params=error.params)
        if ending in LINE_ENDINGS:
            yield Incomplete()
    except OSError as error:
        reason = error.strerror or ""
        yield Failure(key=name, code="file_unopened", params={"name": name, "reason": reason})


def extract_file(job: Job, path: Path, name: str) -> Extracted:
    """The article in a file.

    Raises:
        Unreadable: there is none in it, or it cannot be read within the limits.
        OSError: the file cannot be opened.
    """
    if path.suffix.lower() in PARSED_ENDINGS:
        from dengmi.corpus.extract.child import extract_apart

        return extract_apart(path, job.files)
    return read_text_file(path.read_bytes(), PurePath(name).name)


def _draft(name: str, stamp: str, read: Extracted) -> Draft:
    return Draft(
        key=name,
        title=read.title,
        body=read.body,
        form=read.form,
        url=read.url,
        author=read.author,
        published=read.published,
        lang=read.lang,
        modified=stamp,
    )
