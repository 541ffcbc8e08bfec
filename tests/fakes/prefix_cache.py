"""The prefix cache of the DeepSeek API, as its guide describes it (context caching, 2026-11).

A request finds in the cache what matches a persisted unit from its very beginning. Units are made
at the end of a request's input and of its output, where several requests were seen to share a
beginning, and at fixed distances in long inputs; making one takes a while. A `user_id` parts the
cache.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence

Unit = tuple[str, ...]
"""A prefix as pieces of text; its tokens are counted by whoever asks."""


class PrefixCache:
    """Counts which tokens of a prompt are found.

    Args:
        tokens: counts the tokens of a text.
        now: tells the time in seconds.
        making: seconds until a new unit can be found.
        step: tokens between the fixed units of a long input.
        least: tokens that a unit must have.
    """

    def __init__(
        self,
        tokens: Callable[[str], int],
        now: Callable[[], float],
        *,
        making: float = 3.0,
        step: int = 1024,
        least: int = 64,
    ) -> None:
        self._tokens, self._now = tokens, now
        self._making, self._step, self._least = making, step, least
        self._units: dict[str, dict[str, float]] = defaultdict(dict)
        self._seen: dict[str, list[str]] = defaultdict(list)

    def split(self, user: str, messages: Sequence[tuple[str, str]]) -> tuple[int, int]:
        """(tokens found, tokens not found) of a prompt."""
        text = prompt_text(messages)
        now = self._now()
        units = self._units[user]
        best = max(
            (unit for unit, ready in units.items() if ready <= now and text.startswith(unit)),
            key=len,
            default="",
        )
        total = self._tokens(text)
        hit = min(self._tokens(best), total)
        return hit, total - hit

    def note(self, user: str, messages: Sequence[tuple[str, str]], output: str) -> None:
        """A request was served: its units are made."""
        text = prompt_text(messages)
        ready = self._now() + self._making
        self._keep(user, text, ready)
        self._keep(user, text + output, ready)
        for other in self._seen[user][-200:]:
            shared = _shared(text, other)
            if shared < len(text) and shared < len(other):
                self._keep(user, text[:shared], ready)
        if text not in self._seen[user]:
            self._seen[user].append(text)
        characters = len(text) * self._step // max(self._tokens(text), 1)
        for at in range(characters, len(text), max(characters, 1)):
            self._keep(user, text[:at], ready)

    def _keep(self, user: str, unit: str, ready: float) -> None:
        if self._tokens(unit) >= self._least:
            self._units[user].setdefault(unit, ready)


def prompt_text(messages: Sequence[tuple[str, str]]) -> str:
    """A prompt as one text, as a chat template would write it."""
    return "".join(f"<|{role}|>{text}" for role, text in messages) + "<|assistant|>"


def _shared(one: str, other: str) -> int:
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
