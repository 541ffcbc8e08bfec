"""How much a thumb down weighs. A wrong answer that is served again costs more than another call to
a cheap model, so thumbs up do not save it; but whoever has no name beyond a cookie or an address
must not end the reuse of answers alone, one after the other."""

from collections.abc import Iterable

ENOUGH = 2
"""Thumbs down that end an answer's reuse: one of somebody known, or those of two who are not."""

_NAMELESS = ("w_", "@")
"""How names begin that anybody gets as often as they like: a browser's cookie, an address."""


def weight(asker: str, *, has_account: bool) -> int:
    """What a thumb of an asker weighs: 2 of somebody known - to a chat, to a program with a key, to
    an operator's program, or with an account - and 1 of anybody else."""
    nameless = not asker or asker.startswith(_NAMELESS)
    return 1 if nameless and not has_account else 2


def disliked(downs: Iterable[tuple[str, bool]]) -> bool:
    """Whether an answer serves nobody again.

    Args:
        downs: who disliked it, each once, and whether that asker has an account.
    """
    return sum(weight(asker, has_account=known) for asker, known in downs) >= ENOUGH
