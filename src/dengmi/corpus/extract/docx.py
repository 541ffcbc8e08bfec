"""Word files: mammoth turns them into plain HTML, which is then read like a page."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from dengmi.core.errors import Unreadable
from dengmi.corpus.blocks import Block
from dengmi.corpus.extract.flow import element_blocks
from dengmi.corpus.extract.package import Package
from dengmi.corpus.extract.tree import MOST_HTML, parse, text_of

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TITLES = ("Title", "标题", "標題")
# Bold and slanted runs say nothing here; a table of contents would repeat every heading.
_RULES = (
    *(f"p[style-name='{name}'] => h1.title:fresh" for name in _TITLES),
    "p[style-name^='toc '] => !",
    "b =>",
    "i =>",
    "strike =>",
)


def docx_blocks(package: Package) -> tuple[str, list[Block]]:
    """(the text of the first paragraph styled as title, the blocks of the file)."""
    import mammoth  # type: ignore[import-untyped]

    rules = "\n".join((*_RULES, *_headings(package.tree("word/styles.xml"))))
    with package.path.open("rb") as file:
        markup = mammoth.convert_to_html(
            file,
            style_map=rules,
            include_embedded_style_map=False,
            convert_image=lambda _picture: [],
        ).value
    if len(markup) > MOST_HTML:
        megabytes = {"size": len(markup) // 1_000_000, "most": MOST_HTML // 1_000_000}
        raise Unreadable("file_unpacks_too_big", name=package.name, **megabytes)
    root = parse(markup)
    if root is None:
        return "", []
    _plain_notes(root)
    title = next(root.iterfind(".//h1[@class='title']"), None)
    said = text_of(title)
    if title is not None:
        title.drop_tree()
    return said, element_blocks(root)


def _plain_notes(root: "HtmlElement") -> None:
    """Footnotes and endnotes become paragraphs at the end; the marks that lead to them go."""
    marks = "footnote-", "endnote-"
    for link in list(root.iterfind(".//a[@href]")):
        if link.get("href").startswith(tuple(f"#{mark}" for mark in marks)):
            link.drop_tree()
    for note in list(root.iterfind(".//li[@id]")):
        if note.get("id").startswith(marks):
            note.tag = note.getparent().tag = "div"


def _headings(styles: Any) -> Iterator[str]:
    """Rules for the styles that make headings by their outline level or by what they build on."""
    levels: dict[str, int] = {}
    for style in styles.iter(f"{_W}style") if styles is not None else ():
        name = _value(style, "name")
        outline = _value(style, "pPr/outlineLvl")
        if found := re.fullmatch(r"(?:heading|标题|標題)\s*([1-9])", name, re.I):
            level = int(found[1])
        elif re.fullmatch(r"\d", outline):
            level = int(outline) + 1  # 9 is body text
        else:
            level = levels.get(_value(style, "basedOn"), 0)
        levels[style.get(f"{_W}styleId", "")] = level
        if 1 <= level <= 9 and name not in _TITLES:
            quoted = re.sub(r"(['\\])", r"\\\1", name)
            yield f"p[style-name='{quoted}'] => h{min(level, 6)}:fresh"


def _value(element: Any, path: str) -> str:
    """The `val` attribute of the element a path leads to, or ""."""
    found = element.find("/".join(f"{_W}{step}" for step in path.split("/")))
    return found.get(f"{_W}val", "") if found is not None else ""
