"""Budgets and quotas: what fits, what is refused, and that nothing is ever overshot."""

from dataclasses import replace
from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dengmi.core.charges import Charge
from dengmi.core.errors import OverLimit
from dengmi.core.limits import Used
from dengmi.core.rates import Rates
from dengmi.gate.budget import Rule, almost, over
from dengmi.gate.limits import DeskLimit, Limits
from dengmi.gate.quota import plans
from dengmi.settings.desks import KeySettings, PlanSettings

RATES = Rates({"CNY": 1.0, "USD": 7.1})
CALL = Charge(
    id="c", question_id="q", desk="guide", level="quick", model="flash", currency="CNY",
    reserved=100, held=1_000, counted=True, payer="app:ann",
)  # fmt: skip
NOBODY = plans({}, {}, "visitor")


class _Clock:
    def __init__(self) -> None:
        self.at = 1_000_000.0
        self.ticks = 0.0

    def now(self) -> float:
        return self.at

    def steady(self) -> float:
        return self.ticks


def _budget(most: int, currency: str = "CNY") -> Rule:
    return Rule(what="money", most=most, currency=currency)


def _limits(most: int, clock: _Clock | None = None, **more: object) -> Limits:
    desks = {"guide": DeskLimit(budget=_budget(most), zone=UTC)}
    return Limits(desks, more.get("plans", NOBODY), RATES, clock or _Clock(), UTC)  # type: ignore[arg-type]


def test_the_last_call_that_fits_is_let_through() -> None:
    rules = [_budget(1_000)]
    assert over(rules, Used(money={"CNY": 900}), CALL, RATES) is None
    assert over(rules, Used(money={"CNY": 901}), CALL, RATES) == rules[0]


def test_money_of_another_currency_is_converted_and_rounded_up() -> None:
    dollars = replace(CALL, currency="USD", reserved=1)
    assert over([_budget(8)], Used(), dollars, RATES) is None
    assert over([_budget(7)], Used(), dollars, RATES) is not None
    assert over([_budget(100, "USD")], Used(money={"CNY": 700, "USD": 1}), CALL, RATES) is not None
    assert RATES.worth(10**18, "USD", "CNY") == 71 * 10**17


def test_what_costs_nothing_fits_a_spent_budget() -> None:
    assert over([_budget(0)], Used(money={"CNY": 5}), replace(CALL, reserved=0), RATES) is None
    assert over([_budget(0)], Used(), CALL, RATES) is not None


def test_a_question_counts_once() -> None:
    rule = Rule(what="questions", most=3)
    assert over([rule], Used(questions=3), CALL, RATES) == rule
    assert over([rule], Used(questions=3), replace(CALL, counted=False), RATES) is None


def test_the_operator_is_told_at_four_fifths() -> None:
    rule = _budget(1_000)
    assert not almost(rule, Used(money={"CNY": 699}), CALL, RATES)
    assert almost(rule, Used(money={"CNY": 700}), CALL, RATES)


@given(
    most=st.integers(0, 5_000),
    calls=st.lists(st.tuples(st.integers(0, 900), st.floats(0, 1), st.booleans()), max_size=60),
)
def test_settled_money_never_goes_over_whatever_is_in_flight(
    most: int, calls: list[tuple[int, float, bool]]
) -> None:
    """Calls are reserved, and settled for at most what they reserved, in any order."""
    limits, spent, flying = _limits(most), 0, []
    for reserved, part, lands in calls:
        charge = replace(CALL, reserved=reserved)
        used = Used(money={"CNY": spent + sum(each for each, _ in flying)})
        if limits.decide(charge, [used]).refused is None:
            flying.append((reserved, part))
        if lands and flying:
            taken, share = flying.pop(0)
            spent += int(taken * share)
        assert spent + sum(each for each, _ in flying) <= most
    assert spent <= most


def test_a_refusal_says_when_it_starts_anew() -> None:
    clock = _Clock()
    clock.at = 1_000_000.0  # 1970-01-12T13:46:40Z
    charge = replace(CALL, at=clock.at)
    decision = _limits(50, clock).decide(charge, [Used()])
    assert decision.refused is not None
    assert (decision.refused.notice, decision.refused.holder) == ("budget_spent", "guide")
    assert decision.refused.told == {"hours": 11, "zone": "UTC", "until": 12 * 86_400.0}
    assert [alert.code for alert in decision.alerts] == ["alert_budget_spent"]


def test_alerts_of_a_day_and_budget_are_one() -> None:
    limits = _limits(1_000)
    used = [Used(money={"CNY": 750})]
    ids = {limits.decide(replace(CALL, at=at), used).alerts[0].id for at in (10.0, 500.0, 86_000.0)}
    assert len(ids) == 1
    later = limits.decide(replace(CALL, at=86_401.0), used).alerts[0]
    assert later.id not in ids
    assert _limits(990).decide(replace(CALL, at=10.0), used).alerts[0].id not in ids
    assert later.params == {
        "desk": "guide", "date": "1970-01-02", "used": 850, "most": 1_000, "currency": "CNY",
    }  # fmt: skip


