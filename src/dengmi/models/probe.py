"""Calls a model once with and once without thinking, and tells what works."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatModel, ChatRequest, Ended, Message, Said, Thought
from dengmi.core.errors import ModelFailed

_PROMPT = (
    Message(
        "system", "You answer from numbered sentences, each with its number, such as [1.1]. " * 6
    ),
    Message(
        "user",
        "Articles:\n\n# Lantern walk\n[1.1] The lantern walk opens at six in the evening.\n\n"
        "Question: When does the lantern walk open?\n(Answer in one short sentence.)",
    ),
)
_MOST = 400


@dataclass(slots=True, kw_only=True)
class Probe:
    """What one call showed. Times in milliseconds; `trouble` is the error, None when it worked."""

    thinking: bool
    text: str = ""
    first_ms: float = 0.0
    total_ms: float = 0.0
    pieces: int = 0
    thought: int = 0
    tokens: Tokens = field(default_factory=Tokens)
    counted: bool = False
    version: str = ""
    trouble: ModelFailed | None = None

    @property
    def streams(self) -> bool:
        """Whether the answer came in pieces."""
        return self.pieces > 1


async def probe(model: ChatModel, *, thinking: bool) -> Probe:
    """Ask a model one small question."""
    found = Probe(thinking=thinking)
    began = time.perf_counter()
    request = ChatRequest(
        messages=_PROMPT, max_tokens=_MOST, thinking=thinking, effort="low", temperature=0.0
    )
    try:
        async for piece in model.chat(request):
            now = (time.perf_counter() - began) * 1000
            match piece:
                case Thought(text):
                    found.first_ms = found.first_ms or now
                    found.thought += len(text)
                case Said(text):
                    found.first_ms = found.first_ms or now
                    found.pieces += 1
                    found.text += text
                case Ended():
                    found.tokens, found.counted = piece.tokens, piece.counted
                    found.version = piece.version
    except ModelFailed as error:
        found.trouble = error
    found.total_ms = (time.perf_counter() - began) * 1000
    return found


async def tried(model: ChatModel) -> list[Probe]:
    """Without thinking twice, since the second shows the cache, then with it."""
    found = [await probe(model, thinking=False)]
    if found[0].trouble is None:
        found += [await probe(model, thinking=False), await probe(model, thinking=True)]
    return found


def notes(found: Sequence[Probe]) -> Sequence[str]:
    """The texts that say what does not work as it could, of what `tried` found."""
    said = []
    if found[0].trouble is None and not found[0].streams:
        said.append("cli_models_no_stream")
    if found[0].trouble is None and not found[0].counted:
        said.append("cli_models_no_usage")
    if found[0].thought:
        said.append("cli_models_always_thinks")
    if len(found) > 2 and found[2].trouble is None and not found[2].thought:
        said.append("cli_models_no_thinking")
    if len(found) > 1 and not found[1].tokens.hit:
        said.append("cli_models_no_cache")
    return said
