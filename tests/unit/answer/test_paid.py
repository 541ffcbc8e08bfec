"""What calls in several currencies cost together."""

from dengmi.answer.again import served_again
from dengmi.answer.paid import added, paid
from dengmi.core.charges import Charge
from dengmi.core.rates import Rates
from dengmi.core.records import Cost, Question
from tests.contract.given import answer

RATES = Rates({"CNY": 1.0, "USD": 7.0})


def _line(currency: str, micros: int, full: int = 0) -> Charge:
    return Charge(
        id=currency, question_id="q", desk="d", level="quick", currency=currency, micros=micros,
        full_micros=full or micros,
    )  # fmt: skip


def test_all_calls_count_in_the_currency_of_the_last() -> None:
    lines = (_line("USD", 3, 4), _line("CNY", 10, 20))
    assert added(lines, RATES) == (Cost(currency="CNY", micros=31), Cost(currency="CNY", micros=48))
    assert added(lines[::-1], RATES) == (
        Cost(currency="USD", micros=5),
        Cost(currency="USD", micros=7),
    )  # rounded up
    assert added((), RATES) == (Cost(), Cost())
    assert paid((_line("EUR", 3),), "CNY", RATES) == Cost(
        currency="CNY", micros=3
    )  # no rate: at par


def test_an_answer_that_serves_again_keeps_its_currency() -> None:
    """The store keeps one currency an answer: what completing cost is told in that."""
    earlier = answer(
        "a1", "q1", cost=Cost(currency="CNY", micros=50), full_cost=Cost(currency="CNY", micros=60)
    )
    again = served_again(
        earlier, Question(id="q2", desk="d", text="And then?"), "What then?", kind="quick",
        now=1.0, took_ms=1.0, spent=(_line("USD", 3),), rates=RATES,
    )  # fmt: skip
    assert (again.cost, again.full_cost) == (
        Cost(currency="CNY", micros=21),
        Cost(currency="CNY", micros=60),
    )
