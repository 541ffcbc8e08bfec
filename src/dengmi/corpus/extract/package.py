"""The zip packages of office files, opened with care: sizes are checked before anything is
unpacked, and their XML may have no declarations of its own."""

import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from posixpath import normpath
from types import TracebackType
from typing import Any, Self

from dengmi.core.errors import Unreadable

MOST_UNPACKED = 400_000_000
"""Bytes of all parts of a package together."""

MOST_PART = 150_000_000
"""Bytes of one part that is read."""

_MOST_PARTS = 20_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RELATED = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"


class Package:
    """An open office file. Use as a context manager.

    Raises:
        Unreadable: "file_encrypted", "file_old_office", "file_broken", "file_unpacks_too_big".
    """

    def __init__(self, path: Path, name: str, kind: str) -> None:
        self.name, self.kind = name, kind
        with path.open("rb") as file:
            start = file.read(8)
        if start == _OLD_OFFICE:
            whole = path.read_bytes()
            locked = "EncryptedPackage".encode("utf-16-le") in whole
            raise Unreadable(
                "file_encrypted" if locked else "file_old_office", name=name, kind=kind
            )
        try:
            self.zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
            raise self.broken() from error
        parts = self.zip.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MOST_UNPACKED or len(parts) > _MOST_PARTS:
            self.zip.close()
            raise self._too_big(unpacked)
        if any(part.flag_bits & 1 for part in parts):
            self.zip.close()
            raise Unreadable("file_encrypted", name=name, kind=kind)
        self.names = frozenset(part.filename for part in parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.zip.close()

    def broken(self) -> Unreadable:
        """The error for a package that is not what its name says."""
        return Unreadable("file_broken", name=self.name, kind=self.kind)

    def _too_big(self, size: int) -> Unreadable:
        most = MOST_UNPACKED // 1_000_000
        return Unreadable("file_unpacks_too_big", name=self.name, size=size // 1_000_000, most=most)

    def read(self, part: str) -> bytes:
        """The bytes of a part."""
        try:
            info = self.zip.getinfo(part)
            if info.file_size > MOST_PART:
                raise self._too_big(info.file_size)
            return self.zip.read(info)
        except (KeyError, zipfile.BadZipFile, EOFError, OSError, ValueError) as error:
            raise self.broken() from error
        except (NotImplementedError, RuntimeError) as error:
            raise self.broken() from error

    def tree(self, part: str) -> Any:
        """The root element of an XML part."""
        from lxml import etree  # type: ignore[import-untyped]

        raw = self.read(part)
        if b"<!DOCTYPE" in raw[:4096] or b"<!ENTITY" in raw:
            raise self.broken()
        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            return etree.fromstring(raw, parser=parser)
        except etree.XMLSyntaxError as error:
            raise self.broken() from error

    def optional(self, part: str) -> Any:
        """The root element of a part, or None when the package has no such part."""
        return self.tree(part) if part in self.names else None

    def related(self, part: str) -> Mapping[str, tuple[str, str]]:
        """By relation id: (last word of its type, the part it leads to)."""
        path = PurePosixPath(part)
        root = self.optional(str(path.parent / "_rels" / f"{path.name}.rels"))
        found = {}
        for relation in root.iter(_RELATED) if root is not None else ():
            target = relation.get("Target", "")
            whole = target.lstrip("/") if target.startswith("/") else str(path.parent / target)
            kind = relation.get("Type", "").rpartition("/")[2]
            found[relation.get("Id", "")] = (kind, normpath(whole))
        return found
