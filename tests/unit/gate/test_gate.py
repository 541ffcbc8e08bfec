"""The gate holds slots, and tells who would wait too long."""

import asyncio
from dataclasses import replace

import pytest

from dengmi.core.charges import Tokens
from dengmi.core.chat import Said, Waiting
from dengmi.core.clock import SystemClock
from dengmi.core.errors import ModelFailed, NoRoom, Trouble
from dengmi.core.gate import Vacancy
from dengmi.core.records import Level, Question
from dengmi.gate.gate import Gate
from dengmi.gate.keeper import Keeper
from dengmi.gate.places import WIDTH


def _question(asker: str = "a") -> Question:
    return Question(id=f"q-{asker}", desk="main", text="Why?", asker=asker)


class _Call:
    """A call that ends when told."""

    def __init__(
        self,
        gate: Gate,
        asker: str = "a",
        level: Level = "quick",
        models: tuple[str, ...] = ("m",),
        *,
        urgent: bool = False,
        background: bool = False,
    ) -> None:
        self.model = ""
        self.end = asyncio.Event()
        question = replace(_question(asker), background=background)
        self.task = asyncio.create_task(self._run(gate, question, level, models, urgent))

    @property
    def began(self) -> bool:
        return bool(self.model)

    async def _run(
        self, gate: Gate, question: Question, level: Level, models: tuple[str, ...], urgent: bool
    ) -> None:
        async with gate.admit(question, level, models, prompt=60, most=80, urgent=urgent) as grant:
            self.model = grant.model
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
    return Gate(Keeper({"m": slots}, SystemClock()), SystemClock(), patience)


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


async def test_who_had_a_share_leaves_a_free_slot_to_those_who_wait_elsewhere() -> None:
    """Only where there is not room for all: the bar is lowered then."""
    keeper = Keeper({"m": 2}, SystemClock())
    gate = Gate(keeper, SystemClock(), 7.0)
    for _ in range(4):  # the heavy asker is served, while nobody else asks
        call = _Call(gate, "heavy")
        await _settle()
        await call.finish()
    assert await gate.had(_question("heavy")) > 2
    gate.waited_for(True)
    begun = _Call(gate, "heavy")
    await _settle()
    assert begun.began, "the bar is open: there is room"
    await begun.finish()
    keeper.decision._levels["quick"].bar.cut = 2 * WIDTH + 1  # as in a surge
    with pytest.raises(NoRoom):
        async with gate.admit(_question("heavy"), "quick", ("m",), prompt=60, most=80):
            raise AssertionError("others wait for it")
    new = _Call(gate, "new")
    await _settle()
    assert new.began
    await new.finish()
    gate.waited_for(False)
    alone = _Call(gate, "heavy")
    await _settle()
    assert alone.began
    await alone.finish()


async def test_patience_ends_and_nothing_stays_behind() -> None:
    keeper = Keeper({"m": 1}, SystemClock(), usual=0.01)  # it lasts longer than was thought
    gate = Gate(keeper, SystemClock(), 0.05)
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


async def test_the_first_free_model_of_the_level_is_taken() -> None:
    gate = Gate(Keeper({"a": 1, "b": 1}, SystemClock()), SystemClock(), 60.0)
    calls = [_Call(gate, f"asker {n}", models=("a", "b")) for n in range(4)]
    await _settle()
    assert [call.model for call in calls] == ["a", "b", "", ""]
    await calls[1].finish()
    await _settle()
    assert calls[2].model == "b"
    await calls[0].finish()
    await _settle()
    assert calls[3].model == "a"
    for call in calls[2:]:
        await call.finish()
    assert await gate.vacancy(("a", "b")) == Vacancy(slots=2, free=2, waiting=0)


async def test_what_is_urgent_goes_first_and_what_nobody_waits_for_last() -> None:
    gate = _gate(1)
    first = _Call(gate, "first")
    await _settle()
    late = _Call(gate, "late", background=True)
    await _settle()
    plain = _Call(gate, "plain")
    await _settle()
    urgent = _Call(gate, "urgent", urgent=True)
    await _settle()
    order = []
    for call in (first, urgent, plain, late):
        assert call.began
        order.append([each.began for each in (urgent, plain, late)])
        await call.finish()
        await _settle()
    assert order == [
        [False, False, False],
        [True, False, False],
        [True, True, False],
        [True, True, True],
    ]
    assert gate.load().levels["quick"].granted == 3  # what is urgent goes on with another


async def test_paid_askers_go_before_visitors() -> None:
    gate = Gate(
        Keeper({"m": 1}, SystemClock()),
        SystemClock(),
        60.0,
        rank=lambda question: "paid" if question.asker == "payer" else "visitor",
    )
    first = _Call(gate, "first")
    await _settle()
    visitor = _Call(gate, "visitor")
    await _settle()
    payer = _Call(gate, "payer")
    await _settle()
    await first.finish()
    await _settle()
    assert (payer.began, visitor.began) == (True, False)
    for call in (payer, visitor):
        await call.finish()


async def test_a_deadline_that_cannot_be_met_is_told_at_once() -> None:
    clock = SystemClock()
    gate = Gate(Keeper({"m": 1}, clock), clock, 60.0)
    first = _Call(gate)
    await _settle()
    hurried = replace(_question("b"), deadline=clock.now() + 2.0)
    with pytest.raises(NoRoom):
        async with gate.admit(hurried, "quick", ("m",), prompt=60, most=80):
            raise AssertionError("there is no slot")
    assert gate.load().levels["quick"].refused == 1
    await first.finish()
    past = replace(_question("c"), deadline=clock.now() - 1.0)
    with pytest.raises(NoRoom):
        async with gate.admit(past, "quick", ("m",), prompt=60, most=80):
            raise AssertionError("nobody wants it any more")


async def test_those_who_wait_for_a_model_that_fails_are_told() -> None:
    gate = _gate(3)
    calls = [asyncio.create_task(_fails(gate, "key")) for _ in range(3)]
    await _settle()
    waiting = _Call(gate, "waits")
    await asyncio.gather(*calls, return_exceptions=True)
    with pytest.raises(ModelFailed) as told:
        await waiting.task
    assert (told.value.trouble, waiting.began) == ("key", False)
    load = gate.load().models["m"]
    assert (load.state, load.trouble, load.busy, load.waiting) == ("resting", "key", 0, 0)
    assert load.pause > 0
    assert await gate.vacancy(("m",)) == Vacancy()


async def _fails(gate: Gate, trouble: Trouble, again: float | None = None) -> None:
    async with gate.admit(_question(), "quick", ("m",), prompt=60, most=80):
        await asyncio.sleep(0.01)
        raise ModelFailed(trouble, "m", retry_after=again)


async def test_an_endpoint_that_asks_to_wait_is_left_in_peace_and_asked_again() -> None:
    gate = _gate(2)
    with pytest.raises(ModelFailed):
        await _fails(gate, "busy", again=0.2)
    began = asyncio.get_running_loop().time()
    call = _Call(gate, "b")
    await _settle()
    assert not call.began
    await call.finish()
    assert call.began
    assert asyncio.get_running_loop().time() - began >= 0.15


async def test_keep_alives_shrink_what_is_sent() -> None:
    gate = _gate(10)
    for _ in range(3):
        async with gate.admit(_question(), "quick", ("m",), prompt=60, most=80) as grant:
            for seconds in (0.5, 1.5, 2.5, 3.5):
                grant.heard(Waiting(seconds))
            grant.heard(Said("At last."))
    load = gate.load().models["m"]
    assert load.held > 0 or load.limit < 10
    assert load.limit < 10
