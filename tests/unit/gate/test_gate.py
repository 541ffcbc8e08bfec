"""The gate holds slots, and tells who would wait too long."""

import asyncio

import pytest

from dengmi.core.clock import SystemClock
from dengmi.core.errors import ModelFailed, NoRoom
from dengmi.core.records import Level, Question, Tokens
from dengmi.gate.gate import Gate


def _question(asker: str = "a") -> Question:
    return Question(id=f"q-{asker}", desk="main", text="Why?", asker=asker)


class _Call:
    """A call that ends when told."""

    def __init__(self, gate: Gate, asker: str = "a", level: Level = "quick") -> None:
        self.began = False
        self.end = asyncio.Event()
        self.task = asyncio.create_task(self._run(gate, _question(asker), level))

    async def _run(self, gate: Gate, question: Question, level: Level) -> None:
        async with gate.admit(question, level, ("m",), prompt=60, most=80) as grant:
            self.began = True
            await self.end.wait()
            grant.used = Tokens(miss=40, output=10)

    async def finish(self) -> None:
        self.end.set()
        await self.task


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def _held(gate: Gate) -> tuple[int, int, int, int]:
    model = gate.load().models["m"]
    return model.busy, model.limit, model.most, model.waiting


def _gate(slots: int = 1, patience: float = 60.0) -> Gate:
    return Gate({"m": slots}, SystemClock(), patience)


async def test_no_more_begin_than_there_are_slots() -> None:
    gate = _gate(2)
    calls = [_Call(gate, f"asker {place}") for place in range(4)]
    await _settle()
    assert [call.began for call in calls] == [True, True, False, False]
    assert _held(gate) == (2, 2, 2, 2)
    for call in calls:
        await call.finish()
    assert _held(gate) == (0, 2, 2, 0)


async def test_one_who_would_wait_too_long_is_told_at_once() -> None:
    gate = _gate(1, patience=7.0)
    first = _Call(gate, "first")
    await _settle()
    second = _Call(gate, "second")
    await _settle()
    with pytest.raises(NoRoom) as refused:
        async with gate.admit(_question("third"), "quick", ("m",), prompt=60, most=80):
            raise AssertionError("there is no slot")
    assert refused.value.position == 2
    assert refused.value.wait > 7.0
    await first.finish()
    await second.finish()
    assert gate.load().models["m"].busy == 0


async def test_patience_ends_and_nothing_stays_behind() -> None:
    gate = Gate({"m": 1}, SystemClock(), 0.05, usual=0.01)  # it lasts longer than was thought
    first = _Call(gate)
    await _settle()
    with pytest.raises(NoRoom):
        async with gate.admit(_question("b"), "quick", ("m",), prompt=60, most=80):
            raise AssertionError("there is no slot")
    assert gate.load().models["m"].waiting == 0
    await first.finish()
    assert gate.load().models["m"].busy == 0


async def test_an_asker_who_leaves_gives_the_turn_away() -> None:
    gate = _gate(1)
    first = _Call(gate, "first")
    await _settle()
    leaver, stayer = _Call(gate, "leaver"), _Call(gate, "stayer")
    await _settle()
    leaver.task.cancel()  # in the same moment as the slot comes free
    first.end.set()
    await asyncio.gather(first.task, leaver.task, return_exceptions=True)
    await _settle()
    assert stayer.began
    assert not leaver.began
    await stayer.finish()
    assert _held(gate) == (0, 1, 1, 0)


async def test_long_answers_do_not_stand_before_short_ones() -> None:
    gate = _gate(1)
    calls = [_Call(gate, "x", "deep") for _ in range(3)]
    await _settle()
    short = _Call(gate, "y", "quick")
    await _settle()
    await calls[0].finish()
    await _settle()
    assert short.began
    assert not calls[1].began
    for call in (short, *calls[1:]):
        await call.finish()


async def test_a_refusal_of_the_endpoint_shrinks_what_is_granted() -> None:
    gate = _gate(10)
    calls = [_Call(gate, str(place)) for place in range(5)]
    await _settle()
    with pytest.raises(ModelFailed):
        async with gate.admit(_question("late"), "quick", ("m",), prompt=60, most=80):
            raise ModelFailed("busy", "m")
    assert gate.load().models["m"].limit == 5
    for call in calls:
        await call.finish()
