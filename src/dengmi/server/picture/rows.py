"""Sets what a card says as lines with their heights; tables in columns. Needs Pillow."""

from collections.abc import Sequence
from dataclasses import dataclass

from dengmi.server.picture.text import Line, Piece, Type, lines_of
from dengmi.server.picture.words import Paragraph, Run, Style

Types = dict[Style, Type]

_LEAST = 3.0
"""How wide a column is at the least, in heights of letters; where there is no room for that, the
cells of a row follow each other."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line with what is above it; `bar` draws the line of a quote beside it."""

    line: Line
    height: float
    bar: bool
    first: bool
    inset: float = 0.0


def rows_of(
    body: Sequence[Paragraph], types: Types, width: float, most: int, *, tight: bool = False
) -> list[Row]:
    """Paragraphs as lines with their heights, so many at the most."""
    size = types["plain"].size
    pitch = size * 1.62
    rows: list[Row] = []
    for paragraph in body:
        room = most - len(rows)
        if room <= 0:
            break
        inset = size * (0.75 if paragraph.bar else 1.1 * paragraph.depth)
        if paragraph.table:
            lines, whole = _table(paragraph.table, types, width, room)
        else:
            lines, whole = lines_of(paragraph.runs, types, width - inset, room)
        above = 0.0 if tight else 0.12 if paragraph.close else 0.42
        for n, line in enumerate(lines):
            gap = 0.0 if n or not rows else pitch * above
            rows.append(Row(line, pitch + gap, paragraph.bar, n == 0, inset))
        if not whole:
            break
    return rows


def _table(
    table: Sequence[Sequence[Sequence[Run]]], types: Types, width: float, most: int
) -> tuple[list[Line], bool]:
    """A table's rows, cells beside each other; what was cut ends with an ellipsis."""
    gap = types["plain"].size * 0.9
    columns = max(len(row) for row in table)
    room = width - gap * (columns - 1)
    if room < columns * types["plain"].size * _LEAST:
        return lines_of(_one_after_another(table), types, width, most)
    widths = _widths(table, types, columns, room)
    lines: list[Line] = []
    for row in table:
        cells = [
            lines_of(cell, types, wide, most)[0] for cell, wide in zip(row, widths, strict=False)
        ]
        for n in range(max((len(cell) for cell in cells), default=0)):
            lines.append(_beside([cell[n : n + 1] for cell in cells], widths, gap))
            if len(lines) > most:
                lines[most - 1].pieces.append(Piece(" …", "plain", types["plain"].width(" …")))
                return lines[:most], False
    return lines, True


def _widths(
    table: Sequence[Sequence[Sequence[Run]]], types: Types, columns: int, room: float
) -> list[float]:
    """How wide each column is: as wide as its words, or what is left where these need more."""
    needs = [0.0] * columns
    for row in table:
        for n, cell in enumerate(row):
            line = lines_of(cell, types, 1e6, 1)[0]
            needs[n] = max([needs[n], *(one.width + 1 for one in line)])
    widths, left = dict[int, float](), room
    for n in sorted(range(columns), key=needs.__getitem__):
        widths[n] = min(needs[n], left / (columns - len(widths)))
        left -= widths[n]
    return [widths[n] for n in range(columns)]


def _beside(cells: Sequence[Sequence[Line]], widths: Sequence[float], gap: float) -> Line:
    """The lines of cells as one line, each where its column begins."""
    made, at = Line(), 0.0
    for lines, wide in zip(cells, widths, strict=False):
        if at > made.width:
            made.add([Piece(" ", "plain", at - made.width)])
        for line in lines:
            made.add(line.pieces)
        at += wide + gap
    return made


def _one_after_another(table: Sequence[Sequence[Sequence[Run]]]) -> list[Run]:
    runs: list[Run] = []
    for row in table:
        for n, cell in enumerate(row):
            runs += [(" · " if n else "  ", "soft"), *cell] if runs or n else [*cell]
    return runs
