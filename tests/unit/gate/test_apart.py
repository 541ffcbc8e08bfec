"""Several processes share one keeper over lines: here each is a gate of its own with a real socket
between it and the keeper, in one event loop."""

import asyncio
import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from dengmi.core.charges import Tokens
from dengmi.core.clock import SystemClock
from dengmi.core.errors import ModelFailed, NoRoom
from dengmi.core.gate import Vacancy
from dengmi.core.records import Question
from dengmi.core.talk import Talk, talk_over
from dengmi.gate.apart import Apart
from dengmi.gate.gate import Gate
from dengmi.gate.host import TOPIC, Host
from dengmi.gate.keeper import Keeper

GUARD = 20.0
"""Seconds after which what waits is taken to hang."""


class House:
    """A keeper and the processes that ask it."""

    def __init__(self, slots: int, patience: float = 60.0) -> None:
        self.keeper = Keeper({"m": slots}, SystemClock())
        self.host = Host(self.keeper)
        self.patience = patience
        self.here: list[Talk] = []
        self.there: list[Talk] = []
        self.aparts: list[Apart] = []

    async def guest(self, share: int = 1) -> Gate:
        """One more process."""
        here, there = socket.socketpair()
        keepers, guests = await talk_over(here), await talk_over(there)
        self.here.append(keepers)
        self.there.append(guests)
        apart = Apart(guests, {"m": share}, SystemClock(), silent=GUARD)
        self.aparts.append(apart)
        self.host.welcome(keepers)
        apart.begin()
        return Gate(apart, SystemClock(), self.patience)

    def kill(self, place: int) -> None:
        """A process dies: the system closes its socket."""
        transport = self.there[place]._transport
        assert transport is not None
        self.there[place].when_lost(lambda: None)
        transport.abort()

    def freeze(self, place: int) -> Callable[[], None]:
        """The keeper hears nothing of a process any more; to be called to go on."""
        transport = self.here[place]._transport
        assert isinstance(transport, asyncio.Transport)
        transport.pause_reading()
        return transport.resume_reading

    @property
    def held(self) -> tuple[int, int]:
        """Slots in use and calls in line, as the keeper counts them."""
        load = self.keeper.load().models["m"]
        return load.busy, load.waiting


@asynccontextmanager
async def house(slots: int, patience: float = 60.0) -> AsyncIterator[House]:
    made = House(slots, patience)
    try:
        yield made
    finally:
        for talk in (*made.there, *made.here):
            talk.close()
        await asyncio.sleep(0)


class Held:
    """A call that lasts until told."""

    def __init__(self, gate: Gate, asker: str) -> None:
        self.began, self.end = asyncio.Event(), asyncio.Event()
        self.task = asyncio.create_task(self._run(gate, asker))

    async def _run(self, gate: Gate, asker: str) -> None:
        question = Question(id=f"q-{asker}", desk="main", text="Why?", asker=asker)
        async with gate.admit(question, "quick", ("m",), prompt=60, most=80) as grant:
            self.began.set()
            await self.end.wait()
            grant.used = Tokens(miss=40, output=10)

    async def finish(self) -> None:
        self.end.set()
        await self.task


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(GUARD):
        while not true():  # noqa: ASYNC110 - what another end does sets no event here
            await asyncio.sleep(0.001)


async def _began(call: Held) -> None:
    async with asyncio.timeout(GUARD):
        await call.began.wait()


async def test_processes_hold_no_more_than_there_are_together() -> None:
    async with house(3) as made:
        one, two = await made.guest(), await made.guest()
        calls = [Held(gate, f"asker {n}") for n, gate in enumerate((one, two, one, two, one, two))]
        await _until(lambda: made.held == (3, 3))
        assert sum(call.began.is_set() for call in calls) == 3
        while calls:
            await _until(lambda: any(call.began.is_set() for call in calls))
            assert made.held[0] <= 3
            begun = next(call for call in calls if call.began.is_set())
            calls.remove(begun)
            await begun.finish()
        await _until(lambda: made.held == (0, 0))


async def test_a_slot_that_one_process_gives_back_goes_to_who_waits_in_another() -> None:
    async with house(1) as made:
        one, two = await made.guest(), await made.guest()
        first = Held(one, "first")
        await _began(first)
        second = Held(two, "second")
        await _until(lambda: made.held == (1, 1))
        await first.finish()
        await _began(second)
        await second.finish()


