"""PowerPoint files: each slide's title, texts, tables and speaker's notes."""

from collections.abc import Iterator
from typing import Any

from dengmi.corpus.blocks import Block, row_text
from dengmi.corpus.extract.package import Package

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_MARGINAL = frozenset(("dt", "ftr", "sldNum", "hdr"))


def pptx_blocks(package: Package) -> tuple[str, list[Block]]:
    """(the title of the first slide, the blocks of all slides in their order)."""
    main = "ppt/presentation.xml"
    related = package.related(main)
    found: list[Block] = []
    title = ""
    for number, slide in enumerate(package.tree(main).iter(f"{_P}sldId"), 1):
        kind, part = related.get(slide.get(f"{_R}id", ""), ("", ""))
        if kind != "slide" or part not in package.names:
            continue
        blocks = list(_slide(package, part))
        if number == 1 and blocks and blocks[0].kind == "heading":
            title = blocks[0].text
        found += blocks
    return title, found


def _slide(package: Package, part: str) -> Iterator[Block]:
    shapes = list(package.tree(part).iter(f"{_P}sp", f"{_A}tbl"))
    shapes.sort(key=lambda shape: _place(shape) not in ("title", "ctrTitle"))
    for shape in shapes:
        yield from _shape(shape)
    for kind, notes in package.related(part).values():
        if kind == "notesSlide" and notes in package.names:
            for shape in package.tree(notes).iter(f"{_P}sp"):
                if _place(shape) == "body":
                    yield from (Block("paragraph", text) for text, _ in _paragraphs(shape))


def _shape(shape: Any) -> Iterator[Block]:
    place = _place(shape)
    if shape.tag == f"{_A}tbl":
        head = 1
        for row in shape.iter(f"{_A}tr"):
            cells = [" ".join(t for t, _ in _paragraphs(cell)) for cell in row.iter(f"{_A}tc")]
            if text := row_text(cells):
                yield Block("row", text, head)
                head = 0
    elif place in ("title", "ctrTitle"):
        if text := " ".join(text for text, _ in _paragraphs(shape)):
            yield Block("heading", text, 2)
    elif place not in _MARGINAL:
        texts = list(_paragraphs(shape))
        for text, level in texts:
            if place in ("body", "obj") and len(texts) > 1:
                yield Block("item", text, level + 1)
            else:
                yield Block("paragraph", text)


def _place(shape: Any) -> str:
    """What a shape is for: title, body, ftr …; a placeholder without a type is a body."""
    holder = shape.find(f"{_P}nvSpPr/{_P}nvPr/{_P}ph")
    return str(holder.get("type", "body")) if holder is not None else ""


def _paragraphs(element: Any) -> Iterator[tuple[str, int]]:
    """(text, level from 0) of each paragraph."""
    for paragraph in element.iter(f"{_A}p"):
        pieces = [
            " " if node.tag == f"{_A}br" else node.text or ""
            for node in paragraph.iter(f"{_A}t", f"{_A}br")
        ]
        properties = paragraph.find(f"{_A}pPr")
        level = properties.get("lvl", "0") if properties is not None else "0"
        if text := " ".join("".join(pieces).split()):
            yield text, int(level) if level.isdecimal() else 0
