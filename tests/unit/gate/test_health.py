"""A model that fails is left alone, and tried again with one call."""

import pytest

from dengmi.core.chat import Said
from dengmi.core.errors import ModelFailed
from dengmi.core.records import Question
from dengmi.gate.gate import Gate
from dengmi.gate.health import Health
from dengmi.gate.keeper import Keeper

QUESTION = Question(id="q", desk="main", text="Why?", asker="a")


class _Clock:
    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at


def test_pauses_grow_and_end_with_success() -> None:
    health, now, pauses = Health(), 0.0, []
    for _ in range(3):
        assert health.pause(now) == 0
        health.failed("down", now, probe=health.begin())
    for _ in range(6):
        pauses.append(health.pause(now))
        now += pauses[-1]
        assert health.pause(now) == 0
        assert health.begin()
        assert health.pause(now) > 0  # the others wait for what comes of it
        health.failed("down", now, probe=True)
    assert pauses == [2, 4, 8, 10, 10, 10]
    now += health.pause(now)
    health.begin()
    health.well()
    assert health.pause(now) == 0
    assert not health.begin()


def test_a_bad_request_or_a_full_endpoint_says_nothing_of_health() -> None:
    health = Health()
    for _ in range(9):
        health.failed("request", 0.0, probe=health.begin())
        health.failed("busy", 0.0, probe=health.begin())
    assert health.pause(0.0) == 0
    health.failed("key", 0.0, probe=False)
    assert health.pause(0.0) == 2


async def _fail(gate: Gate) -> None:
    async with gate.admit(QUESTION, "quick", ("m",), prompt=5, most=5):
        raise ModelFailed("slow", "m")


async def test_a_dead_model_is_not_called_and_comes_back() -> None:
    clock, called = _Clock(), 0
    gate = Gate(Keeper({"m": 4}, clock), clock, 10.0)
    for _ in range(3):
        with pytest.raises(ModelFailed):
            await _fail(gate)
    with pytest.raises(ModelFailed) as paused:
        async with gate.admit(QUESTION, "quick", ("m",), prompt=5, most=5):
            called += 1
    assert (paused.value.trouble, paused.value.retry_after, called) == ("slow", 2.0, 0)
    clock.at += 2.0
    async with gate.admit(QUESTION, "quick", ("m",), prompt=5, most=5):
        with pytest.raises(ModelFailed):  # one call tries it, no second beside it
            async with gate.admit(QUESTION, "quick", ("m",), prompt=5, most=5):
                called += 1
    for _ in range(4):
        async with gate.admit(QUESTION, "quick", ("m",), prompt=5, most=5):
            called += 1
    assert called == 4
    assert gate.load().models["m"].busy == 0


async def test_a_try_that_is_left_lets_another_try() -> None:
    clock = _Clock()
    gate = Gate(Keeper({"m": 4}, clock), clock, 10.0)
    for _ in range(3):
        with pytest.raises(ModelFailed):
            await _fail(gate)
    clock.at += 2.0
    with pytest.raises(KeyboardInterrupt):
        async with gate.admit(QUESTION, "quick", ("m",), prompt=5, most=5):
            raise KeyboardInterrupt
    async with gate.admit(QUESTION, "quick", ("m",), prompt=5, most=5):
        pass
    assert gate.load().models["m"].busy == 0


async def test_the_first_token_of_a_try_lets_the_others_in() -> None:
    clock = _Clock()
    gate = Gate(Keeper({"m": 4}, clock), clock, 10.0)
    for _ in range(3):
        with pytest.raises(ModelFailed):
            await _fail(gate)
    clock.at += 2.0
    async with gate.admit(QUESTION, "quick", ("m",), prompt=5, most=5) as trying:
        assert gate.load().models["m"].state == "trying"
        trying.heard(Said("It"))
        assert gate.load().models["m"].state == "well"
        async with gate.admit(QUESTION, "quick", ("m",), prompt=5, most=5):
            pass


def test_a_model_that_breaks_off_is_well_when_it_ends_well() -> None:
    health = Health()
    for _ in range(3):
        health.failed("cut", 0.0, probe=health.begin())
    assert health.begin()
    health.answers()
    assert health.state(5.0) == "trying"
