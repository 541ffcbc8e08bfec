"""An HTML element to blocks: headings, paragraphs, lists, tables, code, whatever wraps them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dengmi.corpus.blocks import Block, joined, row_text

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

_SKIPPED = frozenset(
    str.split(
        "script style noscript template svg math canvas iframe object embed audio video map"
        " button input select textarea option head title meta link nav figcaption"
    )
)
_INLINE = frozenset(
    str.split(
        "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark q rb"
        " rp rt ruby s samp small span strike strong sub sup time tt u var wbr"
    )
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_BOLD = re.compile(r"font-weight\s*:\s*(?:bold|bolder|[6-9]00)", re.I)
_SIZE = re.compile(r"font-size\s*:\s*(\d+(?:\.\d+)?)\s*(px|pt|em|rem|%)?", re.I)
_SIZE_UNITS = {"px": 1.0, "pt": 4 / 3, "em": 16.0, "rem": 16.0, "%": 0.16}


@dataclass(frozen=True, slots=True)
class Loud:
    """How a paragraph was set: all of it bold, and the smallest font size in pixels (0 unknown)."""

    bold: bool
    size: float


def element_blocks(root: "HtmlElement") -> list[Block]:
    """The blocks of an element and all it holds. The element's own style is not looked at."""
    return [block for block, _ in styled_blocks(root)]


def styled_blocks(root: "HtmlElement") -> list[tuple[Block, Loud]]:
    """As `element_blocks`, each with how it was set."""
    flow = _Flow()
    flow.children(root)
    flow.flush()
    return flow.found


class _Flow:
    """Gathers inline text and ends a block wherever the markup does."""

    def __init__(self) -> None:
        self.found: list[tuple[Block, Loud]] = []
        self.texts: list[str] = []
        self.heading = 0
        self.quotes = 0
        self.lists: list[int] = []
        self.fresh_item = False
        self.bold = 0
        self.sizes: list[float] = []
        self.quiet = False  # some text of the paragraph is not bold
        self.smallest = 0.0

    def text(self, text: str | None) -> None:
        if not text:
            return
        self.texts.append(text)
        if text.strip():
            self.quiet = self.quiet or not self.bold
            size = self.sizes[-1] if self.sizes else 0.0
            self.smallest = min(self.smallest, size) if self.smallest else size

    def flush(self) -> None:
        """End the paragraph that is being gathered, if any."""
        lines = "".join(self.texts).replace("\xa0", " ").split("\n")
        text = joined(lines)
        loud = Loud(not self.quiet, self.smallest)
        self.texts, self.quiet, self.smallest = [], False, 0.0
        if text:
            self.found.append((self._block(text), loud))

    def _block(self, text: str) -> Block:
        if self.heading:
            return Block("heading", text, self.heading)
        if self.fresh_item:
            self.fresh_item = False
            number = self.lists[-1] if self.lists else 0
            return Block("item", text, max(len(self.lists), 1), number)
        return Block("quote" if self.quotes else "paragraph", text)

    def children(self, element: "HtmlElement") -> None:
        self.text(element.text)
        for child in element:
            if isinstance(child.tag, str):
                self.element(child)
            self.text(child.tail)

    def element(self, element: "HtmlElement") -> None:
        tag = element.tag
        if tag == "br":
            self.flush()
            return
        style = element.get("style") or ""
        if tag in _SKIPPED or tag.startswith("mp-") or _HIDDEN.search(style):
            return
        bold = tag in ("b", "strong") or tag in _HEADINGS or bool(_BOLD.search(style))
        size = _font_size(style)
        self.bold += bold
        self.sizes += [size] if size else []
        if tag in _INLINE:
            self.children(element)
        else:
            self.flush()
            self._block_element(element, tag)
        self.bold -= bold
        if size:
            self.sizes.pop()

    def _block_element(self, element: "HtmlElement", tag: str) -> None:
        if tag in ("ul", "ol"):
            self.lists.append(_list_start(element) if tag == "ol" else 0)
            self.children(element)
            self.flush()
            self.lists.pop()
        elif tag == "li":
            self.fresh_item = True
            self.children(element)
            self.flush()
            self.fresh_item = False
            if self.lists and self.lists[-1]:
                self.lists[-1] += 1
        elif tag == "pre":
            self._code(element)
        elif tag == "table" and (rows := list(_data_rows(element))):
            self.found += [(row, Loud(False, 0.0)) for row in rows]
        else:
            outer = self.heading
            self.heading = outer if self.lists else _HEADINGS.get(tag, outer)
            self.quotes += tag == "blockquote"
            self.children(element)
            self.flush()
            self.quotes -= tag == "blockquote"
            self.heading = outer

    def _code(self, element: "HtmlElement") -> None:
        for line_break in element.iter("br"):
            line_break.tail = "\n" + (line_break.tail or "")
        lines = [line.rstrip() for line in "".join(element.itertext()).splitlines()]
        if text := "\n".join(lines).strip("\n"):
            self.found.append((Block("code", text), Loud(False, 0.0)))


def _list_start(element: "HtmlElement") -> int:
    start = element.get("start") or "1"
    return int(start) if start.isdecimal() and len(start) < 9 else 1


def _font_size(style: str) -> float:
    found = _SIZE.search(style)
    return float(found[1]) * _SIZE_UNITS[(found[2] or "px").lower()] if found else 0.0


def _data_rows(table: "HtmlElement") -> Iterator[Block]:
    """The rows of a table that holds data; none when the table only lays out a page."""
    rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in table.iter("tr")]
    widest = max(map(len, rows), default=0)
    nested = next((True for inner in table.iter("table") if inner is not table), False)
    if widest < 2 or nested:
        return
    texts = [[" ".join(" ".join(cell.itertext()).split()) for cell in row] for row in rows]
    if max(len(text) for row in texts for text in row) > 600:
        return
    head = 1
    for row in texts:
        if text := row_text(row):
            yield Block("row", text, head)
            head = 0
