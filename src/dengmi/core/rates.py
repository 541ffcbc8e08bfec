"""What money of one currency is worth in another: as the setting `rates` says, exactly."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil


@dataclass(frozen=True, slots=True)
class Rates:
    """What one unit of each currency is worth in a common one."""

    units: Mapping[str, float] = field(default_factory=dict)

    def worth(self, micros: int, currency: str, wanted: str) -> int:
        """An amount in another currency, rounded up. One without a rate counts at par."""
        if currency == wanted or not micros:
            return micros
        rate = _exact(self.units.get(currency, 1.0)) / _exact(self.units.get(wanted, 1.0))
        return ceil(micros * rate)


def _exact(number: float) -> Fraction:
    return Fraction(str(number))
