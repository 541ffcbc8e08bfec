"""Folds hits that say the same: reposts of one article, and equal passages."""

from collections.abc import Iterable, Iterator

from dengmi.core.records import Head, Passage

Scored = tuple[float, Head, Passage]


def folded(hits: Iterable[Scored]) -> Iterator[Scored]:
    """The hits without those that repeat an earlier one.

    Of articles that share addresses (reposts, see `Head.addresses`) only the first one met stays,
    with all its passages. Of equal texts, letter case and spaces aside, the first one stays.
    """
    texts: set[str] = set()
    speaks_for: dict[tuple[str, str], int] = {}
    for score, head, passage in hits:
        group = _group(head)
        if group and any(speaks_for.get(address, head.pk) != head.pk for address in group):
            continue
        text = "".join(passage.text.split()).casefold()
        if text in texts:
            continue
        texts.add(text)
        for address in group:
            speaks_for.setdefault(address, head.pk)
        yield score, head, passage


def _group(head: Head) -> list[tuple[str, str]]:
    """What the articles of one repost group have in common; desks are kept apart."""
    return [(head.desk, address) for address in head.addresses] if len(head.addresses) > 1 else []
