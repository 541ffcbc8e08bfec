"""An answer whose calls were in two currencies costs all of them. Real store and search; the models
play scripts."""

import asyncio
from pathlib import Path

import pytest

from dengmi.answer.climb import LevelWay, Ways
from dengmi.answer.ladder import Ladder
from dengmi.answer.rewriting import Rewriting
from dengmi.answer.upper import Upper
from dengmi.answer.write.writer import Writer
from dengmi.core.clock import SystemClock
from dengmi.core.rates import Rates
from dengmi.core.records import Answer
from dengmi.ledger.ledger import Ledger
from dengmi.models.scripted import Line, Script, ScriptedModel
from dengmi.search.searcher import Searcher
from dengmi.settings.load import load_settings
from dengmi.settings.options import ModelSettings, PriceSettings
from dengmi.store.store import SqlStore
from dengmi.wire import open_parts
from tests.contract.test_rewriting import ASIDE, FIRST, LEANS, WHOLE, ask, search

__all__ = ["search"]

MODELS = {
    name: ModelSettings(
        kind="scripted", price=PriceSettings(currency=currency, hit=0.1, miss=1, output=4)
    )
    for name, currency in (("dollars", "USD"), ("yuan", "CNY"))
}
RATES = Rates({"CNY": 1.0, "USD": 7.0})
CUT = Line(match="height", text="The tower is 38 metres high. [1.2] It was", fail="cut", after=40)


def _ladder(store: SqlStore, search: Searcher, dollars: Line) -> Ladder:
    """Dollars complete questions and write first; where they break off, yuan go on."""
    models = {
        "dollars": ScriptedModel("dollars", Script([dollars, Line(match=ASIDE, text=WHOLE), CUT])),
        "yuan": ScriptedModel("yuan", Script()),
    }
    clock = SystemClock()
    ledger = Ledger(store, clock, MODELS)
    names = ("dollars", "yuan") if dollars is CUT else ("yuan",)
    upper = Upper(
        Ways(levels={"quick": LevelWay(models=names, evidence=2_000, tokens=400)}),
        Writer(models.__getitem__, ledger),
        *(ledger, store, clock),
        rewriting=Rewriting(models.__getitem__, ledger, "dollars", 20.0),
        rates=RATES,
    )
    return Ladder(store, search, clock, upper)


async def _spent(store: SqlStore, answer: Answer) -> int:
    """What the ledger's lines of a question come to, in yuan."""
    lines = [each for each in await store.charges() if each.question_id == answer.question_id]
    assert {each.currency for each in lines if each.micros} == {"USD", "CNY"}
    return sum(each.micros * (7 if each.currency == "USD" else 1) for each in lines)


async def test_two_models_wrote(store: SqlStore, search: Searcher) -> None:
    answer = await ask(_ladder(store, search, CUT), FIRST)
    assert answer.cost.currency == "CNY"
    assert answer.cost.micros == await _spent(store, answer)
    assert answer.full_cost.micros >= answer.cost.micros
    assert await store.answer(answer.id) == answer


async def test_one_completed_and_another_wrote(store: SqlStore, search: Searcher) -> None:
    ladder = _ladder(store, search, Line(match=ASIDE, text=WHOLE))
    await ask(ladder, FIRST)
    answer = await ask(ladder, LEANS)
    assert answer.standalone == WHOLE
    assert answer.cost.micros == await _spent(store, answer)


@pytest.mark.parametrize("rate", ["7.0", "8.5"])
async def test_the_rates_are_those_of_the_settings(tmp_path: Path, rate: str) -> None:
    (tmp_path / "dengmi.toml").write_text(
        f'[rates]\nUSD = {rate}\n[models.m]\nkind = "scripted"\n[levels]\nquick = ["m"]\n'
    )
    settings = await asyncio.to_thread(load_settings, home=tmp_path, environ={})
    async with open_parts(settings) as parts:
        upper = parts.ladder._climber.upper
        assert upper._composing._rates.worth(10, "USD", "CNY") == 10 * float(rate)
