"""Scripts about desks."""

from dengmi.core.records import Desk
from dengmi.store.steps import Row, Work, every, first, run


def all_desks() -> Work[tuple[Desk, ...]]:
    """Every desk, oldest first."""
    rows = yield from every("desks")
    return tuple(_desk(row) for row in rows)


def with_sources() -> Work[frozenset[str]]:
    """The names of the desks that have sources. Asked for nearly every question: kept cheap."""
    rows = yield from every("desks_with_sources")
    return frozenset(row[0] for row in rows)


def ensure(name: str, title: str, now: float) -> Work[Desk]:
    """The desk of that name, made if needed; a title that is given is taken over."""
    yield from run("desk_insert", name=name, title=title, created_at=now)
    row = yield from first("desk", name=name)
    assert row is not None
    desk = _desk(row)
    if title and desk.title != title:
        yield from run("desk_title", name=name, title=title)
        row = yield from first("desk", name=name)
        assert row is not None
    return _desk(row)


def _desk(row: Row) -> Desk:
    name, title, created_at = row
    return Desk(name=name, title=title, created_at=created_at)