def test_a_refusal_holds_for_a_moment_and_for_calls_as_big() -> None:
    clock = _Clock()
    limits = _limits(1_000, clock)
    charge = replace(CALL, at=clock.at)
    assert limits.refusal(charge) is None
    limits.decide(charge, [Used(money={"CNY": 950})])
    assert isinstance(limits.refusal(charge), OverLimit)
    assert limits.refusal(replace(charge, reserved=99)) is None
    assert limits.refusal(replace(charge, desk="other")) is None
    clock.at -= 7_200.0  # the wall clock is set back: the moment is over all the same
    clock.ticks += 2.1
    assert limits.refusal(charge) is None


def test_midnight_ends_a_refusal_at_once() -> None:
    clock = _Clock()
    limits = _limits(1_000, clock)
    limits.decide(replace(CALL, at=86_399.5), [Used(money={"CNY": 950})])
    assert limits.refusal(replace(CALL, at=86_399.9)) is not None
    assert limits.refusal(replace(CALL, at=86_400.0)) is None


def test_a_clock_set_back_over_midnight_goes_on_with_the_day_before() -> None:
    limits = _limits(1_000)
    first, back = (limits.spans(replace(CALL, at=at))[0] for at in (86_500.0, 86_300.0))
    assert (first.since, back.since) == (86_400.0, 0.0)
    assert limits.spans(replace(CALL, at=86_500.0))[0] == first


def test_each_desk_has_its_own_midnight() -> None:
    shanghai = DeskLimit(budget=_budget(1), zone=ZoneInfo("Asia/Shanghai"))
    limits = Limits(
        {"a": shanghai, "b": DeskLimit(budget=_budget(1), zone=UTC)}, NOBODY, RATES, _Clock(), UTC
    )
    spans = [limits.spans(replace(CALL, desk=desk, at=1_000_000.0))[0] for desk in "ab"]
    assert spans[0].until - spans[1].until == -8 * 3600


def test_nothing_is_asked_where_nothing_limits() -> None:
    limits = _limits(1_000)
    assert limits.spans(replace(CALL, desk="other")) == []
    assert limits.decide(replace(CALL, desk="other"), []).refused is None


PLANS = plans(
    {
        "visitor": PlanSettings(questions=2),
        "member": PlanSettings(questions=5, tokens=9_000),
        "paid": PlanSettings(money="¥1", rank="paid", askers=("app:ann", "wecom:li")),
    },
    {"app": KeySettings(key="s", plan="member"), "site": KeySettings(key="t")},
    "visitor",
)


@pytest.mark.parametrize(
    ("payer", "plan"),
    [
        ("app:ann", "paid"),
        ("app:bob", "member"),
        ("app", "member"),
        ("wecom:li", "paid"),
        ("wecom:wu", "visitor"),
        ("site:ann", "visitor"),
        ("@3f", "visitor"),
        ("application:ann", "visitor"),
    ],
)
def test_who_has_which_plan(payer: str, plan: str) -> None:
    assert PLANS.plan(payer) == plan


def test_ranks_are_those_of_the_plans() -> None:
    assert [PLANS.rank(payer) for payer in ("app:ann", "app:bob", "@3f", "")] == [
        "paid", "visitor", "visitor", "visitor",
    ]  # fmt: skip


def test_who_has_no_name_has_no_quota() -> None:
    assert PLANS.of("") == ()
    assert PLANS.of("@3f") == (Rule(what="questions", most=2),)
    assert PLANS.of("app:ann") == (Rule(what="money", most=1_000_000, currency="CNY"),)


def test_the_first_quota_that_is_spent_refuses_and_tells_nobody_else() -> None:
    limits = Limits({}, PLANS, RATES, _Clock(), UTC)
    bob = replace(CALL, payer="app:bob", at=1.0)
    assert limits.decide(bob, [Used(questions=4, tokens=8_000)]).refused is None
    for used in (Used(questions=5), Used(tokens=8_001)):
        decision = limits.decide(bob, [used])
        assert decision.refused is not None
        assert (decision.refused.notice, decision.refused.holder) == ("quota_spent", "app:bob")
        assert decision.alerts == ()


def test_the_budget_of_the_desk_comes_before_the_quota() -> None:
    limits = Limits({"guide": DeskLimit(budget=_budget(10), zone=UTC)}, PLANS, RATES, _Clock(), UTC)
    assert [span.holder for span in limits.spans(CALL)] == ["desk", "payer"]
    refused = limits.decide(CALL, [Used(), Used(money={"CNY": 10**7})]).refused
    assert refused is not None
    assert refused.notice == "budget_spent"
