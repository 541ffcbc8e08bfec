"""Snapshots, backup and restore, on both databases and between them."""

import asyncio
import io
import json
import os
import tarfile
from pathlib import Path

import pytest

from dengmi.core.errors import BadInput, BadSettings, Conflict, Unavailable
from dengmi.store.backup import backup, restore
from dengmi.store.open import open_store
from dengmi.store.store import SqlStore
from tests.contract.given import (
    SKETCH,
    answer,
    near,
    passage,
    prepared,
    question,
    source,
    unfinished,
)


async def fill(store: SqlStore) -> None:
    """Something of everything."""
    from_ = await source(store)
    await store.ensure_desk("news", "新闻")
    await store.put_articles(
        from_,
        [
            prepared("a", "A one.", "A two.", sketch=SKETCH, url="http://a"),
            prepared("b", "B.", sketch=near(SKETCH, 3), url="http://b", published="2025-01-01"),
            prepared("c", "灯谜。"),
        ],
    )
    await store.put_articles(from_, [prepared("a", "A new.", sketch=SKETCH, url="http://a")])
    await store.remove_articles(from_.id, ["c"])
    await store.mark_synced(from_.id, 3.5)
    await store.record_question(question("q_1", dedup="d", asked_at=1.5))
    await store.finish_question(answer("r_1", "q_1"))
    await store.record_question(question("q_2", asked_at=2.5))
    await store.put_note("n_1", "sync", {"n": 1})


async def everything(store: SqlStore) -> dict[str, object]:
    """All that a store can tell."""
    heads = await store.articles(limit=10_000)
    return {
        "desks": await store.desks(),
        "sources": await store.sources(),
        "known": [await store.known(each.id) for each in await store.sources()],
        "heads": heads,
        "articles": [await store.article(each.id, each.desk) for each in heads],
        "passages": await store.article_passages([each.pk for each in heads]),
        "changes": await store.changes(0, 10_000),
        "last": await store.last_change(),
        "pending": await unfinished(store),
        "answer": await store.answer("q_1"),
        "notes": await store.notes("sync"),
        "counts": await store.counts(),
    }


async def test_a_snapshot_holds_everything(store: SqlStore, new_address, tmp_path: Path) -> None:
    await fill(store)
    expected = await everything(store)
    assert await store.snapshot(tmp_path / "copy") == expected["last"] == 5
    other = open_store(await new_address())
    await other.open()
    try:
        await other.ensure_desk("guide", "made before")
        await other.load_snapshot(tmp_path / "copy")
        assert await everything(other) == expected
        with pytest.raises(Conflict):
            await other.load_snapshot(tmp_path / "copy")
        from_ = (await other.sources())[0]  # numbers go on where they stood
        await other.put_articles(from_, [prepared("new", "New.", sketch=near(SKETCH, 64))])
        assert (await other.articles())[-1].pk == 4
        assert await other.last_change() == 6
        assert (await other.record_question(question("q_9", dedup="d")))[0].id == "q_1"
    finally:
        await other.close()


async def test_a_snapshot_moves_between_the_databases(
    store: SqlStore, new_postgres, tmp_path: Path
) -> None:
    await fill(store)
    expected = await everything(store)
    await store.snapshot(tmp_path / "copy")
    for n, address in enumerate((await new_postgres(), str(tmp_path / "other.sqlite"))):
        other = open_store(address)
        await other.open()
        await other.load_snapshot(tmp_path / "copy")
        assert await everything(other) == expected
        await other.snapshot(tmp_path / f"again-{n}")
        await other.close()


async def test_a_snapshot_never_overwrites(store: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "copy").write_text("mine")
    with pytest.raises(Conflict):
        await store.snapshot(tmp_path / "copy")
    assert (tmp_path / "copy").read_text() == "mine"


async def test_what_is_no_snapshot_is_refused(store: SqlStore, tmp_path: Path) -> None:
    import sqlite3

    (tmp_path / "text").write_text("no database")
    views = sqlite3.connect(tmp_path / "views")
    await store.snapshot(tmp_path / "copy")
    views.execute("CREATE VIEW articles AS SELECT 1")
    views.close()
    changed = sqlite3.connect(tmp_path / "copy")
    changed.execute("CREATE TRIGGER t AFTER INSERT ON desks BEGIN SELECT 1; END")
    changed.commit()
    changed.close()
    for name in ("text", "views", "copy", "none"):
        with pytest.raises(BadInput) as caught:
            await store.load_snapshot(tmp_path / name)
        assert caught.value.code == "store_bad_snapshot", name
    assert set((await store.counts()).values()) == {0}


