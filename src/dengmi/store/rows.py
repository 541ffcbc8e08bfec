"""Rows to records: heads, passages, sentences."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from dengmi.core.records import Head, Passage, Sentence, SentenceKind
from dengmi.store.jsons import to_json
from dengmi.store.steps import Row

KINDS: tuple[SentenceKind, ...] = ("prose", "item", "row", "code")
"""A sentence's kind is stored as its place in here: only ever add at the end."""


_NUMBERS = msgspec.json.Decoder(list[int])
_TEXTS = msgspec.json.Decoder(list[str])


def pack_sentences(sentences: Sequence[Sentence]) -> str:
    """Sentences as one flat JSON list: start, end, kind of each."""
    flat: list[int] = []
    for each in sentences:
        flat += (each.start, each.end, KINDS.index(each.kind))
    return to_json(flat)


def pack_headings(headings: Sequence[str]) -> str:
    """The path of headings; nothing for none, as most passages have none."""
    return to_json(list(headings)) if headings else ""


KEPT = 4096
"""Passages and heads kept as records, at most: some 3 kB each."""


def passage(row: Row) -> Passage:
    """From (id, n, text, sentences, headings, block, block_offset).

    Goes through a plain dict, which msgspec turns into records in one go: half the time of calling
    each record's own initialiser.
    """
    id_, n, text, sentences, headings, block, offset = row
    plain = {
        "id": id_,
        "n": n,
        "text": text,
        "sentences": _plain_sentences(sentences),
        "headings": _TEXTS.decode(headings) if headings else (),
        "block": block,
        "offset": offset,
    }
    return msgspec.convert(plain, Passage)


kept_passage = lru_cache(maxsize=KEPT)(passage)
"""The same, from memory if the same row (a tuple) was read lately: on the way of every search."""


def _plain_sentences(text: str) -> list[dict[str, object]]:
    flat = iter(_NUMBERS.decode(text))
    return [
        {"n": n, "start": start, "end": end, "kind": KINDS[kind]}
        if kind
        else {"n": n, "start": start, "end": end}
        for n, (start, end, kind) in enumerate(zip(flat, flat, flat, strict=True), start=1)
    ]


@lru_cache(maxsize=KEPT)
def head(row: tuple[Any, ...], addresses: tuple[str, ...]) -> Head:
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
