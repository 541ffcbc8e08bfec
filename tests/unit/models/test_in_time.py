"""A model that may be slow or away: in time, or not at all."""

import asyncio

import pytest

from dengmi.core.errors import ModelFailed
from dengmi.models import in_time
from dengmi.models.in_time import InTime


class Model:
    """Counts its calls; slow or failing on demand."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.delay = 0.0
        self.fails = False

    async def __call__(self, key: str) -> str:
        self.calls.append(key)
        await asyncio.sleep(self.delay)
        if self.fails:
            raise ModelFailed("down", "it", reason="away")
        return key.upper()


async def test_answers_are_remembered_up_to_a_number() -> None:
    model = Model()
    ask = InTime("it", model, 5.0, kept=2)
    assert [await ask(key) for key in "abab"] == ["A", "B", "A", "B"]
    assert model.calls == ["a", "b"]
    await ask("c")
    assert await ask("b") == "B"
    assert await ask("a") == "A"
    assert model.calls == ["a", "b", "c", "a"], "what was asked longest ago is forgotten"


async def test_it_rests_after_failures_and_is_tried_with_one_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 1000.0
    monkeypatch.setattr(in_time, "monotonic", lambda: now)
    model = Model()
    model.fails = True
    ask = InTime("it", model, 5.0)
    for n in range(10):
        assert await ask(f"q{n}") is None
    assert len(model.calls) == 3
    now += 6
    assert await ask("again") is None
    assert len(model.calls) == 4, "one call tries it"
    assert await ask("more") is None
    assert len(model.calls) == 4
    now += 11
    model.fails = False
    assert await ask("well") == "WELL"
    assert await ask("now") == "NOW"


async def test_late_counts_when_it_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Model()
    model.delay = 30.0
    ask = InTime("it", model, 0.01)
    for n in range(3):
        assert await ask(f"q{n}") is None
    assert await ask("other") is None
    assert len(model.calls) == 3
    await ask.close()


async def test_there_is_an_end_to_calls_in_flight(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(in_time, "MOST_RUNNING", 4)
    model = Model()
    model.delay = 0.2
    ask = InTime("it", model, 5.0)
    found = await asyncio.gather(*(ask(f"q{n}") for n in range(10)))
    assert len(model.calls) == 4
    assert sum(one is not None for one in found) == 4


async def test_an_asker_that_leaves_does_not_end_the_call_of_others() -> None:
    model = Model()
    model.delay = 0.1
    ask = InTime("it", model, 5.0)
    first = asyncio.create_task(ask("same"))
    second = asyncio.create_task(ask("same"))
    await asyncio.sleep(0.01)
    first.cancel()
    assert await second == "SAME"
    assert model.calls == ["same"]
