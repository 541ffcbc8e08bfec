"""What goes wrong outside comes up as errors with words, and takes nothing along."""

import asyncio
import sqlite3
from pathlib import Path

import pytest
from blockbuster import BlockBuster

from dengmi.core.errors import BadSettings, DengmiError, Unavailable
from dengmi.core.records import Question
from dengmi.store import sqlite_schema, sqlite_threads
from dengmi.store.open import open_store
from tests.contract.given import unfinished


async def refused(address: str) -> DengmiError:
    store = open_store(address)
    with pytest.raises(DengmiError) as caught:
        await store.open()
    await store.close()
    return caught.value


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("Dear diary, " * 1000)
    error = await refused(str(tmp_path / "store"))
    assert isinstance(error, BadSettings)
    assert error.code == "store_not_database"


async def test_the_database_of_another_program(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "store") as other:
        other.execute("CREATE TABLE bookmarks (n)")
    other.close()
    before = (tmp_path / "store").read_bytes()
    error = await refused(str(tmp_path / "store"))
    assert error.code == "store_foreign"
    assert (tmp_path / "store").read_bytes() == before


async def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    error = await refused(str(tmp_path))
    assert isinstance(error, Unavailable)
    assert error.code == "store_cannot_open"


async def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    error = await refused(str(tmp_path / "file" / "store.sqlite"))
    assert error.code == "store_cannot_open"


async def test_postgres_that_is_not_there(no_blocking: BlockBuster) -> None:
    pytest.importorskip("asyncpg")
    for function in no_blocking.functions.values():  # it looks for a password file and certificates
        function.can_block_in("asyncpg/connect_utils.py", {"_parse_connect_dsn_and_args"})
    error = await refused("postgresql://user:secret@127.0.0.1:1/none")
    assert isinstance(error, Unavailable)
    assert error.code == "store_unreachable"
    assert "secret" not in str(error)


def asked(name: str, text: str = "?") -> Question:
    return Question(id=name, desk="guide", text=text)


async def test_a_full_disk_loses_nothing_that_was_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own limit of pages stands in for the disk's."""

    def small(path: Path, *, readonly: bool = False) -> sqlite3.Connection:
        connection = sqlite_schema.connect(path, readonly=readonly)
        connection.execute("PRAGMA max_page_count = 200")
        return connection

    monkeypatch.setattr(sqlite_threads, "connect", small)
    store = open_store(str(tmp_path / "store"))
    await store.open()
    try:
        results = []
        for n in range(30):
            results += await asyncio.gather(
                *(store.record_question(asked(f"q_{n}_{m}", "x" * 5000)) for m in range(5)),
                return_exceptions=True,
            )
        good = [each for each in results if isinstance(each, tuple)]
        bad = [each for each in results if not isinstance(each, tuple)]
        assert good
        assert {each.code for each in bad} == {"store_full"}
        with pytest.raises(Unavailable) as caught:
            await store.check_writes()
        assert caught.value.code == "store_full"
        kept = {each.id for each in await unfinished(store)}
        assert kept == {question.id for question, _ in good}
    finally:
        await store.close()


async def test_another_process_that_holds_the_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_schema, "BUSY_SECONDS", 0.05)
    store = open_store(str(tmp_path / "store"))
    await store.open()
    other = await asyncio.to_thread(sqlite_schema.connect, tmp_path / "store")
    try:
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        with pytest.raises(Unavailable) as caught:
            await store.record_question(asked("q_1"))
        assert caught.value.code == "store_locked"
        assert await unfinished(store) == ()  # readers do not wait
        await asyncio.to_thread(other.execute, "COMMIT")
        assert (await store.record_question(asked("q_1")))[1] is True
    finally:
        await asyncio.to_thread(other.close)
        await store.close()


async def test_a_cancelled_write_disturbs_nobody(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    await store.open()
    try:
        writes = [asyncio.create_task(store.record_question(asked(f"q_{n}"))) for n in range(20)]
        await asyncio.sleep(0)
        for write in writes[::2]:
            write.cancel()
        done = await asyncio.gather(*writes, return_exceptions=True)
        assert all(isinstance(each, tuple) for each in done[1::2])
        kept = {each.id for each in await unfinished(store)}
        assert kept >= {f"q_{n}" for n in range(1, 20, 2)}
    finally:
        await store.close()


async def test_writes_asked_for_before_closing_are_kept(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    await store.open()
    writes = [asyncio.create_task(store.record_question(asked(f"q_{n}"))) for n in range(300)]
    await asyncio.sleep(0)
    await store.close()
    assert all(new for _, new in await asyncio.gather(*writes))
    await store.open()
    assert len(await unfinished(store)) == 300
    await store.close()


async def test_many_writes_share_commits(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "store"))
    await store.open()
    wal = tmp_path / "store-wal"
    before = await asyncio.to_thread(lambda: wal.stat().st_size if wal.exists() else 0)
    await asyncio.gather(*(store.record_question(asked(f"q_{n}")) for n in range(200)))
    after = await asyncio.to_thread(lambda: wal.stat().st_size)
    assert (after - before) / 4096 < 200  # each alone would write at least three pages
    await store.close()


def test_opening_is_importing_little() -> None:
    """Neither the driver of PostgreSQL nor tarfile is imported for a SQLite store."""
    import subprocess
    import sys

    code = (
        "import sys; from dengmi.store.open import open_store; open_store('x');"
        "print([name for name in ('asyncpg', 'tarfile', 'sqlalchemy', 'aiosqlite')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("code", ["closed", "in progress", "state"])
def test_a_connection_that_ended_under_the_driver_is_a_database_that_is_away(code: str) -> None:
    asyncpg = pytest.importorskip("asyncpg")
    from dengmi.store.postgres_errors import translate

    error = {
        "closed": asyncpg.InterfaceError("connection is closed"),
        "in progress": asyncpg.InterfaceError("another operation is in progress"),
        "state": asyncpg.InternalClientError("cannot switch to state 21"),
    }[code]
    told = translate(error, "db")
    assert isinstance(told, Unavailable)
    assert told.code == "store_unreachable"
