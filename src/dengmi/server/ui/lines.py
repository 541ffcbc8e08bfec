"""The text of a written answer as lines: paragraphs, items of lists, rows of tables, code.

Pure; it knows nothing of HTML. Whoever shows an answer (the page, its picture) reads these lines,
so that all of them see the same lists and tables. The marks are those of Markdown (CommonMark 0.31
sections 4.5 and 5.2; GitHub's extension for tables), as far as models use them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dengmi.core.records import Claim, Verdict

Kind = Literal["p", "item", "number", "head", "row", "rule", "code"]

_CITE = re.compile(r"\[(\d{1,3})\]")
_MARK = "[?]"
_LEAD = re.compile(r"(?:(?P<item>[-*+•])|(?P<number>\d{1,2})[.)、]|(?P<head>#{1,6}))\s+")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_ROW = re.compile(r"\s*\|.*\|.*\|\s*|\s*\|[^|]+\|\s*")
_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*")
_SIGNS = re.compile(r"\*\*|__|`")
_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of one kind.

    Attributes:
        cite: the number of a citation, for a piece that is one; it has no words then.
        verdict: what the check said of the sentence that the words are of.
        last: whether that sentence ends here.
    """

    words: str = ""
    cite: str = ""
    verdict: Verdict | None = None
    last: bool = False

    @property
    def weak(self) -> bool:
        """Whether the articles do not bear the words out, or only in part."""
        return self.verdict in ("partial", "unsupported")


@dataclass(slots=True)
class Line:
    """One line.

    Attributes:
        kind: what it is; a "rule" is what stands between the head of a table and its rows.
        pieces: its words, without the marks that made it what it is.
        inset: how many blanks stand in front of an item.
        number: of an item that has one.
    """

    kind: Kind = "p"
    pieces: list[Piece] = field(default_factory=list)
    inset: int = 0
    number: int = 0

    @property
    def raw(self) -> str:
        """All words as they stand."""
        return "".join(f"[{one.cite}]" if one.cite else one.words for one in self.pieces)


def lines_of(text: str, claims: Sequence[Claim]) -> list[Line]:
    """All lines of an answer, the empty ones too."""
    found: list[Line] = []
    fenced = False
    for line, said in _cut(text, claims):
        if _FENCE.match(line.raw):
            fenced = not fenced
            continue
        if fenced:
            line.kind = "code"
        elif _ROW.fullmatch(line.raw):
            line.kind = "rule" if _RULE.fullmatch(line.raw) else "row"
        elif found and "|" in found[-1].raw and "|" in line.raw and _RULE.fullmatch(line.raw):
            line.kind, found[-1].kind = "rule", "row"
        elif found and found[-1].kind in ("row", "rule") and "|" in line.raw:
            line.kind = "row"
        else:
            _lead(line, said)
        if line.kind == "code":
            line.pieces = [
                one for one, own in zip(line.pieces, said, strict=True) if own or not _is_mark(one)
            ]
        else:
            line.pieces = list(_numbered(line.pieces, said))
        found.append(line)
    return found


