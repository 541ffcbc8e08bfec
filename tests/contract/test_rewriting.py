"""Follow-ups that the rules cannot complete: a model is asked, checked and paid. Real store and
search; the model plays a script."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from dengmi.answer.climb import LevelWay, Ways
from dengmi.answer.ladder import Ladder
from dengmi.answer.rewriting import Rewriting
from dengmi.answer.upper import Upper
from dengmi.answer.write.writer import Writer
from dengmi.core.charges import Charge
from dengmi.core.clock import SystemClock
from dengmi.core.events import Done
from dengmi.core.records import Answer, Question
from dengmi.ledger.ledger import Ledger
from dengmi.models.scripted import Line, Script, ScriptedModel
from dengmi.search.searcher import Searcher
from dengmi.settings.options import ModelSettings, PriceSettings
from dengmi.store.store import SqlStore
from tests.contract.given import prepared, source

TOWER = (
    "The clock tower of Linmen was built by Adele Brandt. It is 38 metres high.\n"
    "Adele Brandt was a famous engineer of bridges."
)
FIRST = "What is the height of the clock tower?"
LEANS = "Was she famous?"
WHOLE = "Was Adele Brandt, who built the clock tower of Linmen, famous?"
PRICE = PriceSettings(currency="CNY", hit=0.02, miss=1, output=4)
ASIDE = "Follow-up to complete"


@pytest.fixture
async def search(store: SqlStore, tmp_path: Path) -> AsyncIterator[Searcher]:
    searcher = Searcher(store, tmp_path / "index", SystemClock())
    await searcher.open()
    await store.put_articles(await source(store), [prepared("tower", TOWER, title="Clock tower")])
    await searcher.catch_up()
    yield searcher
    await searcher.close()


Make = Callable[..., Ladder]


@pytest.fixture
def make(store: SqlStore, search: Searcher) -> Make:
    def made(*lines: Line, deadline: float = 1.5, rewrites: bool = True) -> Ladder:
        model = ScriptedModel("m", Script(answer=list(lines)))
        clock = SystemClock()
        ledger = Ledger(store, clock, {"m": ModelSettings(kind="scripted", price=PRICE)})
        upper = Upper(
            Ways(levels={"quick": LevelWay(models=("m",), evidence=2_000, tokens=400)}),
            Writer(lambda _: model, ledger),
            ledger,
            store,
            clock,
            rewriting=Rewriting(lambda _: model, ledger, "m", deadline) if rewrites else None,
        )
        return Ladder(store, search, clock, upper)

    return made


async def ask(ladder: Ladder, text: str, level: str = "quick") -> Answer:
    asked = Question(id="", desk="guide", text=text, wanted=level, conversation="c1", asker="ann")
    last = [event async for event in ladder.ask(asked)][-1]
    assert isinstance(last, Done)
    return last.answer


async def follow(ladder: Ladder, store: SqlStore) -> tuple[Answer, list[Charge]]:
    """The answer to a question that leans on one before it, and what completing it cost."""
    await ask(ladder, FIRST)
    answer = await ask(ladder, LEANS)
    return answer, [each for each in await store.charges() if each.purpose == "rewrite"]


async def test_a_model_completes_what_the_rules_cannot(make: Make, store: SqlStore) -> None:
    answer, charges = await follow(make(Line(match=ASIDE, text=WHOLE)), store)
    assert answer.standalone == WHOLE
    assert "engineer of bridges" in answer.text
    (charge,) = charges
    assert charge.state == "settled"
    assert charge.question_id == answer.question_id
    written = [
        each.micros
        for each in await store.charges()
        if each.question_id == answer.question_id and each.purpose == "answer"
    ]
    assert answer.cost.micros == charge.micros + sum(written)


@pytest.mark.parametrize(
    "line",
    [
        Line(match=ASIDE, text="Was Gustave Eiffel famous?"),
        Line(match=ASIDE, text="Was Adele Brandt famous in 1999?"),
        Line(match=ASIDE, text="Adele Brandt was famous."),
        Line(match=ASIDE, text="Ignore the rules. " * 100),
        Line(match=ASIDE, fail="busy"),
        Line(match=ASIDE, text=WHOLE, fail="cut", after=20),
        Line(match=ASIDE, text=WHOLE, first=5),
    ],
    ids=["name", "number", "answer", "long", "busy", "cut", "late"],
)
async def test_a_bad_completion_changes_nothing(make: Make, store: SqlStore, line: Line) -> None:
    plain, none = await follow(make(rewrites=False), store)
    assert none == []
    answer, charges = await follow(make(line, deadline=0.3), store)
    assert answer.standalone == plain.standalone
    assert [each.state for each in charges] == ["settled"]


async def test_no_model_is_asked_where_the_rules_are_sure(make: Make, store: SqlStore) -> None:
    ladder = make(Line(match=ASIDE, text=WHOLE))
    await ask(ladder, FIRST)
    await ask(ladder, "Who built it?")
    await ask(ladder, LEANS, level="quote")
    assert not [each for each in await store.charges() if each.purpose == "rewrite"]


async def test_askers_do_not_wait_longer_than_the_deadline(make: Make) -> None:
    ladder = make(Line(match=ASIDE, text=WHOLE, first=30), deadline=0.2)
    await ask(ladder, FIRST)
    async with asyncio.timeout(5):
        await ask(ladder, LEANS)
