"""Amounts of money as people read them."""

from collections.abc import Mapping

_SIGNS: Mapping[str, str] = {"CNY": "¥", "USD": "$", "EUR": "€"}


def amount(micros: int, currency: str) -> str:
    """Millionths as an amount: as many digits as say something, two at least."""
    sign = _SIGNS.get(currency, f"{currency} ")
    whole, part = divmod(abs(micros), 1_000_000)
    digits = f"{part:06}".rstrip("0").ljust(2, "0")
    return f"{'-' if micros < 0 else ''}{sign}{whole:,}.{digits}"


def amounts(params: Mapping[str, str | int | float]) -> dict[str, str | int | float]:
    """What fills the text of an alert, its money in words."""
    currency = str(params.get("currency", "CNY"))
    return {
        name: amount(int(value), currency) if name in ("used", "most") else value
        for name, value in params.items()
    }
