"""Office files (docx, pptx, xlsx) to articles. Runs in the child process (see child.py)."""

from collections.abc import Callable, Mapping
from pathlib import Path

from dengmi.core.errors import Unreadable
from dengmi.corpus.blocks import Block
from dengmi.corpus.extract.dates import iso_date
from dengmi.corpus.extract.docx import docx_blocks
from dengmi.corpus.extract.extracted import Extracted
from dengmi.corpus.extract.markdown import to_markdown
from dengmi.corpus.extract.package import Package
from dengmi.corpus.extract.pptx import pptx_blocks
from dengmi.corpus.extract.textfile import title_from_name
from dengmi.corpus.extract.xlsx import xlsx_blocks

_READERS: Mapping[str, Callable[[Package], tuple[str, list[Block]]]] = {
    "docx": docx_blocks,
    "pptx": pptx_blocks,
    "xlsx": xlsx_blocks,
}
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_BAD_TITLES = frozenset(
    ("powerpoint presentation", "powerpoint 演示文稿", "演示文稿", "word document")
)


def read_office(path: Path, name: str, kind: str) -> Extracted:
    """The article in an office file; `kind` is "docx", "pptx" or "xlsx".

    Raises:
        Unreadable: as `Package` does, "file_empty", or "extra_missing" when the libraries that
            read such files are not installed.
    """
    package = Package(path, name, kind)
    facts = package.tree("docProps/core.xml")
    try:
        said, body = _READERS[kind](package)
    except ModuleNotFoundError as error:
        raise Unreadable("extra_missing", extra="office") from error
    except OSError as error:  # the file itself has just been read: what is missing is a part
        raise package.broken() from error
    if not body:
        raise Unreadable("file_empty", name=name)

    def fact(tag: str) -> str:
        text = facts.findtext(f".//{tag}") if facts is not None else ""
        return " ".join((text or "").split())

    title = fact(f"{_DC}title")
    title = said or ("" if title.lower() in _BAD_TITLES else title)
    if not title and body[0].kind == "heading" and kind != "xlsx":
        title = body[0].text
    if len(body) > 1 and body[0].text == title and body[0].kind != "row":
        body = body[1:]
    return Extracted(
        title=title or title_from_name(name),
        body=to_markdown(body),
        author=fact(f"{_DC}creator"),
        published=iso_date(fact(f"{_TERMS}created")),
    )
