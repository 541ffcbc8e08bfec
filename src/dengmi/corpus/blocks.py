"""An article's body as a row of plain-text blocks.

The same body always gives the same blocks, so a block's number and an offset into its text name a
place in the article for good: passages are cut from these blocks, and the article page parses the
body again to show them.
"""

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from dengmi.core.records import Form

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

BlockKind = Literal["heading", "paragraph", "item", "row", "code", "quote"]

LONGEST_INLINE = 20_000
"""Characters. Longer runs of marked-up text are not parsed but stripped: link parsing is quadratic
on hostile input, and nobody writes a paragraph of that length."""

_MARKS = re.compile(r"[*_`\[\]<>!&\\]|  \n")
_INVISIBLE = re.compile("[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u2060\ufeff]")
_HTML_NOISE = re.compile(
    r"<!--.*?(?:-->|\Z)|<(script|style)\b.*?(?:</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
_HTML_BREAK = re.compile(
    r"</?(?:address|article|blockquote|br|dd|details|div|dl|dt|figcaption|h[1-6]|hr|li|ol|p|pre"
    r"|section|summary|table|td|th|tr|ul)\b[^<>]*>",
    re.IGNORECASE,
)
_HTML_TAG = re.compile(r"</?[A-Za-z!?][^<>]*>")


@dataclass(frozen=True, slots=True)
class Block:
    """One heading, paragraph, list item, table row, block of code or quoted paragraph.

    `text` is plain: no marks, no newline (except between the lines of code), no outer whitespace,
    never empty. `level` is 1-6 for headings, the depth from 1 for items, 1 for a table's head row
    and 0 for its other rows, 0 otherwise. `number` is an item's number in an ordered list, else 0.
    """

    kind: BlockKind
    text: str
    level: int = 0
    number: int = 0


def blocks(body: str, form: Form) -> list[Block]:
    """The blocks of a body in order. Any string is a valid body."""
    if _INVISIBLE.search(body):
        body = _INVISIBLE.sub("", body)
    if form == "text":
        return _lines(body)
    return list(_Walk(body).blocks())


def _lines(body: str) -> list[Block]:
    return [Block("paragraph", text) for line in body.splitlines() if (text := _flat(line))]


def _flat(text: str) -> str:
    """Whitespace runs become one space, none at the ends."""
    return " ".join(text.split())


def joined(lines: Sequence[str]) -> str:
    """Lines of one paragraph as one line: nothing between Han characters, else a space."""
    whole = _flat(lines[0]) if lines else ""
    for before, after in pairwise(lines):
        left, right = before.rstrip(), after.strip()
        gap = "" if left and right and _is_han(left[-1]) and _is_han(right[0]) else " "
        whole = f"{whole}{gap}{_flat(right)}".strip()
    return whole


def row_text(cells: Sequence[str]) -> str:
    """The text of a table row; empty cells at its end leave no bars behind."""
    last = max((n for n, cell in enumerate(cells, 1) if cell), default=0)
    return " | ".join(cells[:last]).strip()


def _is_han(char: str) -> bool:
    """Whether a character is set without spaces around it: Han, kana, CJK or full-width marks."""
    return (
        "\u2e80" <= char <= "\u9fff"
        or "\uf900" <= char <= "\ufaff"
        or "\ufe30" <= char <= "\ufe4f"
        or "\uff00" <= char <= "\uff65"
        or "\U00020000" <= char <= "\U0003ffff"
        or char in "“”‘’…—·"
    )


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    """CommonMark with tables; inline marks are parsed apart, only where there are any."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark").enable("table")
    parser.core.ruler.enableOnly(["normalize", "block"])
    return parser


@lru_cache(maxsize=1)
def _inline_parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark")


class _Walk:
    """Goes through the parser's tokens once, knowing which list, quote and row it is in."""

    def __init__(self, body: str) -> None:
        self.env: dict[str, object] = {}
        self.tokens = _parser().parse(body, self.env)
        self.lists: list[int] = []  # next number of each open list, 0 when not ordered
        self.quotes = 0
        self.fresh_item = False  # an item was opened and has no block yet
        self.heading = 0
        self.in_head = False
        self.cells: list[str] | None = None

    def blocks(self) -> Iterator[Block]:
        for token in self.tokens:
            if token.type == "inline":
                yield from self._inline(token)
            elif token.type in ("fence", "code_block"):
                text = "\n".join(line.rstrip() for line in token.content.splitlines()).strip("\n")
                if text.strip():
                    yield Block("code", text)
            elif token.type == "html_block":
                yield from self._html(token.content)
            elif token.type == "tr_close":
                yield from self._row()
            else:
                self._enter(token)

    def _enter(self, token: "Token") -> None:
        match token.type:
            case "bullet_list_open":
                self.lists.append(0)
            case "ordered_list_open":
                start = token.attrGet("start")
                self.lists.append(int(start) if start is not None else 1)
            case "bullet_list_close" | "ordered_list_close":
                self.lists.pop()
            case "list_item_open":
                self.fresh_item = True
            case "list_item_close":
                self.fresh_item = False
                if self.lists[-1]:
                    self.lists[-1] += 1
            case "blockquote_open" | "blockquote_close":
                self.quotes += token.nesting
            case "heading_open":
                self.heading = int(token.tag[1])
            case "heading_close":
                self.heading = 0
            case "thead_open" | "thead_close":
                self.in_head = token.nesting > 0
            case "tr_open":
                self.cells = []

    def _inline(self, token: "Token") -> Iterator[Block]:
        pieces = self._plain(token.content)
        if self.cells is not None:
            self.cells.append(" ".join(pieces))
        elif self.heading:
            if text := " ".join(pieces):
                yield Block("heading", text, self.heading)
        else:
            for piece in pieces:
                yield self._block(piece)

    def _block(self, text: str) -> Block:
        if self.fresh_item:
            self.fresh_item = False
            return Block("item", text, len(self.lists), self.lists[-1])
        return Block("quote" if self.quotes else "paragraph", text)

    def _row(self) -> Iterator[Block]:
        cells, self.cells = self.cells or [], None
        if row := row_text(cells):
            yield Block("row", row, int(self.in_head))

    def _html(self, markup: str) -> Iterator[Block]:
        """The words of a block of HTML; its tags say no more than where lines end."""
        text = _HTML_BREAK.sub("\n\n", _HTML_NOISE.sub(" ", markup))
        text = html.unescape(_HTML_TAG.sub("", text))
        for part in re.split(r"\n\s*\n", text):
            if piece := joined(part.splitlines()):
                yield self._block(piece)

    def _plain(self, content: str) -> list[str]:
        """Marked-up text as plain lines: one, or more where the author broke the line hard."""
        if not _MARKS.search(content):
            return [text] if (text := joined(content.splitlines())) else []
        if len(content) > LONGEST_INLINE:
            return [text] if (text := joined(_MARKS.sub("", content).splitlines())) else []
        tokens = _inline_parser().parseInline(content, self.env)[0].children or []
        raw = "".join(_inline_texts(tokens))
        pieces = (joined(part.split("\n")) for part in raw.split("\v"))
        return [piece for piece in pieces if piece]


def _inline_texts(tokens: Sequence["Token"]) -> Iterator[str]:
    """Soft breaks as newlines, hard ones as vertical tabs, everything else as its words."""
    for token in tokens:
        match token.type:
            case "text" | "code_inline" | "text_special":
                yield (
                    " ".join(token.content.splitlines())
                    if "\n" in token.content
                    else (token.content.replace("\v", " "))
                )
            case "softbreak":
                yield "\n"
            case "hardbreak":
                yield "\v"
            case "image":
                yield token.content
            case "html_inline" if token.content[:3].lower() == "<br":
                yield "\v"
