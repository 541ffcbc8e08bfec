"""Blocks to Markdown, such that `blocks(to_markdown(b), "markdown")` gives `b` again.

Numbering of lists, heads of tables and depths of items are brought in order on the way: a table's
first row becomes its head, an item is at most one deeper than the one before.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from dengmi.corpus.blocks import Block

_SPECIAL = re.compile(r"[\\`*<]|&(?=[#A-Za-z])|(?<!\w)_|_(?!\w)|\](?=[(\[:])|!(?=\[)|\[")
_START = re.compile(
    r"^(?:(?P<mark>#{1,6}(?=\s|$)|>|[+-](?=\s|$)|~~~|=+\s*$|-[\s-]*$)|(?P<n>\d{1,9})(?P<dot>[.)])(?=\s|$))"
)
_CELLS = re.compile(r"(?:^|(?<= ))\|(?= |$)")


def to_markdown(found: Sequence[Block]) -> str:
    """Markdown of a row of blocks."""
    parts: list[str] = []
    for kind, group in groupby(found, key=lambda block: block.kind):
        run = list(group)
        if kind == "row":
            parts.append("\n".join(_table(run)))
        elif kind == "item":
            parts.append("\n".join(_list(run)))
        else:
            parts.extend(map(_single, run))
    return "\n\n".join(parts)


def _single(block: Block) -> str:
    match block.kind:
        case "heading":
            text = escaped(block.text, start=False)
            # A run of # at the end would be taken for the heading's own closing marks.
            text = f"{text[:-1]}\\#" if text.endswith("#") else text
            return f"{'#' * min(max(block.level, 1), 6)} {text}"
        case "code":
            fence = max(re.findall(r"`{3,}", block.text), key=len, default="``") + "`"
            return f"{fence}\n{block.text}\n{fence}"
        case "quote":
            return f"> {escaped(block.text)}"
        case _:
            return escaped(block.text)


def _list(run: Sequence[Block]) -> Iterator[str]:
    """Items, indented under the item they belong to."""
    indents: list[int] = []
    numbered: list[bool] = []
    for block in run:
        depth = min(max(block.level, 1), len(indents) + 1)
        marker = f"{block.number}. " if block.number else "- "
        changes = len(numbered) >= depth and numbered[depth - 1] != bool(block.number)
        # A list that does not begin with 1 may not follow on the line below a text.
        begins = len(numbered) < depth and block.number > 1 and bool(indents)
        if changes or begins:
            yield ""
        del indents[depth - 1 :], numbered[depth - 1 :]
        yield " " * sum(indents) + marker + escaped(block.text)
        indents.append(len(marker))
        numbered.append(bool(block.number))


def _table(run: Sequence[Block]) -> Iterator[str]:
    rows = [[cell.strip() for cell in _CELLS.split(block.text)] for block in run]
    width = max(map(len, rows))
    for number, row in enumerate(rows):
        if number and run[number].level:  # another head row: another table
            yield ""
        cells = [_cell(cell) for cell in row] + [""] * (width - len(row))
        yield "| " + " | ".join(cells) + " |"
        if not number or run[number].level:
            yield "|" + " --- |" * width


def _cell(text: str) -> str:
    return escaped(text, start=False).replace("|", "\\|")


def escaped(text: str, start: bool = True) -> str:
    """Plain text as Markdown that means just this text. `start`: it begins a paragraph."""
    text = _SPECIAL.sub(r"\\\g<0>", text)
    if start and (found := _START.match(text)):
        if found["mark"]:
            return f"\\{text}"
        return f"{found['n']}\\{found['dot']}{text[found.end() :]}"
    return text
