"""Word files: paragraphs, headings, lists, tables and notes."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from dengmi.corpus.blocks import Block, row_text
from dengmi.corpus.extract.package import Package

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_LEFT_OUT = frozenset(
    (f"{_W}del", f"{_W}instrText", f"{_W}pPr", f"{_W}rPr", f"{_W}moveFrom", f"{_W}txbxContent")
)
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_MOST_DEPTH = 60


def docx_blocks(package: Package) -> tuple[str, list[Block]]:
    """(the text of the paragraph styled as title, the blocks of the file)."""
    reader = _Docx(package)
    body = package.tree("word/document.xml").find(f"{_W}body")
    if body is None:
        raise package.broken()
    found = list(reader.blocks(body, 0))
    for part in ("word/footnotes.xml", "word/endnotes.xml"):
        notes = package.optional(part)
        for note in notes if notes is not None else ():
            if note.get(f"{_W}type") is None:
                found += reader.blocks(note, 0)
    return reader.title, found


class _Docx:
    """The styles and lists of one file, and the numbers its lists have reached."""

    def __init__(self, package: Package) -> None:
        self.title = ""
        self.levels, self.title_styles = _styles(package.optional("word/styles.xml"))
        self.bullets = _bullets(package.optional("word/numbering.xml"))
        self.reached: dict[tuple[str, int], int] = defaultdict(int)

    def blocks(self, parent: Any, depth: int) -> Iterator[Block]:
        if depth > _MOST_DEPTH:
            return
        for child in parent:
            if child.tag == f"{_W}p":
                yield from self._paragraph(child, depth)
            elif child.tag == f"{_W}tbl":
                yield from self._table(child)
            elif child.tag in (f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}customXml"):
                yield from self.blocks(child, depth + 1)

    def _paragraph(self, element: Any, depth: int) -> Iterator[Block]:
        text = _text(element)
        if text:
            block = self._block(element, text)
            if block is not None:
                yield block
        for box in element.iter(f"{_W}txbxContent"):
            if not any(above.tag == _FALLBACK for above in box.iterancestors()):
                yield from self.blocks(box, depth + 20)

    def _block(self, element: Any, text: str) -> Block | None:
        style = _value(element, "pPr/pStyle")
        if style in self.title_styles and not self.title:
            self.title = text
            return None
        outline = _value(element, "pPr/outlineLvl")
        level = int(outline) + 1 if outline.isdecimal() else self.levels.get(style, 0)
        if 1 <= level <= 9:
            return Block("heading", text, min(level, 6))
        number = _value(element, "pPr/numPr/numId")
        if number and number != "0":
            depth = int(_value(element, "pPr/numPr/ilvl") or 0)
            return Block("item", text, depth + 1, self._next(number, depth))
        return Block("paragraph", text)

    def _next(self, number: str, depth: int) -> int:
        """The number of the next item of a list; 0 where the list has bullets."""
        if self.bullets.get((number, depth), True):
            return 0
        for deeper in [key for key in self.reached if key[0] == number and key[1] > depth]:
            del self.reached[deeper]
        self.reached[number, depth] += 1
        return self.reached[number, depth]

    def _table(self, table: Any) -> Iterator[Block]:
        rows = [
            [" ".join(_texts(cell)) for cell in row.iterchildren(f"{_W}tc", f"{_W}sdt")]
            for row in table.iterchildren(f"{_W}tr")
        ]
        if max(map(len, rows), default=0) < 2:  # a frame around text
            for cell in table.iter(f"{_W}tc"):
                yield from self.blocks(cell, 20)
            return
        head = 1
        for row in rows:
            if text := row_text(row):
                yield Block("row", text, head)
                head = 0


def _styles(root: Any) -> tuple[Mapping[str, int], frozenset[str]]:
    """(level of each heading style, ids of title styles)."""
    levels: dict[str, int] = {}
    titles = set()
    for style in root.iter(f"{_W}style") if root is not None else ():
        key = style.get(f"{_W}styleId", "")
        name = _value(style, "name").lower()
        outline = _value(style, "pPr/outlineLvl")
        if found := re.match(r"(?:heading|标题|標題)\s*(\d)$", name):
            levels[key] = int(found[1])
        elif name in ("title", "标题", "標題"):
            titles.add(key)
        elif outline.isdecimal():
            levels[key] = int(outline) + 1
        elif (base := _value(style, "basedOn")) in levels:
            levels[key] = levels[base]
    return levels, frozenset(titles)


def _bullets(root: Any) -> Mapping[tuple[str, int], bool]:
    """By list and depth: whether its items have bullets (else numbers)."""
    if root is None:
        return {}
    shapes = {}
    for shape in root.iter(f"{_W}abstractNum"):
        for level in shape.iter(f"{_W}lvl"):
            depth = level.get(f"{_W}ilvl", "0")
            key = (shape.get(f"{_W}abstractNumId", ""), int(depth) if depth.isdecimal() else 0)
            shapes[key] = _value(level, "numFmt") in ("bullet", "none", "")
    return {
        (number.get(f"{_W}numId", ""), depth): plain
        for number in root.iter(f"{_W}num")
        for (shape, depth), plain in shapes.items()
        if shape == _value(number, "abstractNumId")
    }


def _value(element: Any, path: str) -> str:
    """The `val` attribute of the element a path leads to, or ""."""
    found = element.find("/".join(f"{_W}{step}" for step in path.split("/")))
    return found.get(f"{_W}val", "") if found is not None else ""


def _texts(element: Any) -> Iterator[str]:
    for paragraph in element.iter(f"{_W}p"):
        if text := _text(paragraph):
            yield text


def _text(paragraph: Any) -> str:
    pieces: list[str] = []
    _gather(paragraph, pieces, 0)
    return " ".join("".join(pieces).split())


def _gather(element: Any, pieces: list[str], depth: int) -> None:
    if depth > _MOST_DEPTH:
        return
    for child in element:
        if child.tag == f"{_W}t":
            pieces.append(child.text or "")
        elif child.tag in (f"{_W}tab", f"{_W}br", f"{_W}cr", f"{_W}ptab"):
            pieces.append(" ")
        elif child.tag == f"{_W}noBreakHyphen":
            pieces.append("-")
        elif child.tag not in _LEFT_OUT and child.tag != _FALLBACK:
            _gather(child, pieces, depth + 1)
