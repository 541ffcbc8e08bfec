"""Tells what an answer has said already, whoever of its models said it."""

import re

from dengmi.answer.write.draft import Sentenced

LOOPS = 3
"""So many sentences in a row that stand in the answer already: the model goes round in circles."""

_LONG = 8
"""Letters and digits of a sentence that a model does not say twice; a shorter one may be a list's
item."""

_LABEL = re.compile(r"^[^:：]{1,12}[:：]\s*(?=\S)")


class Said:
    """The sentences of one answer.

    Args:
        question: what was asked, which is not to be said again either.
    """

    def __init__(self, question: str) -> None:
        self._question = _core(question)
        self._said: set[str] = set()
        self._before: frozenset[str] = frozenset()
        self._again = 0

    @property
    def circling(self) -> bool:
        """Whether the model that writes now only repeats itself."""
        return self._again >= LOOPS

    def broken(self) -> None:
        """The model broke off. The next one may start over: what it says again then, to the
        shortest line, is left out, and is no going round in circles."""
        self._before = frozenset(self._said)
        self._again = 0

    def add(self, text: str) -> None:
        """A sentence that stands in the answer."""
        self._said.add(_core(text))

    def repeats(self, sentence: Sentenced) -> bool:
        """Whether a sentence need not be said: it stands in the answer, or is the question."""
        core = _core(sentence.text)
        if core in self._before or (core and core == self._question):
            return True
        if sentence.code or len(core) < _LONG:
            return False
        again = core in self._said
        self._again = self._again + 1 if again else 0
        return again


def _core(text: str) -> str:
    """A sentence without what does not make it another one, nor a label before it."""
    return "".join(filter(str.isalnum, _LABEL.sub("", text).lower()))
