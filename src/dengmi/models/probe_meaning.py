"""Calls the embedder, the reranker and the NLI model once, and tells what they are good for."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import sqrt

from dengmi.core.entailment import Odds
from dengmi.core.errors import ModelFailed
from dengmi.models.embedding import ModelEmbedder
from dengmi.models.nli import NliModel
from dengmi.models.reranking import ModelReranker

_CASES: Mapping[str, tuple[str, tuple[str, str, str]]] = {
    "en": (
        "At what hour do they light the lamps?",
        (
            "The lanterns on the bridge are lit at six in the evening.",
            "Visitors may park their cars behind the northern gate.",
            "The kitchen of the inn serves noodles and tea.",
        ),
    ),
    "zh": (
        "几点点灯？",
        (
            "桥上的灯笼傍晚六点亮起。",
            "游客可以把车停在北门后面。",
            "客栈的厨房供应面条和茶。",
        ),
    ),
}
"""By language a question and passages, of which the first answers it in other words."""

_CLAIMS: Mapping[str, tuple[str, str, str]] = {
    "en": (
        "The lanterns on the bridge are lit at six in the evening.",
        "In the evening the bridge has lanterns that are lit.",
        "The lanterns on the bridge are never lit in the evening.",
    ),
    "zh": (
        "桥上的灯笼傍晚六点亮起。",
        "傍晚，桥上有亮着的灯笼。",
        "桥上的灯笼傍晚从不亮起。",
    ),
}
"""By language a sentence, what it says in other words, and what it denies."""


@dataclass(slots=True, kw_only=True)
class Probed:
    """What one call of each language showed.

    Attributes:
        name: the model, as messages call it.
        dimensions: length of its vectors; 0 for others.
        first_ms: the first call, with everything that is loaded or connected for it.
        next_ms: the call of a question after that.
        finds: by language, whether it put the passage that answers first, or found entailed what
            a sentence says rather than what it denies.
        worth: by language, what its ranking counts beside words.
        trouble: the error, None when it worked.
    """

    name: str
    dimensions: int = 0
    first_ms: float = 0.0
    next_ms: float = 0.0
    finds: dict[str, bool] = field(default_factory=dict)
    worth: dict[str, float] = field(default_factory=dict)
    trouble: ModelFailed | None = None


async def probe_embedder(embedder: ModelEmbedder) -> Probed:
    """Embed a question and three passages of each language."""
    found = Probed(name=embedder.name)
    try:
        for language, (question, passages) in _CASES.items():
            began = time.perf_counter()
            asked = await embedder.vector(question)
            _timed(found, began)
            found.dimensions = len(asked)
            near = [_cosine(asked, await embedder.vector(p, passage=True)) for p in passages]
            found.finds[language] = near[0] == max(near)
            found.worth[language] = embedder.worth(language)
    except ModelFailed as error:
        found.trouble = error
    return found


async def probe_reranker(reranker: ModelReranker) -> Probed:
    """Order three passages of each language."""
    found = Probed(name=reranker.name)
    try:
        for language, (question, passages) in _CASES.items():
            began = time.perf_counter()
            scores = await reranker.scores(question, passages)
            _timed(found, began)
            found.finds[language] = scores[0] == max(scores)
    except ModelFailed as error:
        found.trouble = error
    return found


async def probe_nli(model: NliModel) -> Probed:
    """Put two claims of each language to it."""
    found = Probed(name=model.name)
    try:
        for language, (premise, said, denied) in _CLAIMS.items():
            began = time.perf_counter()
            one, other = await model.told([(premise, said), (premise, denied)])
            _timed(found, began)
            found.finds[language] = bool(one and other and _lean(one) > _lean(other))
    except ModelFailed as error:
        found.trouble = error
    return found


def _lean(odds: Odds) -> float:
    return odds.entails - odds.contradicts


def _timed(found: Probed, began: float) -> None:
    took = (time.perf_counter() - began) * 1000
    if not found.first_ms:
        found.first_ms = took
    found.next_ms = took


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    lengths = sqrt(sum(x * x for x in one)) * sqrt(sum(x * x for x in other))
    return sum(x * y for x, y in zip(one, other, strict=True)) / lengths if lengths else 0.0
