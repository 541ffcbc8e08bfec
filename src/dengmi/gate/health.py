"""Whether a model is worth asking: one that failed again and again is left alone for a while, and
then tried with one call before the others follow. Pure: the time comes in as a number."""

from dataclasses import dataclass

from dengmi.core.errors import Trouble
from dengmi.core.gate import ModelState

FAILURES = 3
"""Failures in a row after which a model is left alone."""

COOL = 2.0
"""Seconds of the first pause; each that follows without success is twice as long."""

LONGEST = 10.0
"""Seconds of the longest pause: a try costs one call, and many wait for a model that is back."""

_AT_ONCE: frozenset[Trouble] = frozenset({"funds", "key", "missing"})
"""Troubles that the next call meets as well."""

_SILENT: frozenset[Trouble] = frozenset({"down", "slow"})
"""Troubles that are over with the first token."""

_COUNTED: frozenset[Trouble] = frozenset({"down", "slow", "cut", "empty"})


@dataclass(slots=True)
class Health:
    """The health of one model. `trouble`: what it failed of last."""

    trouble: Trouble = "down"
    _failures: int = 0
    _pauses: int = 0
    _until: float = 0.0
    _probing: bool = False

    @property
    def doubtful(self) -> bool:
        """Whether the next call only tries it: it failed, and has not ended well since."""
        return self._pauses > 0

    def pause(self, now: float) -> float:
        """Seconds until it may be asked again; none where it may be asked now."""
        if not self._pauses:
            return 0.0
        if self._probing:
            return max(1.0, self._until - now)
        return max(0.0, self._until - now)

    def state(self, now: float) -> ModelState:
        """The health in a word."""
        if self._probing:
            return "trying"
        return "resting" if self.pause(now) else "well"

    def begin(self) -> bool:
        """A call begins; whether it is the one that tries a model after its pause."""
        self._probing = self._pauses > 0
        return self._probing

    def answers(self) -> None:
        """The call that tries it has its first token: where none came, that is what was to be
        found out."""
        if self.trouble in _SILENT:
            self.well()

    def well(self) -> None:
        """A call ended well."""
        self._failures = self._pauses = 0
        self._probing = False

    def failed(self, trouble: Trouble, now: float, *, probe: bool) -> None:
        """A call failed. Those that began before a pause do not make it longer."""
        if probe:
            self._probing = False
        if trouble not in _AT_ONCE | _COUNTED:
            return
        self.trouble = trouble
        self._failures += 1
        if self._pauses and not probe:
            return
        if probe or trouble in _AT_ONCE or self._failures >= FAILURES:
            self._until = now + min(LONGEST, COOL * 2**self._pauses)
            self._pauses = min(self._pauses + 1, 10)

    def left(self, *, probe: bool) -> None:
        """A call was left before it ended: nothing is learned."""
        if probe:
            self._probing = False
