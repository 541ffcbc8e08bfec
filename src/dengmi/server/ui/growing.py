"""A written answer as it grows on the page: each sentence goes where the finished answer will have
it, lists as lists and tables as tables."""

from dengmi.core.events import Text
from dengmi.core.records import Claim
from dengmi.server.ui.lines import lines_of, runs_of
from dengmi.server.ui.page import Frame
from dengmi.server.ui.written import blocks, sentence


class Growing:
    """Follows one answer. Of what stands there already, only the list, the table or the stretch of
    code that a sentence is in is set again."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._text = ""
        self._claims: list[Claim] = []
        self._runs = 0

    def add(self, event: Text) -> dict[str, str]:
        """What the page's script does with a piece of the text.

        Returns:
            `html`: "" for nothing; `gap`: not "" where a paragraph begins with it; `block`: "new"
            where it is a block of its own, "again" where it takes the place of the last one;
            `heard`: the words of a sentence that is told as a block.
        """
        self._text += event.text
        claim = event.claim
        if claim is None:
            return {"html": "", "gap": ""}
        self._claims.append(claim)
        runs = list(runs_of(lines_of(self._text, self._claims)))
        known, self._runs = self._runs, len(runs)
        if not runs or (len(runs) == known and _is_mark(event.text)):
            return {"html": "", "gap": ""}
        if runs[-1][0].kind == "p":
            gap = "\n" if "\n" in event.text[:3] else ""
            return {"html": str(sentence(self._frame, event.text, claim)), "gap": gap}
        return {
            "html": str(blocks(self._frame, runs[-1])),
            "block": "again" if len(runs) == known else "new",
            "heard": self._text[claim.start : claim.end].replace("|", " ").strip(),
        }


def _is_mark(text: str) -> bool:
    """Whether a line only begins or ends a stretch of code."""
    return text.lstrip().startswith(("```", "~~~"))
