"""What a card says, as paragraphs of styled words. Pure; draws nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from dengmi.core.links import outside
from dengmi.core.records import Answer
from dengmi.server.ui.card import title_of
from dengmi.server.ui.lines import Line, Piece, cells_of, is_bare, lines_of, runs_of
from dengmi.server.ui.links import site
from dengmi.server.ui.page import Frame

Style = Literal["plain", "bold", "soft", "cite", "note"]
"""How words look: `cite` is the number of a source, `note` what is said about a sentence."""

Run = tuple[str, Style]

_BOLD = re.compile(r"\*\*(.+?)\*\*")
_MARKS = re.compile(r"\*\*|__|`|\[\?\]")


@dataclass(slots=True)
class Paragraph:
    """Words that are set together.

    Attributes:
        bar: whether the line of a quote is drawn beside them.
        depth: in how many other items they stand, or how far in as a line of code.
        close: whether they stand close to what is above them, as items and lines of code do.
        table: the cells of a table, row by row, instead of words.
    """

    runs: list[Run] = field(default_factory=list)
    bar: bool = False
    depth: int = 0
    close: bool = False
    table: list[list[list[Run]]] = field(default_factory=list)


def body_of(frame: Frame, answer: Answer) -> list[Paragraph]:
    """The answer itself."""
    if not answer.grounded:
        near = [Paragraph([(f"· {title_of(frame, head)}", "soft")]) for head in answer.nearest[:3]]
        said = frame.say("ui_not_in_articles")
        return [Paragraph([(said, "plain")]), *near]
    if answer.greets:
        return [Paragraph([(answer.text, "plain")])]
    if answer.level == "quote":
        return [
            Paragraph([(_flat(one.quote), "plain"), (str(one.n), "cite")], bar=True)
            for one in answer.citations
        ]
    found = runs_of(lines_of(answer.text, answer.claims))
    return [each for run in found if not is_bare(run) for each in _written(frame, run)]


def sources_of(frame: Frame, answer: Answer) -> list[tuple[str, str]]:
    """(number, what names the source) of each citation; the same article once."""
    rows: dict[str, tuple[list[int], str]] = {}
    for one in answer.citations:
        head = one.head
        address = outside(head.url)
        told = [title_of(frame, head), site(address) if address else head.author]
        words = " · ".join(each for each in [*told, (head.published or "")[:10]] if each)
        rows.setdefault(f"{head.desk}/{head.id}", ([], words))[0].append(one.n)
    return [(" ".join(map(str, numbers)), words) for numbers, words in rows.values()]


def _written(frame: Frame, run: Sequence[Line]) -> Iterator[Paragraph]:
    """Lines that belong together, with their numbers and what the check said of them."""
    if run[0].kind in ("row", "rule"):
        headed = len(run) > 1 and run[1].kind == "rule"
        rows = [line for line in run if line.kind == "row"]
        yield Paragraph(
            table=[
                [list(_said(frame, cell, bold=headed and n == 0)) for cell in cells_of(row)]
                for n, row in enumerate(rows)
            ]
        )
        return
    insets: list[int] = []
    for n, line in enumerate(run):
        if line.kind == "code":
            blanks = len(line.raw) - len(line.raw.lstrip())
            weak = any(one.weak for one in line.pieces)
            style: Style = "soft" if weak else "plain"
            yield Paragraph([(line.raw, style)], depth=blanks // 2, close=n > 0)
            continue
        runs = list(_said(frame, line.pieces, bold=line.kind == "head"))
        if line.kind in ("item", "number"):
            insets = [*(one for one in insets if one < line.inset), line.inset]
            runs.insert(0, (f"{line.number}. " if line.number else "• ", "plain"))
        yield Paragraph(runs, depth=max(0, len(insets) - 1), close=n > 0)


def _said(frame: Frame, pieces: Sequence[Piece], *, bold: bool) -> Iterator[Run]:
    for one in pieces:
        if one.cite:
            yield one.cite, "cite"
            continue
        yield from _styled(one.words, "soft" if one.weak else "bold" if bold else "plain")
        if one.weak and one.last:
            yield f" [{frame.say(f'ui_verdict_{one.verdict}')}]", "note"


def _styled(words: str, style: Style) -> Iterator[Run]:
    """Words with **bold** as such and other marks of Markdown left out."""
    at = 0
    for found in _BOLD.finditer(words):
        yield _MARKS.sub("", words[at : found.start()]), style
        yield _MARKS.sub("", found[1]), "bold"
        at = found.end()
    if rest := _MARKS.sub("", words[at:]):
        yield rest, style


def _flat(words: str) -> str:
    return " ".join(words.split())
