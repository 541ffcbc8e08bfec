"""The decision in simulated surges: slots stay busy, nobody takes too much, it opens again."""

import random
from collections import Counter
from collections.abc import Iterator
from statistics import mean

import pytest

from dengmi.core.gate import Class
from tests.unit.gate.surge import Asked, Surge, poisson

SLOTS = 40
RATE = SLOTS / (0.4 + 210 / 60)
"""Answers a second that so many slots give."""

Arrivals = Iterator[tuple[float, str, Class]]


def _arrivals(
    *phases: tuple[float, float, float],
    heavy: float = 0.0,
    paid: float = 0.0,
    rate: float = RATE,
    askers: int = 3000,
) -> Arrivals:
    """Questions of askers in phases (since, until, times the capacity); a part of all from
    one asker while there is a surge, a part from those who pay."""
    rng = random.Random(11)
    for since, until, times in phases:
        for when in poisson(rng, since, until, times * rate):
            if times > 1 and rng.random() < heavy:
                yield when, "heavy", "visitor"
            elif rng.random() < paid:
                yield when, f"payer {rng.randrange(300)}", "paid"
            else:
                yield when, f"asker {rng.randrange(askers)}", "visitor"


CALM_SURGE_CALM = ((0, 20, 0.5), (20, 50, 10.0), (50, 80, 0.5))


@pytest.fixture(scope="module")
def surge() -> Surge:
    return Surge({"m": SLOTS}).run(_arrivals(*CALM_SURGE_CALM, heavy=0.3, paid=0.05))


def _begun(some: list[Asked]) -> int:
    return sum(one.begun is not None for one in some)


def test_every_question_begins_or_is_told(surge: Surge) -> None:
    assert all((one.begun is None) != (one.refused is None) for one in surge.asked)
    assert _begun(surge.between(0, 20)) == len(surge.between(0, 20))


def test_slots_stay_busy_while_there_is_demand(surge: Surge) -> None:
    assert surge.share_busy(21, 50, SLOTS) >= 0.99


def test_refusals_come_at_once(surge: Surge) -> None:
    waited = [one.refused - one.at for one in surge.asked if one.refused is not None]
    assert sum(wait < 0.001 for wait in waited) >= 0.99 * len(waited)


def test_after_the_surge_all_is_open_within_seconds(surge: Surge) -> None:
    soon, later = surge.between(50, 52), surge.between(52, 80)
    assert _begun(soon) >= 0.4 * len(soon)
    assert len(later) > 100
    assert _begun(later) == len(later)
    assert all(not load.levels["quick"].lowered for when, load in surge.loads if when > 54)


def test_who_pays_is_answered_first(surge: Surge) -> None:
    paid = [one for one in surge.between(20, 50) if one.kind == "paid"]
    assert len(paid) > 80
    assert _begun(paid) >= 0.95 * len(paid)


def test_a_heavy_asker_takes_no_more_than_twice_an_ordinary_one_while_others_wait() -> None:
    # Slots are full before the heavy asker comes: whoever waits, waits beside others.
    phases = ((0, 10, 1.5), (10, 70, 10.0))
    surge = Surge({"m": SLOTS}).run(_arrivals(*phases, heavy=0.3))
    asked, tokens = Counter[str](), Counter[str]()
    for one in surge.between(12, 70):
        asked[one.asker] += 1
        tokens[one.asker] += one.tokens
    assert asked["heavy"] >= 0.25 * sum(asked.values())
    served = [tokens[name] for name in asked if name != "heavy" and tokens[name]]
    assert tokens["heavy"] <= 2 * mean(served)


@pytest.mark.parametrize(("askers", "better"), [(300, 1.2), (1500, 1.05)])
def test_answers_are_spread_better_than_by_chance(askers: int, better: float) -> None:
    surge = Surge({"m": SLOTS}).run(_arrivals((0, 10, 1.5), (10, 40, 10.0), askers=askers))
    asked, begun = Counter[str](), Counter[str]()
    some = surge.between(10, 40)
    for one in some:
        asked[one.asker] += 1
        begun[one.asker] += one.begun is not None
    rng, chance = random.Random(5), sum(begun.values()) / len(some)
    luck = [
        _jain([sum(rng.random() < chance for _ in range(n)) / n for n in asked.values()])
        for _ in range(10)
    ]
    assert _jain([begun[name] / n for name, n in asked.items()]) >= better * mean(luck)


def _jain(shares: list[float]) -> float:
    return sum(shares) ** 2 / (len(shares) * sum(share**2 for share in shares))


def test_an_idle_second_model_is_better_than_waiting_at_the_first() -> None:
    surge = Surge({"a": 20, "b": 20}).run(_arrivals((0, 30, 0.6), (30, 60, 10.0)))
    calm = surge.between(0, 30)
    assert _begun(calm) == len(calm)
    assert mean(one.begun - one.at for one in calm if one.begun is not None) < 0.02
    assert surge.share_busy(31, 60, 40) >= 0.99


@pytest.mark.parametrize("holds", [False, True], ids=["refuses", "holds"])
def test_slots_follow_what_the_endpoint_really_takes(*, holds: bool) -> None:
    surge = Surge({"m": 200}, grants={"m": 40}, holds=holds)
    surge.run(_arrivals((0, 10, 0.5), (10, 100, 4.0)))
    late = [load.models["m"].limit for when, load in surge.loads if 60 < when < 100]
    assert 36 <= mean(late) <= 48
    assert surge.share_busy(20, 100, 40) >= 0.95
    refused = [one for one in surge.between(60, 100) if one.refused and one.refused > one.at]
    assert len(refused) < 0.05 * _begun(surge.between(60, 100))


def test_one_slot_is_shared_without_a_fuss() -> None:
    surge = Surge({"m": 1}).run(_arrivals((0, 200, 0.5), (200, 400, 5.0), rate=RATE / SLOTS))
    calm = surge.between(0, 200)
    assert _begun(calm) >= 0.95 * len(calm)
    assert surge.share_busy(210, 400, 1) >= 0.99


def test_a_short_burst_is_waited_out() -> None:
    """As much as the patience allows is queued, when it comes at once and not for long."""
    rng = random.Random(3)
    burst = [(10 + n / 1000, f"asker {n}", "visitor") for n in range(60)]
    calm = [(when, f"asker {rng.randrange(99)}", "visitor") for when in poisson(rng, 0, 40, 3)]
    surge = Surge({"m": SLOTS}).run(iter([*calm, *burst]))
    assert _begun(surge.asked) == len(surge.asked)
