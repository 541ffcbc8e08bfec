"""Sources: where the articles come from, how their syncs went, and what a question would find."""

import asyncio
import re
from collections.abc import Container, Mapping, Sequence
from pathlib import PurePath

from starlette.responses import RedirectResponse, Response

from dengmi.core.errors import BadInput, Conflict, DengmiError, NotFound
from dengmi.core.outcomes import Missed, Outcome
from dengmi.core.records import HALL, Evidence, Hit, SearchQuery, Source
from dengmi.corpus.outcome import failure_of, outcome_of
from dengmi.language.texts import catalogue, text
from dengmi.server.bodies import clean
from dengmi.server.console.frame import (
    HOME,
    asked_first,
    card,
    desk_filter,
    empty,
    field,
    form,
    page,
    with_query,
)
from dengmi.server.console.tables import Column, csv_of, wants_csv
from dengmi.server.console.uploads import drop_all, dropped, folder_of, is_ours, keep, named
from dengmi.server.console.visit import Visit
from dengmi.server.problems import detail
from dengmi.server.ui.card import marked
from dengmi.server.ui.links import article_path
from dengmi.server.ui.markup import Child, Html, el, icon

HERE = f"{HOME}/sources"

SHOWN = 50
"""Troubles of a sync that are shown."""

FOUND = 8
"""Passages of a preview."""

EVERY = 2
"""Seconds between two looks while something is synced."""

_WEB = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.\-]*:", re.IGNORECASE)


async def show(visit: Visit) -> Response:
    """The page, or a file of its list."""
    if wants_csv(visit):
        return csv_of("sources", _columns(visit), await _sources(visit))
    return await _show(visit, "", 200)


async def _show(visit: Visit, wrong: str, status: int) -> Response:
    sources = await _sources(visit)
    running = await visit.office.context.syncs.running(sources)
    outcomes = await outcomes_of(visit, sources)
    states = {each.id: state_of(visit, each, outcomes, running) for each in sources}
    rows = [_row(visit, each, states[each.id]) for each in sources]
    listed = el(
        "div",
        card(el("ul", rows, class_="rows")) if rows else empty(visit.say("con_no_sources")),
        id="live",
        data_live=str(EVERY) if running else None,
    )
    said = el("p", wrong, class_="wrong", role="alert") if wrong else None
    return page(
        visit,
        visit.say("con_sources"),
        said,
        _adding(visit) if visit.me.may("editor") else None,
        listed,
        await _preview(visit),
        at=HERE,
        status=status,
        acts=el("a", "CSV", class_="button", href=with_query(HERE, desk=visit.desk, csv="1")),
    )


async def _sources(visit: Visit) -> Sequence[Source]:
    """Those that are kept, and those whose first sync failed a short while ago."""
    kept = await visit.office.parts.store.sources(visit.desk or None)
    known = {each.id for each in kept}
    names = [visit.desk] if visit.desk else [desk.name for desk in visit.desks]
    syncs = visit.office.context.syncs
    recent = [each for name in names for each in syncs.recent(name) if each.id not in known]
    return [*kept, *recent]


def address_of(visit: Visit, source: Source) -> str:
    """A source's address; of a local one, viewers see the last name."""
    if is_ours(visit.office.parts.settings.home, source.address):
        return visit.say("con_dropped_files")
    if _WEB.match(source.address) or visit.me.may("editor"):
        return source.address
    return PurePath(source.address).name


def _row(visit: Visit, source: Source, state: Child) -> Html:
    name = el("a", address_of(visit, source), href=f"{HERE}/{source.id}")
    facts = visit.say(
        "con_source_facts", kind=visit.say(f"con_source_{source.kind}"), desk=source.desk,
        count=f"{source.articles:,}", when=visit.when(source.synced_at),
    )  # fmt: skip
    return el(
        "li",
        el("div", el("b", name), el("small", facts), state),
        source_acts(visit, source),
    )


def source_acts(visit: Visit, source: Source) -> Child:
    """Sync and remove, for those who may."""
    if not visit.me.may("editor"):
        return None
    gone = el("button", visit.say("con_remove"), class_="button danger")
    again = el("button", visit.say("con_sync"), class_="button")
    return el(
        "div",
        form(visit, f"{HERE}/{source.id}/sync", again),
        form(visit, f"{HERE}/{source.id}/remove", gone),
        class_="acts-row",
    )


async def outcomes_of(visit: Visit, sources: Sequence[Source]) -> Mapping[str, Outcome]:
    """How the last syncs of sources ended: of kept ones as they are kept, whoever ran them; of
    others, as this process remembers."""
    syncs, found = visit.office.context.syncs, dict(await visit.office.review.outcomes())
    for source in sources:
        ended = None if source.id in found else syncs.last(source.id)
        if isinstance(ended, DengmiError):
            found[source.id] = failure_of(ended, visit.now)
        elif ended is not None:
            found[source.id] = outcome_of(ended, visit.now)
    return found


