"""What the calls behind an answer cost and used."""

from collections.abc import Sequence
from dataclasses import replace

from dengmi.core.charges import Charge, Tokens
from dengmi.core.rates import Rates
from dengmi.core.records import Answer, Cost


def added(charges: Sequence[Charge], rates: Rates) -> tuple[Cost, Cost]:
    """What calls cost, and would have cost with nothing found in a cache: in the currency of the
    last one, which wrote the answer."""
    currency = charges[-1].currency if charges else "CNY"
    full = sum(rates.worth(one.full_micros, one.currency, currency) for one in charges)
    return paid(charges, currency, rates), Cost(currency=currency, micros=full)


def paid(charges: Sequence[Charge], currency: str, rates: Rates) -> Cost:
    """What calls cost, in a currency; that of an answer which cost nothing itself, where they were
    made beside it."""
    micros = sum(rates.worth(one.micros, one.currency, currency) for one in charges)
    return Cost(currency=currency, micros=micros)


def full_of(answer: Answer) -> Cost:
    """What an answer would have cost with no reuse, join or cache; what it did where that is not
    known."""
    return answer.full_cost if answer.full_cost.micros else answer.cost


def priced(answer: Answer, spent: Sequence[Charge]) -> Answer:
    """A quote answer with what completing its question cost: the calls of one model."""
    if not spent:
        return answer
    cost, full = added(spent, Rates())
    return replace(answer, cost=cost, full_cost=full, usage=usage(spent))


def usage(charges: Sequence[Charge]) -> dict[str, int]:
    """The tokens that calls took, by kind; empty where there were none."""
    tokens = sum((charge.tokens for charge in charges), Tokens())
    used = {
        "hit": tokens.hit,
        "miss": tokens.miss,
        "output": tokens.output,
        "reasoning": tokens.reasoning,
    }
    return used if any(used.values()) else {}


def model_of(charges: Sequence[Charge]) -> str:
    """The model that was called last, with its version; "" where none was."""
    return f"{charges[-1].model} {charges[-1].version}".strip() if charges else ""
