"""Rows to records: heads, passages, sentences."""

from collections.abc import Sequence

from dengmi.core.records import Head, Passage, Sentence, SentenceKind
from dengmi.store.jsons import from_json, to_json
from dengmi.store.steps import Row

KINDS: tuple[SentenceKind, ...] = ("prose", "item", "row", "code")
"""A sentence's kind is stored as its place in here: only ever add at the end."""


def pack_sentences(sentences: Sequence[Sentence]) -> str:
    """Sentences as one flat JSON list: start, end, kind of each."""
    flat: list[int] = []
    for each in sentences:
        flat += (each.start, each.end, KINDS.index(each.kind))
    return to_json(flat)


def unpack_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences that `pack_sentences` packed."""
    flat = iter(from_json(text, list[int]))
    return tuple(
        Sentence(n=n, start=start, end=end, kind=KINDS[kind])
        for n, (start, end, kind) in enumerate(zip(flat, flat, flat, strict=True), start=1)
    )


def pack_headings(headings: Sequence[str]) -> str:
    """The path of headings; nothing for none, as most passages have none."""
    return to_json(list(headings)) if headings else ""


def passage(row: Row) -> Passage:
    """From (id, n, text, sentences, headings, block, block_offset)."""
    id_, n, text, sentences, headings, block, offset = row
    return Passage(
        id=id_,
        n=n,
        text=text,
        sentences=unpack_sentences(sentences),
        headings=tuple(from_json(headings, list[str])) if headings else (),
        block=block,
        offset=offset,
    )


def head(row: Row, addresses: Sequence[str]) -> Head:
    """From (pk, id, desk, source_id, title, url, author, published, lang, repost).

    Args:
        row: the columns named above.
        addresses: those of the articles it is alike to, in any order, its own among them or not.
    """
    pk, id_, desk, source_id, title, url, author, published, lang, repost = row
    own = (url,) if url else ()
    return Head(
        pk=pk,
        id=id_,
        desk=desk,
        source_id=source_id,
        title=title,
        url=url,
        author=author,
        published=published,
        lang=lang,
        addresses=tuple(dict.fromkeys((*own, *addresses))) if addresses else own,
        repost_group=repost or 0,
    )
