"""Reading one page that somebody named: also WeChat articles by their address."""

from collections.abc import AsyncGenerator

from dengmi.core.errors import Unreadable
from dengmi.corpus.fetch import Gone as NotThere
from dengmi.corpus.items import Gone, Item, Job, Same, Total
from dengmi.corpus.pages import article_of

_TAKEN_DOWN = frozenset({"wechat_deleted"})
"""Reasons that say for certain that an article is no more, though the page still answers."""


async def read_page(job: Job) -> AsyncGenerator[Item]:
    """The article at the source's address.

    robots.txt is not asked: it is for crawlers, and here a person named the page.

    Raises:
        DengmiError: the page cannot be fetched or holds no article. A page that is gone after it
            was stored is no error: its article goes.
    """
    key = job.source.address
    before = job.known.get(key)
    yield Total(1)
    try:
        fetched = await job.web.get(
            key,
            etag=before.etag if before else "",
            modified=before.modified if before else "",
        )
    except NotThere:
        if before is None:
            raise
        yield Gone(key)
        return
    if fetched.status == 304 and before is not None:
        yield Same(key, fetched.etag or before.etag, before.modified)
        return
    try:
        draft = await article_of(fetched, key, job.files)
    except Unreadable as error:
        if before is None or error.code not in _TAKEN_DOWN:
            raise
        yield Gone(key)
        return
    if not draft.body.strip():
        raise Unreadable("page_no_article", address=key)
    yield draft
