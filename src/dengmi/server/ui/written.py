"""A written answer as HTML: sentence by sentence, each with links to what it cites.

What a model writes is text, never HTML: everything is escaped, list marks become lists, and the
only links are those to the answer's own citations.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dengmi.core.records import Answer, Claim
from dengmi.server.ui.links import citation_path
from dengmi.server.ui.markup import Child, Html, el, join
from dengmi.server.ui.page import Frame

_CITE = re.compile(r"\[(\d{1,3})\]")
_LEAD = re.compile(r"(?P<item>[-*+•]\s+)|(?P<number>\d{1,2}[.)、]\s+)|(?P<head>#{1,6}\s+)")
_INLINE = re.compile(r"`([^`\n]+)`|\*\*|__")
_MARK = "[?]"


@dataclass(slots=True)
class _Line:
    """One line: what kind of block it belongs to, and its pieces."""

    kind: str
    pieces: list[Child]


def written(frame: Frame, answer: Answer) -> Html:
    """The whole text."""
    return join(_blocks(list(_lines(frame, answer))))


def sentence(frame: Frame, text: str, claim: Claim | None) -> Html:
    """One sentence with what stands around it, as it comes while a model writes."""
    if claim is None:
        return join([_words(text)])
    # `claim` counts from the start of the answer; here only the sentence is at hand.
    bare = _CITE.sub("", text).replace(_MARK, "").strip()
    cites = [_link(found[1], "") for found in _CITE.finditer(text)]
    gap = " " if text[:1].isspace() else ""
    return join([gap, _claimed(frame, bare, claim), *cites])


def _lines(frame: Frame, answer: Answer) -> Iterator[_Line]:
    line = _Line("p", [])
    at = 0
    for claim in answer.claims:
        for n, part in enumerate(answer.text[at : claim.start].split("\n")):
            if n:
                yield line
                line = _Line("p", [])
            _between(line, part, answer.id)
        line.pieces.append(_claimed(frame, answer.text[claim.start : claim.end], claim))
        at = claim.end
    for n, part in enumerate(answer.text[at:].split("\n")):
        if n:
            yield line
            line = _Line("p", [])
        _between(line, part, answer.id)
    yield line


def _between(line: _Line, part: str, answer_id: str) -> None:
    """What stands between sentences: numbers, list marks, space."""
    if not line.pieces and (found := _LEAD.match(part.lstrip())):
        line.kind = found.lastgroup or "p"
        part = part.lstrip()[found.end() :]
    at = 0
    part = part.replace(_MARK, "")
    for found in _CITE.finditer(part):
        line.pieces += [_words(part[at : found.start()].rstrip()), _link(found[1], answer_id)]
        at = found.end()
    if part[at:]:
        line.pieces.append(_words(part[at:]))


def _blocks(lines: Sequence[_Line]) -> Iterator[Html]:
    """Lines put together: neighbouring items are one list."""
    items: list[Html] = []
    kind = ""
    for line in [*lines, _Line("end", [])]:
        if items and line.kind != kind:
            yield el("ul" if kind == "item" else "ol", items)
            items = []
        kind = line.kind
        if not any(str(piece or "").strip() for piece in line.pieces):
            continue
        if line.kind in ("item", "number"):
            items.append(el("li", line.pieces))
        elif line.kind == "head":
            yield el("p", el("strong", line.pieces))
        elif line.kind == "p":
            yield el("p", line.pieces)


def _claimed(frame: Frame, text: str, claim: Claim) -> Html:
    """A sentence; one that its articles do not bear out, or only in part, says so."""
    if claim.verdict in ("partial", "unsupported"):
        said = frame.say(f"ui_verdict_{claim.verdict}")
        note = el("small", said, class_="verdict")
        return el("span", _words(text), note, class_=f"weak {claim.verdict}")
    return _words(text)


def _words(text: str) -> Html:
    """Text, with `code` as code; other marks of Markdown are left out."""
    pieces: list[Child] = []
    at = 0
    for found in _INLINE.finditer(text):
        pieces.append(text[at : found.start()])
        if found[1]:
            pieces.append(el("code", found[1]))
        at = found.end()
    return join([*pieces, text[at:]])


def _link(number: str, answer_id: str) -> Html:
    if not answer_id:
        return el("sup", el("span", number, class_="ref"))
    source = citation_path(answer_id, number)
    link = el("a", number, href=f"#{answer_id}-{number}", class_="ref", data_source=source)
    return el("sup", link)
