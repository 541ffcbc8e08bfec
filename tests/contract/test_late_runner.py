"""Late answers from end to end, on both databases: real store, search, gate and ledger; the model
plays a part."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from dengmi.answer.climb import LevelWay, Ways
from dengmi.answer.ladder import Ladder
from dengmi.answer.late.runner import Places, Runner
from dengmi.answer.late.terms import Terms
from dengmi.answer.late.waits import Standing, Waits
from dengmi.answer.reusing import Reusing
from dengmi.answer.upper import Upper
from dengmi.answer.write.writer import Writer
from dengmi.core.chat import ChatRequest, Piece
from dengmi.core.clock import SystemClock
from dengmi.core.errors import ModelFailed, Unavailable
from dengmi.core.events import Done
from dengmi.core.late import Push
from dengmi.core.life import Life
from dengmi.core.records import Answer, Level, Question
from dengmi.gate.gate import Gate
from dengmi.gate.keeper import Keeper
from dengmi.ledger.ledger import Ledger
from dengmi.models.scripted import Line, Script, ScriptedModel
from dengmi.search.searcher import Searcher
from dengmi.settings.options import ModelSettings, PriceSettings
from dengmi.store.store import SqlStore
from tests.contract.given import prepared, source

TOWER = (
    "The clock tower of Linmen was built in 1904 by Adele Brandt. It is 38 metres high.\n"
    "The tower is open from April to October. Tickets cost 6 euros; children under ten pay nothing."
)
WRITTEN = "Adele Brandt built the clock tower of Linmen in 1904. [1.1]"
PRICE = PriceSettings(currency="CNY", hit=0.02, miss=1, output=4)
SETTINGS = {"first": ModelSettings(kind="scripted", price=PRICE)}
ASKED = "Who built the clock tower of Linmen?"


class Endpoint(ScriptedModel):
    """A model that can be down, and counts who asks it."""

    def __init__(self, **line: float) -> None:
        super().__init__("first", Script(answer=[Line(text=WRITTEN, **line)]))
        self.down = True
        self.calls = 0
        self.running = 0
        self.most_running = 0

    async def chat(self, request: ChatRequest) -> AsyncIterator[Piece]:
        self.calls += 1
        if self.down:
            raise ModelFailed("down", "first")
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        try:
            async for piece in super().chat(request):
                yield piece
        finally:
            self.running -= 1


@dataclass
class Process:
    """What one process of a server has."""

    ladder: Ladder
    waits: Waits
    runner: Runner
    life: Life
    task: "asyncio.Task[None] | None" = None

    def start(self) -> None:
        self.task = asyncio.create_task(self.runner.run())

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
            self.task = None


class Offered:
    """The levels that the settings offer, one model for all."""

    def __init__(self, *levels: Level) -> None:
        way = LevelWay(models=("first",), evidence=2_000, tokens=400)
        self.ways = dict.fromkeys(levels, way)
        self.models: dict[Level, tuple[str, ...]] = dict.fromkeys(levels, way.models)

    def off(self, level: Level) -> None:
        """A level is switched off."""
        del self.ways[level], self.models[level]


@dataclass
class House:
    """A store with articles, and processes that share it."""

    store: SqlStore
    search: Searcher
    folder: Path
    processes: list[Process] = field(default_factory=list)

    def open(
        self,
        model: Endpoint,
        terms: Terms | None = None,
        slots: int = 40,
        pushes: Sequence[Push] = (),
        *,
        reuse: bool = True,
        offered: "Offered | None" = None,
    ) -> Process:
        clock = SystemClock()
        ledger = Ledger(self.store, clock, SETTINGS)
        gate = Gate(Keeper({"first": slots}, clock), clock, 15.0)
        offered = offered or Offered("quick")
        upper = Upper(
            Ways(levels=offered.ways),
            Writer({"first": model}.__getitem__, ledger, gate),
            ledger,
            self.store,
            clock,
            reusing=Reusing(self.store) if reuse else None,
        )
        waits = Waits(self.store, clock, terms or Terms())
        ladder = Ladder(self.store, self.search, clock, upper, waits=waits)
        places = Places(levels=offered.models, room=gate, pushes=pushes)
        life = Life(self.folder / "late")
        runner = Runner(self.store, clock, waits, ladder.better, places=places, lives=life)
        made = Process(ladder, waits, runner, life)
        self.processes.append(made)
        return made


@pytest.fixture
async def house(store: SqlStore, tmp_path: Path) -> AsyncIterator[House]:
    searcher = Searcher(store, tmp_path / "index", SystemClock())
    await searcher.open()
    await store.put_articles(await source(store), [prepared("tower", TOWER, title="Clock tower")])
    await searcher.catch_up()
    made = House(store, searcher, tmp_path)
    yield made
    for each in made.processes:
        await each.stop()
        await asyncio.to_thread(each.life.close)
    await searcher.close()


def question(text: str = ASKED, **more: str) -> Question:
    return replace(Question(id="", desk="guide", text=text, channel="web"), **more)


async def ask(process: Process, asked: Question) -> Done:
    last = [event async for event in process.ladder.ask(asked)][-1]
    assert isinstance(last, Done)
    return last


async def better(process: Process, answer: Answer, seconds: float = 20.0) -> Standing:
    """Wait until an answer waits no longer."""
    async with asyncio.timeout(seconds):
        while (await process.waits.standing(answer)).pending:  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.05)
    return await process.waits.standing(answer)


async def test_the_better_answer_comes_when_the_model_is_back(house: House) -> None:
    model = Endpoint()
    process = house.open(model)
    process.start()
    done = await ask(process, question())
    assert done.answer.level == "quote"
    assert done.pending is not None
    assert (done.pending.level, done.pending.position) == ("quick", 1)
    assert done.pending.wait > 0
    model.down = False
    standing = await better(process, done.answer)
    assert standing.answer.level == "quick"
    assert standing.answer.text.startswith("Adele Brandt")
    assert standing.answer.cost.micros > 0
    assert standing.late is not None
    assert standing.late.state == "answered"
    # By either id, and when the same message is delivered again.
    assert await house.store.answer(done.answer.question_id) == standing.answer
    lines = await house.store.charges()
    paid = [line for line in lines if line.micros and line.purpose == "answer"]
    assert [line.question_id for line in paid] == [done.answer.question_id]


async def test_a_redelivered_question_is_told_where_it_stands(house: House) -> None:
    process = house.open(Endpoint())
    first = await ask(process, question(dedup="m1"))
    again = await ask(process, question(dedup="m1"))
    assert again.answer == first.answer
    assert again.pending is not None
    assert again.pending.position == 1


async def test_the_same_question_of_many_is_written_once(house: House) -> None:
    model = Endpoint(first=0.2)
    process = house.open(model)
    answers = [(await ask(process, question(asker=f"u{n}"))).answer for n in range(6)]
    failed, model.down = model.calls, False
    process.start()
    standings = [await better(process, each) for each in answers]
    assert {each.answer.level for each in standings} == {"quick"}
    assert len({each.answer.id for each in standings}) == len(answers)
    assert model.calls == failed + 1
    lines = [line for line in await house.store.charges() if line.state == "settled"]
    assert len([line for line in lines if line.purpose == "answer" and line.micros]) == 1
    shared = [line.question_id for line in lines if line.purpose in ("reuse", "join")]
    assert len(set(shared)) == len(answers) - 1


async def test_those_whose_answer_is_there_wait_for_no_slot(house: House) -> None:
    """One has been answered and kept; the only slot is taken by something else for long."""
    model = Endpoint()
    process = house.open(model, slots=1)
    answers = [(await ask(process, question(asker=f"u{n}"))).answer for n in range(2)]
    model.down = False
    assert (await ask(process, question(asker="first"))).answer.level == "quick"
    model._script = Script(answer=[Line(text=WRITTEN, first=60.0)])
    other = question("When is the tower of Linmen open?", asker="other")
    busy = asyncio.create_task(ask(process, other))
    calls = model.calls
    async with asyncio.timeout(10):
        while model.calls == calls:  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.01)
    process.start()
    standings = [await better(process, each, 10.0) for each in answers]
    assert {(each.answer.level, each.answer.reused) for each in standings} == {("quick", True)}
    assert model.calls == calls + 1
    busy.cancel()
    await asyncio.gather(busy, return_exceptions=True)


async def test_those_who_ask_the_same_share_what_is_written_without_reuse(house: House) -> None:
    model = Endpoint(first=2.5)
    process = house.open(model, slots=8, reuse=False)
    answers = [(await ask(process, question(asker=f"u{n}"))).answer for n in range(5)]
    failed, model.down = model.calls, False
    process.start()
    standings = [await better(process, each) for each in answers]
    assert {each.answer.level for each in standings} == {"quick"}
    assert model.calls == failed + 1


async def test_two_processes_write_each_answer_once(house: House) -> None:
    model = Endpoint(first=0.05)
    one, two = house.open(model, reuse=False), house.open(model, reuse=False)
    answers = [(await ask(one, question(asker=f"u{n}"))).answer for n in range(10)]
    failed, model.down = model.calls, False
    one.start()
    two.start()
    for each in answers:
        assert (await better(two, each, 40.0)).answer.level == "quick"
    assert model.calls - failed <= len(answers)
    for each in answers:
        row = await house.store.late(each.id)
        assert row is not None
        assert row.tries >= 1


async def test_what_a_stopped_process_wrote_is_left_to_another(house: House) -> None:
    model = Endpoint(first=30.0)
    one = house.open(model)
    done = await ask(one, question())
    failed, model.down = model.calls, False
    one.start()
    async with asyncio.timeout(10):
        while model.calls == failed:  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.02)
    await one.stop()
    assert model.running == 0
    quick = Endpoint()
    quick.down = False
    two = house.open(quick)
    two.start()
    assert (await better(two, done.answer)).answer.level == "quick"
    assert quick.calls == 1


async def test_what_a_dead_process_held_is_taken_at_once(house: House) -> None:
    process = house.open(Endpoint())
    done = await ask(process, question())
    dead = house.folder / "late" / "life_dead"
    await asyncio.to_thread(dead.parent.mkdir, exist_ok=True)
    await asyncio.to_thread(dead.touch)  # nobody holds its lock
    now = SystemClock().now()
    assert await house.store.claim_late("life_dead", "quick", now, now + 3_600)
    model = Endpoint()
    model.down = False
    other = house.open(model)
    other.start()
    assert (await better(other, done.answer)).answer.level == "quick"
    assert not await asyncio.to_thread(dead.exists)


async def test_a_model_that_is_back_is_asked_one_by_one_at_first(house: House) -> None:
    model = Endpoint(first=0.3)
    process = house.open(model, slots=8, reuse=False)
    answers = [
        (await ask(process, question(asker=f"u{n}", conversation=f"c{n}"))).answer
        for n in range(12)
    ]
    model.down = False
    process.start()
    for each in answers:
        await better(process, each, 60.0)
    assert model.most_running <= 6  # two of eight slots stay free for those who ask now


async def test_a_wait_that_was_withdrawn_or_ran_out_gets_no_answer(house: House) -> None:
    model = Endpoint()
    process = house.open(model, Terms(longest=0.5))
    gone = (await ask(process, question(asker="a"))).answer
    out = (await ask(process, question(asker="b"))).answer
    assert (await process.waits.withdraw(gone)).pending is None
    process.start()
    standing = await better(process, out)
    assert standing.answer == out
    states = [
        getattr((await process.waits.standing(each)).late, "state", "") for each in (gone, out)
    ]
    assert states == ["withdrawn", "expired"]
    model.down = False
    await asyncio.sleep(1.5)
    assert (await house.store.answer(gone.question_id)) == gone


async def test_more_than_may_wait_get_their_quotes_all_the_same(house: House) -> None:
    process = house.open(Endpoint(), Terms(each=1))
    assert (await ask(process, question(asker="a"))).pending is not None
    done = await ask(process, question("When is the tower of Linmen open?", asker="a"))
    assert done.pending is None
    assert await house.store.answer(done.answer.id) == done.answer


async def test_followers_are_told_the_place_and_then_the_answer(house: House) -> None:
    model = Endpoint()
    process = house.open(model)
    await ask(process, question(asker="a"))
    done = await ask(process, question("When is the tower of Linmen open?", asker="b"))
    process.start()
    heard: list[Standing] = []

    async def follow() -> None:
        async for standing in process.waits.follow(done.answer):
            heard.append(standing)
            model.down = False

    async with asyncio.timeout(20):
        await follow()
    assert heard[0].pending is not None
    assert heard[0].pending.position == 2
    assert heard[-1].pending is None
    assert heard[-1].answer.level == "quick"
    assert all(each.pending for each in heard[:-1])
    # Whoever comes afterwards is told at once, and once.
    after = [standing async for standing in process.waits.follow(done.answer)]
    assert [each.answer for each in after] == [heard[-1].answer]


class Messenger:
    """A channel that can send a message later, and at first cannot."""

    channel = "chat"

    def __init__(self) -> None:
        self.failing = 1
        self.sent: list[tuple[str, str, str]] = []

    async def push(self, question: Question, answer: Answer, key: str) -> None:
        if self.failing:
            self.failing -= 1
            raise Unavailable("unexpected", reference="x")
        self.sent.append((question.asker, answer.level, key))


async def test_a_channel_is_handed_the_answer_once(house: House) -> None:
    model, messenger = Endpoint(), Messenger()
    process = house.open(model, pushes=[messenger])
    done = await ask(process, question(asker="u1", channel="chat"))
    other = await ask(process, question(asker="u2"))
    model.down = False
    process.start()
    standing = await better(process, done.answer)
    await better(process, other.answer)
    async with asyncio.timeout(20):
        while not messenger.sent:  # noqa: ASYNC110 - from outside
            await asyncio.sleep(0.05)
    await process.stop()
    again = house.open(model, pushes=[messenger])
    again.start()
    await asyncio.sleep(1.5)
    assert messenger.sent == [("u1", "quick", standing.answer.id)]
    row = await house.store.late(done.answer.id)
    assert row is not None
    assert row.told_at is not None


async def test_who_waits_for_a_level_that_is_switched_off_gets_the_one_below(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At first they wait on: another model may take its place."""
    monkeypatch.setattr("dengmi.answer.late.runner.HOUSEKEEPING", 0.0)
    model, offered = Endpoint(), Offered("deep", "quick")
    process = house.open(model, offered=offered)
    done = await ask(process, question(wanted="deep"))
    assert done.pending is not None
    assert done.pending.level == "deep"
    offered.off("deep")
    model.down = False
    await process.runner.round()
    pending = (await process.waits.standing(done.answer)).pending
    assert pending is not None
    assert pending.level == "deep"
    monkeypatch.setattr("dengmi.answer.late.runner.GONE", 0.0)
    process.start()
    standing = await better(process, done.answer)
    assert standing.late is not None
    assert (standing.late.state, standing.answer.level) == ("answered", "quick")
    assert standing.answer.text.startswith("Adele Brandt")


async def test_who_waits_for_a_level_without_one_below_is_told(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dengmi.answer.late.runner.HOUSEKEEPING", 0.0)
    monkeypatch.setattr("dengmi.answer.late.runner.GONE", 0.0)
    offered = Offered("deep", "quick")
    process = house.open(Endpoint(), offered=offered)
    done = await ask(process, question())
    assert done.pending is not None
    offered.off("quick")
    await process.runner.round()
    standing = await process.waits.standing(done.answer)
    assert standing.pending is None
    assert standing.late is not None
    assert standing.late.state == "ended"
    assert standing.answer.level == "quote"


async def test_an_answer_that_is_never_borne_out_ends_the_wait(house: House) -> None:
    model = Endpoint()
    process = house.open(model)
    done = await ask(process, question())
    wrong = Script(answer=[Line(text="It was built in 1850 by Karl Weiss. [1.1]")])
    model._script = wrong
    model.down = False
    process.start()
    standing = await better(process, done.answer)
    assert standing.answer == done.answer
    assert standing.late is not None
    assert standing.late.state == "ended"
    assert model.calls == 2
