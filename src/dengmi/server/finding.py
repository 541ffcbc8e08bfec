"""Finds an article by the id that anybody may guess, such as the `id` of a line of JSONL."""

from dengmi.core.records import Article
from dengmi.server.parts import Parts


async def article_of(
    parts: Parts, article_id: str, desk: str | None, whole: bool
) -> Article | None:
    """The article of a desk; without a desk that of the first one that has it.

    Args:
        whole: whether the caller may know of private desks: others have to name one.
    """
    found = await parts.store.article(article_id, desk or None)
    if found is None or desk or whole or _is_public(parts, found.head.desk):
        return found
    for each in await parts.store.desks():
        if _is_public(parts, each.name):
            found = await parts.store.article(article_id, each.name)
            if found is not None:
                return found
    return None


def _is_public(parts: Parts, desk: str) -> bool:
    settings = parts.settings.desks.get(desk)
    return settings is None or settings.public
