"""Models that come, change and go while a gate runs, kept in this process and in a parent."""

from dengmi.core.errors import ModelFailed
from dengmi.gate.decision import Call, Decision
from dengmi.gate.keeper import Keeper, Told, Want
from dengmi.gate.model import Offered
from dengmi.gate.queue import Entry
from tests.unit.gate.test_apart import Held, _until, house


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.at = 100.0

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at


def want(*models: str, left: float = 60.0) -> Want:
    return Want(kind="visitor", level="quick", models=models, asker="ann", named=True,
                prompt=10, most=10, left=left)  # fmt: skip


def test_one_that_is_gone_serves_who_named_it_and_nobody_sees_it_idle() -> None:
    keeper, told = Keeper({"a": 1}, Clock()), list[Told]()
    ticket = keeper.ask(want("a"), told.append)
    keeper.become({"b": Offered(1, 1)})
    assert sorted(keeper.load().models) == ["a", "b"]  # a holds its slot
    ticket.ended("", 0.0, None)
    assert list(keeper.load().models) == ["b"]
    late = keeper.ask(want("a", "b"), told.append)
    assert late.call is not None
    assert late.call.begin.model == "a"
    assert keeper.load().levels["quick"].arrived == 2


async def test_more_slots_let_those_begin_who_wait() -> None:
    keeper, told = Keeper({"a": 1}, Clock()), list[Told]()
    for _ in range(3):
        keeper.ask(want("a"), told.append)
    assert len(told) == 1
    keeper.become({"a": Offered(2, 1)})
    assert len(told) == 2
    keeper.become({"a": Offered(1, 1)})
    assert (keeper.load().models["a"].busy, keeper.load().models["a"].limit) == (2, 1)


def test_another_model_under_a_name_begins_with_a_clean_sheet() -> None:
    clock = Clock()
    keeper, told = Keeper({"a": 5}, clock), list[Told]()
    keeper.become({"a": Offered(5, 5, "one")})
    before, failing = (keeper.ask(want("a"), told.append) for _ in range(2))
    failing.ended("key", 0.0, None)
    assert keeper.load().models["a"].state == "resting"
    clock.at += 1
    keeper.become({"a": Offered(5, 5, "one")})
    assert keeper.load().models["a"].state == "resting"  # the same model
    keeper.become({"a": Offered(5, 5, "two")})
    load = keeper.load().models["a"]
    assert (load.state, load.busy) == ("well", 1)
    before.first(9.0)
    before.ended("key", 0.0, None)  # says nothing of the new one
    load = keeper.load().models["a"]
    assert (load.state, load.busy, load.first) == ("well", 0, 0.0)


def test_a_model_that_nobody_knows_fails_and_hurts_nobody() -> None:
    keeper, told = Keeper({"a": 1}, Clock()), list[Told]()
    keeper.ask(want("b"), told.append)
    assert isinstance(told[0], ModelFailed)
    assert told[0].trouble == "missing"
    assert keeper.load().models["a"].busy == 0


def test_a_level_is_measured_by_its_models_of_now() -> None:
    decision = Decision({"a": 1, "b": 1})
    entry = Entry(kind="visitor", level="quick", models=("a", "b"), asker="ann", tokens=10)
    begin = decision.arrive(entry, 0.0)
    assert not isinstance(begin, int)
    decision.become({"b": 1}, (), 1.0)
    assert decision._levels["quick"].models == ("b",)
    decision.ended(Call(entry, begin, 0.0), 2.0)
    assert decision.vacancy(("b",), 2.0).free == 1


async def test_the_parent_is_told_before_a_call_names_a_new_model() -> None:
    async with house(1) as made:
        one, two = await made.guest(), await made.guest()
        offered = {"m": Offered(1, 1), "n": Offered(1, 1)}
        one.become(offered)
        calls = [Held(gate, f"asker {n}") for n, gate in enumerate((one, two))]
        await _until(lambda: made.held == (1, 1))
        assert sorted(made.keeper.load().models) == ["m", "n"]
        two.become({"m": Offered(2, 1)})
        await _until(lambda: made.held == (2, 0))  # the second slot is there while one is held
        assert list(made.keeper.load().models) == ["m"]
        for call in calls:
            await call.finish()


async def test_a_process_on_its_own_knows_what_it_holds_of_one_that_is_gone() -> None:
    async with house(1) as made:
        gate = await made.guest()
        call = Held(gate, "ann")
        await call.began.wait()
        gate.become({"n": Offered(4, 2)})
        made.aparts[0]._away()
        assert {name: each.busy for name, each in gate.load().models.items()} == {"m": 1, "n": 0}
        await call.finish()
        assert list(gate.load().models) == ["n"]
