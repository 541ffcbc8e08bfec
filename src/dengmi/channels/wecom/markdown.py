"""Answers as AI bots show them: Markdown in one message that is replaced as a whole."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dengmi.answer.told import told
from dengmi.channels.append import Appending
from dengmi.channels.links import Links, defused, name
from dengmi.channels.parts import Piece, parts, shortened, size
from dengmi.channels.running import Running
from dengmi.core.events import Done, Notice
from dengmi.core.links import outside
from dengmi.core.records import Answer, Citation, Head
from dengmi.language.texts import text

_QUOTE = 360
"""Bytes of a sentence below an answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """How much a message holds, and where readers find the rest.

    Attributes:
        most_bytes: of one message, in UTF-8.
        links: makes the addresses of our own pages; None where readers cannot reach any.
    """

    most_bytes: int = 20_480
    links: Links | None = None

    def address(self, citation: Citation) -> str:
        """Where the number of a citation leads; "" for nowhere."""
        return self.links.of(citation) if self.links else outside(citation.head.url)

    def page(self, question_id: str) -> str:
        """The address of an answer's page; "" where none can be reached."""
        return f"{self.links.base}/a/{question_id}" if self.links else ""


def writing(running: Running, paper: Paper, lang: str) -> str:
    """What is there to read while an answer is being written: the sentences that are sure, before
    them the quotes, before those a word that it is looked for."""
    written = Appending(_marker(paper))
    for event in running.heard:
        written.feed(event)
    if written.text.strip():
        return _fitted([Piece(written.text)], paper)
    if not running.quotes:
        if not running.nearest:
            return text("wecom_looking", lang)
        lead = Piece(text("nearest_meanwhile", lang), whole=True)
        return _fitted([lead, *_nearest(running.nearest, paper)], paper)
    pieces = [Piece(text("wecom_meanwhile", lang), whole=True)]
    for each in running.quotes:
        pieces.append(Piece("\n\n> " + _line(each.quote)))
        pieces.append(Piece(f" {_marker(paper)(each)}", whole=True))
    return _fitted(pieces, paper)


def answered(answer: Answer, paper: Paper, notices: Sequence[Notice] = (), lead: str = "") -> str:
    """An answer with the sentences it rests on and what else to ask.

    Args:
        notices: quiet words about the level.
        lead: what stands above it, such as the question it answers.
    """
    lang = answer.lang
    shown = Appending(_marker(paper))
    for event in told(answer):
        shown.feed(event)
    shown.feed(Done(answer))
    pieces = [Piece(lead), Piece(shown.text)]
    pieces += _sources(shown.citations, paper, quoted=not answer.claims, lang=lang)
    if not answer.grounded:
        pieces += _nearest(answer.nearest, paper)
    if answer.followups:
        pieces.append(Piece("\n\n**" + text("wechat_ask_also", lang) + "**", whole=True))
        pieces += [Piece(f"\n- {_line(each)}", whole=True) for each in answer.followups]
    said = [text(each.code, lang, **each.params) for each in notices]
    pieces += [Piece(f"\n\n*{each}*", whole=True) for each in said]
    return _fitted(pieces, paper, _foot(answer.question_id, paper, lang))


def closing(shown: str, running: Running, paper: Paper, lang: str) -> str:
    """What a message says that has to be closed before its answer is there."""
    page = paper.page(running.question.id)
    key = "wecom_closing_page" if page else "wecom_closing"
    last = "\n\n*" + text(key, lang, page=page) + "*"
    room = Paper(most_bytes=paper.most_bytes - size(last), links=paper.links)
    return _fitted([Piece(shown)], room) + last


def _fitted(pieces: Sequence[Piece], paper: Paper, foot: str = "") -> str:
    """One message; where not all finds room, a link to the whole stands below it."""
    made, complete = parts(pieces, paper.most_bytes, 1)
    if complete or not foot:
        return made[0] if made else ""
    made, _ = parts(pieces, paper.most_bytes - size(foot), 1)
    return (made[0] if made else "") + foot


def _sources(
    citations: Sequence[Citation], paper: Paper, *, quoted: bool, lang: str
) -> list[Piece]:
    """Title and sentence of each citation; the title alone where the answer is its sentences."""
    if not citations:
        return []
    made = [Piece("\n\n**" + text("wechat_sources", lang) + "**", whole=True)]
    for each in citations:
        title, address = name(each.head.title) or name(each.head.id), paper.address(each)
        line = f"\n{each.n}. " + (f"[{title}]({address})" if address else title)
        made.append(Piece(line, whole=True))
        if not quoted:
            said = defused(shortened(" ".join(each.quote.split()), _QUOTE))
            made.append(Piece(" " + text("wecom_quoted", lang, said=said), whole=True))
    return made


def _nearest(heads: Sequence[Head], paper: Paper) -> list[Piece]:
    made = []
    for head in heads:
        address = paper.links.article(head) if paper.links else outside(head.url)
        title = name(head.title) or name(head.id)
        made.append(Piece(f"\n- [{title}]({address})" if address else f"\n- {title}", whole=True))
    return made


def _marker(paper: Paper) -> Callable[[Citation], str]:
    """A citation's number, as a link where it leads somewhere."""

    def mark(citation: Citation) -> str:
        address = paper.address(citation)
        return f"[{citation.n}]({address})" if address else f"[{citation.n}]"

    return mark


def _foot(question_id: str, paper: Paper, lang: str) -> str:
    page = paper.page(question_id)
    return f"\n\n[{text('wechat_whole', lang)}]({page})" if page else ""


def _line(said: str) -> str:
    return defused(" ".join(said.split()))