def runs_of(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """Lines that belong together: a list with the lists in it, a table, a stretch of code; each
    other line alone. Empty ones are left out, and do not end a list."""
    run: list[Line] = []
    parted = False
    for line in lines:
        if line.kind != "code" and not line.raw.strip():
            parted = True
            continue
        if run and not _goes_on(run, line, parted):
            yield run
            run = []
        run.append(line)
        parted = False
    if run:
        yield run


def spoken(lines: Sequence[Line]) -> str:
    """What a screen reader says of lines: their words, without marks, rules and numbers."""
    said = []
    for line in lines:
        parts = cells_of(line) if line.kind == "row" else [line.pieces]
        if line.kind != "rule":
            said.append(", ".join("".join(one.words for one in part) for part in parts).strip())
    return _SIGNS.sub("", "\n".join(one for one in said if one))


def is_bare(run: Sequence[Line]) -> bool:
    """Whether lines are a table of which nothing but the head was kept."""
    return len(run) == 2 and run[1].kind == "rule"


def _goes_on(run: Sequence[Line], line: Line, parted: bool) -> bool:
    match line.kind:
        case "item" | "number":
            if line.inset > run[0].inset:
                return run[0].kind in ("item", "number")
            return run[0].kind == line.kind
        case "row" | "rule":
            return run[0].kind in ("row", "rule") and not parted
        case "code":
            return run[0].kind == "code"
    return False


def cells_of(row: Line) -> list[list[Piece]]:
    """What stands in the cells of a row. A sentence that ends in a row ends in its last cell that
    says something."""
    cells: list[list[Piece]] = [[]]
    for piece in row.pieces:
        if piece.cite:
            cells[-1].append(piece)
            continue
        for n, words in enumerate(_BAR.split(piece.words)):
            if n:
                cells.append([])
            if words.strip():
                cells[-1].append(Piece(words.replace("\\|", "|"), verdict=piece.verdict))
        if piece.last:
            _end(cells, piece.verdict)
    if not cells[0]:
        del cells[0]
    if cells and not cells[-1] and row.raw.rstrip().endswith("|"):
        del cells[-1]
    return [_trimmed(cell) for cell in cells]


def sides_of(rule: Line) -> list[str]:
    """To which side each column is set: "" (the usual), "centre" or "end"."""
    names = {(True, True): "centre", (False, True): "end"}
    cells = [cell.strip() for cell in rule.raw.strip().strip("|").split("|")]
    return [names.get((cell.startswith(":"), cell.endswith(":")), "") for cell in cells]


def _cut(text: str, claims: Sequence[Claim]) -> Iterator[tuple[Line, list[bool]]]:
    """The lines with their raw pieces, and which of these are of a sentence."""
    line, said, at = Line(), list[bool](), 0
    for claim in [*claims, None]:
        start, end = (claim.start, claim.end) if claim else (len(text), len(text))
        for words, of in ((text[at:start], None), (text[start:end], claim)):
            parts = words.split("\n")
            for n, part in enumerate(parts):
                if n:
                    yield line, said
                    line, said = Line(), []
                if part:
                    verdict = of.verdict if of else None
                    last = of is not None and n + 1 == len(parts)
                    line.pieces.append(Piece(part, verdict=verdict, last=last))
                    said.append(of is not None)
        at = end
    yield line, said


def _lead(line: Line, said: Sequence[bool]) -> None:
    """What the mark in front of a line makes of it."""
    if not line.pieces or said[0]:
        return
    words = line.pieces[0].words
    bare = words.lstrip()
    if (found := _LEAD.match(bare)) is None:
        return
    line.inset = len(words) - len(bare)
    if found["item"]:
        line.kind = "item"
    elif found["number"]:
        line.kind, line.number = "number", int(found["number"])
    else:
        line.kind = "head"
    line.pieces[0] = Piece(bare[found.end() :])


def _is_mark(piece: Piece) -> bool:
    """Whether a piece behind a line of code is only the mark of what nothing bears out."""
    return piece.words.strip() == _MARK


def _numbered(pieces: Sequence[Piece], said: Sequence[bool]) -> Iterator[Piece]:
    """Pieces with the numbers that stand between sentences as pieces of their own."""
    for piece, own in zip(pieces, said, strict=True):
        if own:
            yield piece
            continue
        at, words = 0, piece.words.replace(_MARK, "")
        for found in _CITE.finditer(words):
            if before := words[at : found.start()].rstrip():
                yield Piece(before)
            yield Piece(cite=found[1])
            at = found.end()
        if words[at:]:
            yield Piece(words[at:])


def _end(cells: list[list[Piece]], verdict: Verdict | None) -> None:
    """Marks the last words of a sentence as its end."""
    for cell in reversed(cells):
        for n in range(len(cell) - 1, -1, -1):
            if cell[n].words:
                cell[n] = Piece(cell[n].words, verdict=verdict, last=True)
                return


def _trimmed(cell: list[Piece]) -> list[Piece]:
    """A cell without the blanks at its edges."""
    if cell and cell[0].words:
        one = cell[0]
        cell[0] = Piece(one.words.lstrip(), verdict=one.verdict, last=one.last)
    if cell and cell[-1].words:
        one = cell[-1]
        cell[-1] = Piece(one.words.rstrip(), verdict=one.verdict, last=one.last)
    return cell
