"""Budgets and quotas on both databases: one decision after the other, whoever asks from where."""

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

import pytest

from dengmi.core.charges import Charge, Tokens
from dengmi.core.errors import OverLimit
from dengmi.core.limits import Alert, Decision, Span, Used
from dengmi.core.rates import Rates
from dengmi.core.records import Question
from dengmi.gate.budget import Rule
from dengmi.gate.limits import DeskLimit, Limits
from dengmi.gate.quota import plans
from dengmi.ledger.ledger import Ledger
from dengmi.settings.desks import PlanSettings
from dengmi.settings.options import ModelSettings, PriceSettings
from dengmi.store.open import open_store

DAY = 20_000 * 86_400.0
NOON = DAY + 43_200.0
PRICE = PriceSettings(currency="CNY", miss=1, output=1)
MODELS = {"flash": ModelSettings(kind="openai", base_url="http://x", price=PRICE)}
SPAN = Span(holder="desk", name="guide", since=DAY, until=DAY + 86_400.0)


class _Clock:
    def __init__(self, at: float = NOON) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.at


def _charge(name: str, **more: object) -> Charge:
    made = {"id": name, "question_id": f"q_{name}", "desk": "guide", "level": "quick", "at": NOON}
    return Charge(**{**made, **more})  # type: ignore[arg-type]


def _question(name: str, **more: str) -> Question:
    return Question(**{"id": name, "desk": "guide", "text": "What?", **more})  # type: ignore[arg-type]


def _ledger(store, clock: _Clock, most: int | None = None, **visitor: object) -> Ledger:
    budget = Rule(what="money", most=most, currency="CNY") if most is not None else None
    limits = Limits(
        {"guide": DeskLimit(budget=budget, zone=UTC)},
        plans({"visitor": PlanSettings(**visitor)}, {}, "visitor"),  # type: ignore[arg-type]
        Rates({"CNY": 1.0, "USD": 7.1}),
        clock,
        UTC,
    )
    return Ledger(store, clock, MODELS, limits=limits)


async def _reserve(ledger: Ledger, question: Question, tokens: int = 100) -> Charge:
    return await ledger.reserve(
        question, "quick", "flash", prompt_tokens=tokens // 2, max_tokens=tokens - tokens // 2
    )


async def test_use_is_counted_when_reserved_and_put_right_when_settled(store) -> None:
    ledger = _ledger(store, _Clock())
    charge = await _reserve(ledger, _question("q", payer="ann"), 1_000)
    spans = [SPAN, replace(SPAN, holder="payer", name="ann"), replace(SPAN, name="other")]
    assert await store.used(spans) == [
        Used(questions=1, tokens=1_000, money={"CNY": 1_000}),
        Used(questions=1, tokens=1_000, money={"CNY": 1_000}),
        Used(),
    ]
    await ledger.settle(charge, Tokens(hit=10, miss=20, output=30), "v")
    assert await store.used(spans[:1]) == [Used(questions=1, tokens=60, money={"CNY": 50})]
    assert not await store.settle_charge(replace(charge, state="settled", micros=9_999))
    assert await store.used(spans[:1]) == [Used(questions=1, tokens=60, money={"CNY": 50})]


async def test_a_call_that_gave_nothing_gives_everything_back(store) -> None:
    ledger = _ledger(store, _Clock())
    await ledger.settle(await _reserve(ledger, _question("q")), Tokens(), "")
    assert await store.used([SPAN]) == [Used(money={"CNY": 0})]
    again = await _reserve(ledger, _question("q"))
    assert again.counted
    assert (await store.used([SPAN]))[0].questions == 1


async def test_a_question_counts_once_however_many_calls_it_takes(store) -> None:
    ledger = _ledger(store, _Clock(), questions=1)
    asked = _question("q", payer="ann")
    first = await _reserve(ledger, asked)
    second = await _reserve(ledger, asked)
    judge = await ledger.reserve(
        asked, "quick", "flash", prompt_tokens=1, max_tokens=1, purpose="judge"
    )
    assert [each.counted for each in (first, second, judge)] == [True, False, False]
    with pytest.raises(OverLimit) as caught:
        await _reserve(ledger, _question("r", payer="ann"))
    assert (caught.value.notice, caught.value.holder) == ("quota_spent", "ann")
    assert (await _reserve(ledger, _question("r", payer="bob"))).counted
    assert not [each for each in await store.charges() if each.question_id == "r"][1:]


