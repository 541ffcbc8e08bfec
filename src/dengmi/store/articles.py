"""Scripts that write articles. Each first takes the lock on `tally`: the writers of articles go
one at a time, on either database, and the change sequence commits in its own order."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from dengmi.core.errors import NotFound
from dengmi.core.ids import stable_id
from dengmi.core.records import Known, Passage, Prepared, Source
from dengmi.store import reposts
from dengmi.store.clean import clean
from dengmi.store.rows import pack_headings, pack_sentences
from dengmi.store.steps import Params, Work, every, first, many, run

LONGEST_ID = 200
"""Characters of a public id that a source may ask for; a longer one is not used."""


class Stored(NamedTuple):
    """What a writer needs to know of an article that is there already."""

    key_id: str
    pk: int
    content_hash: str
    version: int
    repost: int | None


def lock() -> Work[None]:
    """Wait for the other writers of articles."""
    yield from run("tally", articles=0, changes=0, reposts=0)


def put(source: Source, batch: Sequence[Prepared], now: float) -> Work[None]:
    """Insert or replace articles and their passages. Raises NotFound for a removed source."""
    yield from lock()
    if (yield from first("source", id=source.id)) is None:
        raise NotFound("store_source_gone", source=source.id)
    wanted = {key_id(source.id, prepared.draft.key): prepared for prepared in batch}
    stored = yield from _stored(list(wanted))
    changed = {
        each: prepared
        for each, prepared in wanted.items()
        if each not in stored or stored[each].content_hash != prepared.content_hash
    }
    yield from _touch(source.id, {each: wanted[each] for each in wanted if each not in changed})
    if changed:
        yield from _write(source, changed, stored, now)


def _write(
    source: Source, changed: Mapping[str, Prepared], stored: Mapping[str, Stored], now: float
) -> Work[None]:
    groups = yield from reposts.group(source.desk, [each.sketch for each in changed.values()])
    fresh = {each: prepared for each, prepared in changed.items() if each not in stored}
    old = {each: prepared for each, prepared in changed.items() if each in stored}
    last = yield from _draw(articles=len(fresh))
    pks = {each: last - len(fresh) + n for n, each in enumerate(fresh, start=1)}
    pks |= {each: stored[each].pk for each in old}
    rows = {
        each: _row(prepared, pks[each], group, now)
        | {"version": stored[each].version + 1 if each in old else 1}
        for (each, prepared), group in zip(changed.items(), groups, strict=True)
    }
    ids = yield from _public_ids(source, fresh)
    names = {"desk": source.desk, "source_id": source.id}
    inserts = [
        rows[each] | names | {"id": ids[each], "key_id": each, "key": fresh[each].draft.key}
        for each in fresh
    ]
    yield from many("article_insert", inserts)
    if old:
        yield from many("article_update", [rows[each] for each in old])
        yield from run("passages_delete", pks=[pks[each] for each in old])
    yield from many("version_insert", [_version(row) for row in rows.values()])
    passages = [
        _passage(pks[each], passage)
        for each, prepared in changed.items()
        for passage in prepared.passages
    ]
    yield from many("passage_insert", passages)
    yield from _note(list(pks.values()), gone=False)
    left = [stored[each].repost for each in old if stored[each].repost != rows[each]["repost"]]
    yield from reposts.forget_empty([group for group in left if group is not None])


def touch(source_id: str, marks: Mapping[str, tuple[str, str]]) -> Work[None]:
    """Renew (etag, modified) by key."""
    yield from many(
        "article_touch",
        [
            {"key_id": key_id(source_id, key), "etag": etag, "modified": modified}
            for key, (etag, modified) in marks.items()
        ],
    )


def remove(source_id: str, keys: Iterable[str]) -> Work[int]:
    """Remove articles by key; how many went."""
    yield from lock()
    stored = yield from _stored([key_id(source_id, key) for key in keys])
    yield from remove_stored(list(stored.values()))
    return len(stored)


def remove_stored(articles: Sequence[Stored]) -> Work[None]:
    """Remove these articles, note that, and forget groups that end with them."""
    if not articles:
        return
    yield from run("articles_delete", pks=[each.pk for each in articles])
    yield from _note([each.pk for each in articles], gone=True)
    yield from reposts.forget_empty([each.repost for each in articles if each.repost is not None])


def known(source_id: str) -> Work[dict[str, Known]]:
    """By key, what is stored of a source."""
    rows = yield from every("articles_known", source_id=source_id)
    return {
        key: Known(article_id=id_, content_hash=content_hash, etag=etag, modified=modified)
        for key, id_, content_hash, etag, modified in rows
    }


def key_id(source_id: str, key: str) -> str:
    """What stands for a source's key in the index: short, whatever the key's length."""
    return stable_id("k", source_id, clean(key))


def _stored(key_ids: list[str]) -> Work[dict[str, Stored]]:
    rows = yield from every("articles_stored", key_ids=key_ids)
    return {row[0]: Stored(*row) for row in rows}


def _touch(source_id: str, same: Mapping[str, Prepared]) -> Work[None]:
    yield from touch(
        source_id,
        {each.draft.key: (each.draft.etag, each.draft.modified) for each in same.values()},
    )


def _draw(*, articles: int = 0, changes: int = 0) -> Work[int]:
    """Draw numbers; the last one drawn."""
    row = yield from first("tally", articles=articles, changes=changes, reposts=0)
    assert row is not None
    last: int = row[0] if articles else row[1]
    return last


def _note(pks: Sequence[int], *, gone: bool) -> Work[None]:
    """One change for each of these articles."""
    last = yield from _draw(changes=len(pks))
    yield from many(
        "change_put",
        [
            {"seq": last - len(pks) + n, "article_pk": pk, "gone": gone}
            for n, pk in enumerate(pks, start=1)
        ],
    )


def _public_ids(source: Source, fresh: Mapping[str, Prepared]) -> Work[dict[str, str]]:
    """The id each new article asks for, or a derived one; `~2`, `~3` … where it is taken."""
    wanted = {}
    for each, prepared in fresh.items():
        asked = clean(prepared.draft.id or "")
        if not _can_be_public(asked):
            asked = stable_id("a", source.desk, source.address, prepared.draft.key)
        wanted[each] = asked
    ids: dict[str, str] = {}
    taken: set[str] = set()
    open_, n = dict(wanted), 1
    while open_:
        tries = {each: asked if n == 1 else f"{asked}~{n}" for each, asked in open_.items()}
        rows = yield from every(
            "article_ids_taken", desk=source.desk, ids=sorted(set(tries.values()))
        )
        taken |= {row[0] for row in rows}
        for each, name in tries.items():
            if name not in taken:
                ids[each] = name
                taken.add(name)
                del open_[each]
        n += 1
    return ids


def _can_be_public(asked: str) -> bool:
    """Whether an id can stand in an address and be found by it: browsers take "." and ".." as
    steps, and no page can be named by control characters."""
    return (
        0 < len(asked) <= LONGEST_ID
        and asked not in (".", "..")
        and not any(char < " " or "\x7f" <= char <= "\x9f" for char in asked)
    )


def _row(prepared: Prepared, pk: int, group: int | None, now: float) -> dict[str, object]:
    draft = prepared.draft
    return {
        "pk": pk,
        "repost": group,
        "title": draft.title,
        "url": draft.url,
        "author": draft.author,
        "published": draft.published,
        "lang": draft.lang,
        "form": draft.form,
        "content_hash": prepared.content_hash,
        "changed_at": now,
        "etag": draft.etag,
        "modified": draft.modified,
        "body": draft.body,
    }


def _version(row: Params) -> Params:
    return {
        "article_pk": row["pk"],
        "version": row["version"],
        "content_hash": row["content_hash"],
        "changed_at": row["changed_at"],
    }


def _passage(pk: int, passage: Passage) -> Params:
    return {
        "article_pk": pk,
        "n": passage.n,
        "id": passage.id,
        "block": passage.block,
        "block_offset": passage.offset,
        "headings": pack_headings(passage.headings),
        "sentences": pack_sentences(passage.sentences),
        "text": passage.text,
    }
