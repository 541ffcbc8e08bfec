"""A plain list of results, for those who just want to find: filtered by source and date."""

import re
from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from dengmi.core.links import outside
from dengmi.core.records import HALL, Hit, SearchQuery, Source
from dengmi.server.bodies import clean
from dengmi.server.context import Context
from dengmi.server.ui.card import marked, title_of
from dengmi.server.ui.links import desk_path, passage_path, site
from dengmi.server.ui.markup import Child, Html, el, icon
from dengmi.server.ui.overview import Overview, frame_of
from dengmi.server.ui.page import TAGS, Frame, page

MOST = 30
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_LONGEST = 320


class FindPage:
    """Finds passages without answering."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._parts = context.parts
        self._overview = Overview(context.parts)

    async def show(self, request: Request) -> Response:
        """The page: ?find= are the words, ?source=, ?since= and ?until= filter, ?desk= says
        where."""
        params = request.query_params
        desk = clean(params.get("desk", "")).strip()
        name = await self._parts.desks.resolve(desk) if desk else await self._overview.default()
        frame = await frame_of(self._overview, request, name)
        words = clean(params.get("find", "")).strip()[: frame.max_chars]
        sources = await self._sources(name)
        query = SearchQuery(
            text=words,
            desk=name,
            limit=MOST,
            source_id=_known(params.get("source"), sources),
            since=_day(params.get("since")),
            until=_day(params.get("until")),
        )
        found: Child = None
        if words and name:
            await self._context.callers.admit(request)
            hits = (await self._parts.search.search(query)).hits
            found = _found(frame, words, _by_article(hits))
        title = frame.say("ui_find")
        body = el("div", el("h1", title), _form(frame, query, sources), found, class_="listing")
        return page(request, frame, f"{title} · {frame.name}", body)

    async def _sources(self, desk: str) -> Sequence[Source]:
        """Those of a desk; of the hall those of the desks that anybody may know of."""
        if desk != HALL:
            return await self._parts.store.sources(desk)
        public = {one.name for one in await self._overview.desks()}
        return [one for one in await self._parts.store.sources() if one.desk in public]


def _form(frame: Frame, query: SearchQuery, sources: Sequence[Source]) -> Html:
    box = el(
        "div",
        el(
            "input",
            type="search",
            name="find",
            value=query.text,
            aria_label=frame.say("ui_find"),
            placeholder=frame.say("ui_find"),
            enterkeyhint="search",
        ),
        el("button", icon("find"), aria_label=frame.say("ui_search")),
        class_="seek",
    )
    open_ = bool(query.source_id or query.since or query.until)
    filters = el(
        "details",
        el("summary", frame.say("ui_filters"), class_="folds"),
        el("div", _sources(frame, query, sources), _dates(frame, query), class_="filters"),
        open=open_,
    )
    desk = None
    if query.desk != frame.default:
        desk = el("input", type="hidden", name="desk", value=query.desk)
    return el("form", desk, box, filters, role="search", action="/search")


def _sources(frame: Frame, query: SearchQuery, sources: Sequence[Source]) -> Html | None:
    if len(sources) < 2:
        return None
    choices = [el("option", frame.say("ui_all_sources"), value="")]
    choices += [
        el("option", _called(one), value=one.id, selected=one.id == query.source_id)
        for one in sources
    ]
    return el("label", frame.say("ui_source"), el("select", choices, name="source"))


def _dates(frame: Frame, query: SearchQuery) -> Sequence[Html]:
    return [
        el("label", frame.say(f"ui_{name}"), el("input", type="date", name=name, value=value or ""))
        for name, value in (("since", query.since), ("until", query.until))
    ]


def _found(frame: Frame, words: str, hits: Sequence[Hit]) -> Html:
    ask = el(
        "a",
        frame.say("ui_ask_instead"),
        href=f"{desk_path(frame.desk.name, frame.default)}?{urlencode({'q': words})}",
        rel="nofollow",
    )
    if not hits:
        return el("p", frame.say("ui_found_nothing"), " ", ask, class_="empty")
    key = "ui_found_one" if len(hits) == 1 else "ui_found"
    lead = el("p", frame.say(key, count=len(hits)), " · ", ask, class_="soft", role="status")
    return el("section", lead, el("ol", [_row(frame, hit) for hit in hits], class_="hits"))


def _row(frame: Frame, hit: Hit) -> Html:
    head = hit.head
    number, text, marks = _best(hit)
    path = passage_path(head, hit.passage.id, number)
    about: list[Child] = []
    if head.published:
        about.append(el("time", head.published[:10], datetime=head.published))
    if head.author:
        about.append(el("span", head.author))
    if original := outside(head.url):
        link = [site(original), icon("out")]
        about.append(el("a", link, class_="out", href=original, rel="noopener external"))
    return el(
        "li",
        el("a", title_of(frame, head), class_="title", href=path),
        el("p", marked(text, marks)),
        el("small", about, class_="about"),
        lang=TAGS.get(head.lang, head.lang) or None,
    )


def _best(hit: Hit) -> tuple[int, str, tuple[tuple[int, int], ...]]:
    """(number, text, marks) of the sentence in which most was found."""
    rows = []
    for index, sentence in enumerate(hit.passage.sentences):
        marks = hit.marks[index] if index < len(hit.marks) else ()
        width = sum(end - start for start, end in marks)
        rows.append((-width, index, hit.passage.text[sentence.start : sentence.end], marks))
    if not rows:
        return 1, hit.passage.text[:_LONGEST], ()
    _, index, text, marks = min(rows, key=lambda row: row[:2])
    return index + 1, text[:_LONGEST] + ("…" if len(text) > _LONGEST else ""), marks


def _by_article(hits: Sequence[Hit]) -> Sequence[Hit]:
    """The first hit of each article."""
    first: dict[int, Hit] = {}
    for hit in hits:
        first.setdefault(hit.head.pk, hit)
    return list(first.values())


def _called(source: Source) -> str:
    """What readers see of a source; of one on this computer only its last name, and nothing behind
    a question mark, where addresses of feeds hold keys."""
    if outside(source.address):
        place = source.address.partition("?")[0].partition("://")[2]
        return place.removeprefix("www.").rstrip("/")[:60]
    return re.split(r"[\\/]", source.address.rstrip("\\/"))[-1][:60]


def _known(given: str | None, sources: Sequence[Source]) -> str | None:
    return next((one.id for one in sources if one.id == given), None)


def _day(given: str | None) -> str | None:
    return given if given and _DAY.fullmatch(given) else None
