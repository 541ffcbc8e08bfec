"""How much of each desk's budget is used, for the operator."""

from collections.abc import Sequence
from dataclasses import dataclass

from dengmi.core.paying import Charges
from dengmi.gate.limits import Limits


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A desk's budget of one day (Unix seconds, `until` excluded), in millionths of `currency`.
    `used` is what was settled, and what calls under way hold."""

    desk: str
    currency: str
    used: int
    most: int
    since: float
    until: float
    zone: str

    @property
    def share(self) -> float:
        """From 0 to 1; a budget of nothing is used up."""
        return self.used / self.most if self.most else 1.0


async def uses(charges: Charges, limits: Limits, at: float) -> Sequence[Use]:
    """The use of every budget on the day of a time, in the order of the settings."""
    budgets = limits.budgets(at)
    found = await charges.used([span for span, _, _ in budgets])
    return [
        Use(
            desk=span.name,
            currency=rule.currency,
            used=limits.spent(rule, used),
            most=rule.most,
            since=span.since,
            until=span.until,
            zone=zone,
        )
        for (span, rule, zone), used in zip(budgets, found, strict=True)
    ]
