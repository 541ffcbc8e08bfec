"""Answers as WeChat shows them: plain text of at most 2,048 bytes with links, no Markdown."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from dengmi.channels.links import Links
from dengmi.channels.parts import Piece, parts, shortened, size
from dengmi.core.links import outside
from dengmi.core.records import Answer, Citation, Head
from dengmi.language.texts import text

_MOST_SOURCES = 4
_TITLE = 90
_QUOTE = 240
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_WIDE = str.maketrans({each: chr(ord(each) + 0xFEE0) for each in "\"&#%<>'"})
"""What would end a tap-to-send link, as full-width characters. WeChat sends back the words as they
stand, so they must not be escaped otherwise."""

_HREF = "!#$&'()*+,/:;=?@[]~%-._"
"""Characters of an address that stay as they are; others, the double quote first, are escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How much a message holds, and where readers find the rest.

    Attributes:
        most_bytes: of one message, in UTF-8.
        most_parts: messages of one answer.
        links: makes the addresses of our own pages; None where readers cannot reach any.
    """

    most_bytes: int = 2048
    most_parts: int = 1
    links: Links | None = None

    def page(self, question_id: str) -> str:
        """The address of an answer's page; "" where none can be reached."""
        return f"{self.links.base}/a/{question_id}" if self.links else ""


def answered(answer: Answer, dialect: Dialect, lead: str = "") -> list[str]:
    """An answer as messages: its text, its sources, what else to ask, the page of all of it.

    Args:
        lead: what stands above it, such as the question it answers.
    """
    said = _Said(
        text=lead + answer.text,
        lang=answer.lang,
        citations=answer.citations,
        quotes=bool(answer.claims),
        nearest=() if answer.grounded else answer.nearest,
        followups=answer.followups,
    )
    made, complete = _made(said, dialect)
    return list(made) if complete else _again(answer, dialect, _foot(answer, dialect), lead)


class _Said(NamedTuple):
    """What of an answer is shown, but for the address of its page."""

    text: str
    lang: str
    citations: tuple[Citation, ...]
    quotes: bool
    nearest: tuple[Head, ...]
    followups: tuple[str, ...]


@lru_cache(maxsize=256)
def _made(said: _Said, dialect: Dialect) -> tuple[tuple[str, ...], bool]:
    """Its messages, and whether all found room. Remembered: an answer that serves again and again
    is the same to everybody who asks."""
    pieces = [Piece(_plain(said.text))]
    pieces += _sources(said.citations, dialect, said.lang, quotes=said.quotes)
    pieces += _nearest(said.nearest, dialect)
    asks = [tap(each, each) for each in said.followups]
    if asks:
        pieces.append(Piece("\n\n" + text("wechat_ask_also", said.lang)))
        pieces += [Piece(f"\n{ask}", whole=True) for ask in asks]
    made, complete = parts(pieces, dialect.most_bytes, dialect.most_parts)
    return tuple(made), complete


def _again(answer: Answer, dialect: Dialect, foot: str, lead: str) -> list[str]:
    """An answer that is too long: the sources that fit behind as much text as leaves them room."""
    last = f"\n\n{foot}" if foot else ""
    brief = _sources(answer.citations[:2], dialect, answer.lang, quotes=False)
    tail = "".join(piece.text for piece in brief) + last
    if size(tail) > dialect.most_bytes // 2:
        tail = last
    room = dialect.most_bytes - size(tail)
    body, _ = parts([Piece(_plain(lead + answer.text))], room, dialect.most_parts)
    body[-1] += tail
    return body


def preview(
    quotes: Sequence[Citation],
    dialect: Dialect,
    lang: str,
    *,
    lead: str,
    foot: Sequence[str],
    nearest: Sequence[Head] = (),
) -> str:
    """Quotes to read while a model writes, as one message.

    Args:
        nearest: articles to look into, where there are no quotes.
        lead: what stands above them.
        foot: links below, which are kept whatever happens.
    """
    tail = "".join(f"\n\n{each}" for each in foot)
    pieces = [Piece(lead.rstrip())] if lead else []
    for each in quotes:
        gap = "\n\n" if pieces else ""
        pieces.append(Piece(f"{gap}{_plain(each.quote)} [{each.n}]"))
    pieces += _sources(quotes, dialect, lang, quotes=False)
    pieces += _nearest(nearest, dialect)
    made, _ = parts(pieces, dialect.most_bytes - size(tail), 1)
    return (made[0] if made else "") + tail


def link(address: str, label: str) -> str:
    """A link, or its label alone where the address is none that WeChat opens."""
    address = outside(address)
    label = shortened(_label(label), _TITLE) or address
    return f'<a href="{quote(address, safe=_HREF)}">{label}</a>' if address else label


def tap(said: str, label: str, menu: str = "ask") -> str:
    """A link that says something in the chat when it is tapped. `menu` comes back with it."""
    words = " ".join(said.split()).translate(_WIDE)
    shown = _label(label)
    return f'<a href="weixin://bizmsgmenu?msgmenucontent={words}&msgmenuid={menu}">{shown}</a>'


def _sources(
    citations: Sequence[Citation], dialect: Dialect, lang: str, *, quotes: bool
) -> list[Piece]:
    if not citations:
        return []
    pieces = [Piece("\n\n" + text("wechat_sources", lang))]
    for each in citations[:_MOST_SOURCES]:
        pieces.append(
            Piece(f"\n[{each.n}] {link(_address(each.head, dialect), each.head.title)}", True)
        )
        if quotes:
            said = shortened(_plain(" ".join(each.quote.split())), _QUOTE)
            pieces.append(Piece(" " + text("title_quoted", lang, title=said), True))
    return pieces


def _nearest(heads: Sequence[Head], dialect: Dialect) -> list[Piece]:
    return [Piece(f"\n· {link(_address(head, dialect), head.title)}", True) for head in heads]


def _address(head: Head, dialect: Dialect) -> str:
    """Where an article is read: at its own address, or in the reader."""
    return dialect.links.article(head) if dialect.links else head.url


def _foot(answer: Answer, dialect: Dialect) -> str:
    page = dialect.page(answer.question_id)
    return link(page, text("wechat_whole", answer.lang)) if page else ""


def _label(said: str) -> str:
    """Words that stand inside a link, on one line: nothing in them ends it."""
    return " ".join(said.split()).replace("<", "＜").replace(">", "＞")


def _plain(said: str) -> str:
    """Words that hold no tag of their own: an article's text must not become a link."""
    return _TAG.sub("＜", said)
