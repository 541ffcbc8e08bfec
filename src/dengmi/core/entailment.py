"""What a model for natural language inference says, and how it is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

Pair = tuple[str, str]
"""A premise and the claim that it may entail."""


@dataclass(frozen=True, slots=True)
class Odds:
    """How likely it is that a premise entails a claim, and that it contradicts it. A model that
    knows one of the two only gives 0 for the other."""

    entails: float
    contradicts: float


class Entailment(Protocol):
    """Tells whether premises entail claims.

    Attributes:
        name: changes with the model.
        threshold: how sure it must be to be believed about a doubtful claim.
        refuting: how sure of a contradiction where a claim seems borne out.
        decides: whether it is believed in place of the built-in judge.
        languages: of the claims it may be asked about; empty: all.
    """

    name: str
    threshold: float
    refuting: float
    decides: bool
    languages: tuple[str, ...]

    async def open(self) -> None:
        """Load what is here, so that the first answer need not wait. Raises nothing."""
        ...

    async def odds(self, pairs: Sequence[Pair]) -> Sequence[Odds | None] | None:
        """The odds of each pair, None for one that it cannot read whole; None for all where there
        are none soon enough. Raises nothing."""
        ...
