"""Makes the embedder and the reranker from their settings."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from dengmi.core.errors import BadSettings
from dengmi.models.embedding import Encoder, EndpointEncoder, ModelEmbedder
from dengmi.models.endpoint import Endpoint
from dengmi.models.prefixes import Prefixes, prefixes_of
from dengmi.models.reranking import EndpointReranker, ModelReranker, Scorer
from dengmi.models.worth import worths
from dengmi.settings.semantic import EmbeddingSettings, RerankingSettings

_RECIPE = ("kind", "model", "base_url", "dimensions", "query_prefix", "passage_prefix")
"""Settings that a recipe keeps. No key is among them."""


def open_embedder(settings: EmbeddingSettings, home: Path) -> ModelEmbedder | None:
    """The embedder; None where none is configured. Opens no connection and no file.

    Raises:
        BadSettings: a setting that its kind needs is empty.
    """
    if not settings.kind:
        return None
    _needed("embedding", settings.kind, settings.base_url, settings.model)
    prefixes = _prefixes(settings)
    length = f":{settings.dimensions}" if settings.dimensions else ""
    return ModelEmbedder(
        f"{settings.kind}:{settings.model or settings.base_url}{length}{_mark(prefixes)}",
        {name: _text(getattr(settings, name)) for name in _RECIPE},
        _encoder(settings, home),
        prefixes=prefixes,
        worths=worths(settings.model, settings.weight, settings.languages),
        deadline=settings.deadline,
        batch=settings.batch,
    )


def reopen_embedder(
    recipe: Mapping[str, str], settings: EmbeddingSettings, home: Path
) -> ModelEmbedder | None:
    """The embedder of an earlier recipe, for questions while its vectors still answer; None where
    the recipe cannot be read. The key goes to no other endpoint than the one it is meant for."""
    try:
        earlier = msgspec.convert(
            {name: value for name, value in recipe.items() if name in _RECIPE and value != "–"},
            EmbeddingSettings,
            strict=False,
        )
        key = settings.api_key if earlier.base_url == settings.base_url else ""
        earlier = msgspec.structs.replace(
            earlier,
            api_key=key,
            deadline=settings.deadline,
            threads=settings.threads,
            weight=settings.weight,
            languages=settings.languages,
        )
        return open_embedder(earlier, home)
    except (msgspec.ValidationError, BadSettings):
        return None


def open_reranker(settings: RerankingSettings, home: Path) -> ModelReranker | None:
    """The reranker; None where none is configured. Raises BadSettings."""
    if not settings.kind:
        return None
    _needed("reranking", settings.kind, settings.base_url, settings.model)
    return ModelReranker(
        f"reranking {settings.model}".strip(),
        _scorer(settings, home),
        most=settings.most,
        deadline=settings.deadline,
    )


def _scorer(settings: RerankingSettings, home: Path) -> Scorer:
    if settings.kind == "fastembed":
        from dengmi.models.fastembeds import FastReranker

        return FastReranker(settings.model, home, settings.threads)
    base = settings.base_url.rstrip("/").removesuffix("/rerank")
    endpoint = Endpoint("reranking", base, settings.api_key)
    return EndpointReranker(endpoint, settings.model, tei=settings.kind == "tei")


def _encoder(settings: EmbeddingSettings, home: Path) -> Encoder:
    if settings.kind == "fastembed":
        from dengmi.models.fastembeds import FastEncoder

        return FastEncoder(settings.model, home, settings.threads)
    base = settings.base_url.rstrip("/").removesuffix("/embeddings")
    endpoint = Endpoint("embedding", base, settings.api_key)
    return EndpointEncoder(endpoint, settings.model, settings.dimensions)


def _prefixes(settings: EmbeddingSettings) -> Prefixes:
    known = prefixes_of(settings.model)
    return Prefixes(
        known.question if settings.query_prefix is None else settings.query_prefix,
        known.passage if settings.passage_prefix is None else settings.passage_prefix,
    )


def _mark(prefixes: Prefixes) -> str:
    """Passages with another prefix have other vectors; how questions are put does not matter."""
    return f":{prefixes.passage.strip()}" if prefixes.passage.strip() else ""


def _needed(table: str, kind: str, base_url: str, model: str) -> None:
    """Refuse settings without what their kind needs."""
    key, value = ("model", model) if kind == "fastembed" else ("base_url", base_url)
    if not value:
        raise BadSettings("setting_needed", key=f"{table}.{key}", kind=kind)


def _text(value: object) -> str:
    """A setting as text; "–" for one that is not set."""
    return "–" if value is None else str(value)
