"""A written answer as HTML: sentence by sentence, each with links to what it cites.

What a model writes is text, never HTML: everything is escaped, marks of Markdown become lists,
tables and code, and the only links are those to the answer's own citations.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from dengmi.core.records import Answer, Claim
from dengmi.server.ui.lines import Line, Piece, cells_of, is_bare, lines_of, runs_of, sides_of
from dengmi.server.ui.links import citation_path
from dengmi.server.ui.markup import Child, Html, el, join
from dengmi.server.ui.page import Frame

_CITE = re.compile(r"\[(\d{1,3})\]")
_INLINE = re.compile(r"`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*\*|__")
_MARK = "[?]"


class Says(Protocol):
    """Who has the texts of a page's language."""

    def say(self, key: str, **params: object) -> str: ...


def written(frame: Frame, answer: Answer) -> Html:
    """The whole text."""
    setter = _Setter(frame, answer.id)
    runs = runs_of(lines_of(answer.text, answer.claims))
    return join(made for run in runs if not is_bare(run) for made in setter.run(run))


def blocks(frame: Says, lines: Sequence[Line]) -> Html:
    """Lines as what they are together, their numbers as no links: of an answer that is still being
    written, or for those who look at it from elsewhere."""
    setter = _Setter(frame, "")
    return join(made for run in runs_of(lines) for made in setter.run(run))


def sentence(frame: Frame, text: str, claim: Claim | None) -> Html:
    """One sentence with what stands around it, as it comes while a model writes."""
    if claim is None:
        return join([_words(text)])
    # `claim` counts from the start of the answer; here only the sentence is at hand.
    bare = _CITE.sub("", text).replace(_MARK, "").strip()
    cites = [_link(found[1], "") for found in _CITE.finditer(text)]
    gap = " " if text[:1].isspace() else ""
    return join([gap, _claimed(frame, bare, claim), *cites])


class _Setter:
    """Sets lines as HTML."""

    def __init__(self, frame: Says, answer_id: str) -> None:
        self._frame = frame
        self._id = answer_id

    def run(self, run: Sequence[Line]) -> Iterator[Html]:
        """Lines that belong together."""
        match run[0].kind:
            case "item" | "number":
                yield self._list(run)
            case "row" | "rule":
                yield self._table(run)
            case "code":
                yield el("pre", el("code", self._code(run)), tabindex=0)
            case "head":
                yield el("p", el("strong", self._said(run[0].pieces)))
            case _:
                yield el("p", self._said(run[0].pieces))

    def _code(self, run: Sequence[Line]) -> Html:
        """Lines of code. What was found of them is said once, behind the last one it holds for."""
        last = max((n for n, line in enumerate(run) if _weakness(line)), default=-1)
        made: list[Child] = []
        for n, line in enumerate(run):
            verdict = _weakness(line)
            note = _note(self._frame, verdict) if n == last else None
            weak = el("span", line.raw, note, class_=f"weak {verdict}") if verdict else line.raw
            made += ["\n" if n else None, weak]
        return join(made)

    def _list(self, run: Sequence[Line]) -> Html:
        """A list and, inside its items, the deeper lists that follow them."""
        items: list[Html] = []
        at = 0
        while at < len(run):
            end = at + 1
            while end < len(run) and run[end].inset > run[at].inset:
                end += 1
            inner = [each for part in runs_of(run[at + 1 : end]) for each in self.run(part)]
            said = self._said(run[at].pieces)
            items.append(el("li", said, inner, value=run[at].number or None))
            at = end
        return el("ul" if run[0].kind == "item" else "ol", items)

    def _table(self, run: Sequence[Line]) -> Html:
        """A table; on narrow screens it is scrolled by itself, with the keyboard too."""
        sides = next((sides_of(line) for line in run if line.kind == "rule"), [])
        # While it is written the first row stands alone for a moment: that is its head.
        headed = run[1].kind == "rule" if len(run) > 1 else not self._id
        rows = [cells_of(line) for line in run if line.kind == "row"]
        most = max((len(row) for row in rows), default=0)
        made = [
            el("tr", self._cells(row, most, sides, head=headed and n == 0))
            for n, row in enumerate(rows)
        ]
        return el("div", el("table", made), class_="wide", tabindex=0)

    def _cells(
        self, row: Sequence[Sequence[Piece]], most: int, sides: Sequence[str], *, head: bool
    ) -> Iterator[Html]:
        for n in range(most):
            said = self._said(row[n]) if n < len(row) else None
            side = sides[n] if n < len(sides) else ""
            scope = "col" if head else None
            yield el("th" if head else "td", said, class_=side or None, scope=scope)

    def _said(self, pieces: Sequence[Piece]) -> Html:
        """Words and numbers; words that the articles do not bear out, or only in part, say so."""
        made: list[Child] = []
        for piece in pieces:
            if piece.cite:
                made.append(_link(piece.cite, self._id))
            elif piece.weak:
                made.append(_weak(self._frame, piece.words, piece.verdict or "", last=piece.last))
            else:
                made.append(_words(piece.words))
        return join(made)


def _claimed(frame: Frame, text: str, claim: Claim) -> Html:
    """A sentence; one that its articles do not bear out, or only in part, says so."""
    if claim.verdict in ("partial", "unsupported"):
        return _weak(frame, text, claim.verdict, last=True)
    return _words(text)


def _weak(frame: Says, text: str, verdict: str, *, last: bool) -> Html:
    note = _note(frame, verdict) if last else None
    return el("span", _words(text), note, class_=f"weak {verdict}")


def _note(frame: Says, verdict: str) -> Html:
    return el("small", frame.say(f"ui_verdict_{verdict}"), class_="verdict")


def _weakness(line: Line) -> str:
    """The verdict on a line of code that is not borne out, else ""."""
    return next((one.verdict or "" for one in line.pieces if one.weak), "")


def _words(text: str) -> Html:
    """Text, with `code` as code and **what is strong** so; other marks of Markdown are left out."""
    pieces: list[Child] = []
    at = 0
    for found in _INLINE.finditer(text):
        pieces.append(text[at : found.start()])
        if found[1]:
            pieces.append(el("code", found[1]))
        elif found[2]:
            pieces.append(el("strong", found[2]))
        at = found.end()
    return join([*pieces, text[at:]])


def _link(number: str, answer_id: str) -> Html:
    if not answer_id:
        return el("sup", el("span", number, class_="ref"))
    source = citation_path(answer_id, number)
    link = el("a", number, href=f"#{answer_id}-{number}", class_="ref", data_source=source)
    return el("sup", link)
