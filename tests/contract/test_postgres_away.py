"""PostgreSQL goes away and comes back: a clear error meanwhile, and no restart needed."""

import asyncio
from threading import Thread

import pytest

from dengmi.core.errors import Unavailable
from dengmi.store.open import open_store
from tests.contract.given import prepared, question, source, unfinished


async def _cut(address: str) -> None:
    """End every connection to this database but our own; whoever had them does not know yet."""
    import asyncpg

    connection = await asyncpg.connect(address)
    await connection.execute(
        "SELECT pg_terminate_backend(pid, 20000) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    await connection.close()


def _cut_unseen(address: str) -> None:
    """The same while the event loop stands still: it has not read that its connections have
    ended when the store next uses one."""
    cutting = Thread(target=lambda: asyncio.run(_cut(address)))
    cutting.start()
    cutting.join()


@pytest.mark.parametrize("seen", [True, False], ids=["seen", "unseen"])
async def test_cut_connections_are_made_again(new_postgres, seen: bool) -> None:
    address = await new_postgres()
    store = open_store(address)
    await store.open()

    async def cut() -> None:
        if seen:
            await _cut(address)
        else:
            _cut_unseen(address)

    try:
        from_ = await source(store)
        await store.put_articles(from_, [prepared("a", "A.")])
        for n in range(3):
            await cut()
            await store.record_question(question(f"q_{n}a"))
            await cut()
            assert len(await store.articles()) == 1
            await cut()
            await asyncio.gather(*(store.record_question(question(f"q_{n}{m}")) for m in range(20)))
        assert len(await unfinished(store)) == 63
    finally:
        await store.close()


async def test_a_connection_cut_in_the_middle_is_a_clear_error(new_postgres) -> None:
    address = await new_postgres()
    store = open_store(address)
    await store.open()
    try:
        said: list[BaseException | str] = []

        async def ask(worker: int) -> None:
            for n in range(60):
                name = f"q_{worker}_{n}"
                try:
                    await store.record_question(question(name))
                    said.append(name)
                    await store.articles()
                except Unavailable as error:
                    said.append(error)

        asking = asyncio.gather(*(ask(n) for n in range(4)))
        for _ in range(3):
            await asyncio.sleep(0.02)
            await _cut(address)
        await asking
        kept = {each.id for each in await unfinished(store)}
        assert {each for each in said if isinstance(each, str)} <= kept
    finally:
        await store.close()


async def test_a_wrong_database_is_named_without_the_password(new_postgres) -> None:
    address = (await new_postgres()).replace("dengmi@", "dengmi:secret@") + "_none"
    with pytest.raises(Exception, match="store_refused") as caught:
        await open_store(address).open()
    assert "secret" not in str(caught.value)
