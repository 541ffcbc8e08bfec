"""What stands before the first word of a written answer: the call goes out before the quotes are
chosen where the evidence is near, and behind them where they may say that none is worth it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from dengmi.answer import finding, sharing
from dengmi.answer.climb import LevelWay, Ways
from dengmi.answer.ladder import Ladder
from dengmi.answer.reusing import Reusing
from dengmi.answer.upper import Upper
from dengmi.answer.write.writer import Writer
from dengmi.core.chat import ChatRequest
from dengmi.core.clock import SystemClock
from dengmi.core.events import Done, Event, Found
from dengmi.core.records import Question
from dengmi.ledger.ledger import Ledger
from dengmi.models.scripted import Line, Script, ScriptedModel
from dengmi.search.searcher import Searcher
from dengmi.store.store import SqlStore
from tests.contract.given import prepared, source

TOWER = (
    "The clock tower of Linmen was built in 1904 by Adele Brandt. It is 38 metres high.\n"
    "The tower is open from April to October. Tickets cost 6 euros; children under ten pay nothing."
)
NEAR = "When was the clock tower of Linmen built?"
FAR = "Which gearbox does a tractor need that was built high up in the mountains of Peru?"


class Model(ScriptedModel):
    """Notes when it is called, and waits for the word to answer."""

    def __init__(self, order: list[str]) -> None:
        super().__init__("flash", Script(answer=[Line()]))
        self.order = order
        self.go = asyncio.Event()
        self.left = 0
        self.on_call: Callable[[], object] = bool

    async def chat(self, request: ChatRequest) -> AsyncIterator[Any]:
        self.order.append("called")
        self.on_call()
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.left += 1
            raise
        async for piece in super().chat(request):
            yield piece


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What happened in which order: "called", "quoted". Waits are long, whatever the machine does
    meanwhile: that they end is looked at elsewhere."""
    monkeypatch.setattr(sharing, "SOON", 30.0)
    monkeypatch.setattr(finding, "LONGEST_WAIT", 30.0)
    happened: list[str] = []
    quote_answer = finding.quote_answer

    def quoted(*args: Any, **more: Any) -> Any:
        happened.append("quoted")
        return quote_answer(*args, **more)

    monkeypatch.setattr(finding, "quote_answer", quoted)
    return happened


@pytest.fixture
def model(order: list[str]) -> Model:
    return Model(order)


@pytest.fixture
async def ladder(
    store: SqlStore, tmp_path: Path, model: Model, order: list[str]
) -> AsyncIterator[Ladder]:
    """A ladder whose first question, which reads files, is behind it."""
    clock = SystemClock()
    search = Searcher(store, tmp_path / "index", clock)
    await search.open()
    await store.put_articles(await source(store), [prepared("tower", TOWER, title="Clock tower")])
    await search.catch_up()
    ledger = Ledger(store, clock, {})
    ways = Ways(levels={"quick": LevelWay(models=("flash",), evidence=2_000, tokens=400)})
    writer = Writer({"flash": model}.__getitem__, ledger)
    reusing = Reusing(store)
    made = Ladder(store, search, clock, Upper(ways, writer, ledger, store, clock, reusing=reusing))
    model.go.set()
    assert isinstance((await asked(made, "How high is the clock tower of Linmen?"))[-1], Done)
    model.go.clear()
    order.clear()
    yield made
    await search.close()


async def asked(ladder: Ladder, text: str) -> list[Event]:
    return [event async for event in ladder.ask(Question(id="", desk="guide", text=text))]


async def test_quotes_are_chosen_while_the_endpoint_works(
    ladder: Ladder, model: Model, order: list[str]
) -> None:
    question = await ladder.accept(Question(id="", desk="guide", text=NEAR))
    async with aclosing(ladder.run(question)) as events:
        first = await anext(events)
        assert isinstance(first, Found)
        assert first.quotes  # there to be read, though the endpoint has not said a word
        assert order == ["called", "quoted"]
        model.go.set()
        assert isinstance([event async for event in events][-1], Done)


async def test_where_no_model_may_be_worth_it_the_quotes_say_so_first(
    ladder: Ladder, model: Model, order: list[str]
) -> None:
    model.go.set()
    assert isinstance((await asked(ladder, FAR))[-1], Done)
    assert order[0] == "quoted"


async def test_what_was_answered_is_found_before_anything_is_called(
    ladder: Ladder, model: Model, order: list[str]
) -> None:
    model.go.set()
    await asked(ladder, NEAR)
    order.clear()
    last = (await asked(ladder, f"please: {NEAR}"))[-1]
    assert isinstance(last, Done) and last.answer.reused
    assert "called" not in order


async def test_quotes_do_not_wait_for_long(
    ladder: Ladder, model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for a call that gets no slot, say."""

    async def stuck(*_: object, **__: object) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(sharing, "SOON", 0.05)
    monkeypatch.setattr(Ledger, "reserve", stuck)
    question = await ladder.accept(Question(id="", desk="guide", text=NEAR))
    async with aclosing(ladder.run(question)) as events, asyncio.timeout(20):
        first = await anext(events)
    assert isinstance(first, Found) and first.quotes


async def test_who_leaves_at_the_quotes_leaves_no_call_behind(
    ladder: Ladder, model: Model, store: SqlStore
) -> None:
    question = await ladder.accept(Question(id="", desk="guide", text=NEAR))
    async with aclosing(ladder.run(question)) as events:
        await anext(events)
    assert model.left == 1
    kept = await store.answer(question.id)
    assert kept is not None and kept.level == "quote"
    assert {charge.state for charge in await store.charges()} == {"settled"}


async def test_who_leaves_while_it_is_called_leaves_no_call_behind(
    ladder: Ladder, model: Model, order: list[str], store: SqlStore
) -> None:
    question = await ladder.accept(Question(id="", desk="guide", text=NEAR))
    running = asyncio.create_task(anext(ladder.run(question)))
    model.on_call = running.cancel
    with pytest.raises(asyncio.CancelledError):
        await running
    assert model.left == 1
    assert order[0] == "called"
    assert {charge.state for charge in await store.charges()} == {"settled"}