async def test_a_snapshot_while_writing_is_of_one_moment(store: SqlStore, tmp_path: Path) -> None:
    """Every article has its passages and its change, and the sequence has no hole."""
    from_ = await source(store)

    async def write() -> None:
        for n in range(40):
            await store.put_articles(
                from_, [prepared(f"{n}-{m}", f"Text {n} {m}.", "More.") for m in range(10)]
            )

    writing = asyncio.create_task(write())
    seen = []
    for n in range(4):
        seen.append(await store.snapshot(tmp_path / f"copy-{n}"))
    await writing
    for n, change in enumerate(seen):
        copy = open_store(str(tmp_path / f"copy-{n}"))
        await copy.open()
        counts = await copy.counts()
        assert counts["articles"] == counts["changes"] == change == await copy.last_change()
        assert counts["passages"] == 2 * change
        assert change % 10 == 0
        await copy.close()


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """A folder such as a search index has."""
    folder = tmp_path / "index"
    (folder / "deeper").mkdir(parents=True)
    (folder / "meta.json").write_text('{"segments": ["s1"]}')
    (folder / "s1.store").write_bytes(bytes(range(256)) * 100)
    (folder / "deeper" / "s2.term").write_bytes(b"")
    (folder / ".writer.lock").write_bytes(b"")
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        each.relative_to(folder).as_posix(): each.read_bytes()
        for each in folder.rglob("*")
        if each.is_file() and each.suffix != ".lock"
    }


async def test_restore_brings_back_what_was_backed_up(
    store: SqlStore, new_address, index: Path, tmp_path: Path
) -> None:
    await fill(store)
    expected = await everything(store)
    path = tmp_path / "made" / "backup.tar.gz"
    await backup(store, index, path)
    assert [each.name for each in path.parent.iterdir()] == ["backup.tar.gz"]
    other = open_store(await new_address())
    await other.open()
    try:
        home = tmp_path / "home" / "index"
        await restore(path, other, home)
        assert await everything(other) == expected
        assert files(home) == files(index)
        assert [each.name for each in home.parent.iterdir()] == ["index"]
        with pytest.raises(Conflict):
            await restore(path, other, home)
        with pytest.raises(Conflict):
            await restore(path, other, tmp_path / "another")
        assert not (tmp_path / "another").exists()
    finally:
        await other.close()


async def test_a_backup_without_an_index(store: SqlStore, new_address, tmp_path: Path) -> None:
    await fill(store)
    await backup(store, tmp_path / "none", tmp_path / "one")
    await backup(store, None, tmp_path / "two")
    other = open_store(await new_address())
    await other.open()
    await restore(tmp_path / "one", other, tmp_path / "index")
    assert not (tmp_path / "index").exists()
    assert (await other.counts())["articles"] == 2
    await other.close()


async def test_backup_where_nothing_can_be_written(store: SqlStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(Unavailable) as caught:
        await backup(store, None, tmp_path / "file" / "backup")
    assert caught.value.code == "store_backup_failed"


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.rglob("*"))


def repack(path: Path, target: Path, change) -> Path:
    """The same backup with its members (name → bytes) changed."""
    with tarfile.open(path) as tar:
        members = {each.name: tar.extractfile(each).read() for each in tar}
    change(members)
    with tarfile.open(target, "w:gz") as tar:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            if isinstance(content, bytes):
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
            else:
                info.type, info.linkname = tarfile.SYMTYPE, content
                tar.addfile(info)
    return target


def _rename(members: dict, old: str, new: str) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["files"][new] = manifest["files"].pop(old)
    members["manifest.json"] = json.dumps(manifest).encode()
    members[new] = members.pop(old)


def _set(members: dict, name: str, size: int) -> None:
    manifest = json.loads(members["manifest.json"])
    manifest["files"][name]["size"] = size
    members["manifest.json"] = json.dumps(manifest).encode()


