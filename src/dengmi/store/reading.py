"""Scripts that read articles, passages and changes."""

from collections.abc import Mapping, Sequence

from dengmi.core.records import HALL, Article, Change, Head, Passage
from dengmi.store.rows import head, kept_passage, passage
from dengmi.store.steps import Row, Work, every, first, packed

HEAD = 10
"""How many columns of a row make a head (see `rows.head`); the group comes last of them."""


def passages(ids: Sequence[str]) -> Work[dict[str, tuple[Head, Passage]]]:
    """The passages of these ids with their articles."""
    found = yield from packed("passages_by_id", ids=list(ids))
    rows: dict[str, Row] = {}
    # Two sources of a desk may hold the same passage: the older article wins.
    for row in found:
        if row[HEAD] not in rows or row[0] < rows[row[HEAD]][0]:
            rows[row[HEAD]] = row
    heads = yield from _heads(list(rows.values()))
    return {id_: (heads[row[0]], kept_passage(tuple(row[HEAD:]))) for id_, row in rows.items()}


def article_passages(pks: Sequence[int]) -> Work[dict[int, tuple[Head, tuple[Passage, ...]]]]:
    """Every passage of these articles."""
    heads = yield from _heads((yield from every("heads_by_pk", pks=list(pks))))
    rows = yield from every("passages_of_articles", pks=list(pks))
    found: dict[int, list[Passage]] = {pk: [] for pk in heads}
    for row in rows:
        found[row[0]].append(passage(row[1:]))
    return {pk: (heads[pk], tuple(each)) for pk, each in found.items()}


def articles(desk: str | None, source_id: str | None, limit: int, after: int) -> Work[list[Head]]:
    """Articles above a `pk`; of one source, one desk, or (None or the hall) all."""
    if source_id is not None:
        rows = yield from every("heads_of_source", source_id=source_id, after=after, most=limit)
        rows = [row for row in rows if desk in (None, HALL, row[2])]
    elif desk in (None, HALL):
        rows = yield from every("heads_all", after=after, most=limit)
    else:
        rows = yield from every("heads_of_desk", desk=desk, after=after, most=limit)
    return list((yield from _heads(rows)).values())


def article(article_id: str, desk: str | None) -> Work[Article | None]:
    """A whole article by its public id."""
    if desk in (None, HALL):
        row = yield from first("article_of_any", id=article_id)
    else:
        row = yield from first("article_of_desk", desk=desk, id=article_id)
    if row is None:
        return None
    heads = yield from _heads([row])
    body, form, content_hash, version, changed_at = row[HEAD:]
    return Article(
        head=heads[row[0]],
        body=body,
        form=form,
        content_hash=content_hash,
        version=version,
        changed_at=changed_at,
    )


def counts() -> Work[Mapping[str, int]]:
    """Rows by table."""
    rows = yield from every("counts")
    return {row[0]: row[1] for row in rows}


def last_change() -> Work[int]:
    """The newest sequence number."""
    row = yield from first("change_last")
    assert row is not None
    number: int = row[0]
    return number


def changes(after: int, limit: int) -> Work[tuple[Change, ...]]:
    """Changes after a number."""
    rows = yield from every("changes_after", after=after, most=limit)
    return tuple(Change(seq=seq, article_pk=pk, gone=bool(gone)) for seq, pk, gone in rows)


def _heads(rows: Sequence[Row]) -> Work[dict[int, Head]]:
    """The heads of rows that begin with a head's columns, by `pk`, in the rows' order."""
    groups = {row[HEAD - 1] for row in rows} - {None}
    by_group: dict[int, list[str]] = {}
    if groups:
        for group, url in (yield from every("addresses", ids=sorted(groups))):
            by_group.setdefault(group, []).append(url)
    heads: dict[int, Head] = {}
    for row in rows:
        if row[0] not in heads:
            heads[row[0]] = head(tuple(row[:HEAD]), tuple(by_group.get(row[HEAD - 1], ())))
    return heads
