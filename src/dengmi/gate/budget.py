"""Whether a call fits what may still be used: the decision behind budgets and quotas. Pure.

Money is compared in the currency of the limit. What a call may cost at the most is taken as spent
until it is settled, so calls under way together can never use more than there is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from dengmi.core.charges import Charge
from dengmi.core.limits import Used
from dengmi.core.rates import Rates

What = Literal["money", "questions", "tokens"]

ALMOST = Fraction(8, 10)
"""Share of a budget at which the operator is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """The most that may be used of something. Money in millionths of `currency`."""

    what: What
    most: int
    currency: str = ""


def used_of(rule: Rule, used: Used, rates: Rates) -> int:
    """How much of what a rule limits was used."""
    if rule.what == "money":
        money = used.money.items()
        return sum(rates.worth(micros, currency, rule.currency) for currency, micros in money)
    return used.tokens if rule.what == "tokens" else used.questions


def asked_of(rule: Rule, charge: Charge, rates: Rates) -> int:
    """How much of it a call takes at the most. `counted` says whether its question is a new one."""
    if rule.what == "money":
        return rates.worth(charge.reserved, charge.currency, rule.currency)
    return charge.held if rule.what == "tokens" else int(charge.counted)


def over(rules: Sequence[Rule], used: Used, charge: Charge, rates: Rates) -> Rule | None:
    """The first rule that a call would break; None where it fits. What takes nothing always fits:
    a model of one's own costs no money, however little is left."""
    for rule in rules:
        asked = asked_of(rule, charge, rates)
        if asked and used_of(rule, used, rates) + asked > rule.most:
            return rule
    return None


def almost(rule: Rule, used: Used, charge: Charge, rates: Rates) -> bool:
    """Whether a call brings what is used to where the operator is told."""
    asked = asked_of(rule, charge, rates)
    return bool(asked) and used_of(rule, used, rates) + asked >= ALMOST * rule.most
