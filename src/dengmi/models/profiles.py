"""What endpoints can do and how they want to be told, as data.

Sources: DeepSeek's API documentation (thinking mode, context caching), the documentation of vLLM,
SGLang, llama.cpp's server and Ollama on their OpenAI-compatible interfaces, read in 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

Switch = Literal["deepseek", "template", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of endpoint.

    Attributes:
        switch: how thinking is turned on and off: `thinking: {type}` and `reasoning_effort` as at
            DeepSeek, an argument of the chat template (vLLM, SGLang, llama.cpp), or not at all.
        switch_names: names of that argument of the template; models differ in it.
        usage: whether `stream_options: {include_usage}` may be sent.
        cold_thinking: whether a temperature may be sent while the model thinks.
        asker: whether `user_id` may be sent.
        starts_inside: whether text may begin inside the thinking, its opening tag left out.
    """

    switch: Switch = "none"
    switch_names: tuple[str, ...] = ("enable_thinking", "thinking")
    usage: bool = True
    cold_thinking: bool = True
    asker: bool = False
    starts_inside: bool = False


PROFILES: Mapping[str, Profile] = {
    "deepseek": Profile(switch="deepseek", cold_thinking=False, asker=True),
    "openai": Profile(),
    "vllm": Profile(switch="template"),
    "sglang": Profile(switch="template"),
    "llama.cpp": Profile(switch="template"),
    "ollama": Profile(),
    "generic": Profile(),
}


def profile_of(name: str, base_url: str, kind: str) -> Profile:
    """The profile of that name; without one, told from the address and the kind of the model.

    Raises:
        KeyError: there is no profile of that name.
    """
    if name:
        return PROFILES[name]
    host = (urlsplit(base_url).hostname or "").lower()
    if kind == "deepseek" or host.endswith("deepseek.com"):
        return PROFILES["deepseek"]
    if host.endswith("openai.com"):
        return PROFILES["openai"]
    if urlsplit(base_url).port == 11434:
        return PROFILES["ollama"]
    return PROFILES["generic"]
