"""What embedding models want before a question and before a passage, as data.

Models that were trained with such words rank clearly worse without them. From the model cards of
E5, BGE, Nomic Embed, mxbai-embed, Snowflake Arctic Embed, Qwen3-Embedding and EmbeddingGemma, read
in 2026-11. Models that are not named here (BGE-M3, GTE, MiniLM, Jina v2, OpenAI's) want none.
"""

import re
from dataclasses import dataclass

_FIND = "Represent this sentence for searching relevant passages: "
_FIND_ZH = "为这个句子生成表示以用于检索相关文章："
_TASK = "Given a web search query, retrieve relevant passages that answer the query"


@dataclass(frozen=True, slots=True)
class Prefixes:
    """Words put before each question and before each passage."""

    question: str = ""
    passage: str = ""


_KNOWN: tuple[tuple[str, Prefixes], ...] = (
    (r"e5-.*instruct|e5-mistral", Prefixes(f"Instruct: {_TASK}\nQuery: ")),
    (r"(^|[/_-])e5-(small|base|large)", Prefixes("query: ", "passage: ")),
    (r"bge-(small|base|large)-en", Prefixes(_FIND)),
    (r"bge-(small|base|large)-zh", Prefixes(_FIND_ZH)),
    (r"nomic-embed-text", Prefixes("search_query: ", "search_document: ")),
    (r"arctic-embed.*-v2|arctic-embed2", Prefixes("query: ")),
    (r"mxbai-embed-large|arctic-embed", Prefixes(_FIND)),
    (r"qwen3-embedding", Prefixes(f"Instruct: {_TASK}\nQuery:")),
    (r"embedding-?gemma", Prefixes("task: search result | query: ", "title: none | text: ")),
)


def prefixes_of(model: str) -> Prefixes:
    """What a model of that name wants; nothing where it is not known."""
    for pattern, prefixes in _KNOWN:
        if re.search(pattern, model, re.IGNORECASE):
            return prefixes
    return Prefixes()
