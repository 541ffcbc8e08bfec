"""What is sent to an endpoint, and what its pieces say. Pure; `openai` does the sending."""

import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

import msgspec

from dengmi.core.charges import Tokens
from dengmi.core.chat import ChatRequest, Ending
from dengmi.core.errors import Trouble
from dengmi.models.profiles import Profile

_ENDINGS: Mapping[str, Ending] = {
    "stop": "stop",
    "length": "length",
    "content_filter": "filtered",
    "tool_calls": "stop",
    "eos": "stop",
}
_TROUBLES: Mapping[int, Trouble] = {
    400: "request",
    401: "key",
    402: "funds",
    403: "key",
    404: "request",
    408: "slow",
    413: "request",
    422: "request",
    429: "busy",
    504: "slow",
    529: "busy",
}
OVERLOADED = "insufficient_system_resource"
"""DeepSeek's word for a request that its servers gave up."""

_LONGEST_WAIT = 3600.0


class Chunk(msgspec.Struct, frozen=True, gc=False):
    """One piece of a stream. `finish` is the endpoint's own word, "" while it goes on; `code` is
    the HTTP status that an error inside of a stream names, 0 for none."""

    text: str = ""
    thought: str = ""
    finish: str = ""
    tokens: Tokens | None = None
    version: str = ""
    error: str = ""
    code: int = 0


class _Delta(msgspec.Struct, gc=False):
    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None


class _Choice(msgspec.Struct, gc=False):
    delta: _Delta | None = None
    message: object = None
    finish_reason: str | None = None


class _Usual(msgspec.Struct, gc=False):
    """What nearly every piece of a stream looks like."""

    choices: list[_Choice] | None = None
    usage: object = None
    model: str | None = None
    system_fingerprint: str | None = None
    error: object = None


_usual = msgspec.json.Decoder(_Usual).decode
_NO_CHOICE, _NO_DELTA = _Choice(), _Delta()


def body_of(
    request: ChatRequest, model: str, profile: Profile, *, send_asker: bool = False
) -> dict[str, Any]:
    """The JSON body of a streamed request. Thinking and the most tokens are always sent:
    DeepSeek's defaults for both are the expensive ones."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": each.role, "content": each.text} for each in request.messages],
        profile.limit: request.max_tokens,
        "stream": True,
    }
    if profile.usage:
        body["stream_options"] = {"include_usage": True}
    warm = profile.temperature and (profile.cold_thinking or not request.thinking)
    if request.temperature is not None and warm:
        body["temperature"] = request.temperature
    if request.json:
        body["response_format"] = {"type": "json_object"}
    if profile.switch == "deepseek":
        body["thinking"] = {"type": "enabled" if request.thinking else "disabled"}
        if request.thinking:
            body["reasoning_effort"] = request.effort
    elif profile.switch == "template":
        body["chat_template_kwargs"] = dict.fromkeys(profile.switch_names, request.thinking)
    elif profile.switch == "effort" and not request.thinking:
        body["reasoning_effort"] = "none"
    if profile.asker and send_asker and request.asker:
        body["user_id"] = _alias(request.asker)
    return body | dict(profile.extra or {})


def chunk_of(data: str) -> Chunk | None:
    """A piece of a stream from its JSON; None where it says nothing that could be read. One that
    looks as usual is read in a seventh of the time."""
    try:
        seen = _usual(data)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return any_chunk(data)
    choice = seen.choices[0] if seen.choices else _NO_CHOICE
    if seen.error is not None or choice.message is not None:
        return any_chunk(data)
    delta = choice.delta or _NO_DELTA
    return Chunk(
        text=delta.content or "",
        thought=delta.reasoning_content or delta.reasoning or "",
        finish=choice.finish_reason or "",
        tokens=None if seen.usage is None else tokens_of(seen.usage),
        version=_named(seen.model or "", seen.system_fingerprint or ""),
    )


def any_chunk(data: str) -> Chunk | None:
    """The same, whatever it looks like."""
    value = _read(data)
    if not isinstance(value, dict):
        return None
    if error := value.get("error"):
        told = error if isinstance(error, dict) else {"message": error}
        return Chunk(error=str(told.get("message") or "error"), code=_count(told.get("code")))
    choices = value.get("choices") or [{}]
    choice = choices[0] if isinstance(choices, list) and isinstance(choices[0], dict) else {}
    delta = choice.get("delta") or choice.get("message") or {}
    if not isinstance(delta, dict):
        delta = {}
    return Chunk(
        text=_words(delta.get("content")),
        thought=_words(delta.get("reasoning_content")) or _words(delta.get("reasoning")),
        finish=_words(choice.get("finish_reason")),
        tokens=tokens_of(value.get("usage")),
        version=_version(value),
    )


def _read(data: str) -> object:
    """The JSON value; None where it is none. The quick reader takes no halves of surrogates and
    no NaN, which some servers send; the other one does."""
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        try:
            return json.loads(data)
        except (ValueError, RecursionError):
            return None


def tokens_of(usage: object) -> Tokens | None:
    """What a call used, in the words of DeepSeek or of OpenAI."""
    if not isinstance(usage, dict) or "prompt_tokens" not in usage:
        return None
    prompt, output = _count(usage["prompt_tokens"]), _count(usage.get("completion_tokens"))
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


def trouble_of(status: int) -> Trouble:
    """What a status other than 200 means."""
    return _TROUBLES.get(status, "down")


def wait_of(header: str, now: float) -> float | None:
    """The seconds that a Retry-After header asks to wait: a number or a date; an hour at most.

    Args:
        header: the header's value, "" without one.
        now: seconds since 1970.
    """
    try:
        seconds = float(header)
    except ValueError:
        try:
            date = parsedate_to_datetime(header)
        except ValueError:
            return None
        zoned = date if date.tzinfo else date.replace(tzinfo=UTC)
        seconds = (zoned - datetime.fromtimestamp(now, UTC)).total_seconds()
    return None if math.isnan(seconds) else min(max(seconds, 0.0), _LONGEST_WAIT)


def _alias(asker: str) -> str:
    """DeepSeek takes letters, digits, - and _ only, and wants nothing personal."""
    return hashlib.blake2b(asker.encode(), digest_size=16).hexdigest()


def _version(value: Mapping[str, Any]) -> str:
    return _named(_words(value.get("model")), _words(value.get("system_fingerprint")))


@lru_cache(maxsize=64)
def _named(model: str, fingerprint: str) -> str:
    """Remembered: every token says it."""
    return f"{model} {fingerprint}".strip()[:120]


def _words(value: object) -> str:
    return value if isinstance(value, str) else ""


def _count(value: object) -> int:
    return max(value, 0) if isinstance(value, int) and not isinstance(value, bool) else 0
