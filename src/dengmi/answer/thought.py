"""How long a model thought before it wrote: all that is kept of thinking.

Thinking itself is told while it comes to who asked for it, and forgotten: it is not checked against
any article, and may say of the asker or the articles what no answer does.
"""

from collections.abc import Mapping
from dataclasses import replace

from dengmi.core.clock import Clock
from dengmi.core.events import Event, Text, Thinking
from dengmi.core.records import Answer

KEY = "thinking_ms"
"""Under which it stands in the usage of an answer."""


class Thought:
    """The thinking before one answer, as it is heard."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began: float | None = None
        self._ended: float | None = None

    def hear(self, event: Event) -> None:
        """Something came: thinking lasts until the first words."""
        if isinstance(event, Thinking):
            if self._began is None:
                self._began = self._clock.steady()
        elif isinstance(event, Text) and self._ended is None:
            self._ended = self._clock.steady()

    def noted(self, answer: Answer) -> Answer:
        """The answer with how long was thought; as it is where nothing was."""
        if self._began is None or self._ended is None:
            return answer
        ms = max(1, round((self._ended - self._began) * 1000))
        return replace(answer, usage={**answer.usage, KEY: ms})


def seconds_of(usage: Mapping[str, int]) -> float:
    """Seconds that were thought; 0 where nothing was."""
    return usage.get(KEY, 0) / 1000
