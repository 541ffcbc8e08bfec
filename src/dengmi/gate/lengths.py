"""How many tokens a call will take: its prompt, and as much output as answers of its level had of
late. Pure."""

from dengmi.core.records import Level

FIRST = 0.5
"""The part of the most tokens that an answer is expected to have before any is known."""

_NEW = 0.1
"""Weight of the newest answer."""


class Lengths:
    """Output tokens of late, by level."""

    def __init__(self) -> None:
        self._usual: dict[Level, float] = {}

    def expected(self, level: Level, prompt: int, most: int) -> int:
        """Tokens of a call.

        Args:
            prompt: tokens of its prompt.
            most: tokens that its answer may have at the most.
        """
        usual = self._usual.get(level, FIRST * most)
        return prompt + max(1, round(min(usual, most)))

    def was(self, level: Level, output: int) -> None:
        """An answer of a level had so many tokens."""
        before = self._usual.get(level, float(output))
        self._usual[level] = before + _NEW * (output - before)