def state_of(
    visit: Visit, source: Source, outcomes: Mapping[str, Outcome], running: Container[str]
) -> Child:
    """How its sync goes, or how the last one went."""
    if source.id in running:
        return el("p", el("span", visit.say("con_syncing"), class_="badge warm breathe"))
    outcome = outcomes.get(source.id)
    if outcome is None:
        return None
    if outcome.error is not None:
        bad = el("span", visit.say("con_sync_failed"), class_="badge bad")
        when = el("small", visit.when(outcome.at))
        return el("p", bad, " ", _reason(visit, outcome.error), when)
    return _report(visit, outcome)


def _reason(visit: Visit, missed: Missed) -> str:
    if missed.code not in catalogue():
        return missed.code
    return text(missed.code, visit.lang, **missed.params)


def _report(visit: Visit, outcome: Outcome) -> Html:
    words = visit.say(
        "con_sync_report",
        added=outcome.added,
        changed=outcome.changed,
        unchanged=outcome.unchanged,
        removed=outcome.removed,
    )
    if not outcome.failed:
        return el("small", words)
    rows = [
        el("li", el("code", each.key), " ", _reason(visit, each)) for each in outcome.missed[:SHOWN]
    ]
    badge = el("span", visit.say("con_sync_troubles", count=outcome.failed), class_="badge bad")
    return el("details", el("summary", badge, " ", words), el("ul", rows))


def _adding(visit: Visit) -> Html:
    names = [(name, words) for name, words in desk_filter(visit) if name]
    first = visit.desk or (
        names[0][0] if names else visit.office.parts.settings.default_desk or "main"
    )
    desk = el("input", name="desk", value=first, list="desks", required=True, maxlength=60)
    address = el("input", name="address", required=True, maxlength=2000, inputmode="url",
                 placeholder="https://example.org/feed.xml")  # fmt: skip
    web = form(
        visit,
        f"{HERE}/add",
        field(visit.say("con_address"), address, visit.say("con_address_note")),
        field(visit.say("con_desk"), desk),
        el("button", visit.say("con_add"), class_="button first"),
        class_="stack",
    )
    return el(
        "div", card(el("h2", visit.say("con_add_address")), web), _drop(visit, first), class_="two"
    )


def _drop(visit: Visit, first: str) -> Html:
    files = el("input", type="file", name="files", multiple=True, required=True,
               aria_label=visit.say("con_files"))  # fmt: skip
    desk = el("input", name="desk", value=first, list="desks", required=True, maxlength=60)
    zone = el("div", icon("plus"), el("span", visit.say("con_drop")), files, class_="drop")
    known = [el("option", value=name) for name, _ in desk_filter(visit) if name]
    token = visit.me.session.csrf
    inside = el(
        "form",
        zone,
        field(visit.say("con_desk"), desk),
        el("datalist", known, id="desks"),
        el("button", visit.say("con_add"), class_="button first"),
        method="post",
        action=with_query(f"{HERE}/drop", csrf=token),
        enctype="multipart/form-data",
        class_="stack",
        data_drop=True,
    )
    return card(el("h2", visit.say("con_add_files")), inside)


async def _preview(visit: Visit) -> Html:
    """What a question would find now."""
    words = visit.query("find", 500)
    box = el("input", type="search", name="find", value=words, maxlength=500, required=True)
    hidden = el("input", type="hidden", name="desk", value=visit.desk) if visit.desk else None
    asked = el(
        "form",
        hidden,
        field(visit.say("con_find_label"), box),
        el("button", visit.say("con_find"), class_="button"),
        method="get",
        action=f"{HERE}#find",
        class_="inline",
    )
    found: Child = None
    if words:
        query = SearchQuery(text=words, desk=visit.desk or HALL, limit=FOUND)
        found = _hits(visit, await visit.office.parts.search.search(query))
    return card(el("h2", visit.say("con_find_title")), asked, found, id_="find")


def _hits(visit: Visit, evidence: Evidence) -> Html:
    took = visit.say("con_find_took", count=len(evidence.hits), ms=f"{evidence.took_ms:.1f}")
    return el(
        "div", el("p", took, class_="soft"), [_hit(visit, one, evidence) for one in evidence.hits]
    )


