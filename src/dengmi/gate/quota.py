"""Which plan an asker has, and what it allows a day. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dengmi.gate.budget import Rule
from dengmi.gate.places import Rank
from dengmi.settings.desks import KeySettings, PlanSettings
from dengmi.settings.live import Made
from dengmi.settings.money import money

BY_PLAN = "plan."
"""The payer of an asker whose account gives a plan is "plan.PLAN:asker"."""


@dataclass(frozen=True, slots=True)
class Plans:
    """The plans, and who has which.

    A payer is "channel:asker", or "key:asker" for those a program with a key asks for; one that
    the operator gave a plan has that, another one of a key has the key's, any other the usual one.
    """

    rules: Mapping[str, tuple[Rule, ...]]
    named: Mapping[str, str]
    keys: Mapping[str, str]
    usual: str
    ranks: Mapping[str, Rank] = field(default_factory=dict)

    def plan(self, payer: str) -> str:
        """The name of a payer's plan."""
        return self.named.get(payer) or self.keys.get(payer.partition(":")[0]) or self.usual

    def rank(self, payer: str) -> Rank:
        """How the operator ranks a payer."""
        return self.ranks.get(self.plan(payer), "visitor") if payer else "visitor"

    def of(self, payer: str) -> tuple[Rule, ...]:
        """What a payer may use a day; nothing limits one without a name."""
        return self.rules.get(self.plan(payer), ()) if payer else ()


def plans(
    settings: Mapping[str, PlanSettings], keys: Mapping[str, KeySettings], usual: str
) -> Plans:
    """The plans as the settings have them."""
    return Plans(
        rules=Made(settings, _rules),
        named={asker: name for name, plan in settings.items() for asker in plan.askers},
        keys={f"{BY_PLAN}{name}": name for name in settings}
        | {name: key.plan for name, key in keys.items() if key.plan},
        usual=usual,
        ranks=Made(settings, lambda _, plan: plan.rank),
    )


def _rules(name: str, plan: PlanSettings) -> tuple[Rule, ...]:
    found = []
    if plan.questions is not None:
        found.append(Rule(what="questions", most=plan.questions))
    if plan.tokens is not None:
        found.append(Rule(what="tokens", most=plan.tokens))
    amount = money(plan.money, f"plans.{name}.money")
    if amount is not None:
        found.append(Rule(what="money", most=amount.micros, currency=amount.currency))
    return tuple(found)