async def test_what_a_lost_call_held_stays_counted(store) -> None:
    ledger = _ledger(store, _Clock())
    await _reserve(ledger, _question("q"), 500)
    (lost,) = await ledger.recover(NOON + 1.0)
    assert lost.state == "lost"
    assert await store.used([SPAN]) == [Used(questions=1, tokens=500, money={"CNY": 500})]


async def test_the_same_line_again_counts_nothing(store) -> None:
    for _ in range(2):
        await store.reserve_charge(_charge("c", reserved=7, held=3))
    assert await store.used([SPAN]) == [Used(questions=1, tokens=3, money={"CNY": 7})]


async def test_money_is_kept_by_currency(store) -> None:
    await store.reserve_charge(_charge("a", reserved=7))
    await store.reserve_charge(_charge("b", reserved=5, currency="USD"))
    assert (await store.used([SPAN]))[0].money == {"CNY": 7, "USD": 5}


async def test_a_days_use_is_that_of_its_zone_whenever_the_zone_is_set(store) -> None:
    """Half past three in the night in Kathmandu (UTC+5:45) is the day before in Greenwich."""
    await store.reserve_charge(_charge("a", at=DAY - 8_100.0, reserved=5))
    await store.reserve_charge(_charge("b", at=DAY + 1.0, reserved=3))
    there = replace(SPAN, since=DAY - 20_700.0, until=DAY + 65_700.0)
    (here, kathmandu) = await store.used([SPAN, there])
    assert (here.money, kathmandu.money) == ({"CNY": 3}, {"CNY": 8})


async def test_at_the_limit_calls_are_refused_until_midnight(store, caplog) -> None:
    clock = _Clock()
    ledger = _ledger(store, clock, most=250)
    for n in range(2):
        await ledger.settle(await _reserve(ledger, _question(f"q{n}")), Tokens(miss=100), "v")
    with pytest.raises(OverLimit) as caught:
        await _reserve(ledger, _question("q2"))
    assert caught.value.told == {"hours": 12, "zone": "UTC", "until": DAY + 86_400.0}
    assert (await _reserve(ledger, _question("small"), 50)).reserved == 50
    clock.at = DAY + 86_400.0
    assert (await _reserve(ledger, _question("q3"))).reserved == 100
    codes = [alert.code for alert in await store.alerts(0.0)]
    assert codes == ["alert_budget_low", "alert_budget_spent"]
    said = [record.message for record in caplog.records]
    assert len(said) == 2
    assert "alert_budget_low: desk guide" in said[0]


async def test_refusals_are_remembered_without_asking_the_store(store) -> None:
    clock = _Clock()
    ledger = _ledger(store, clock, most=50)
    asked = 0
    plain = store.reserve_charge

    async def counted(*args: object) -> object:
        nonlocal asked
        asked += 1
        return await plain(*args)

    store.reserve_charge = counted
    for n in range(20):
        with pytest.raises(OverLimit):
            await _reserve(ledger, _question(f"q{n}"))
    assert asked == 1
    held = ledger.refusal(_question("x"), "quick", "flash", prompt_tokens=60, max_tokens=60)
    assert isinstance(held, OverLimit)
    other = _question("x", desk="other")
    assert ledger.refusal(other, "quick", "flash", prompt_tokens=60, max_tokens=60) is None


async def test_a_failure_of_the_decision_is_its_own(store) -> None:
    """Lines are written in one transaction; one that cannot be decided takes nobody with it."""

    def broken(charge: Charge, used: Sequence[Used]) -> Decision:
        raise ZeroDivisionError

    made = await asyncio.gather(
        store.reserve_charge(_charge("a", reserved=1)),
        store.reserve_charge(_charge("b", reserved=1), [SPAN], broken),
        store.reserve_charge(_charge("c", reserved=1)),
        return_exceptions=True,
    )
    assert isinstance(made[1], ZeroDivisionError)
    assert [each.id for each in await store.charges()] == ["a", "c"]
    assert (await store.used([SPAN]))[0].money == {"CNY": 2}


