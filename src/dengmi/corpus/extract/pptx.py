"""PowerPoint files: each slide's title, texts, tables and speaker's notes."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dengmi.corpus.blocks import Block, row_text
from dengmi.corpus.extract.package import Package

if TYPE_CHECKING:
    from pptx.slide import Slide

_TITLES = frozenset(("TITLE", "CENTER_TITLE", "VERTICAL_TITLE"))
_LISTS = frozenset(("BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT"))
_MARGINAL = frozenset(("DATE", "FOOTER", "SLIDE_NUMBER", "HEADER"))


def pptx_blocks(package: Package) -> tuple[str, list[Block]]:
    """(the title of the first slide, the blocks of all slides in their order)."""
    from pptx import Presentation

    found: list[Block] = []
    title = ""
    with package.path.open("rb") as file:
        slides = Presentation(file).slides
    for number, slide in enumerate(slides):
        blocks = list(_slide(slide))
        if not number and blocks and blocks[0].kind == "heading":
            title = blocks[0].text
        found += blocks
    return title, found


def _slide(slide: "Slide") -> Iterator[Block]:
    shapes = [(shape, _place(shape)) for shape in _single(slide.shapes)]
    shapes.sort(key=lambda placed: placed[1] not in _TITLES)
    for shape, place in shapes:
        if shape.has_text_frame:
            yield from _texts(list(_paragraphs(shape.text_frame)), place)
        elif shape.has_table:
            yield from _rows(shape.table)
    notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
    if notes is not None:
        yield from (Block("paragraph", text) for text, _ in _paragraphs(notes))


def _single(shapes: Iterable[Any]) -> Iterator[Any]:
    """All shapes, those in groups too."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _single(shape.shapes)
        else:
            yield shape


def _place(shape: Any) -> str:
    """What a shape is for: "TITLE", "BODY", "FOOTER" …; "" for what stands freely."""
    return str(shape.placeholder_format.type.name) if shape.is_placeholder else ""


def _texts(texts: list[tuple[str, int]], place: str) -> Iterator[Block]:
    if place in _TITLES and texts:
        yield Block("heading", " ".join(text for text, _ in texts), 2)
    elif place in _LISTS and len(texts) > 1:
        yield from (Block("item", text, level + 1) for text, level in texts)
    elif place not in _MARGINAL:
        yield from (Block("paragraph", text) for text, _ in texts)


def _rows(table: Any) -> Iterator[Block]:
    head = 1
    for row in table.rows:
        cells = [" ".join(text for text, _ in _paragraphs(cell.text_frame)) for cell in row.cells]
        if text := row_text(cells):
            yield Block("row", text, head)
            head = 0


def _paragraphs(frame: Any) -> Iterator[tuple[str, int]]:
    """(text, level from 0) of each paragraph."""
    for paragraph in frame.paragraphs:
        if text := " ".join(paragraph.text.split()):
            yield text, paragraph.level
