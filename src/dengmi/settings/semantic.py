"""The option tables of searching by meaning."""

from typing import Annotated, Literal

from msgspec import Meta

from dengmi.settings.masked import Masked


class EmbeddingSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The model that turns texts into vectors, for searching by meaning beside words."""

    kind: Annotated[
        Literal["", "openai", "fastembed"],
        Meta(
            description="openai: any endpoint with /v1/embeddings; fastembed: a model in this "
            "process; empty: search by words alone"
        ),
    ] = ""
    model: Annotated[
        str,
        Meta(description="the endpoint's or fastembed's name of the model, or a folder with it"),
    ] = ""
    base_url: Annotated[str, Meta(description="address of the endpoint, up to /v1")] = ""
    api_key: Annotated[
        str,
        Meta(description="key, or env:NAME for a variable that holds it", extra={"secret": True}),
    ] = ""
    dimensions: Annotated[
        Annotated[int, Meta(ge=0, le=16_384)],
        Meta(description="length of the vectors asked for; 0: as the model gives them"),
    ] = 0
    query_prefix: Annotated[
        str | None,
        Meta(description="words put before a question; not set: what the model is known to want"),
    ] = None
    passage_prefix: Annotated[
        str | None, Meta(description="the same before a passage of an article")
    ] = None
    batch: Annotated[
        Annotated[int, Meta(ge=1, le=2_048)], Meta(description="passages in one request")
    ] = 32
    deadline: Annotated[
        Annotated[float, Meta(gt=0, le=30)],
        Meta(description="most seconds a search waits for the vector of its question"),
    ] = 0.3
    weight: Annotated[
        Annotated[float, Meta(ge=0, le=10)] | None,
        Meta(
            description="how much meaning counts beside words, which count 1; not set: what was "
            "measured for the model"
        ),
    ] = None
    languages: Annotated[
        tuple[str, ...],
        Meta(
            description="languages of questions searched by meaning too, such as en, zh; empty: "
            "those it was measured to help"
        ),
    ] = ()
    threads: Annotated[
        Annotated[int, Meta(ge=1, le=256)],
        Meta(description="threads of a model in this process"),
    ] = 1


class RerankingSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The model that reads the best passages once more and orders them."""

    kind: Annotated[
        Literal["", "openai", "tei", "fastembed"],
        Meta(
            description="openai: an endpoint with /v1/rerank as Jina, Cohere, vLLM and llama.cpp "
            "have it; tei: /rerank of Text Embeddings Inference; fastembed: in this process; "
            "empty: none"
        ),
    ] = ""
    model: Annotated[
        str,
        Meta(description="the endpoint's or fastembed's name of the model, or a folder with it"),
    ] = ""
    base_url: Annotated[
        str, Meta(description="address of the endpoint, up to what stands before /rerank")
    ] = ""
    api_key: Annotated[
        str,
        Meta(description="key, or env:NAME for a variable that holds it", extra={"secret": True}),
    ] = ""
    most: Annotated[
        Annotated[int, Meta(ge=2, le=200)], Meta(description="passages read once more")
    ] = 10
    deadline: Annotated[
        Annotated[float, Meta(gt=0, le=30)],
        Meta(description="most seconds a search waits for the new order"),
    ] = 0.5
    threads: Annotated[
        Annotated[int, Meta(ge=1, le=256)],
        Meta(description="threads of a model in this process"),
    ] = 1