async def test_one_process_may_use_what_the_others_leave() -> None:
    """No slot lies idle in one while others wait in another."""
    async with house(4) as made:
        one, _ = await made.guest(), await made.guest()
        calls = [Held(one, f"asker {n}") for n in range(4)]
        for call in calls:
            await _began(call)
        for call in calls:
            await call.finish()


async def test_an_asker_of_two_processes_has_one_account() -> None:
    async with house(1) as made:
        one, two = await made.guest(), await made.guest()
        first = Held(one, "heavy")
        await _began(first)
        again = Held(two, "heavy")
        await _until(lambda: made.held == (1, 1))
        other = Held(one, "other")
        await _until(lambda: made.held == (1, 2))
        await first.finish()  # whoever was served at the one stands behind at the other
        await _began(other)
        assert not again.began.is_set()
        await other.finish()
        await _began(again)
        await again.finish()
        question = Question(id="q", desk="main", text="Why?", asker="heavy")
        assert await two.had(question) == pytest.approx(await one.had(question), rel=0.01)
        assert await one.had(question) > 0.5


async def test_a_process_that_dies_frees_its_slots_and_its_places() -> None:
    async with house(2) as made:
        one, two = await made.guest(), await made.guest()
        dead = [Held(one, f"dead {n}") for n in range(4)]
        await _until(lambda: made.held == (2, 2))
        alive = [Held(two, f"alive {n}") for n in range(2)]
        await _until(lambda: made.held == (2, 4))
        made.kill(0)
        for call in alive:
            await _began(call)
        assert made.held == (2, 0)
        for call in (*alive, *dead):
            call.task.cancel()
        await asyncio.gather(*(call.task for call in (*alive, *dead)), return_exceptions=True)


async def test_who_leaves_gives_the_turn_away() -> None:
    async with house(1) as made:
        one, two = await made.guest(), await made.guest()
        first = Held(one, "first")
        await _began(first)
        leaver, stayer = Held(one, "leaver"), Held(two, "stayer")
        await _until(lambda: made.held == (1, 2))
        first.end.set()
        leaver.task.cancel()  # perhaps while the word that it may begin is under way
        await asyncio.gather(first.task, leaver.task, return_exceptions=True)
        await _began(stayer)
        await stayer.finish()
        await _until(lambda: made.held == (0, 0))


async def test_refusals_say_what_they_say_in_one_process() -> None:
    async with house(1, patience=7.0) as made:
        one, two = await made.guest(), await made.guest()
        first = Held(one, "first")
        await _began(first)
        second = Held(one, "second")
        await _until(lambda: made.held == (1, 1))
        with pytest.raises(NoRoom) as refused:
            await Held(two, "third").task
        assert refused.value.position == 2
        assert refused.value.wait > 7.0
        await first.finish()
        await second.finish()


async def test_a_model_that_fails_for_one_process_is_left_alone_by_all() -> None:
    async with house(2) as made:
        one, two = await made.guest(), await made.guest()
        question = Question(id="q", desk="main", text="Why?", asker="a")
        with pytest.raises(ModelFailed):
            async with one.admit(question, "quick", ("m",), prompt=60, most=80):
                raise ModelFailed("key", "m")
        with pytest.raises(ModelFailed) as told:
            await Held(two, "b").task
        assert (told.value.trouble, told.value.model) == ("key", "m")
        assert (told.value.retry_after or 0) > 0
        assert await two.vacancy(("m",)) == Vacancy()


async def test_what_is_held_together_is_told_to_each() -> None:
    async with house(2) as made:
        one, two = await made.guest(), await made.guest()
        telling = asyncio.create_task(made.host.run())
        call = Held(one, "a")
        await _began(call)
        assert await two.vacancy(("m",)) == Vacancy(slots=2, free=1, waiting=0)
        await _until(lambda: bool(two.load().models) and two.load().models["m"].busy == 1)
        assert two.load() == replace(one.load(), shared=True)
        telling.cancel()
        await call.finish()


