"""One source: its articles with their passages, and the files that were dropped into it."""

import asyncio
from collections.abc import Sequence

from starlette.responses import RedirectResponse, Response

from dengmi.core.errors import NotFound
from dengmi.core.records import Head, Passage, Source
from dengmi.server.console.frame import asked_first, card, empty, form, page, with_query
from dengmi.server.console.sources import (
    HERE,
    address_of,
    outcomes_of,
    source_acts,
    source_of,
    state_of,
)
from dengmi.server.console.tables import Column, csv_of, wants_csv
from dengmi.server.console.uploads import drop as drop_file
from dengmi.server.console.uploads import folder_of, is_ours, names_in
from dengmi.server.console.visit import Visit
from dengmi.server.ui.links import article_path
from dengmi.server.ui.markup import Child, Html, el

EACH = 50
"""Articles on one page."""

MOST = 10_000
"""Articles in one file."""


async def show(visit: Visit) -> Response:
    """The page, or a file of its articles. Raises NotFound."""
    source = await source_of(visit)
    store = visit.office.parts.store
    after = visit.query("after")
    many = MOST if wants_csv(visit) else EACH
    start = int(after) if after.isdecimal() and len(after) < 19 else 0
    heads = await store.articles(source_id=source.id, limit=many, after=start)
    if wants_csv(visit):
        return csv_of("articles", _columns(visit), heads)
    found = await store.article_passages([head.pk for head in heads])
    here = f"{HERE}/{source.id}"
    more = None
    if len(heads) == EACH:
        to = with_query(here, after=str(heads[-1].pk))
        more = el("p", el("a", visit.say("con_further"), class_="button", href=to))
    rows = [_article(visit, *found[head.pk]) for head in heads if head.pk in found]
    title = el("h2", visit.say("con_articles"))
    facts = el("div", _facts(visit, source), source_acts(visit, source), class_="inline spread")
    running = await visit.office.context.syncs.running([source])
    state = state_of(visit, source, await outcomes_of(visit, [source]), running)
    return page(
        visit,
        address_of(visit, source),
        card(facts, state),
        await _files(visit, source),
        card(title, rows) if rows else empty(visit.say("con_nothing")),
        more,
        at=HERE,
        acts=el("a", "CSV", class_="button", href=f"{here}?csv=1"),
    )


async def drop(visit: Visit) -> Response:
    """Remove one dropped file, and sync. Raises NotFound, Conflict."""
    source = await source_of(visit)
    home = visit.office.parts.settings.home
    name = visit.form.get("file", "")
    if not is_ours(home, source.address):
        raise NotFound("console_file_unknown", name=name[:60])
    words = visit.say("con_file_sure", name=name[:200])
    if (asked := asked_first(visit, visit.say("con_remove"), words, HERE)) is not None:
        return asked
    if not await asyncio.to_thread(drop_file, folder_of(home, source.desk), name):
        raise NotFound("console_file_unknown", name=name[:60])
    await visit.note("file_removed", source.desk, file=name[:200])
    if not await asyncio.to_thread(names_in, folder_of(home, source.desk)):
        # The sync of an empty folder takes it for a disk that is not there.
        await visit.office.parts.corpus.remove(source.id)
        return RedirectResponse(with_query(HERE, said="source_removed"), 303)
    visit.office.context.syncs.start(source)
    return RedirectResponse(f"{HERE}/{source.id}", 303)


def _facts(visit: Visit, source: Source) -> Html:
    return el(
        "p",
        visit.say(
            "con_source_facts", kind=visit.say(f"con_source_{source.kind}"), desk=source.desk,
            count=f"{source.articles:,}", when=visit.when(source.synced_at),
        ),
    )  # fmt: skip


async def _files(visit: Visit, source: Source) -> Child:
    """The dropped files, each to be removed."""
    home = visit.office.parts.settings.home
    if not is_ours(home, source.address) or not visit.me.may("editor"):
        return None
    names = await asyncio.to_thread(names_in, folder_of(home, source.desk))
    rows = [
        el(
            "li",
            el("div", name),
            form(
                visit,
                f"{HERE}/{source.id}/drop",
                el("input", type="hidden", name="file", value=name),
                el("button", visit.say("con_remove"), class_="button danger"),
            ),
        )
        for name in names
    ]
    return card(el("h2", visit.say("con_files")), el("ul", rows, class_="rows"))


def _article(visit: Visit, head: Head, passages: Sequence[Passage]) -> Html:
    """An article with its passages, each with its sentences."""
    parts = [
        el(
            "li",
            el("small", " › ".join(each.headings)) if each.headings else None,
            [el("p", each.text[one.start : one.end]) for one in each.sentences],
        )
        for each in passages
    ]
    count = visit.say("con_passages", count=len(passages))
    top = el(
        "summary",
        el("b", head.title or head.id),
        el("span", (head.published or "")[:10], class_="soft"),
        el("span", count, class_="badge"),
    )
    link = el("p", el("a", visit.say("con_open_article"), href=article_path(head)))
    body = el("ol", parts, class_="passages")
    return el("details", top, link, body, class_="cluster", lang=head.lang or None)


def _columns(visit: Visit) -> Sequence[Column[Head]]:
    return (
        Column("id", lambda head: head.id),
        Column(visit.say("con_title"), lambda head: head.title),
        Column(visit.say("con_author"), lambda head: head.author),
        Column(visit.say("con_published"), lambda head: head.published or ""),
        Column(visit.say("con_language"), lambda head: head.lang),
        Column(visit.say("con_address"), lambda head: head.url),
    )