HOSTILE = {
    "up": lambda m: _rename(m, "index/s1.store", "index/../../evil"),
    "root": lambda m: _rename(m, "index/s1.store", "/tmp/evil"),
    "beside": lambda m: _rename(m, "index/s1.store", "evil"),
    "dots": lambda m: _rename(m, "index/s1.store", "index/./evil"),
    "drive": lambda m: _rename(m, "index/s1.store", "index/c:evil"),
    "back": lambda m: _rename(m, "index/s1.store", "index\\..\\evil"),
    "link": lambda m: m.update({"index/s1.store": "/etc/passwd"}),
    "bytes": lambda m: m.update({"index/s1.store": m["index/s1.store"][::-1]}),
    "longer": lambda m: m.update({"index/s1.store": m["index/s1.store"] + b"x"}),
    "extra": lambda m: m.update({"index/more": b"x"}),
    "missing": lambda m: m.pop("index/s1.store"),
    "no store": lambda m: m.pop("store.sqlite"),
    "no manifest": lambda m: m.pop("manifest.json"),
    "bad manifest": lambda m: m.update({"manifest.json": b"{"}),
    "huge": lambda m: _set(m, "index/s1.store", 10**18),
    "negative": lambda m: _set(m, "index/s1.store", -1),
    "newer": lambda m: m.update(
        {"manifest.json": m["manifest.json"].replace(b'"format": 1', b'"format": 2')}
    ),
}


@pytest.mark.parametrize("attack", HOSTILE)
async def test_a_hostile_archive_changes_nothing(attack: str, index: Path, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "home" / "store.sqlite"))
    await store.open()
    try:
        await backup(store, index, tmp_path / "good")
        path = repack(tmp_path / "good", tmp_path / "bad", HOSTILE[attack])
        before = names(tmp_path)
        with pytest.raises((BadInput, BadSettings)) as caught:
            await restore(path, store, tmp_path / "home" / "index")
        assert caught.value.code.startswith("store_backup_")
        assert names(tmp_path) == before
    finally:
        await store.close()


async def test_what_is_no_archive_is_refused(tmp_path: Path, index: Path) -> None:
    store = open_store(str(tmp_path / "home" / "store.sqlite"))
    await store.open()
    await backup(store, index, tmp_path / "good")
    good = (tmp_path / "good").read_bytes()
    for name, content in {
        "text": b"no archive",
        "empty": b"",
        "cut": good[: len(good) // 2],
        "bent": good[:400] + b"xxxx" + good[404:],
        "plain tar": b"\0" * 10240,
    }.items():
        (tmp_path / "bad").write_bytes(content)
        with pytest.raises(BadInput) as caught:
            await restore(tmp_path / "bad", store, tmp_path / "home" / "index")
        assert caught.value.code == "store_backup_unreadable", name
    with pytest.raises(BadInput):
        await restore(tmp_path / "none", store, tmp_path / "home" / "index")
    await restore(tmp_path / "good", store, tmp_path / "home" / "index")
    await store.close()


async def test_an_index_that_keeps_changing_is_left_out(
    store: SqlStore, index: Path, tmp_path: Path
) -> None:
    going = True

    async def stir() -> None:
        n = 0
        while going:
            n += 1
            await asyncio.to_thread((index / f"s{n}.new").write_bytes, b"x")
            await asyncio.to_thread((index / f"s{n - 1}.new").unlink, True)
            await asyncio.sleep(0.001)

    stirring = asyncio.create_task(stir())
    await backup(store, index, tmp_path / "backup")
    going = False
    await stirring
    with tarfile.open(tmp_path / "backup") as tar:
        assert "store.sqlite" in tar.getnames()


def test_given_passages_are_right() -> None:
    assert passage("One.\n- two").quote(2) == "- two"


async def test_what_a_killed_backup_left_is_cleared_away_later(
    store: SqlStore, tmp_path: Path
) -> None:
    old, fresh, other = (tmp_path / f".all.dengmi-{end}" for end in ("abcd1234", "fresh123", "x"))
    for folder in (old, fresh, other):
        folder.mkdir()
    os.utime(old, (1, 1))
    os.utime(other, (1, 1))
    await backup(store, None, tmp_path / "all.dengmi")
    assert [folder.exists() for folder in (old, fresh, other)] == [False, True, True]
    assert (tmp_path / "all.dengmi").is_file()
