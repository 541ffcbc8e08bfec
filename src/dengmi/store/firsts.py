"""Scripts about first replies, and the store's methods for them: a part of `SqlStore`."""

from collections.abc import Mapping, Sequence

from dengmi.core.counts import EDGES, Times
from dengmi.core.firsts import QUARTER, FirstReplies
from dengmi.store.connector import Connector
from dengmi.store.steps import Work, every, many, run


def add(replies: Sequence[FirstReplies]) -> Work[None]:
    """Add to what was counted."""
    rows = [
        {"desk": each.desk, "quarter": each.quarter, "bucket": each.bucket, "count": each.count}
        for each in replies
    ]
    yield from many("firsts_add", rows)


def between(since: float, until: float) -> Work[dict[str, Times]]:
    """The first replies of a time, by desk."""
    rows = yield from every(
        "firsts_between", since=int(since // QUARTER), until=int(until // QUARTER)
    )
    found: dict[str, list[int]] = {}
    for desk, bucket, count in rows:
        buckets = found.setdefault(desk, [0] * (len(EDGES) + 1))
        buckets[min(int(bucket), len(EDGES))] += int(count)
    return {desk: Times(tuple(buckets), 0.0) for desk, buckets in found.items()}


def asked(since: float, until: float) -> Work[dict[str, int]]:
    """Questions by desk."""
    rows = yield from every("questions_of_desks", since=float(since), until=float(until))
    return {desk: int(count) for desk, count in rows}


def forget(before: float) -> Work[None]:
    """Forget those of before a time."""
    yield from run("firsts_forget", before=int(before // QUARTER))


class SqlFirsts:
    """`dengmi.core.firsts.Firsts` behind a connector. Raises only DengmiErrors."""

    _db: Connector

    async def add_firsts(self, replies: Sequence[FirstReplies]) -> None:
        """Add to what was counted, by any process."""
        await self._db.write(add, replies)

    async def firsts(self, since: float, until: float) -> Mapping[str, Times]:
        """The first replies of a time, by desk."""
        return await self._db.read(between, since, until)

    async def asked_by_desk(self, since: float, until: float) -> Mapping[str, int]:
        """The questions of a time, counted by desk."""
        return await self._db.read(asked, since, until)

    async def forget_firsts(self, before: float) -> None:
        """Forget those of before a time."""
        await self._db.write(forget, before)
