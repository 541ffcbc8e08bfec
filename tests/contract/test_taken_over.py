"""Questions that the end of a process cut off: taken over by the next, all of them, at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from dengmi.answer.climb import LevelWay, Ways
from dengmi.answer.ladder import Ladder
from dengmi.answer.upper import Upper
from dengmi.answer.write.writer import Writer
from dengmi.core.chat import ChatRequest
from dengmi.core.clock import SystemClock
from dengmi.core.life import Life
from dengmi.core.records import Question
from dengmi.ledger.ledger import Ledger
from dengmi.models.scripted import Line, Script, ScriptedModel
from dengmi.search.searcher import Searcher
from dengmi.settings.options import ModelSettings
from dengmi.store.store import SqlStore
from tests.contract.given import prepared, source, unfinished

HARBOUR = (
    "The harbour of Linmen has 120 berths. The pier of Linmen is 90 metres long. "
    "The crane of Linmen lifts 12 tonnes. The dock of Linmen was dug in 1911."
)
ASKED = (
    "How many berths has the harbour of Linmen?",
    "How long is the pier of Linmen?",
    "How much does the crane of Linmen lift?",
    "When was the dock of Linmen dug?",
)


class _Together(ScriptedModel):
    """Answers nobody before so many ask at the same time."""

    def __init__(self, many: int) -> None:
        super().__init__("first", Script(answer=[Line(text="It has 120 berths. [1.1]")]))
        self._barrier = asyncio.Barrier(many)

    async def chat(self, request: ChatRequest):
        await self._barrier.wait()
        async for piece in super().chat(request):
            yield piece


class _Process:
    """A ladder with its name among those that live, as a server has it."""

    def __init__(self, store: SqlStore, search: Searcher, folder: Path, many: int = 1) -> None:
        clock = SystemClock()
        self.life = Life(folder / "lives")
        ledger = Ledger(store, clock, {"first": ModelSettings(kind="scripted")}, self.life)
        model = _Together(many)
        ways = Ways(levels={"quick": LevelWay(models=("first",), evidence=2_000, tokens=400)})
        upper = Upper(ways, Writer({"first": model}.__getitem__, ledger), ledger, store, clock)
        self.ladder = Ladder(store, search, clock, upper, lives=self.life)

    async def killed(self) -> None:
        """What the operating system does for a process that is killed."""
        lock = self.life._lock
        assert lock is not None
        await asyncio.to_thread(lock.free)


Open = Callable[..., _Process]


@pytest.fixture
async def process(store: SqlStore, tmp_path: Path) -> AsyncIterator[Open]:
    searcher = Searcher(store, tmp_path / "index", SystemClock())
    await searcher.open()
    await store.put_articles(await source(store), [prepared("harbour", HARBOUR)])
    await searcher.catch_up()
    made: list[_Process] = []

    def opened(many: int = 1) -> _Process:
        made.append(_Process(store, searcher, tmp_path, many))
        return made[-1]

    yield opened
    for each in made:
        await asyncio.to_thread(each.life.close)
    await searcher.close()


async def accepted(process: _Process, many: int = 1) -> list[str]:
    kept = [
        await process.ladder.accept(Question(id="", desk="guide", text=text, lang="en"))
        for text in ASKED[:many]
    ]
    return [each.id for each in kept]


async def test_what_a_killed_process_left_is_finished_together(
    process: Open, store: SqlStore
) -> None:
    dead, heir = process(), process(many=len(ASKED))
    left = await accepted(dead, len(ASKED))
    assert await heir.ladder.resume() == 0
    await dead.killed()
    async with asyncio.timeout(20):
        assert await heir.ladder.resume() == len(ASKED)
    for question_id in left:
        answer = await store.answer(question_id)
        assert answer is not None
        assert answer.level == "quick"
    assert not await unfinished(store)


async def test_one_that_dies_while_another_is_buried_is_not_forgotten(
    process: Open, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was alive when the dead were looked for, and is gone when they are buried."""
    first, second, heir = process(), process(), process()
    await accepted(first)
    await accepted(second)
    await first.killed()
    claim = store.claim_questions

    async def killing(*args: str, **more: object) -> object:
        claimed = await claim(*args, **more)  # type: ignore[arg-type]
        await second.killed()
        return claimed

    with monkeypatch.context() as patched:
        patched.setattr(store, "claim_questions", killing)
        assert await heir.ladder.resume() == 1
    assert await heir.ladder.resume() == 1
    assert not await unfinished(store)


async def test_who_stops_leaves_its_questions_to_the_next(process: Open, store: SqlStore) -> None:
    stopped, heir = process(), process()
    await accepted(stopped)
    await stopped.ladder.leave()
    await asyncio.to_thread(stopped.life.close)
    assert await heir.ladder.resume() == 1
    assert not await unfinished(store)
