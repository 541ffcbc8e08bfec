"""What endpoints can do and how they want to be told, as data.

Sources, read in 2026-11: DeepSeek's API documentation (thinking mode, context caching, rate
limits); OpenAI's API reference of chat completions; vLLM, "Reasoning Outputs"; SGLang, "Reasoning
Parser"; the README of llama.cpp's server; Ollama, "OpenAI compatibility". What a server calls
itself is `owned_by` in its list of models.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urlsplit

Switch = Literal["deepseek", "template", "effort", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of endpoint.

    Attributes:
        switch: how thinking is turned on and off: `thinking: {type}` and `reasoning_effort` as at
            DeepSeek; an argument of the chat template (vLLM, SGLang, llama.cpp); `reasoning_effort:
            none` to turn it off (Ollama, where a model that cannot think refuses any other
            effort); or not at all.
        switch_names: names of that argument of the template; models differ in it, and a template
            ignores what it does not know. DeepSeek-V3.1 and later read `thinking`, Qwen3 and GLM
            `enable_thinking`.
        limit: name of the field for the most tokens. OpenAI's newer models refuse `max_tokens`;
            DeepSeek ignores `max_completion_tokens`.
        usage: whether `stream_options: {include_usage}` may be sent.
        temperature: whether a temperature may be sent. OpenAI's thinking models refuse it.
        cold_thinking: whether it may be sent while the model thinks. DeepSeek ignores it then.
        asker: whether `user_id` may be sent.
        apart: thinking always comes in a field of its own, so that tags in the text are text.
        extra: further fields of every request.
    """

    switch: Switch = "none"
    switch_names: tuple[str, ...] = ("enable_thinking", "thinking")
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    usage: bool = True
    temperature: bool = True
    cold_thinking: bool = True
    asker: bool = False
    apart: bool = False
    extra: Mapping[str, object] | None = None


PROFILES: Mapping[str, Profile] = {
    "deepseek": Profile(switch="deepseek", cold_thinking=False, asker=True, apart=True),
    "openai": Profile(limit="max_completion_tokens", temperature=False, apart=True),
    # Both part thinking from answer only when started with a parser for the model.
    "vllm": Profile(switch="template"),
    "sglang": Profile(switch="template"),
    # Parted on request, whatever the server was started with.
    "llama.cpp": Profile(switch="template", apart=True, extra={"reasoning_format": "deepseek"}),
    "ollama": Profile(switch="effort"),
    "generic": Profile(),
}

_OWNERS = {"vllm": "vllm", "sglang": "sglang", "llamacpp": "llama.cpp", "library": "ollama"}
_OWNED = re.compile(r'"owned_by"\s*:\s*"([^"]{1,40})"')
_THINKS = re.compile(
    r"r1|qwq|thinking|reason|distill|magistral|gpt-?oss|minimax-m|glm-z1", re.IGNORECASE
)


def profile_of(name: str, base_url: str, kind: str) -> Profile | None:
    """The profile of that name; without one, told from the address and the kind of the model;
    None where only the endpoint itself could tell."""
    if name:
        return PROFILES[name]
    address = urlsplit(base_url)
    host = (address.hostname or "").lower()
    if _of("deepseek.com", host):
        return PROFILES["deepseek"]
    if kind == "deepseek":  # somebody else's, who may send thinking as text
        return replace(PROFILES["deepseek"], apart=False)
    return PROFILES["openai"] if _of("openai.com", host) else None


def profile_in(listing: str) -> Profile:
    """The profile of a server from the beginning of its list of models."""
    owner = _OWNED.search(listing)
    return PROFILES[_OWNERS.get(owner[1].lower(), "generic") if owner else "generic"]


def always_thinks(model: str) -> bool:
    """Whether a model of that name may think though it was told not to."""
    return _THINKS.search(model) is not None


def _of(domain: str, host: str) -> bool:
    return host == domain or host.endswith(f".{domain}")
