"""Sets the blocks of an article as HTML, the quoted sentences marked."""

from collections.abc import Iterator, Sequence

from dengmi.corpus.blocks import Block
from dengmi.server.ui.locate import Spans
from dengmi.server.ui.markup import Child, Html, el, join

CELL = " | "
"""What parts the cells of a table row in a block's text."""


def prose(blocks: Sequence[Block], spans: Spans) -> Html:
    """All blocks. The first marked place carries the id "s", which addresses point at."""
    return join(_Setter(blocks, spans).pieces())


class _Setter:
    def __init__(self, blocks: Sequence[Block], spans: Spans) -> None:
        self.blocks = blocks
        self.spans = spans
        self.first = min(spans, default=-1)
        self.has_id = False

    def pieces(self) -> Iterator[Html]:
        at = 0
        while at < len(self.blocks):
            kind = self.blocks[at].kind
            end = at + 1
            if kind in ("item", "row", "quote"):
                while end < len(self.blocks) and self.blocks[end].kind == kind:
                    end += 1
            yield self._run(kind, range(at, end))
            at = end

    def _run(self, kind: str, numbers: range) -> Html:
        block = self.blocks[numbers[0]]
        match kind:
            case "item":
                return self._list(list(numbers))
            case "row":
                return self._table(numbers)
            case "quote":
                return el("blockquote", [el("p", self._text(number)) for number in numbers])
            case "code":
                return el("pre", el("code", self._text(numbers[0])), tabindex=0)
            case "heading" if block.text:
                return el(f"h{min(6, max(2, block.level))}", self._text(numbers[0]))
        held = "held" if numbers[0] in self.spans else None
        return el("p", self._text(numbers[0]), class_=held) if block.text else join([])

    def _list(self, numbers: list[int]) -> Html:
        """A list and, inside its items, the deeper lists that follow them."""
        level = self.blocks[numbers[0]].level
        ordered = self.blocks[numbers[0]].number > 0
        items: list[Html] = []
        at = 0
        while at < len(numbers):
            end = at + 1
            while end < len(numbers) and self.blocks[numbers[end]].level > level:
                end += 1
            inner: Child = self._list(numbers[at + 1 : end]) if end > at + 1 else None
            number = self.blocks[numbers[at]].number
            items.append(
                el(
                    "li",
                    self._text(numbers[at]),
                    inner,
                    value=number if ordered and number else None,
                )
            )
            at = end
        return el("ol" if ordered else "ul", items)

    def _table(self, numbers: range) -> Html:
        rows = [
            el("tr", self._cells(number, "th" if self.blocks[number].level else "td"))
            for number in numbers
        ]
        return el("div", el("table", rows), class_="wide", tabindex=0)

    def _cells(self, number: int, tag: str) -> Iterator[Html]:
        at = 0
        for cell in self.blocks[number].text.split(CELL):
            yield el(tag, self._part(number, at, at + len(cell)))
            at += len(cell) + len(CELL)

    def _text(self, number: int) -> Html:
        return self._part(number, 0, len(self.blocks[number].text))

    def _part(self, number: int, start: int, end: int) -> Html:
        """A stretch of a block's text with what is meant in it marked."""
        text = self.blocks[number].text
        low, high = self.spans.get(number, (0, 0))
        low, high = max(low, start), min(high, end)
        if low >= high:
            return join([text[start:end]])
        name = None if self.has_id else "s"
        self.has_id = True
        return join(
            [text[start:low], el("mark", text[low:high], class_="hit", id=name), text[high:end]]
        )
