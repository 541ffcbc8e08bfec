"""The zip packages of office files, looked at with care before a library opens one: declared sizes
are added up before anything is unpacked, and XML parts may have no declarations of their own."""

import zipfile
from pathlib import Path
from typing import Any

from dengmi.core.errors import Unreadable

MOST_UNPACKED = 400_000_000
"""Bytes of all parts of a package together."""

MOST_PART = 150_000_000
"""Bytes of one XML part."""

_MOST_PARTS = 20_000
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_LONGEST = max(map(len, _DECLARATIONS))
_STEP = 1 << 20
# Pictures and pages put into a file: they may begin with a declaration, and nobody parses them.
_PUT_IN = (".svg", ".htm", ".html", ".xhtml", ".mht")


class Package:
    """A checked office file: every XML part unpacks to what it declares and declares no entities.

    Raises:
        Unreadable: "file_encrypted", "file_old_office", "file_broken", "file_unpacks_too_big".
    """

    def __init__(self, path: Path, name: str, kind: str) -> None:
        self.path, self.name, self.kind = path, name, kind
        with path.open("rb") as file:
            start = file.read(8)
        if start == _OLD_OFFICE:
            locked = "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
            raise Unreadable(
                "file_encrypted" if locked else "file_old_office", name=name, kind=kind
            )
        try:
            with zipfile.ZipFile(path) as file:
                self._check(file)
        except (zipfile.BadZipFile, EOFError, OSError, ValueError, RuntimeError) as error:
            raise self.broken() from error  # NotImplementedError is a RuntimeError

    def broken(self) -> Unreadable:
        """The error for a package that is not what its name says."""
        return Unreadable("file_broken", name=self.name, kind=self.kind)

    def tree(self, part: str) -> Any:
        """The root element of a small XML part, or None when there is no such part."""
        from lxml import etree  # type: ignore[import-untyped]

        parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
        try:
            with zipfile.ZipFile(self.path) as file:
                return etree.fromstring(file.read(part), parser=parser)
        except KeyError:
            return None
        except etree.XMLSyntaxError as error:
            raise self.broken() from error

    def _check(self, file: zipfile.ZipFile) -> None:
        parts = file.infolist()
        unpacked = sum(part.file_size for part in parts)
        if unpacked > MOST_UNPACKED or len(parts) > _MOST_PARTS:
            raise self._too_big(unpacked, MOST_UNPACKED)
        if any(part.flag_bits & 1 for part in parts):
            raise Unreadable("file_encrypted", name=self.name, kind=self.kind)
        for part in parts:
            if not part.filename.lower().endswith(_PUT_IN):
                self._check_part(file, part)

    def _check_part(self, file: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
        """Reading to the end also compares the sum of the bytes with the one that is declared."""
        with file.open(part) as raw:
            piece = raw.read(256)
            if piece.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n")[:1] not in (b"", b"<"):
                return  # no XML: a picture, a font, a film
            if part.file_size > MOST_PART:
                raise self._too_big(part.file_size, MOST_PART)
            before = b""
            while piece:
                seen = before + piece.replace(b"\0", b"")  # as UTF-16 hides the words
                if any(word in seen for word in _DECLARATIONS):
                    raise self.broken()
                before, piece = seen[-_LONGEST:], raw.read(_STEP)

    def _too_big(self, size: int, most: int) -> Unreadable:
        megabytes = {"size": size // 1_000_000, "most": most // 1_000_000}
        return Unreadable("file_unpacks_too_big", name=self.name, **megabytes)
