"""What searching by meaning takes, joined as the settings say."""

from collections.abc import Mapping

from dengmi.core.ports import Changes, Embedder
from dengmi.models.embedding import ModelEmbedder
from dengmi.models.reranking import ModelReranker
from dengmi.models.semantic import open_embedder, open_reranker, reopen_embedder
from dengmi.search.index.vectors import Vectors
from dengmi.settings.options import Settings

_LOOKING = 0.2
"""Most seconds for looking a vector up, beside those for making it."""


class Meaning:
    """The vectors and the reranker, each None where the settings have none.

    Raises:
        BadSettings: a setting that is needed is empty.
    """

    def __init__(self, settings: Settings, store: Changes) -> None:
        self._settings = settings
        self._opened: list[ModelEmbedder | ModelReranker] = []
        self.vectors: Vectors | None = None
        self.reranker = open_reranker(settings.reranking, settings.home)
        if self.reranker is not None:
            self._opened.append(self.reranker)
        if embedder := open_embedder(settings.embedding, settings.home):
            self._opened.append(embedder)
            deadline = settings.embedding.deadline + _LOOKING
            folder = settings.index_folder
            self.vectors = Vectors(store, folder, embedder, self._reopened, deadline)

    async def close(self) -> None:
        """Close the models, then the vectors."""
        for model in self._opened:
            await model.close()
        if self.vectors is not None:
            await self.vectors.close()

    def _reopened(self, recipe: Mapping[str, str]) -> Embedder | None:
        embedder = reopen_embedder(recipe, self._settings.embedding, self._settings.home)
        if embedder is not None:
            self._opened.append(embedder)
        return embedder
