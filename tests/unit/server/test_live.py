"""What a page is told of an answer that is being written, in words."""

import json

import pytest

from dengmi.core.events import Text
from dengmi.core.records import Claim
from dengmi.server.ui.live import _line
from tests.unit.server.test_written import FRAME


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("\n  - thirty yuan [2]", "• thirty yuan"),
        ("\n3. Mill.", "3. Mill."),
        ("\n\n## Hours", "Hours"),
        ("\n```sh", ""),
        ("\n| Monday | 9 to 5 [1] |", "Monday · 9 to 5"),
        ("\n|:--|--:|", ""),
        (" The **mill** is old. [1]", "The mill is old."),
    ],
)
def test_marks_are_left_out(written: str, words: str) -> None:
    line = _line(FRAME, 1, Text(written, Claim(start=0, end=1)))
    assert json.loads(line.decode().splitlines()[2].removeprefix("data: "))["text"] == words
