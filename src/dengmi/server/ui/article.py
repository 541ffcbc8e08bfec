"""The page of an article, with the quoted sentences marked in their paragraph."""

import asyncio
import re

from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.errors import NotFound
from dengmi.core.links import outside
from dengmi.core.records import Article
from dengmi.corpus.blocks import Block
from dengmi.server.access import is_operator
from dengmi.server.bodies import clean
from dengmi.server.context import Context
from dengmi.server.finding import article_of
from dengmi.server.ui.links import answer_path, site
from dengmi.server.ui.locate import Spans, located
from dengmi.server.ui.markup import Child, Html, el, icon
from dengmi.server.ui.overview import Overview, frame_of
from dengmi.server.ui.page import TAGS, Frame, page
from dengmi.server.ui.parsed import Parsed
from dengmi.server.ui.prose import prose

_SPAN = re.compile(r"(\d{1,4})(?:-(\d{1,4}))?")


class ArticlePage:
    """Shows articles."""

    def __init__(self, context: Context) -> None:
        self._parts = context.parts
        self._overview = Overview(context.parts, context.pictures)
        self._parsed = Parsed()

    async def show(self, request: Request) -> Response:
        """One article. ?p= and ?s= name a passage and its sentences; the anchor #s leads there."""
        article_id = clean(request.path_params["article_id"])
        desk = clean(request.query_params.get("desk", ""))[:100] or None
        whole = is_operator(request, self._parts.settings.server)
        article = await article_of(self._parts, article_id, desk, whole)
        if article is None:
            raise NotFound("article_unknown", article=article_id[:60])
        rows = await self._parsed.of(article)
        spans, asked = await self._spans(request, article, rows)
        frame = await frame_of(self._overview, request, article.head.desk)
        back = clean(request.query_params.get("a", ""))[:100]
        text = await asyncio.to_thread(prose, _without_title(rows, article), spans)
        body = el(
            "article",
            _back(frame, back),
            _headline(frame, article),
            _notice(frame, spans) if asked else None,
            el("div", text, class_="prose"),
            class_="reading",
            lang=TAGS.get(article.head.lang, article.head.lang) or None,
        )
        title = f"{article.head.title or article_id} · {frame.name}"
        return page(request, frame, title, body, index=not asked)

    async def _spans(
        self, request: Request, article: Article, rows: list[Block]
    ) -> tuple[Spans, bool]:
        """(where the sentences asked for stand, whether any were asked for)."""
        passage_id = clean(request.query_params.get("p", ""))[:100]
        wanted = _SPAN.fullmatch(request.query_params.get("s", ""))
        if not passage_id or wanted is None:
            return {}, False
        first = int(wanted[1])
        last = int(wanted[2] or wanted[1])
        found = (await self._parts.store.passages([passage_id])).get(passage_id)
        if found is None or found[0].pk != article.head.pk:
            return {}, True
        return located(found[1], rows, first, last), True


def _without_title(rows: list[Block], article: Article) -> list[Block]:
    """The blocks, the first emptied if it only repeats the title. Numbers stay as they are."""
    if rows and rows[0].kind == "heading" and rows[0].text == article.head.title:
        return [Block("heading", ""), *rows[1:]]
    return rows


def _back(frame: Frame, answer_id: str) -> Html:
    """The way back: to the answer that led here, else to the desk."""
    path = answer_path(answer_id) if answer_id else frame.home
    words = frame.say("ui_back_answer" if answer_id else "ui_back_desk", desk=frame.name)
    return el("a", icon("back"), words, class_="back", href=path, lang=TAGS[frame.lang])


def _headline(frame: Frame, article: Article) -> Html:
    head = article.head
    parts: list[Child] = []
    if head.author:
        parts.append(el("span", head.author, rel="author"))
    if head.published:
        parts.append(el("time", head.published[:10], datetime=head.published))
    for address in dict.fromkeys([head.url, *head.addresses]):
        if original := outside(address):
            parts.append(
                el(
                    "a",
                    frame.say("ui_original_at", site=site(original)),
                    icon("out"),
                    class_="out",
                    href=original,
                    rel="noopener external",
                )
            )
    by = el("p", parts, class_="by", lang=TAGS[frame.lang]) if parts else None
    return el("header", el("h1", head.title or head.id), by)


def _notice(frame: Frame, spans: Spans) -> Html:
    if spans:
        link = el("a", frame.say("ui_quoted_below"), icon("down"), href="#s")
        return el("p", link, class_="jump", lang=TAGS[frame.lang])
    return el("p", frame.say("ui_quote_moved"), class_="jump moved", lang=TAGS[frame.lang])
