"""Whether what the settings say of budgets, plans, keys and judges fits together."""

from collections.abc import Mapping

from dengmi.core.errors import BadSettings
from dengmi.settings.desks import USUAL_PLAN
from dengmi.settings.money import money
from dengmi.settings.options import Settings

RATES: Mapping[str, float] = {"CNY": 1.0, "USD": 7.1}
"""What one unit of a currency is worth in CNY where the settings say nothing: about the relation of
the two price sheets of the DeepSeek API (2026-11)."""


CHANNELS = ("rest", "web", "cli", "openai", "mcp", "wechat", "wecom", "ilink", "matrix", "widget")
"""Names of channels, which stand where those of keys do: in front of an asker's."""


def check_limits(settings: Settings) -> None:
    """Raises BadSettings: an amount, time zone, plan, network or currency that cannot be used, or a
    judge that is not there."""
    for name, desk in settings.desks.items():
        if desk.judge == "nli" and not settings.nli.model:
            raise BadSettings("nli_model_needed", key=f"desks.{name}.judge")
    budgets = {f"desks.{n}.daily_budget": d.daily_budget for n, d in settings.desks.items()}
    budgets |= {f"plans.{n}.money": plan.money for n, plan in settings.plans.items()}
    currencies = {key: _currency(key, text) for key, text in budgets.items() if text.strip()}
    if currencies:
        for name, model in settings.models.items():
            if model.price is not None:
                currencies[f"models.{name}.price.currency"] = model.price.currency
        for key, currency in currencies.items():
            if rates_of(settings).get(currency, 0.0) <= 0:
                raise BadSettings("setting_rate_missing", key=key, currency=currency)
    zones = {f"desks.{name}.time_zone": desk.time_zone for name, desk in settings.desks.items()}
    for key, zone in {"time_zone": settings.time_zone, **zones}.items():
        _check_zone(key, zone)
    _check_plans(settings)
    _check_networks(settings.server.trusted_proxies)


def rates_of(settings: Settings) -> Mapping[str, float]:
    """What one unit of each currency is worth in CNY."""
    return {**RATES, **settings.rates}


def _currency(key: str, text: str) -> str:
    found = money(text, key)
    return found.currency if found else ""


def _check_zone(key: str, zone: str) -> None:
    if not zone:
        return
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):
        raise BadSettings("setting_not_zone", key=key) from None


def _check_plans(settings: Settings) -> None:
    known = ", ".join(settings.plans) or "–"
    wanted = {f"keys.{name}.plan": key.plan for name, key in settings.keys.items() if key.plan}
    if settings.default_plan != USUAL_PLAN:
        wanted["default_plan"] = settings.default_plan
    for key, plan in wanted.items():
        if plan not in settings.plans:
            raise BadSettings("setting_plan_unknown", key=key, plan=plan, known=known)
    for name in settings.keys:
        if name in CHANNELS or ":" in name:
            raise BadSettings("setting_key_name", key=f"keys.{name}", names=", ".join(CHANNELS))
    values = [key.key for key in settings.keys.values() if key.key]
    if len(set(values)) < len(values):
        raise BadSettings("setting_keys_same", key="keys")
    seen: dict[str, str] = {}
    for name, each in settings.plans.items():
        for asker in each.askers:
            if asker in seen:
                raise BadSettings("setting_asker_twice", asker=asker, one=seen[asker], other=name)
            seen[asker] = name


def _check_networks(networks: tuple[str, ...]) -> None:
    if not networks:
        return
    from ipaddress import ip_network

    for network in networks:
        try:
            ip_network(network, strict=False)
        except ValueError:
            raise BadSettings(
                "setting_not_network", key="server.trusted_proxies", network=network
            ) from None
