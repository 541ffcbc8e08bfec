"""The limits as the settings have them."""

from collections.abc import Mapping
from datetime import tzinfo

from dengmi.core.clock import Clock
from dengmi.core.ids import stable_id
from dengmi.core.rates import Rates
from dengmi.gate.budget import Rule
from dengmi.gate.limits import DeskLimit, Limits
from dengmi.gate.model import Offered
from dengmi.gate.quota import Plans, plans
from dengmi.settings.desks import DeskSettings
from dengmi.settings.limits import rates_of
from dengmi.settings.live import Made
from dengmi.settings.local import at_once
from dengmi.settings.money import money
from dengmi.settings.options import ModelSettings, Settings


def plans_of(settings: Settings) -> Plans:
    """Who has which plan.

    Raises:
        BadSettings: an amount that is none.
    """
    return plans(settings.plans, settings.keys, settings.default_plan)


def limits_of(settings: Settings, clock: Clock, plans: Plans | None = None) -> Limits:
    """Budgets and quotas. Time zones are known since the settings were checked.

    Args:
        plans: who has which plan, where that is known already.

    Raises:
        BadSettings: an amount that is none.
    """
    zone = _zone(settings.time_zone)
    return Limits(
        Made(settings.desks, lambda name, desk: _desk(name, desk, zone)),
        plans or plans_of(settings),
        Rates(rates_of(settings)),
        clock,
        zone,
    )


def offered_of(settings: Settings) -> Mapping[str, Offered]:
    """The models as they are offered, with the most requests in flight by all processes of this
    server."""
    workers = settings.server.workers
    return {
        name: Offered(slots, max(1, slots // workers), mark_of(each))
        for name, each in settings.models.items()
        for slots in [at_once(each)]
    }


def mark_of(model: ModelSettings) -> str:
    """One word for what a model is, whatever it costs and however much it is used."""
    what = (model.kind, model.model, model.base_url, model.api_key, model.profile)
    return stable_id("mk", *what)


def slots_of(settings: Settings) -> Mapping[str, int]:
    """The most requests in flight of each model, by all processes of this server."""
    return {name: each.slots for name, each in settings.models.items()}


def shares_of(settings: Settings) -> Mapping[str, int]:
    """The part of them that is left to one process while it is on its own."""
    return {name: each.share for name, each in offered_of(settings).items()}


def _desk(name: str, desk: DeskSettings, zone: tzinfo | None) -> DeskLimit:
    amount = money(desk.daily_budget, f"desks.{name}.daily_budget")
    budget = None
    if amount is not None:
        budget = Rule(what="money", most=amount.micros, currency=amount.currency)
    return DeskLimit(budget=budget, zone=_zone(desk.time_zone) if desk.time_zone else zone)


def _zone(name: str) -> tzinfo | None:
    if not name:
        return None
    from zoneinfo import ZoneInfo

    return ZoneInfo(name)
