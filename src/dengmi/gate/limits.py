"""The budgets of desks and the quotas of askers: which of them a call must fit, and what is said
where it does not. The store asks `decide` inside the transaction that writes the line, so one
decision follows the other whatever the number of processes.

A refusal is remembered for a moment, so that a surge on a spent budget costs a look into a
dictionary for each question instead of a transaction.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Literal

from dengmi.core.charges import Charge
from dengmi.core.clock import Clock
from dengmi.core.errors import OverLimit
from dengmi.core.ids import stable_id
from dengmi.core.limits import Alert, Decision, Holder, Span, Used
from dengmi.core.rates import Rates
from dengmi.gate.budget import Rule, almost, asked_of, over, used_of
from dengmi.gate.day import Day, day_of, zone_name
from dengmi.gate.quota import Plans

REMEMBERED = 2.0
"""Seconds for which a refusal holds without asking again. Calls that end give back what they held,
so what was refused may fit a moment later."""

MOST_REMEMBERED = 10_000

_CODES: Mapping[Holder, Literal["budget_spent", "quota_spent"]] = {
    "desk": "budget_spent",
    "payer": "quota_spent",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskLimit:
    """A desk's budget, None where it has none, and where its day begins."""

    budget: Rule | None = None
    zone: tzinfo | None = None


@dataclass(frozen=True, slots=True)
class _Refused:
    rule: Rule
    asked: int
    until: float
    error: OverLimit


class Limits:
    """What calls must fit (see core.paying.Limits).

    Args:
        desks: budgets by desk.
        plans: quotas by payer.
        rates: what currencies are worth.
        zone: where the days of payers, and of desks without settings, begin.
    """

    def __init__(
        self,
        desks: Mapping[str, DeskLimit],
        plans: Plans,
        rates: Rates,
        clock: Clock,
        zone: tzinfo | None = None,
    ) -> None:
        self._desks = desks
        self._plans = plans
        self._rates = rates
        self._clock = clock
        self._zone = zone
        self._refused: dict[tuple[Holder, str], _Refused] = {}
        self._days: dict[tzinfo | None, Day] = {}

    def spans(self, charge: Charge) -> Sequence[Span]:
        """What must be known to decide on a call; nothing where nothing limits it."""
        return [self._span(holder, name, charge.at) for holder, name, _ in self._rules(charge)]

    def decide(self, charge: Charge, used: Sequence[Used]) -> Decision:
        """Whether a call may be paid for.

        Args:
            charge: the line that would be written, `counted` where its question is a new one.
            used: of each of the call's spans, in order.
        """
        alerts: list[Alert] = []
        for (holder, name, rules), its in zip(self._rules(charge), used, strict=True):
            broken = over(rules, its, charge, self._rates)
            if broken is not None:
                refused = self._refuse(holder, name, broken, charge)
                if holder == "desk":
                    spent = used_of(broken, its, self._rates)
                    alerts.append(self._alert("alert_budget_spent", name, broken, spent, charge.at))
                return Decision(refused=refused, alerts=tuple(alerts))
            if holder == "desk" and almost(rules[0], its, charge, self._rates):
                then = used_of(rules[0], its, self._rates) + asked_of(rules[0], charge, self._rates)
                alerts.append(self._alert("alert_budget_low", name, rules[0], then, charge.at))
        return Decision(alerts=tuple(alerts))

    @property
    def refusing(self) -> bool:
        """Whether any refusal is remembered; if not, none need be asked for."""
        return bool(self._refused)

    def refusal(self, charge: Charge) -> OverLimit | None:
        """The refusal that still holds for a call as big as this one; None where the store is to
        be asked."""
        if not self._refused:
            return None
        for holder, name in (("desk", charge.desk), ("payer", charge.payer)):
            known = self._refused.get((holder, name))  # type: ignore[arg-type]
            if known is None:
                continue
            if self._clock.steady() >= known.until or charge.at >= known.error.until:
                del self._refused[holder, name]  # type: ignore[arg-type]
            elif asked_of(known.rule, charge, self._rates) >= known.asked:
                return known.error
        return None

    def budgets(self, at: float) -> Sequence[tuple[Span, Rule, str]]:
        """The budgets of the desks for the day of a time, with the name of the time zone."""
        return [
            (self._span("desk", name, at), desk.budget, zone_name(at, desk.zone))
            for name, desk in self._desks.items()
            if desk.budget is not None
        ]

    def spent(self, rule: Rule, used: Used) -> int:
        """How much of a budget was used, in its currency."""
        return used_of(rule, used, self._rates)

    def _rules(self, charge: Charge) -> list[tuple[Holder, str, tuple[Rule, ...]]]:
        """What limits a call: the budget first, because it is everybody's."""
        found: list[tuple[Holder, str, tuple[Rule, ...]]] = []
        desk = self._desks.get(charge.desk)
        if desk is not None and desk.budget is not None:
            found.append(("desk", charge.desk, (desk.budget,)))
        if quota := self._plans.of(charge.payer):
            found.append(("payer", charge.payer, quota))
        return found

    def _refuse(self, holder: Holder, name: str, rule: Rule, charge: Charge) -> OverLimit:
        zone, day = self._zone_of(holder, name), self._day(holder, name, charge.at)
        left = max(0.0, day.until - charge.at)
        params: dict[str, str | int | float] = {
            "hours": max(1, math.ceil(left / 3600)),
            "zone": zone_name(day.until, zone),
            "until": day.until,
        }
        error = OverLimit(
            charge.model, notice=_CODES[holder], holder=name, until=day.until, params=params
        )
        if len(self._refused) >= MOST_REMEMBERED:
            self._refused.clear()
        asked, until = asked_of(rule, charge, self._rates), self._clock.steady() + REMEMBERED
        self._refused[holder, name] = _Refused(rule, asked, until, error)
        return error

    def _alert(self, code: str, desk: str, rule: Rule, used: int, at: float) -> Alert:
        day = self._day("desk", desk, at)
        return Alert(
            id=stable_id("al", code, desk, day.date, str(rule.most), rule.currency),
            code=code,
            params={
                "desk": desk,
                "date": day.date,
                "used": used,
                "most": rule.most,
                "currency": rule.currency,
            },
            at=at,
        )

    def _span(self, holder: Holder, name: str, at: float) -> Span:
        day = self._day(holder, name, at)
        return Span(holder=holder, name=name, since=day.since, until=day.until)

    def _day(self, holder: Holder, name: str, at: float) -> Day:
        zone = self._zone_of(holder, name)
        known = self._days.get(zone)
        if known is None or not known.since <= at < known.until:
            known = self._days[zone] = day_of(at, zone)
        return known

    def _zone_of(self, holder: Holder, name: str) -> tzinfo | None:
        desk = self._desks.get(name) if holder == "desk" else None
        return desk.zone if desk is not None else self._zone
