"""The JSON shapes of chat completions."""

from collections.abc import Mapping
from dataclasses import dataclass

Json = dict[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What all parts of one completion have in common.

    Attributes:
        id: of the completion; `model` as it was asked for; `created` in Unix seconds.
        usage: whether the chunks end with the usage.
    """

    id: str
    model: str
    created: int
    usage: bool = False

    def chunk(self, delta: Json, finish: str | None = None) -> Json:
        """One chunk of a stream."""
        choice: Json = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        made: Json = {**self._head("chat.completion.chunk"), "choices": [choice]}
        if self.usage:
            made["usage"] = None
        return made

    def begin(self) -> Json:
        """The first chunk: who speaks."""
        return self.chunk({"role": "assistant", "content": ""})

    def spent(self, used: Mapping[str, int]) -> list[Json]:
        """The chunk that tells the usage, where it is wanted."""
        if not self.usage:
            return []
        head = self._head("chat.completion.chunk")
        return [{**head, "choices": [], "usage": usage_json(used)}]

    def whole(self, message: Json, finish: str, used: Mapping[str, int]) -> Json:
        """A completion that comes in one piece."""
        choice: Json = {"index": 0, "message": message, "finish_reason": finish, "logprobs": None}
        head = self._head("chat.completion")
        return {**head, "choices": [choice], "usage": usage_json(used)}

    def _head(self, kind: str) -> Json:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model}


def message_json(content: str) -> Json:
    """A message of the assistant."""
    return {"role": "assistant", "content": content, "refusal": None}


def usage_json(used: Mapping[str, int]) -> Json:
    """Tokens of an answer; none where no model was called for it."""
    prompt, output = used.get("hit", 0) + used.get("miss", 0), used.get("output", 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output,
        "total_tokens": prompt + output,
        "prompt_tokens_details": {"cached_tokens": used.get("hit", 0)},
        "completion_tokens_details": {"reasoning_tokens": used.get("reasoning", 0)},
    }
