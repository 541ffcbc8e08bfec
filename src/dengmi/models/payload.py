"""What is sent to an endpoint, and what its pieces say. Pure; `openai` does the sending."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dengmi.core.chat import ChatRequest, Ending
from dengmi.core.records import Tokens
from dengmi.models.profiles import Profile

_ENDINGS: Mapping[str, Ending] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "filtered",
    "tool_calls": "stop",
    "eos": "stop",
}
OVERLOADED = "insufficient_system_resource"
"""DeepSeek's word for a request that its servers gave up."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """One piece of a stream. `finish` is the endpoint's own word, "" while it goes on."""

    text: str = ""
    thought: str = ""
    finish: str = ""
    tokens: Tokens | None = None
    version: str = ""
    error: str = ""


def body_of(request: ChatRequest, model: str, profile: Profile) -> dict[str, Any]:
    """The JSON body of a streamed request. Thinking and max_tokens are always sent: DeepSeek's
    defaults for both are the expensive ones."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": each.role, "content": each.text} for each in request.messages],
        "max_tokens": request.max_tokens,
        "stream": True,
    }
    if profile.usage:
        body["stream_options"] = {"include_usage": True}
    if request.temperature is not None and (profile.cold_thinking or not request.thinking):
        body["temperature"] = request.temperature
    if profile.switch == "deepseek":
        body["thinking"] = {"type": "enabled" if request.thinking else "disabled"}
        if request.thinking:
            body["reasoning_effort"] = request.effort
    elif profile.switch == "template":
        body["chat_template_kwargs"] = dict.fromkeys(profile.switch_names, request.thinking)
    if profile.asker and request.asker:
        body["user_id"] = request.asker
    return body


def chunk_of(data: str) -> Chunk | None:
    """A piece of a stream from its JSON; None where it says nothing that could be read."""
    try:
        value = json.loads(data)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    if error := value.get("error"):
        message = error.get("message", "") if isinstance(error, dict) else error
        return Chunk(error=str(message) or "error")
    choices = value.get("choices") or [{}]
    choice = choices[0] if isinstance(choices, list) and isinstance(choices[0], dict) else {}
    delta = choice.get("delta") or choice.get("message") or {}
    if not isinstance(delta, dict):
        delta = {}
    return Chunk(
        text=_words(delta.get("content")),
        thought=_words(delta.get("reasoning_content") or delta.get("reasoning")),
        finish=_words(choice.get("finish_reason")),
        tokens=tokens_of(value.get("usage")),
        version=_version(value),
    )


def tokens_of(usage: object) -> Tokens | None:
    """What a call used, in the words of DeepSeek or of OpenAI."""
    if not isinstance(usage, dict):
        return None
    prompt, output = _count(usage.get("prompt_tokens")), _count(usage.get("completion_tokens"))
    details = usage.get("prompt_tokens_details")
    hit = usage.get("prompt_cache_hit_tokens")
    if hit is None and isinstance(details, dict):
        hit = details.get("cached_tokens")
    found = min(_count(hit), prompt)
    more = usage.get("completion_tokens_details")
    thought = _count(more.get("reasoning_tokens")) if isinstance(more, dict) else 0
    return Tokens(hit=found, miss=prompt - found, output=output, reasoning=min(thought, output))


def ending_of(finish: str) -> Ending:
    """Why an answer ended; words nobody knows count as a proper end."""
    return _ENDINGS.get(finish, "stop")


def _version(value: Mapping[str, Any]) -> str:
    model, print_ = _words(value.get("model")), _words(value.get("system_fingerprint"))
    return f"{model} {print_}".strip()[:120]


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    return max(value, 0) if isinstance(value, int) and not isinstance(value, bool) else 0
