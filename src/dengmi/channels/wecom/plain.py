"""Answers as applications and WeChat Customer Service show them: plain text in messages of at most
2,048 bytes, with links, no Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dengmi.channels.links import Links
from dengmi.channels.parts import Piece, parts, shortened, size
from dengmi.channels.wechat.rendering import link
from dengmi.core.events import Notice
from dengmi.core.links import outside
from dengmi.core.records import Answer, Citation, Head
from dengmi.language.texts import text

_MOST_SOURCES = 4
_TITLE = 90
_QUOTE = 240
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """How much a message holds, and where readers find the rest.

    Attributes:
        most_bytes: of one message, in UTF-8; most_parts: messages of one answer.
        anchors: whether links may hide behind words; else addresses stand as they are.
        links: makes the addresses of our own pages; None where readers cannot reach any.
    """

    most_bytes: int = 2_048
    most_parts: int = 4
    anchors: bool = True
    links: Links | None = None

    def page(self, question_id: str) -> str:
        """The address of an answer's page; "" where none can be reached."""
        return f"{self.links.base}/a/{question_id}" if self.links else ""

    def article(self, head: Head) -> str:
        """Where an article is read: at its own address, or in the reader."""
        return self.links.article(head) if self.links else outside(head.url)

    def link(self, address: str, label: str) -> str:
        """A link with its words."""
        if self.anchors:
            return link(address, label)
        label = shortened(" ".join(label.split()), _TITLE)
        return f"{label} {address}" if address else label

    def plain(self, said: str) -> str:
        """Words that hold no tag of their own: an article's text must not become a link."""
        return _TAG.sub("＜", said) if self.anchors else said


def answered(
    answer: Answer, sheet: Sheet, notices: Sequence[Notice] = (), lead: str = ""
) -> list[str]:
    """An answer as messages: its text, its sources with their sentences, what else to ask.

    Args:
        notices: quiet words about the level.
        lead: what stands above it, such as the question it answers.
    """
    lang = answer.lang
    pieces = [Piece(sheet.plain(lead + answer.text))]
    pieces += _sources(answer.citations, sheet, lang, quotes=bool(answer.claims))
    if not answer.grounded:
        pieces += _nearest(answer.nearest, sheet)
    if answer.followups:
        pieces.append(Piece("\n\n" + text("wechat_ask_also", lang)))
        pieces += [Piece(f"\n· {sheet.plain(each)}", whole=True) for each in answer.followups]
    said = [text(each.code, lang, **each.params) for each in notices]
    pieces += [Piece(f"\n\n{each}", whole=True) for each in said]
    made, complete = parts(pieces, sheet.most_bytes, sheet.most_parts)
    return made if complete else _again(answer, sheet, lead)


def _again(answer: Answer, sheet: Sheet, lead: str) -> list[str]:
    """An answer that is too long: its first sources, and its page, behind as much text as leaves
    them room."""
    page = sheet.page(answer.question_id)
    last = "\n\n" + sheet.link(page, text("wechat_whole", answer.lang)) if page else ""
    brief = _sources(answer.citations[:2], sheet, answer.lang, quotes=False)
    tail = "".join(piece.text for piece in brief) + last
    if size(tail) > sheet.most_bytes // 2:
        tail = last
    room = sheet.most_bytes - size(tail)
    body, _ = parts([Piece(sheet.plain(lead + answer.text))], room, sheet.most_parts)
    body[-1] += tail
    return body


def preview(
    quotes: Sequence[Citation],
    question_id: str,
    sheet: Sheet,
    lang: str,
    nearest: Sequence[Head] = (),
) -> str:
    """Quotes to read while a model writes, as one message; without any, articles to look into."""
    page = sheet.page(question_id)
    tail = "\n\n" + sheet.link(page, text("wechat_whole", lang)) if page else ""
    pieces = [Piece(text("wechat_meanwhile" if quotes else "nearest_meanwhile", lang))]
    for each in quotes:
        gap = "\n\n" if each is not quotes[0] else ""
        pieces.append(Piece(f"{gap}{sheet.plain(each.quote)} [{each.n}]"))
    pieces += _sources(quotes, sheet, lang, quotes=False)
    pieces += _nearest(nearest, sheet)
    made, _ = parts(pieces, sheet.most_bytes - size(tail), 1)
    return (made[0] if made else "") + tail


def _nearest(heads: Sequence[Head], sheet: Sheet) -> list[Piece]:
    return [Piece(f"\n· {sheet.link(sheet.article(head), head.title)}", True) for head in heads]


def _sources(
    citations: Sequence[Citation], sheet: Sheet, lang: str, *, quotes: bool
) -> list[Piece]:
    if not citations:
        return []
    pieces = [Piece("\n\n" + text("wechat_sources", lang))]
    for each in citations[:_MOST_SOURCES]:
        said = sheet.link(sheet.article(each.head), each.head.title)
        pieces.append(Piece(f"\n[{each.n}] {said}", True))
        if quotes:
            quote = shortened(sheet.plain(" ".join(each.quote.split())), _QUOTE)
            pieces.append(Piece("\n" + text("wecom_quoted", lang, said=quote), True))
    return pieces
