"""Reading RSS and Atom feeds. They only add and update: an entry that drops out of a feed is old,
not gone."""

import asyncio
import html
import re
from collections.abc import AsyncGenerator
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urljoin

from dengmi.core.errors import DengmiError, Unreadable
from dengmi.core.ids import content_hash
from dengmi.core.records import Draft
from dengmi.corpus.extract.dates import iso_date
from dengmi.corpus.extract.jsonl import Failure
from dengmi.corpus.fetch import Fetched
from dengmi.corpus.items import Item, Job, Same, Total
from dengmi.corpus.pace import Pace
from dengmi.corpus.pages import article_of

FULL_TEXT = 400
"""Characters of an entry's own text from which it counts as the whole article; shorter ones are
teasers, and the entry's page is read instead."""

_MOST_ENTRIES = 2_000
_TAGS = re.compile(r"<[^<>]*>")


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed. `stamp` changes whenever the feed says anything else about it."""

    key: str
    title: str
    link: str
    markup: str
    author: str
    published: str | None
    stamp: str


async def read_feed(job: Job) -> AsyncGenerator[Item]:
    """The articles that a feed lists now.

    Raises:
        DengmiError: the feed cannot be fetched, or is none.
    """
    fetched = await job.web.get(job.source.address)
    entries, lang = await asyncio.to_thread(parse_feed, fetched)
    yield Total(len(entries))
    pace = Pace(job.option("delay", job.fetch.delay))
    for entry in entries:
        before = job.known.get(entry.key)
        if before is not None and before.modified == entry.stamp:
            yield Same(entry.key, before.etag, entry.stamp)
            continue
        try:
            draft = await _article(job, pace, entry)
        except DengmiError as error:
            yield Failure(key=entry.key, code=error.code, params=error.params)
        else:
            yield replace(draft, lang=draft.lang or lang)


def parse_feed(fetched: Fetched) -> tuple[list[Entry], str]:
    """The entries of a feed, each once, and the language it declares ("" if none). Blocking.

    Raises:
        Unreadable: this is no feed.
    """
    import feedparser  # type: ignore[import-untyped]

    headers = {"content-type": f"{fetched.type}; charset={fetched.charset}"}
    parsed = feedparser.parse(
        fetched.body, response_headers=headers if fetched.charset else {}, sanitize_html=False
    )
    if not parsed.get("version") and not parsed.entries:
        raise Unreadable("feed_bad", address=fetched.address)
    entries: dict[str, Entry] = {}
    for raw in parsed.entries[:_MOST_ENTRIES]:
        entry = _entry(raw, fetched.address)
        if entry is not None:
            entries.setdefault(entry.key, entry)
    lang = str(parsed.feed.get("language") or "").partition("-")[0].lower()
    return list(entries.values()), lang if lang in {"zh", "en"} else ""


def _entry(raw: Any, base: str) -> Entry | None:
    markups = [str(part.get("value") or "") for part in raw.get("content") or ()]
    markups += [str(raw.get("summary") or "")]
    markup = max(markups, key=len)
    title = _words(str(raw.get("title") or ""))
    try:
        link = urljoin(base, str(raw.get("link") or ""))
    except ValueError:
        link = ""
    link = link if link.startswith(("http://", "https://")) and link != base else ""
    key = str(raw.get("id") or link)
    if not key and not markup and not title:
        return None
    # Asking for "updated" where there is none is deprecated: it would mean "published".
    updated = str(raw["updated"]) if "updated" in raw else ""
    said = str(raw.get("published") or updated)
    stamp = "entry-" + content_hash(title, link, markup, said, updated)
    return Entry(
        key=(key or stamp)[:512],
        title=title,
        link=link,
        markup=markup,
        author=_words(str(raw.get("author") or "")),
        published=iso_date(said),
        stamp=stamp,
    )


async def _article(job: Job, pace: Pace, entry: Entry) -> Draft:
    """The entry's own text if it is long enough, else its page; a short text beats nothing."""
    own = len(_words(entry.markup))
    if own >= job.option("full_text", FULL_TEXT) or not entry.link:
        return await asyncio.to_thread(_from_entry, entry)
    try:
        fetched = await pace.run(entry.link, lambda: job.web.get(entry.link))
        draft = await article_of(fetched, entry.key, job.files)
    except DengmiError:
        if entry.key in job.known or own < 80:
            raise  # what was stored earlier, or nothing, is better than a teaser
        teaser = await asyncio.to_thread(_from_entry, entry)
        return replace(teaser, modified="")  # so that the next sync asks for the page again
    return replace(
        draft,
        title=entry.title or draft.title,
        author=draft.author or entry.author,
        published=entry.published or draft.published,
        etag="",
        modified=entry.stamp,
    )


def _from_entry(entry: Entry) -> Draft:
    return Draft(
        key=entry.key,
        title=entry.title,
        body=_markdown(entry),
        url=entry.link,
        author=entry.author,
        published=entry.published,
        modified=entry.stamp,
    )


def _markdown(entry: Entry) -> str:
    from dengmi.corpus.extract.clean import cleaned
    from dengmi.corpus.extract.flow import element_blocks
    from dengmi.corpus.extract.markdown import to_markdown
    from dengmi.corpus.extract.tree import parse

    root = parse(f"<html><body>{entry.markup}</body></html>")
    return to_markdown(cleaned(element_blocks(root), entry.title)) if root is not None else ""


def _words(markup: str) -> str:
    return " ".join(html.unescape(_TAGS.sub(" ", markup)).split())
