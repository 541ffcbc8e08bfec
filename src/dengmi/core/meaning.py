"""Models that search by meaning: vectors of texts, and scores of how well texts answer."""

from collections.abc import Mapping, Sequence
from typing import Protocol


class Embedder(Protocol):
    """Turns texts into vectors of one length.

    Attributes:
        name: changes whenever the vectors would.
        recipe: how to open it again, without any secret; kept beside the vectors it made.
    """

    name: str
    recipe: Mapping[str, str]

    async def open(self) -> None:
        """Load what is here, so that the first question need not wait. Raises nothing."""
        ...

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """A vector for each passage, empty for one that the model refuses. Raises ModelFailed."""
        ...

    async def asked(self, question: str) -> Sequence[float] | None:
        """The vector of a question; None where there is none soon enough. Raises nothing."""
        ...

    def worth(self, language: str) -> float:
        """How much nearness in meaning counts beside words, for questions in a language ("zh",
        "en" or "" for others); 0: such a question is better searched by words alone."""
        ...


class Reranker(Protocol):
    """Scores how well texts answer a question.

    Attributes:
        most: how many texts are worth scoring.
    """

    name: str
    most: int

    async def open(self) -> None:
        """Load what is here, so that the first question need not wait. Raises nothing."""
        ...

    async def rerank(self, question: str, texts: Sequence[str]) -> Sequence[float] | None:
        """A score for each text, higher is better, on any scale; None where there are none soon
        enough. Raises nothing."""
        ...
