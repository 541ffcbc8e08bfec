"""Which questions are searched by meaning, and what models want to be told."""

import pytest

from dengmi.models.prefixes import prefixes_of
from dengmi.models.worth import WEIGHT, languages_of, worths


@pytest.mark.parametrize(
    ("model", "languages"),
    [
        ("sentence-transformers/all-MiniLM-L6-v2", ("en",)),
        ("BAAI/bge-small-en-v1.5", ("en",)),
        ("BAAI/bge-small-zh-v1.5", ("zh",)),
        ("nomic-embed-text", ("en",)),
        ("nomic-embed-text-v2-moe", ()),
        ("mxbai-embed-large", ("en",)),
        ("Snowflake/snowflake-arctic-embed-m", ("en",)),
        ("snowflake-arctic-embed-l-v2.0", ()),
        ("intfloat/e5-small-v2", ("en",)),
        ("intfloat/multilingual-e5-small", ()),
        ("moka-ai/m3e-base", ("zh",)),
        ("bge-m3", ()),
        ("qwen3-embedding:0.6b", ()),
        ("text-embedding-3-small", ()),
        ("", ()),
    ],
)
def test_languages_of_models(model: str, languages: tuple[str, ...]) -> None:
    assert languages_of(model) == languages


def test_worth_is_for_the_languages_of_the_model_or_the_settings() -> None:
    assert worths("bge-small-en", None, ()) == {"": 0.0, "en": WEIGHT}
    assert worths("bge-small-en", 2.0, ()) == {"": 0.0, "en": 2.0}
    assert worths("bge-small-en", None, ("zh",)) == {"": 0.0, "zh": WEIGHT}
    assert worths("bge-m3", None, ()) == {"": WEIGHT}
    assert worths("bge-m3", 0.0, ()) == {"": 0.0}


@pytest.mark.parametrize(
    ("model", "question", "passage"),
    [
        ("intfloat/multilingual-e5-small", "query: ", "passage: "),
        ("e5-base-v2", "query: ", "passage: "),
        ("nomic-embed-text:latest", "search_query: ", "search_document: "),
        ("bge-m3", "", ""),
        ("all-minilm", "", ""),
        ("snowflake-arctic-embed2", "query: ", ""),
    ],
)
def test_prefixes_of_models(model: str, question: str, passage: str) -> None:
    known = prefixes_of(model)
    assert (known.question, known.passage) == (question, passage)


def test_models_that_take_an_instruction() -> None:
    for model in ("Qwen/Qwen3-Embedding-0.6B", "multilingual-e5-large-instruct"):
        assert prefixes_of(model).question.startswith("Instruct: ")
        assert not prefixes_of(model).passage
    assert prefixes_of("BAAI/bge-base-zh-v1.5").question.startswith("为这个句子")
