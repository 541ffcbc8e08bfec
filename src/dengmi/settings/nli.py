"""The option table of the model that tells whether sentences entail a claim."""

from typing import Annotated

from msgspec import Meta

from dengmi.settings.masked import Masked


class NliSettings(Masked, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A model for natural language inference (NLI) in this process, which takes a second look at
    the sentences of answers where a desk has `judge = "nli"`."""

    model: Annotated[
        str,
        Meta(
            description="folder with an ONNX file, tokenizer.json and config.json, or the name of "
            "such a model at Hugging Face; empty: none"
        ),
    ] = ""
    file: Annotated[
        str,
        Meta(description="ONNX file inside of it, such as onnx/model_quantized.onnx; empty: found"),
    ] = ""
    labels: Annotated[
        tuple[str, ...],
        Meta(
            description="what its outputs mean, in order, such as contradiction, entailment, "
            "neutral; empty: as its config.json says"
        ),
    ] = ()
    languages: Annotated[
        tuple[str, ...],
        Meta(description="languages of sentences it is asked about, such as en, zh; empty: all"),
    ] = ()
    threshold: Annotated[
        Annotated[float, Meta(ge=0.5, lt=1)],
        Meta(description="how sure the model must be to turn the verdict on a doubtful sentence"),
    ] = 0.7
    refuting: Annotated[
        Annotated[float, Meta(ge=0.5, le=1)],
        Meta(
            description="how sure it must be of a contradiction to turn a sentence that seems "
            "borne out; 1: never"
        ),
    ] = 0.98
    decides: Annotated[
        bool,
        Meta(
            description="whether its word stands in place of the check's, but for numbers that "
            "follow from nothing cited; for models that learned from such sentences"
        ),
    ] = False
    deadline: Annotated[
        Annotated[float, Meta(gt=0, le=60)],
        Meta(description="most seconds an answer waits for it; then the built-in verdicts stand"),
    ] = 3.0
    threads: Annotated[
        Annotated[int, Meta(ge=1, le=256)], Meta(description="threads of the model")
    ] = 1