async def test_questions_that_wait_late_anywhere_are_waited_for() -> None:
    async with house(2) as made:
        one, two = await made.guest(), await made.guest()
        one.waited_for(True)
        two.waited_for(True)
        await _until(lambda: made.keeper.decision.waited_for)
        one.waited_for(False)
        await two.vacancy(("m",))  # an answer comes behind what was said before
        assert made.keeper.decision.waited_for
        made.kill(1)
        await _until(lambda: not made.keeper.decision.waited_for)


async def test_a_keeper_that_is_gone_leaves_each_its_own_part() -> None:
    """Each goes on from what it holds: nobody knows what the others hold."""
    async with house(4) as made:
        one, two = await made.guest(share=2), await made.guest(share=2)
        calls = [Held(one, f"one {n}") for n in range(3)]
        calls.append(Held(two, "two"))
        for call in calls:
            await _began(call)
        more = [Held(one, "one more"), Held(two, "two more")]
        await _until(lambda: made.held == (4, 2))
        for talk in made.here:
            assert talk._transport is not None
            talk._transport.abort()
        await _until(lambda: all(apart.alone for apart in made.aparts))
        await asyncio.sleep(0)
        assert not any(call.began.is_set() for call in more)
        await calls[0].finish()
        assert not more[0].began.is_set(), "two of two are held"
        await calls[1].finish()
        await _began(more[0])
        await calls[3].finish()
        await _began(more[1])
        for call in (calls[2], *more):
            await call.finish()
        assert one.load().models["m"].most == 2
        assert not one.load().shared


async def test_a_keeper_that_is_silent_for_a_while_learns_what_was_begun() -> None:
    async with house(4) as made:
        one, two = await made.guest(share=2), await made.guest(share=2)
        before = Held(one, "before")
        await _began(before)
        going_on = [made.freeze(0), made.freeze(1)]
        made.aparts[0]._silent = 0.01
        meanwhile = [Held(one, f"meanwhile {n}") for n in range(3)]
        await _until(lambda: made.aparts[0].alone)
        await before.finish()
        await _until(lambda: sum(call.began.is_set() for call in meanwhile) == 2)
        assert one.load().models["m"].waiting == 1
        made.aparts[0]._silent = GUARD
        for go_on in going_on:
            go_on()
        for call in meanwhile:
            await _began(call)  # the keeper has room
        assert not made.aparts[0].alone
        assert made.held == (3, 0)
        other = Held(two, "other")
        await _began(other)
        for call in (*meanwhile, other):
            await call.finish()
        await _until(lambda: made.held == (0, 0))


async def test_what_cannot_be_used_does_not_end_the_talk(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with house(1) as made:
        one = await made.guest()
        talk = made.there[0]
        assert talk._transport is not None
        talk._transport.write(b"nonsense\n[]\n")
        talk.say(TOPIC, "ask", 99, {"kind": "nobody"})
        talk.say(TOPIC, "ended", 98, "", 0.0, None)
        talk.say("unheard of", 1)
        call = Held(one, "a")
        await _began(call)
        await call.finish()
    assert "could not be used" in caplog.text


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_happens_no_slot_is_lost_or_given_twice(seed: int) -> None:
    """Calls come, end, fail, are left at any moment."""
    rng = random.Random(seed)
    running = most = 0

    async def call(gate: Gate, number: int) -> None:
        nonlocal running, most
        question = Question(id=f"q{number}", desk="main", text="?", asker=f"a{number % 7}")
        async with gate.admit(question, "quick", ("m",), prompt=60, most=80) as grant:
            running += 1
            most = max(most, running)
            try:
                await asyncio.sleep(rng.random() * 0.004)
                if rng.random() < 0.1:
                    raise ModelFailed("cut", "m")
                grant.used = Tokens(miss=40, output=rng.randrange(80))
            finally:
                running -= 1

    async with house(5) as made:
        gates = [await made.guest() for _ in range(3)]
        tasks = []
        for number in range(150):
            tasks.append(asyncio.create_task(call(gates[number % 3], number)))
            if rng.random() < 0.3:
                rng.choice(tasks).cancel()
            if rng.random() < 0.3:
                await asyncio.sleep(0.001)
        async with asyncio.timeout(GUARD):
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        unexpected = [each for each in ended if isinstance(each, Exception)]
        assert all(isinstance(each, ModelFailed) for each in unexpected)
        assert 1 <= most <= 5
        await _until(lambda: made.held == (0, 0))
