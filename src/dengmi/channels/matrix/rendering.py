"""Answers as Matrix shows them: text, and the HTML that clients take (specification v1.11, section
“m.room.message msgtypes”).

What a model or an article says is never HTML and never a link; numbers lead to the articles.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from dengmi.channels.links import Links
from dengmi.channels.matrix.contents import Drawn, fits
from dengmi.channels.parts import shortened
from dengmi.core.links import outside
from dengmi.core.records import Answer, Citation, Head
from dengmi.language.texts import catalogue, text

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_NUMBER = re.compile(r"\[(\d{1,3})\]")
_OUTSIDE_TAGS = re.compile(r"(<[^>]*>)")
_TAGS = {
    *("a", "b", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr"),
    *("i", "li", "ol", "p", "pre", "strong", "ul"),
}
_BLOCKS = ("<p>", "<blockquote>", "<ul>", "<ol>", "<h", "<pre>")
_QUOTE = 300
_TITLE = 120
_SHORT = (16_000, 8_000, 3_000)
"""Bytes that the text of a long answer is cut to, until it fits."""


@dataclass(frozen=True, slots=True)
class Style:
    """Where numbers lead. `links` is None where readers cannot reach our own pages."""

    links: Links | None = None

    def of(self, citation: Citation) -> str:
        """The address of what is cited; "" for none."""
        return self.links.of(citation) if self.links else outside(citation.head.url)

    def article(self, head: Head) -> str:
        """The address of an article; "" for none."""
        return self.links.article(head) if self.links else outside(head.url)

    def page(self, answer: Answer) -> str:
        """The address of an answer's page; "" for none."""
        return f"{self.links.base}/a/{answer.id}" if self.links else ""


def warm() -> None:
    """Read and import what the first answer would otherwise wait for. Blocks."""
    _written("[1]", (), Style())
    catalogue()


def said(words: str) -> Drawn:
    """A few words of our own."""
    return Drawn(words, "<br>".join(escape(line) for line in words.split("\n")))


def preview(
    quotes: Sequence[Citation], style: Style, lang: str, nearest: Sequence[Head] = ()
) -> Drawn:
    """Quotes to read while a model writes; without any, articles to look into."""
    lead = text("matrix_meanwhile" if quotes else "nearest_meanwhile", lang)
    read = [_quotes(quotes, style)] if quotes else [_named(head, style) for head in nearest]
    drawn = _joined([said(lead), *read])
    return drawn if fits(drawn) else said(lead)


def growing(words: str, citations: Sequence[Citation], style: Style) -> Drawn:
    """A written answer as far as it has come."""
    for most in (len(words) * 4, *_SHORT):
        drawn = _written(shortened(words.rstrip(), most) + " …", citations, style)
        if fits(drawn):
            break
    return drawn


def answered(answer: Answer, style: Style, foot: Sequence[str] = (), lead: str = "") -> Drawn:
    """A whole answer with its sources; a very long one shortened, with the page of all of it.

    Args:
        foot: quiet words below.
        lead: words above.
    """
    first = [said(lead)] if lead else []
    lines = list(foot)
    if answer.followups:
        asks = "\n".join(f"· {each}" for each in answer.followups)
        lines.append(f"{text('matrix_ask_also', answer.lang)}\n{asks}")
    parts = _parts(answer, answer.text, style, quotes=True)
    drawn = _joined([*first, *parts, *map(_quiet, lines)])
    if fits(drawn):
        return drawn
    page = style.page(answer)
    rest = [_linked(page, text("matrix_whole", answer.lang))] if page else []
    for most in _SHORT:
        parts = _parts(answer, shortened(answer.text, most), style, quotes=False)
        drawn = _joined([*first, *parts, *rest])
        if fits(drawn):
            return drawn
    parts = _parts(answer, shortened(answer.text, _SHORT[-1]), style, bare=True)
    return _joined([*first, *parts, *rest])