async def test_alerts_are_said_once_and_forgotten(store) -> None:
    def tells(charge: Charge, used: Sequence[Used]) -> Decision:
        return Decision(alerts=(Alert(id="al", code="x", params={"desk": "食"}, at=NOON),))

    made = [await store.reserve_charge(_charge(name), [SPAN], tells) for name in "ab"]
    assert [len(each.alerts) for each in made] == [1, 0]
    assert (await store.alerts(NOON))[0].params == {"desk": "食"}
    assert await store.alerts(NOON + 1) == ()
    await store.forget_used(NOON + 86_400.0)
    assert await store.alerts(0.0) == ()
    assert await store.used([SPAN]) == [Used()]


async def test_a_secret_stays(store, address: str) -> None:
    one = await store.secret("addresses")
    other = open_store(address)
    await other.open()
    assert await other.secret("addresses") == one
    assert await other.secret("else") != one
    await other.close()
    assert len(one) == 32


SPENDER = """
import asyncio, sys
from datetime import UTC
from dengmi.core.errors import OverLimit
from dengmi.core.charges import Tokens
from dengmi.core.records import Question
from dengmi.core.rates import Rates
from dengmi.gate.budget import Rule
from dengmi.gate.limits import DeskLimit, Limits
from dengmi.gate.quota import plans
from dengmi.ledger.ledger import Ledger
from dengmi.settings.options import ModelSettings, PriceSettings
from dengmi.store.open import open_store

address, name, most, part = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
price = PriceSettings(currency="CNY", miss=1, output=1)
models = {"flash": ModelSettings(kind="openai", base_url="http://x", price=price)}

class Clock:
    def now(self): return 20_000 * 86_400.0 + 43_200.0
    def steady(self): return 0.0

class Forgetful(Limits):
    def refusal(self, charge): return None  # every call goes to the database

async def main():
    store = open_store(address)
    await store.open()
    rule = Rule(what="money", most=most, currency="CNY")
    limits = Forgetful({"guide": DeskLimit(budget=rule, zone=UTC)}, plans({}, {}, "v"),
        Rates({}), Clock(), UTC)
    ledger = Ledger(store, Clock(), models, limits=limits)
    made = 0

    async def one(n):
        nonlocal made
        asked = Question(id=f"{name}-{n}", desk="guide", text="?")
        try:
            charge = await ledger.reserve(asked, "quick", "flash", prompt_tokens=5, max_tokens=5)
        except OverLimit:
            return
        made += 1
        await asyncio.sleep(0)
        await ledger.settle(charge, Tokens(miss=part), "v")

    for start in range(0, 120, 30):
        await asyncio.gather(*(one(n) for n in range(start, start + 30)))
    await store.close()
    print(made)

asyncio.run(main())
"""


@pytest.mark.parametrize(("part", "exact"), [(10, True), (3, False)])
async def test_processes_that_spend_at_once_never_overshoot(
    store, address: str, part: int, exact: bool
) -> None:
    """Three processes, 360 questions of 10 each against 1,000: all of it is spent, nothing more."""
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", SPENDER, address, str(n), "1000", str(part),
            stdout=asyncio.subprocess.PIPE,
        )
        for n in range(3)
    ]  # fmt: skip
    counts = [int((await each.communicate())[0]) for each in running]
    lines = await store.charges()
    spent = sum(line.micros for line in lines)
    assert len(lines) == sum(counts)
    assert all(line.state == "settled" for line in lines)
    assert (await store.used([SPAN]))[0].money == {"CNY": spent}
    assert spent <= 1_000
    if exact:
        assert spent == 1_000
    else:
        assert spent >= 500  # what is in flight holds more than it takes


async def test_many_at_once_in_one_process_never_overshoot(store) -> None:
    ledger = _ledger(store, _Clock(), most=1_000)
    found = await asyncio.gather(
        *(_reserve(ledger, _question(f"q{n}")) for n in range(50)), return_exceptions=True
    )
    held = [each for each in found if isinstance(each, Charge)]
    assert len(held) == 10
    assert all(isinstance(each, Charge | OverLimit) for each in found)
