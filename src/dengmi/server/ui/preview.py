"""What an answer's page tells programs that show a link (Open Graph, ogp.me; cards of X), and
what it prints: every source with its address, which paper cannot open."""

from datetime import UTC, datetime

from dengmi.core.links import outside
from dengmi.core.records import Answer, Citation
from dengmi.server.ui.card import can_draw, title_of
from dengmi.server.ui.links import answer_path, picture_path, sentence_path
from dengmi.server.ui.markup import Child, Html, el, join
from dengmi.server.ui.page import TAGS, Frame
from dengmi.server.ui.static import asset

WIDE = (1200, 630)
"""Pixels of the picture that previews show."""

_MOST = 200
_LOCALES = {"en": ("en_GB", "zh_CN"), "zh": ("zh_CN", "en_GB")}


def head_of(frame: Frame, answer: Answer, base: str) -> Html:
    """What goes into the page's head.

    Args:
        base: the address of this server as readers know it.
    """
    address = base + answer_path(answer.id)
    own, other = _LOCALES.get(frame.lang, _LOCALES["en"])
    told = {
        "og:type": "article",
        "og:site_name": frame.name,
        "og:title": shortened(answer.question, 110),
        "og:description": describe(frame, answer),
        "og:url": address,
        "og:locale": own,
        "og:locale:alternate": other,
        **_picture(frame, answer, base),
    }
    drawn = "og:image" in told
    return join(
        [
            el("link", rel="canonical", href=address),
            el("meta", name="description", content=told["og:description"]),
            el("meta", name="twitter:card", content="summary_large_image" if drawn else "summary"),
            [el("meta", property=name, content=words) for name, words in told.items()],
            *files(),
        ]
    )


def files() -> list[Html]:
    """Script and style of the pages of answers."""
    return [
        el("link", rel="stylesheet", href=asset("print.css"), media="print"),
        el("script", type="module", src=asset("share.js")),
    ]


def describe(frame: Frame, answer: Answer) -> str:
    """The beginning of an answer, in one line."""
    if not answer.grounded:
        return frame.say("ui_not_in_articles")
    if answer.quoted:
        return shortened(" ".join(one.quote for one in answer.citations), _MOST)
    said = " ".join(answer.text[claim.start : claim.end] for claim in answer.claims)
    return shortened(said or answer.text, _MOST)


def printed(frame: Frame, answer: Answer, base: str) -> Html:
    """What only paper shows: the sources in full, and where and when the answer was given."""
    day = datetime.fromtimestamp(answer.created_at, UTC).date().isoformat()
    full = answer.level != "quote"  # else the words stand above already
    rows = [el("li", _source(frame, one, base, full=full), value=one.n) for one in answer.citations]
    return el(
        "section",
        el("h2", frame.say("ui_printed_sources")) if rows else None,
        el("ol", rows) if rows else None,
        el(
            "p",
            frame.say("ui_printed_at", desk=frame.name, day=day),
            " ",
            el("span", base + answer_path(answer.id), class_="address"),
        ),
        class_="printed",
        aria_hidden="true",
    )


def shortened(words: str, most: int) -> str:
    """Words in one line, cut where they are too long."""
    line = " ".join(words.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _picture(frame: Frame, answer: Answer, base: str) -> dict[str, str]:
    if not can_draw(frame.pictures, answer):
        return {}
    return {
        "og:image": base + picture_path(answer.id, "wide"),
        "og:image:type": "image/png",
        "og:image:width": str(WIDE[0]),
        "og:image:height": str(WIDE[1]),
        "og:image:alt": shortened(answer.question, 110),
    }


def _source(frame: Frame, citation: Citation, base: str, *, full: bool) -> Child:
    head = citation.head
    told = [title_of(frame, head), head.author, (head.published or "")[:10]]
    address = outside(head.url) or base + sentence_path(citation).partition("#")[0]
    words = el("q", citation.quote, lang=TAGS.get(head.lang, head.lang) or None)
    return [
        el("cite", " · ".join(each for each in told if each)),
        words if full else None,
        el("span", address, class_="address"),
    ]
