"""A written answer as it grows on the page: each sentence goes where the finished answer will have
it, lists as lists and tables as tables."""

import re
from dataclasses import replace

from dengmi.core.events import Text
from dengmi.core.records import Claim
from dengmi.server.ui.lines import Line, lines_of, runs_of
from dengmi.server.ui.page import Frame
from dengmi.server.ui.written import blocks, sentence

_MARKED = re.compile(r"\s*(?:(?:[-*+•]|\d{1,2}[.)、]|#{1,6})\s|```|~~~)|[^|]*\|")
"""What a line that may be more than words of a paragraph begins with, or has in it."""


class Growing:
    """Follows one answer. Sentences of paragraphs are told as they are; where there is more, what
    stands in the same list, table or stretch of code is set again."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._written = 0
        self._text = ""
        """From where what is set again may begin."""
        self._at = 0
        self._claims: list[Claim] = []
        self._runs = 0
        self._within = False
        """Whether what comes may belong to a list, a table or a stretch of code."""

    def add(self, event: Text) -> dict[str, str]:
        """What the page's script does with a piece of the text.

        Returns:
            `html`: "" for nothing; `gap`: not "" where a paragraph begins with it; `block`: "new"
            where it is a block of its own, "again" where it takes the place of the last one;
            `heard`: the words of a sentence that is told as a block.
        """
        text, claim = event.text, event.claim
        gap = "\n" if "\n" in text[:3] else ""
        marked = _MARKED.match(text) is not None
        if (gap or not self._written) and not self._within and "|" not in self._text:
            body = text.lstrip("\n")
            self._at, self._text = self._written + len(text) - len(body), body
            self._claims, self._runs = [], 0
        else:
            self._text += text
        self._written += len(text)
        if claim is None:
            return {"html": "", "gap": ""}
        self._claims.append(replace(claim, start=claim.start - self._at, end=claim.end - self._at))
        if marked or self._within or "|" in self._text:
            runs = list(runs_of(lines_of(self._text, self._claims)))
            if (told := self._block(text, runs)) is not None:
                return told
        return {"html": str(sentence(self._frame, text, claim)), "gap": gap}

    def _block(self, text: str, runs: list[list[Line]]) -> dict[str, str] | None:
        """What is told of a list, a table or code; None where it is a paragraph after all."""
        known, self._runs = self._runs, len(runs)
        last = runs[-1] if runs else []
        if len(runs) == known and text.lstrip().startswith(("```", "~~~")):
            self._within = True
            return {"html": "", "gap": ""}
        self._within = last[0].kind not in ("p", "head") if last else True
        if not last or last[0].kind == "p":
            return None
        heard = self._text[self._claims[-1].start : self._claims[-1].end]
        return {
            "html": str(blocks(self._frame, last)),
            "block": "again" if len(runs) == known else "new",
            "heard": re.sub(r"[|*`]+", " ", heard).strip(),
        }
