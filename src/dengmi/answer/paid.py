"""What the calls behind an answer cost and used."""

from collections.abc import Sequence
from dataclasses import replace

from dengmi.core.charges import Charge, Tokens
from dengmi.core.records import Answer, Cost


def added(charges: Sequence[Charge]) -> tuple[Cost, Cost]:
    """What calls cost, and would have cost with nothing found in a cache."""
    currency = charges[-1].currency if charges else "CNY"
    own = [charge for charge in charges if charge.currency == currency]
    return (
        Cost(currency=currency, micros=sum(charge.micros for charge in own)),
        Cost(currency=currency, micros=sum(charge.full_micros for charge in own)),
    )


def paid(spent: Sequence[Charge], currency: str) -> Cost:
    """What was spent beside an answer that cost nothing itself."""
    return added(spent)[0] if spent else Cost(currency=currency)


def full_of(answer: Answer) -> Cost:
    """What an answer would have cost with no reuse, join or cache; what it did where that is not
    known."""
    return answer.full_cost if answer.full_cost.micros else answer.cost


def priced(answer: Answer, spent: Sequence[Charge]) -> Answer:
    """A quote answer with what completing its question cost."""
    if not spent:
        return answer
    cost, full = added(spent)
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
