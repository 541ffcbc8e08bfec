"""What a card says, as paragraphs of styled words. Pure; draws nothing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from dengmi.core.links import outside
from dengmi.core.records import Answer
from dengmi.server.ui.card import title_of
from dengmi.server.ui.links import site
from dengmi.server.ui.page import Frame

Style = Literal["plain", "bold", "soft", "cite", "note"]
"""How words look: `cite` is the number of a source, `note` what is said about a sentence."""

Run = tuple[str, Style]

_CITE = re.compile(r"\[(\d{1,3})\]")
_LEAD = re.compile(r"(?:[-*+•]\s+|(\d{1,2}[.)、])\s+|#{1,6}\s+)")
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_MARKS = re.compile(r"\*\*|__|`|\[\?\]")


@dataclass(slots=True)
class Paragraph:
    """Words that are set together. `bar` draws the line of a quote beside them."""

    runs: list[Run] = field(default_factory=list)
    bar: bool = False
    indent: bool = False


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
    return [one for one in _written(frame, answer) if any(words.strip() for words, _ in one.runs)]


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


def _written(frame: Frame, answer: Answer) -> Iterator[Paragraph]:
    """The sentences of a written answer with their numbers and what the check said of them."""
    text, at = answer.text, 0
    paragraph = Paragraph()
    spans = [(one.start, one.end, one.verdict) for one in answer.claims]
    for start, end, verdict in [*spans, (len(text), len(text), None)]:
        for n, part in enumerate(text[at:start].split("\n")):
            if n:
                yield paragraph
                paragraph = Paragraph()
            _between(paragraph, part)
        weak = verdict in ("partial", "unsupported")
        paragraph.runs += _styled(text[start:end], "soft" if weak else "plain")
        if weak:
            paragraph.runs.append((f" [{frame.say(f'ui_verdict_{verdict}')}]", "note"))
        at = end
    yield paragraph


def _between(paragraph: Paragraph, part: str) -> None:
    """What stands between sentences: numbers, list marks, space."""
    if not paragraph.runs and (lead := _LEAD.match(part.lstrip())):
        part = part.lstrip()[lead.end() :]
        if not lead.group().startswith("#"):
            paragraph.runs.append((f"{lead[1] or '•'} ", "plain"))
            paragraph.indent = True
    at = 0
    for found in _CITE.finditer(part):
        paragraph.runs += _styled(part[at : found.start()].rstrip(), "plain")
        paragraph.runs.append((found[1], "cite"))
        at = found.end()
    paragraph.runs += _styled(part[at:], "plain")


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