def _parts(
    answer: Answer, words: str, style: Style, *, quotes: bool = False, bare: bool = False
) -> list[Drawn]:
    if answer.quoted and quotes:
        return [_quotes(answer.citations, style)]
    made = [_written(words, answer.citations, style)]
    if not answer.grounded:
        made += [_named(head, style) for head in answer.nearest]
    elif answer.citations and not bare:
        made.append(_sources(answer.citations, style, answer.lang, quotes=quotes))
    return made


def _quotes(citations: Sequence[Citation], style: Style) -> Drawn:
    """Exact sentences, each with its article."""
    made = []
    for each in citations:
        quote, source = " ".join(each.quote.split()), _source(each, style)
        made.append(
            Drawn(
                f"“{quote}” [{each.n}]\n{source.text}",
                f"<blockquote>{escape(quote)}</blockquote>{source.html}",
            )
        )
    return _joined(made)


def _sources(citations: Sequence[Citation], style: Style, lang: str, *, quotes: bool) -> Drawn:
    lines = []
    for each in citations:
        line = _source(each, style)
        if quotes:
            quote = shortened(" ".join(each.quote.split()), _QUOTE)
            line = Drawn(f"{line.text}\n“{quote}”", f"{line.html}<br>“{escape(quote)}”")
        lines.append(line)
    lead = text("matrix_sources", lang)
    return Drawn(
        "\n".join([lead, *(line.text for line in lines)]),
        "<br>".join([f"<b>{escape(lead)}</b>", *(line.html for line in lines)]),
    )


def _source(citation: Citation, style: Style) -> Drawn:
    """A line about the article of a citation."""
    head, address = citation.head, style.of(citation)
    title = shortened(" ".join(head.title.split()) or head.id, _TITLE)
    by = " · ".join(each for each in (head.author, (head.published or "")[:10]) if each)
    by = f" · {by}" if by else ""
    named = f'<a href="{escape(address)}">{escape(title)}</a>' if address else escape(title)
    shown = f"{title}{by}: {address}" if address else f"{title}{by}"
    return Drawn(f"[{citation.n}] {shown}", f"[{citation.n}] {named}{escape(by)}")


def _named(head: Head, style: Style) -> Drawn:
    """An article that is near."""
    title = shortened(" ".join(head.title.split()) or head.id, _TITLE)
    return _linked(style.article(head), title, "· ")


def _linked(address: str, label: str, mark: str = "") -> Drawn:
    if not address:
        return said(mark + label)
    return Drawn(
        f"{mark}{label}: {address}", f'{mark}<a href="{escape(address)}">{escape(label)}</a>'
    )


def _quiet(words: str) -> Drawn:
    return Drawn(words, f"<em>{said(words).html}</em>")


def _written(words: str, citations: Sequence[Citation], style: Style) -> Drawn:
    """What a model wrote: its lists and emphasis kept, its numbers as links."""
    import nh3

    known = {each.n: style.of(each) for each in citations}

    def link(found: re.Match[str]) -> str:
        address = known.get(int(found[1]), "")
        return f'<a href="{escape(address)}">{found.group()}</a>' if address else found.group()

    html = _markdown().render(words)
    pieces = _OUTSIDE_TAGS.split(html)  # tags stand at the odd places
    pieces[::2] = [_NUMBER.sub(link, each) for each in pieces[::2]]
    safe = nh3.clean(
        "".join(pieces), tags=_TAGS, attributes={"a": {"href"}, "ol": {"start"}}, link_rel=None
    )
    return Drawn(words, safe.strip())


@cache
def _markdown() -> "MarkdownIt":
    """Markdown in which neither HTML nor links nor images of its own come about."""
    from markdown_it import MarkdownIt

    off = ["link", "image", "autolink", "html_inline", "html_block", "reference", "entity"]
    return MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(off)


def _joined(parts: Iterable[Drawn]) -> Drawn:
    """Parts below each other."""
    shown = [each for each in parts if each.text or each.html]
    html = [each.html if each.html.startswith(_BLOCKS) else f"<p>{each.html}</p>" for each in shown]
    return Drawn("\n\n".join(each.text for each in shown), "".join(html))
