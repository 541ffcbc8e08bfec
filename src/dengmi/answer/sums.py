"""Sets of a question's terms as numbers: bit n stands for term n. Laying passages beside a question
is nothing but asking for sums over such sets, mostly the same few again and again."""

from collections.abc import Sequence


class Sums(dict[int, float]):
    """Sums over sets of terms, each made when it is first asked for.

    Args:
        numbers: what each term counts, in their order.
    """

    __slots__ = ("_numbers",)

    def __init__(self, numbers: Sequence[float]) -> None:
        super().__init__()
        self._numbers = [(1 << n, number) for n, number in enumerate(numbers)]

    def __missing__(self, terms: int) -> float:
        self[terms] = made = sum([number for bit, number in self._numbers if bit & terms], 0.0)
        return made


class Greatest(dict[int, float]):
    """The greatest number of any term of a set, each looked for once; 0 for the empty set.

    Args:
        numbers: what each term counts, in their order; none below 0.
    """

    __slots__ = ("_falling",)

    def __init__(self, numbers: Sequence[float]) -> None:
        super().__init__()
        self._falling = sorted([(number, 1 << n) for n, number in enumerate(numbers)], reverse=True)

    def __missing__(self, terms: int) -> float:
        self[terms] = made = next((n for n, bit in self._falling if bit & terms), 0.0)
        return made

    def falling(self, terms: int) -> list[tuple[float, int]]:
        """The numbers of a set with the terms' bits, the greatest first."""
        return [each for each in self._falling if each[1] & terms]