def _hit(visit: Visit, hit: Hit, evidence: Evidence) -> Html:
    share = hit.score / evidence.ideal if evidence.ideal else 0.0
    rows = [
        el("li", marked(hit.passage.text[one.start : one.end], marks))
        for one, marks in zip(
            hit.passage.sentences, hit.marks or ((),) * len(hit.passage.sentences), strict=False
        )
    ]
    top = el(
        "summary",
        el("span", str(hit.rank), class_="count"),
        el("b", hit.head.title or hit.head.id),
        el("span", f"{min(1.0, share):.0%}", class_="badge"),
    )
    link = el("p", el("a", visit.say("con_open_article"), href=article_path(hit.head)))
    return el("details", top, el("ol", rows), link, class_="cluster", open=hit.rank == 1,
              lang=hit.head.lang or None)  # fmt: skip


async def add(visit: Visit) -> Response:
    """Add an address and begin its first sync."""
    given = visit.form.get("address", "").strip()[:2000]
    try:
        source = await _added(visit, visit.form.get("desk", ""), _web_address(given))
    except DengmiError as error:
        return await _show(visit, detail(error, visit.lang), error.status)
    await visit.note("source_added", source.address, desk=source.desk)
    return RedirectResponse(with_query(HERE, said="source_added"), 303)


def _web_address(given: str) -> str:
    """An address of the web; whoever is at a browser does not name files of the server. Raises
    BadInput."""
    if not _SCHEME.match(given) and given[:1].isalnum() and "." in given:
        given = f"https://{given}"
    if not _WEB.match(given):
        raise BadInput("console_address_bad")
    return given


async def _added(visit: Visit, desk: str, address: str, kind: str = "auto") -> Source:
    parts = visit.office.parts
    name = await parts.desks.for_adding(desk.strip() or None)
    source = await parts.corpus.add(name, address, kind=kind)
    if not visit.office.context.syncs.is_running(source.id):
        visit.office.context.syncs.start(source)
    return source


async def drop(visit: Visit) -> Response:
    """Keep dropped files and sync the folder they lie in."""
    settings = visit.office.parts.settings
    form_, files = await dropped(visit.request, settings.files.max_bytes)
    try:
        chosen = [(named(one.filename or ""), one) for one in files]
        if not chosen:
            raise BadInput("console_no_files")
        desk = await visit.office.parts.desks.for_adding(form_.get("desk", "").strip() or None)
        folder = folder_of(settings.home, desk)
        await asyncio.to_thread(keep, folder, chosen)
        source = await _added(visit, desk, str(folder), "folder")
    except DengmiError as error:
        return await _show(visit, detail(error, visit.lang), error.status)
    finally:
        for one in files:
            await one.close()
    names = ", ".join(name for name, _ in chosen)
    await visit.note("files_added", source.desk, files=names[:500])
    return RedirectResponse(with_query(HERE, said="source_added"), 303)


async def sync(visit: Visit) -> Response:
    """Read a source again. Raises NotFound, Conflict."""
    source = await source_of(visit)
    visit.office.context.syncs.start(source)
    await visit.note("source_synced", source.address)
    return RedirectResponse(HERE, 303)


async def remove(visit: Visit) -> Response:
    """Remove a source with its articles. Raises NotFound, Conflict."""
    office = visit.office
    source_id = clean(str(visit.request.path_params["source_id"]))
    failed = office.context.syncs.failed(source_id)
    if failed is not None and await office.parts.store.source(source_id) is None:
        office.context.syncs.forget(source_id)
        return RedirectResponse(HERE, 303)
    source = await source_of(visit)
    if await office.context.syncs.running([source]):
        raise Conflict("source_being_synced", source=source.id)
    words = visit.say(
        "con_remove_sure", source=address_of(visit, source), count=f"{source.articles:,}"
    )
    if (asked := asked_first(visit, visit.say("con_remove"), words, HERE)) is not None:
        return asked
    articles = await office.parts.corpus.remove(source.id)
    office.context.syncs.forget(source.id)
    home = office.parts.settings.home
    if is_ours(home, source.address):
        await asyncio.to_thread(drop_all, folder_of(home, source.desk))
    await office.context.follower.look()
    await visit.note("source_removed", source.address, articles=articles)
    return RedirectResponse(with_query(HERE, said="source_removed"), 303)


async def source_of(visit: Visit) -> Source:
    """The source of the address. Raises NotFound."""
    source_id = clean(str(visit.request.path_params["source_id"]))[:100]
    source = await visit.office.parts.store.source(source_id)
    if source is None:
        raise NotFound("source_unknown", source=source_id[:60])
    return source


def _columns(visit: Visit) -> Sequence[Column[Source]]:
    return (
        Column("id", lambda one: one.id),
        Column(visit.say("con_desk"), lambda one: one.desk),
        Column(visit.say("con_kind"), lambda one: one.kind),
        Column(visit.say("con_address"), lambda one: address_of(visit, one)),
        Column(visit.say("con_articles"), lambda one: str(one.articles), number=True),
        Column(visit.say("con_last_sync"), lambda one: visit.when(one.synced_at)),
    )
