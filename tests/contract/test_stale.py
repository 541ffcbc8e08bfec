"""What must not serve again, or serves as it is now; and what failed calls cost. Real store and
search; the model plays a script."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from dengmi.answer.write.spoken import Ungated
from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatRequest, Thought
from dengmi.core.clock import SystemClock
from dengmi.core.errors import ModelFailed, NoRoom
from dengmi.core.events import Notice
from dengmi.core.records import Question
from dengmi.gate.gate import Gate
from dengmi.gate.keeper import Keeper
from dengmi.language.tokens import estimate_tokens
from dengmi.models.scripted import Line
from dengmi.search.searcher import Searcher
from dengmi.settings.options import LevelSettings, ModelSettings, Settings
from dengmi.store.store import SqlStore
from dengmi.writing import levels_of
from tests.contract.given import prepared, source
from tests.contract.test_upper import (
    TOWER,
    Counted,
    Make,
    events,
    make,
    question,
    search,
    told,
)

__all__ = ["make", "search"]  # fixtures

BUILT = Line(text="Adele Brandt built it in 1904. [1.1]")


async def test_an_answer_that_broke_off_serves_nobody_else(make: Make, store: SqlStore) -> None:
    text = "Adele Brandt built it in 1904. [1.1] And then the architect went on to"
    first = Counted("first", Line(text=text, fail="cut", after=len(text)))
    some = await events(make(first), question())
    assert "answer_cut" in [event.code for event in some if isinstance(event, Notice)]
    assert told(some).level == "quick"
    whole = Counted("first", Line(text="Adele Brandt built it in 1904. It is 38 metres high."))
    later = told(await events(make(whole), question()))
    assert not later.reused
    assert "38 metres" in later.text
    assert told(await events(make(whole), question())).reused
    assert len(whole.asked) == 1


async def test_what_serves_again_links_to_where_the_article_is_now(
    make: Make, store: SqlStore, search: Searcher
) -> None:
    ladder = make(Counted("first", BUILT))
    await events(ladder, question())
    moved = prepared("tower", TOWER, title="Clock tower", url="https://linmen.example/new")
    await store.put_articles(await source(store), [moved])
    await search.catch_up()
    again = told(await events(ladder, question()))
    assert again.reused
    assert [one.head.url for one in again.citations] == ["https://linmen.example/new"]


async def test_under_another_title_the_same_words_are_about_something_else(
    make: Make, store: SqlStore, search: Searcher
) -> None:
    model = Counted("first", BUILT)
    ladder = make(model)
    await events(ladder, question())
    renamed = prepared("tower", TOWER, title="Clock tower (before the fire)")
    await store.put_articles(await source(store), [renamed])
    await search.catch_up()
    assert not told(await events(ladder, question())).reused
    assert len(model.asked) == 2


def test_another_model_behind_the_same_name_is_another_way() -> None:
    flash = ModelSettings(kind="deepseek", model="deepseek-flash")
    settings = Settings(models={"flash": flash}, levels=LevelSettings(quick=("flash",)))
    other = {"flash": ModelSettings(kind="deepseek", model="deepseek-v4-pro")}
    both = (settings, msgspec.structs.replace(settings, models=other))
    ways = [levels_of(each)["quick"] for each in both]
    assert ways[0].models == ways[1].models
    assert ways[0] != ways[1]


class _Thinks(Counted):
    """Thinks, says nothing, and fails; the endpoint tells what that took, or not."""

    def __init__(self, name: str, thought: str, used: Tokens | None) -> None:
        super().__init__(name)
        self._thought, self._told = thought, used

    async def chat(self, request: ChatRequest):
        for sign in re.findall(r"(?s).{1,3}", self._thought):
            yield Thought(sign)
        error = ModelFailed("empty", self.name)
        error.used = self._told
        raise error


@pytest.mark.parametrize("used", [Tokens(hit=64, miss=36, output=500, reasoning=500), None])
async def test_a_failed_call_has_its_price(
    make: Make, store: SqlStore, used: Tokens | None
) -> None:
    thought = "让我想想，这座钟楼是谁建造的呢？" * 40
    some = await events(
        make(_Thinks("first", thought, used)), question(wanted="deep"), thinking=True
    )
    assert told(some).level == "quote"
    (charge,) = await store.charges()
    expected = used.output if used else estimate_tokens(thought)
    assert charge.tokens.output == expected
    assert told(some).cost.micros == charge.micros > 0
    assert told(some).usage["output"] == expected


class _Bar:
    """Lets in who pays; whoever does not is refused once somebody has joined."""

    def __init__(self) -> None:
        self.came = asyncio.Event()
        self.joined = asyncio.Event()

    @asynccontextmanager
    async def admit(self, asked: Question, *_: object, **__: object) -> AsyncIterator[Ungated]:
        if not asked.payer or asked.background:
            self.came.set()
            await self.joined.wait()
            error = NoRoom("first", position=1, wait=9.0)
            error.holder, error.background = asked.payer, asked.background
            raise error
        yield Ungated("first")


@pytest.mark.parametrize("background", [False, True], ids=["visitor", "late"])
async def test_who_was_refused_takes_nothing_from_who_ranks_higher(
    make: Make, background: bool
) -> None:
    model, bar = Counted("first", BUILT), _Bar()
    ladder = make(model, gate=bar)
    payer = "ann" if background else ""
    asked = question(payer=payer, background=background)  # type: ignore[arg-type]
    first = asyncio.ensure_future(events(ladder, asked))
    await bar.came.wait()
    other = asyncio.ensure_future(events(ladder, question(payer="ann")))
    await asyncio.sleep(0.5)
    assert not other.done()
    bar.joined.set()
    assert told(await first).level == "quote"
    assert told(await other).level == "quick"
    assert len(model.asked) == 1


async def test_the_gate_says_whom_it_refused() -> None:
    gate = Gate(Keeper({"first": 1}, SystemClock()), SystemClock(), 1.0)
    one = question(payer="ann", background=True)  # type: ignore[arg-type]
    async with gate.admit(one, "quick", ("first",), prompt=1, most=1):
        with pytest.raises(NoRoom) as caught:
            async with gate.admit(one, "quick", ("first",), prompt=1, most=1):
                pass
    assert (caught.value.holder, caught.value.background) == ("ann", True)


async def test_the_price_holds_both_models(make: Make, store: SqlStore) -> None:
    first = Counted("first", Line(text="Adele Brandt built", fail="cut", after=18))
    answer = told(await events(make(first, Counted("second", BUILT)), question()))
    assert answer.model == "second scripted"
    lines = await store.charges()
    assert len(lines) == 2
    assert answer.cost.micros == sum(line.micros for line in lines)
