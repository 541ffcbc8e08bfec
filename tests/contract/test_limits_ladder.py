"""At a spent budget or quota: quotes and reused answers, with a quiet word. Real store and search;
the model plays a script."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC

import pytest

from dengmi.answer.climb import DeskWay, LevelWay, Ways
from dengmi.answer.ladder import Ladder
from dengmi.answer.reusing import Reusing
from dengmi.answer.rewriting import Rewriting
from dengmi.answer.upper import Upper
from dengmi.answer.write.writer import Writer
from dengmi.core.charges import Charge
from dengmi.core.clock import SystemClock
from dengmi.core.events import Event, Notice
from dengmi.core.limits import Reserved
from dengmi.core.rates import Rates
from dengmi.gate.budget import Rule
from dengmi.gate.gate import Gate
from dengmi.gate.keeper import Keeper
from dengmi.gate.limits import DeskLimit, Limits
from dengmi.gate.quota import plans
from dengmi.language.texts import text
from dengmi.ledger.ledger import Ledger
from dengmi.models.scripted import Line
from dengmi.search.searcher import Searcher
from dengmi.settings.desks import PlanSettings
from dengmi.store.store import SqlStore
from tests.contract.given import unfinished
from tests.contract.test_upper import (
    SETTINGS,
    Counted,
    events,
    question,
    search,  # noqa: F401 - the fixture
    told,
)

TICKETS = "What do tickets for the clock tower cost?"
WRITTEN = Line(text="Tickets cost 6 euros.")

Make = Callable[..., Ladder]


@pytest.fixture
def make(store: SqlStore, search: Searcher) -> Make:  # noqa: F811
    def made(
        *models: Counted, budget: int | None = None, gate: Gate | None = None, **visitor: object
    ) -> Ladder:
        by_name = {model.name: model for model in models}
        clock = SystemClock()
        rule = Rule(what="money", most=budget, currency="CNY") if budget is not None else None
        limits = Limits(
            {"guide": DeskLimit(budget=rule, zone=UTC)},
            plans({"visitor": PlanSettings(**visitor)}, {}, "visitor"),  # type: ignore[arg-type]
            Rates({"CNY": 1.0}),
            clock,
            UTC,
        )
        ledger = Ledger(store, clock, SETTINGS, limits=limits)
        way = LevelWay(models=tuple(by_name), evidence=2_000, tokens=400)
        upper = Upper(
            Ways(levels={"quick": way}, desks={"guide": DeskWay()}),
            Writer(by_name.__getitem__, ledger, gate),
            ledger,
            store,
            clock,
            reusing=Reusing(store),
            rewriting=Rewriting(by_name.__getitem__, ledger, next(iter(by_name))),
        )
        return Ladder(store, search, clock, upper)

    return made


def notices(some: list[Event]) -> list[Notice]:
    return [event for event in some if isinstance(event, Notice)]


async def test_a_spent_budget_gives_quotes_and_a_quiet_word(make: Make, store: SqlStore) -> None:
    model = Counted("first", WRITTEN)
    some = await events(make(model, budget=0), question(TICKETS))
    answer = told(some)
    (notice,) = notices(some)
    assert (answer.level, answer.grounded, answer.cost.micros) == ("quote", True, 0)
    assert "6 euros" in answer.text
    assert (notice.code, notice.params["zone"]) == ("budget_spent", "UTC")
    assert 1 <= int(notice.params["hours"]) <= 24
    for lang in ("en", "zh"):
        assert "{" not in text(notice.code, lang, **notice.params)
    assert model.asked == []
    assert await store.charges() == ()
    assert [alert.code for alert in await store.alerts(0.0)] == ["alert_budget_spent"]


async def test_a_spent_budget_still_serves_answers_again(make: Make) -> None:
    model = Counted("first", WRITTEN)
    first = told(await events(make(model), question(TICKETS)))
    assert first.level == "quick"
    some = await events(make(model, budget=0), question(TICKETS))
    again = told(some)
    assert (again.level, again.reused, again.text) == ("quick", True, first.text)
    assert notices(some) == []
    assert len(model.asked) == 1


async def test_who_has_no_question_left_gets_quotes_while_others_do_not(make: Make) -> None:
    model = Counted("first", WRITTEN)
    ladder = make(model, questions=1)
    levels = []
    asked = (TICKETS, "Who built the clock tower of Linmen?", "When is the clock tower open?")
    for payer in ("app:ann", "app:bob"):
        for words in asked[:2]:
            some = await events(ladder, question(words + f" ({payer[-3:]})", payer=payer))
            levels.append((told(some).level, [notice.code for notice in notices(some)]))
    assert levels[1] == levels[3] == ("quote", ["quota_spent"])
    assert [codes for _, codes in levels[::2]] == [[], []]
    nobody = await events(ladder, question(asked[2]))
    assert notices(nobody) == []


async def test_where_the_first_model_is_too_dear_the_next_one_writes(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dengmi.settings.options import ModelSettings, PriceSettings

    dear = PriceSettings(currency="CNY", miss=1_000, output=4_000)
    monkeypatch.setitem(SETTINGS, "first", ModelSettings(kind="scripted", price=dear))
    first, second = Counted("first", WRITTEN), Counted("second", WRITTEN)
    answer = told(await events(make(first, second, budget=100_000), question(TICKETS)))
    assert (answer.level, answer.model) == ("quick", "second scripted")
    assert first.asked == []


async def test_nobody_waits_at_the_gate_for_a_budget_that_is_spent(make: Make) -> None:
    gate = Gate(Keeper({"first": 1}, SystemClock()), SystemClock(), 30.0)
    ladder = make(Counted("first", WRITTEN), budget=0, gate=gate)
    await events(ladder, question(TICKETS))
    slot = gate.admit(question(), "quick", ["first"], prompt=10, most=10)
    async with slot, asyncio.timeout(5.0):
        some = await events(ladder, question("Who built the clock tower of Linmen?"))
    assert [notice.code for notice in notices(some)] == ["budget_spent"]
    load = gate.load().models["first"]
    assert (load.busy, load.limit, load.state) == (0, 1, "well")


async def test_the_quota_of_who_asked_first_takes_nothing_from_who_joined(
    make: Make, store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first may not have the answer that the others have joined already; they may."""
    model = Counted("first", WRITTEN)
    ladder = make(model, questions=0)
    plain, begun, joined = store.reserve_charge, asyncio.Event(), asyncio.Event()

    async def held(charge: Charge, *rest: object) -> Reserved:
        if charge.payer:
            begun.set()
            await joined.wait()
        return await plain(charge, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "reserve_charge", held)
    first = asyncio.ensure_future(events(ladder, question(TICKETS, payer="ann")))
    await begun.wait()
    others = [asyncio.ensure_future(events(ladder, question(TICKETS))) for _ in range(3)]
    await asyncio.sleep(0.5)
    assert not any(each.done() for each in others)
    joined.set()
    assert [notice.code for notice in notices(await first)] == ["quota_spent"]
    assert [told(await each).level for each in others] == ["quick"] * 3
    assert len(model.asked) == 1


async def test_a_follow_up_is_not_completed_for_who_gets_quotes_anyway(make: Make) -> None:
    model = Counted("first", WRITTEN)
    ladder = make(model, budget=0)
    for words in (TICKETS, "And for her?"):
        some = await events(ladder, question(words, conversation="c_1"))
        assert told(some).level == "quote"
    assert model.asked == []


async def test_the_payer_is_kept_with_the_question(make: Make, store: SqlStore) -> None:
    ladder = make(Counted("first", WRITTEN))
    kept = await ladder.accept(question(TICKETS, payer="app:ann"))
    assert [each.payer for each in await unfinished(store)] == ["app:ann"]
    assert await ladder.accept(replace(kept, payer="")) == kept
    assert await make(Counted("first", WRITTEN)).resume() == 1  # as a later process does
    assert [line.payer for line in await store.charges()] == ["app:ann"]
