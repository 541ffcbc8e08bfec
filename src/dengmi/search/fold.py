"""Folds hits that say the same: reposts of one article, and equal passages."""

from collections.abc import Iterable, Iterator

from dengmi.core.records import Head, Passage

Scored = tuple[float, Head, Passage]

_START = 30
"""Characters by which texts are told apart before they are compared whole."""


def folded(hits: Iterable[Scored]) -> Iterator[Scored]:
    """The hits without those that repeat an earlier one.

    Of articles that share addresses (reposts, see `Head.addresses`) only the first one met stays,
    with all its passages. Of equal texts, letter case and spaces aside, the first one stays.
    """
    texts: dict[str, list[str]] = {}
    speaks_for: dict[tuple[str, str], int] = {}
    for score, head, passage in hits:
        group = _group(head)
        if group and any(speaks_for.get(address, head.pk) != head.pk for address in group):
            continue
        start = _plain(passage.text[: 4 * _START])[:_START]
        begun_alike = texts.setdefault(start, [])
        if begun_alike and _plain(passage.text) in map(_plain, begun_alike):
            continue
        begun_alike.append(passage.text)
        for address in group:
            speaks_for.setdefault(address, head.pk)
        yield score, head, passage


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def _group(head: Head) -> list[tuple[str, str]]:
    """What the articles of one repost group have in common; desks are kept apart."""
    return [(head.desk, address) for address in head.addresses] if len(head.addresses) > 1 else []
