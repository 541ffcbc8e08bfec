"""Ladders of several processes that share one store and meet in one folder: what is the same is
written once, and goes on where its writer ended."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path

import pytest

from dengmi.answer.ladder import Ladder
from dengmi.core.events import Done, Event, Found, Text
from dengmi.core.ports import Locks
from dengmi.core.records import Answer
from dengmi.models.scripted import Line
from dengmi.server.joining import Joining
from dengmi.server.machines import Machines
from dengmi.server.siblings import Siblings
from dengmi.store.store import SqlStore
from dengmi.wire import open_parts
from tests.commands import SCRIPTED
from tests.contract.test_upper import (  # fixtures among them
    Counted,
    Make,
    events,
    make,
    question,
    search,
    told,
)
from tests.http.conftest import client_of, fill, settings_of, write_articles

__all__ = ["make", "search"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the locks are those of Linux")

FIRST, SECOND = "Adele Brandt built it in 1904.", "Tickets cost 6 euros."
LINE = Line(text=f"{FIRST} [1.1] {SECOND} [1.4]", per_second=60)


class Meeting:
    """A process: its ladder, and how it leaves."""

    def __init__(self, ladder: Ladder, siblings: Siblings, joining: Joining) -> None:
        self.ladder = ladder
        self._siblings = siblings
        self._joining = joining

    async def gone(self) -> None:
        """It ends: the kernel closes what it had."""
        await self._siblings.close()
        await self._joining.close()


Meet = Callable[[Ladder], Awaitable[Meeting]]


@pytest.fixture
async def meet(tmp_path: Path) -> AsyncIterator[Meet]:
    """Lets a ladder meet the others as that of a process of its own."""
    async with AsyncExitStack() as stack:

        async def met(ladder: Ladder) -> Meeting:
            siblings = Siblings(tmp_path)
            joining = Joining(siblings)
            hub = ladder.share_with(joining)
            assert hub is not None
            await siblings.open()
            await joining.open(hub)
            one = Meeting(ladder, siblings, joining)
            stack.push_async_callback(one.gone)
            return one

        yield met


on_postgres = pytest.mark.parametrize("new_address", ["postgres"], indirect=True)
"""Only a database server has locks for several machines."""


async def test_many_at_several_processes_share_one_call(
    make: Make, store: SqlStore, meet: Meet
) -> None:
    model = Counted("first", LINE)
    ladders = [(await meet(make(model))).ladder for _ in range(3)]
    asked = [events(ladders[n % 3], question(asker=f"a{n}")) for n in range(240)]
    answers = [told(some) for some in await asyncio.gather(*asked)]
    assert len(model.asked) == 1
    assert {answer.text for answer in answers} == {f"{FIRST} [1] {SECOND} [2]"}
    assert {answer.level for answer in answers} == {"quick"}
    assert sum(answer.cost.micros > 0 for answer in answers) == 1
    purposes = [each.purpose for each in await store.charges()]
    assert purposes.count("answer") == 1
    assert purposes.count("join") + purposes.count("reuse") == 239
    full = {answer.full_cost.micros for answer in answers}
    assert full == {next(answer.cost.micros for answer in answers if answer.cost.micros)}


async def test_what_is_stored_serves_in_every_process(make: Make, meet: Meet) -> None:
    model = Counted("first", LINE)
    one, other = [await meet(make(model)) for _ in range(2)]
    assert not told(await events(one.ladder, question())).reused
    assert told(await events(other.ladder, question())).reused
    assert len(model.asked) == 1


async def test_who_follows_writes_on_where_the_writer_ended(
    make: Make, store: SqlStore, meet: Meet
) -> None:
    ends, writes = Counted("first", LINE), Counted("first", Line(text=f"{SECOND} [1.4]"))
    one, other = await meet(make(ends)), await meet(make(writes))
    leads = asyncio.create_task(events(one.ladder, question(asker="leads")))
    async with asyncio.timeout(20):
        while not ends.asked:  # noqa: ASYNC110 - asked by another task
            await asyncio.sleep(0.005)
    some: list[Event] = []
    async with aclosing(other.ladder.ask(question(asker="follows"))) as following:
        async for event in following:
            some.append(event)
            if isinstance(event, Text) and not leads.done():
                await one.gone()
                leads.cancel()
                await asyncio.gather(leads, return_exceptions=True)
    assert [event.text.strip() for event in some if isinstance(event, Text)] == [
        f"{FIRST} [1]",
        f"{SECOND} [2]",
    ]
    answer = told(some)
    assert answer.text == f"{FIRST} [1] {SECOND} [2]"
    assert [each.n for each in answer.citations] == [1, 2]
    assert [(claim.verdict, claim.cited) for claim in answer.claims] == [
        ("supported", (1,)),
        ("supported", (2,)),
    ]
    assert all(
        answer.text[claim.start : claim.end] == text
        for claim, text in zip(answer.claims, (FIRST, SECOND), strict=True)
    )
    assert answer.cost.micros > 0  # who writes on pays for that
    assert len(writes.asked) == 1
    begun = writes.asked[0].messages[-2]
    assert (begun.role, begun.text) == ("assistant", f"{FIRST} [1.1]")
    assert (await store.answer(answer.id)) == answer


async def test_one_leaves_and_the_others_stay_and_the_last_one_ends_it(
    make: Make, meet: Meet
) -> None:
    model = Counted("first", Line(text=LINE.text + " " + "word " * 200, per_second=10))
    one, other = [await meet(make(model)) for _ in range(2)]
    both = []
    for meeting, asker in ((one, "leads"), (other, "follows")):
        accepted = await meeting.ladder.accept(question(asker=asker))
        both.append(meeting.ladder.run(accepted))
        assert isinstance(await anext(both[-1]), Found)
    assert isinstance(await anext(both[1]), Text)  # by now it follows
    await both[0].aclose()
    while not isinstance(await anext(both[1]), Text):  # the next sentence comes all the same
        pass
    assert (len(model.asked), model.left) == (1, 0)
    await both[1].aclose()
    async with asyncio.timeout(20):
        while not model.left:  # noqa: ASYNC110 - known on the other side of a connection
            await asyncio.sleep(0.005)


async def test_who_waits_joins_what_another_process_writes_and_begins_nothing(
    make: Make, store: SqlStore, meet: Meet
) -> None:
    model = Counted("first", LINE)
    one, other = [await meet(make(model)) for _ in range(2)]
    waits = await other.ladder.accept(question(asker="waits"))
    better: list[Answer] = []

    async def done(answer: Answer) -> bool:
        better.append(answer)
        await store.finish_question(answer)
        return True

    assert await other.ladder.better(waits, "quick", done, shared=True) == "alone"
    assert model.asked == []
    leads = asyncio.create_task(events(one.ladder, question(asker="leads")))
    async with asyncio.timeout(20):
        while not model.asked:  # noqa: ASYNC110 - asked by another task
            await asyncio.sleep(0.005)
    assert await other.ladder.better(waits, "quick", done, shared=True) == "done"
    assert [answer.text for answer in better] == [told(await leads).text]
    assert better[0].cost.micros == 0
    assert len(model.asked) == 1


async def test_what_is_asked_in_a_conversation_stays_in_its_process(make: Make, meet: Meet) -> None:
    model = Counted("first", LINE)
    one, other = [await meet(make(model)) for _ in range(2)]
    for meeting in (one, other):
        first = question("Who opened the harbour of Linmen?", conversation="c", asker="a")
        assert isinstance((await events(meeting.ladder, first))[-1], Done)
    before = len(model.asked)
    follows = [
        events(meeting.ladder, question("Who built the tower?", conversation="c", asker="a"))
        for meeting in (one, other)
    ]
    await asyncio.gather(*follows)
    assert len(model.asked) == before + 2


@asynccontextmanager
async def server(ladder: Ladder, store: SqlStore) -> AsyncIterator[Ladder]:
    """A server of its own, as it would be on another machine, with one process."""
    locks = store.locks()
    assert locks is not None
    joining = Joining(Siblings())
    assert ladder.share_with(Machines(joining, locks)) is not None
    yield ladder
    await locks.close()


@on_postgres
async def test_servers_on_one_database_share_one_call(make: Make, store: SqlStore) -> None:
    model = Counted("first", LINE)
    async with server(make(model), store) as one, server(make(model), store) as other:
        asked = [events(each, question(asker=f"a{n}")) for n in range(20) for each in (one, other)]
        answers = [told(some) for some in await asyncio.gather(*asked)]
        assert len(model.asked) == 1
        assert {answer.text for answer in answers} == {f"{FIRST} [1] {SECOND} [2]"}
        assert sum(answer.cost.micros > 0 for answer in answers) == 1
        assert {answer.full_cost.micros for answer in answers} == {
            max(answer.cost.micros for answer in answers)
        }
        # It is let go of: what is not stored for others is written anew.
        declined = question("Who opened the harbour of Linmen?")
        model.asked.clear()
        for each in (one, other):
            await events(each, declined)
        assert len(model.asked) <= 2


@on_postgres
async def test_the_end_of_a_server_lets_another_one_write(make: Make, store: SqlStore) -> None:
    ends, writes = Counted("first", LINE), Counted("first", LINE)
    async with server(make(writes), store) as other:
        async with server(make(ends), store) as one:
            leads = asyncio.create_task(events(one, question(asker="leads")))
            async with asyncio.timeout(20):
                while not ends.asked:  # noqa: ASYNC110 - asked by another task
                    await asyncio.sleep(0.005)
            following = other.ask(question(asker="follows"))
            assert isinstance(await anext(following), Found)  # the quotes wait for nobody
        some = [event async for event in following]
        assert told(some).cost.micros > 0
        assert len(writes.asked) == 1
        await leads


@on_postgres
async def test_locks_of_a_database(store: SqlStore) -> None:
    one, other = store.locks(), store.locks()
    assert one is not None
    assert other is not None
    assert await one.take("a")
    assert [await other.take(name) for name in ("a", "b")] == [False, True]
    one.free("a")
    assert not await one.take("b")
    await _comes(other, "a")
    # Whoever asks and goes keeps nothing.
    other.free("a")
    taking = asyncio.create_task(one.take("a"))
    await asyncio.sleep(0)
    taking.cancel()
    await asyncio.gather(taking, return_exceptions=True)
    await _comes(other, "a")
    await other.close()
    await _comes(one, "a")
    await one.close()


async def _comes(locks: Locks, name: str) -> None:
    """A lock that the server lets go of a moment after its holder did."""
    async with asyncio.timeout(20):
        while not await locks.take(name):  # noqa: ASYNC110 - known to the database
            await asyncio.sleep(0.01)


async def test_a_file_has_no_locks_for_others(store: SqlStore, address: str) -> None:
    assert (store.locks() is None) == (not address.startswith("postgres"))


SCRIPT = """
[[answer]]
text = "The lantern walk closes on the seventeenth [1.1]."
first = 0.5
"""


@on_postgres
async def test_two_applications_on_one_database_write_once(address: str, tmp_path: Path) -> None:
    """`store.shared` in the settings of two servers, each with a home of its own."""
    folder = await asyncio.to_thread(write_articles, tmp_path / "articles")
    body = {"question": "When does the lantern walk close?", "level": "quick"}
    async with AsyncExitStack() as stack:
        clients = []
        for n in range(2):
            home = tmp_path / f"home{n}"
            await asyncio.to_thread(home.mkdir)
            await asyncio.to_thread((home / "dengmi.toml").write_text, SCRIPTED)
            await asyncio.to_thread((home / "script.toml").write_text, SCRIPT)
            where = {"DENGMI_STORE_URL": address, "DENGMI_STORE_SHARED": "true"}
            settings = await asyncio.to_thread(settings_of, home, **where)
            parts = await stack.enter_async_context(open_parts(settings))
            if not clients:
                await fill(parts, folder)
            else:
                await parts.search.catch_up()
            clients.append(await stack.enter_async_context(client_of(parts)))
        asked = [client.post("/api/v1/answers", json=body) for client in clients * 3]
        told = [reply.json() for reply in await asyncio.gather(*asked)]
        purposes = [each.purpose for each in await parts.store.charges()]
    assert {each["text"] for each in told} == {"The lantern walk closes on the seventeenth. [1]"}
    assert purposes.count("answer") == 1
    assert len(purposes) == len(told)
