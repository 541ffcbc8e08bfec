"""Amounts of money as an operator writes them."""

import re
from decimal import ROUND_HALF_UP, Decimal

from dengmi.core.errors import BadSettings
from dengmi.core.records import Cost

_SIGNS = {"¥": "CNY", "￥": "CNY", "元": "CNY", "$": "USD", "€": "EUR", "£": "GBP"}
_AMOUNT = re.compile(
    r"(?P<before>[¥￥$€£]|[A-Z]{3})?\s*(?P<number>\d{1,9}(?:,\d{3})*(?:\.\d{1,6})?)\s*"
    r"(?P<after>元|[A-Z]{3})?"
)


def money(text: str, key: str) -> Cost | None:
    """An amount such as "¥20", "$0.5", "20 CNY" or "20元"; None for "".

    Args:
        key: the setting that it is from.

    Raises:
        BadSettings: it is no amount, or has no currency.
    """
    if not text.strip():
        return None
    found = _AMOUNT.fullmatch(text.strip())
    named = [name for name in (found["before"], found["after"]) if name] if found else []
    if found is None or len(named) != 1:
        raise BadSettings("setting_not_money", key=key)
    number = Decimal(found["number"].replace(",", "")) * 1_000_000
    micros = int(number.quantize(Decimal(1), ROUND_HALF_UP))
    return Cost(currency=_SIGNS.get(named[0], named[0]), micros=micros)
